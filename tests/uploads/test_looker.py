"""The looking process: what it sees, and that its death is only its own."""

from __future__ import annotations

import io
import os
import signal
import sys

import pytest
from PIL import Image, ImageOps

from tests.uploads.likeness.pictures import busy, cropped
from uploads.looker import COPY, STRANGER, Looker, LookFailed, NoPicture


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def test_it_sees_a_copy_a_stranger_and_lives_through_what_is_no_picture() -> None:
    """The later one is laid over the earlier, whichever was asked about; a second question follows the first."""
    first, edited = busy(1), ImageOps.mirror(cropped(busy(1)))
    with Looker() as looker:
        words = looker.words(jpeg(edited))
        copy = looker.compare(jpeg(first), asked_is_later=True)
        back = looker.compare(jpeg(first), asked_is_later=False)
        other = looker.compare(jpeg(busy(2)), asked_is_later=True)
        for nothing in (b"", b"no picture"):
            with pytest.raises(NoPicture):
                looker.compare(nothing, asked_is_later=True)
        again = looker.words(jpeg(edited))
    assert 20 < len(words.kept) < len(words.asked)
    assert again == words
    assert (copy.grade, back.grade, other.grade) == (COPY, COPY, STRANGER)
    assert (copy.mirrored, back.mirrored, len(copy.transform)) == (True, True, 9)
    assert (
        copy.transform[0] < 1.1 < back.transform[0]
    )  # the crop is enlarged to 640 pixels, or the whole shrunk


def test_a_process_that_is_killed_fails_one_look_and_is_started_again() -> None:
    """A crash of a library costs one try of one photo."""
    with Looker() as looker:
        before = looker.words(jpeg(busy(1)))
        assert looker.pid is not None
        os.kill(looker.pid, signal.SIGKILL)
        with pytest.raises(LookFailed):
            looker.words(jpeg(busy(1)))
        assert looker.words(jpeg(busy(1))) == before
    assert looker.pid is None


def test_the_one_who_asks_loads_no_opencv() -> None:
    """70 MB that a runner does not hold between two searches."""
    code = "import sys, uploads.looker, services.photo_reuse; sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code) == 0
