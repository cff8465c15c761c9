"""A photo in the size of its original, built anew from pixels: what a camera wrote beside them never leaves us.

Made when a reviewer asks, by the helper that decodes uploads, and kept nowhere. Costs about what an upload costs.
"""

from __future__ import annotations

import secrets
from typing import BinaryIO

from services.parts.photo_store import decoder, store
from uploads.scratch import into

SIDE = 4032  # a phone's 12 megapixels; of 50, a JPEG is decoded at half its size and memory stays bounded


def full_size(sha256: str) -> BinaryIO:
    """A JPEG of at most `SIDE` pixels, upright, without EXIF. NotFound; Unavailable while all helpers are busy.

    Killed meanwhile, its scratch files are collected with those of uploads.
    """
    folder = store().scratch()
    with store().open(sha256) as original:
        source = into(folder, original)
    target = folder / f"{secrets.token_hex(16)}.part"
    try:
        decoder().decode(source, sha256=sha256, size_bytes=source.stat().st_size, targets={SIDE: target})
        return target.open("rb")
    finally:
        source.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
