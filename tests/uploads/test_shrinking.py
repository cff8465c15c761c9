"""A small clean copy of a picture: hostile files are refused as photos are, and nothing stays behind."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from tests.uploads import pictures
from uploads.decode import Decoder
from uploads.refusals import NotAnImage
from uploads.shrinking import shrunk

MOST = 300_000


@pytest.mark.parametrize("noise", [False, True])
def test_the_copy_is_small_whatever_comes_in_and_says_nothing_beside_its_pixels(
    tmp_path: Path, decoder: Decoder, noise: bool
) -> None:
    """A phone's picture keeps 960 pixels; noise, which no compression makes small, is made smaller until it fits."""
    static = Image.frombytes("RGB", (1200, 1200), random.Random(1).randbytes(1200 * 1200 * 3))
    data = (
        pictures.encoded(static)
        if noise
        else pictures.encoded(pictures.scene(1600, 1200), exif=pictures.exif())
    )

    copy = shrunk(io.BytesIO(data), MOST, folder=tmp_path, decoder=decoder)

    shown = Image.open(io.BytesIO(copy))
    assert len(copy) <= MOST
    assert (max(shown.size) < 960, dict(shown.getexif()), shown.format) == (noise, {}, "JPEG")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_photo_is_no_example(tmp_path: Path, decoder: Decoder) -> None:
    """The refusal of any upload."""
    with pytest.raises(NotAnImage):
        shrunk(io.BytesIO(b"<html>"), MOST, folder=tmp_path, decoder=decoder)
    assert list(tmp_path.iterdir()) == []
