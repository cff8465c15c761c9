"""A picture of which only a small clean copy is wanted: in as a photo is, out as one JPEG, nothing kept."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import BinaryIO

from uploads.decode import Decoder
from uploads.intake import receive
from uploads.limits import Limits
from uploads.refusals import TooManyBytes

_SIDES = (960, 640, 320)  # noise, the dearest picture there is, costs some 80 kB at 320


def shrunk(stream: BinaryIO, most_bytes: int, *, folder: Path, decoder: Decoder) -> bytes:
    """The largest of three sizes that has at most `most_bytes`: upright, in sRGB, without EXIF; closes `stream`.

    Raises the refusals of `uploads.refusals`; no scratch file stays in `folder`.
    """
    base = f"{folder}/{secrets.token_hex(16)}"
    arriving = Path(f"{base}.part")
    made = {side: Path(f"{base}.{side}.part") for side in _SIDES}
    try:
        sha256, size_bytes = receive(stream, arriving, Limits())
        stream.close()
        decoder.decode(arriving, sha256=sha256, size_bytes=size_bytes, targets=made)
        for side in _SIDES:
            if made[side].stat().st_size <= most_bytes:
                return made[side].read_bytes()
        raise TooManyBytes
    finally:
        for part in (arriving, *made.values()):
            part.unlink(missing_ok=True)
