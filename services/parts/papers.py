"""A paper as it is kept: its bytes in the database beside what they prove, without what a camera wrote into them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from domain import papers
from uploads.limits import Format
from uploads.strip import Unstrippable, stripped

_PICTURES = {"image/jpeg": Format.JPEG, "image/png": Format.PNG}


@dataclass(frozen=True, slots=True)
class Paper:
    """What it is, its bytes as kept, and their SHA-256 in hex."""

    media: str
    data: bytes
    sha256: str


def taken(data: bytes) -> Paper:
    """A PDF or a picture, told by its bytes. Where somebody was is no part of a paper. `BadPaper`."""
    media = papers.media_of(data)
    if media in _PICTURES:
        try:
            data = b"".join(stripped(data, _PICTURES[media]))
        except Unstrippable as error:
            raise papers.bad() from error
    return Paper(media, data, sha256(data).hexdigest())
