"""A photo's way in, whole: read and hash in pieces, decode in the helper, store durably, then answer."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from domain.errors import Unavailable
from uploads.decode import Decoder, shared_decoder
from uploads.facts import PhotoFacts, Rendition
from uploads.limits import Limits
from uploads.refusals import NotAnImage, TooManyBytes
from uploads.store import Store, rendition_key

SIDES = (320, 1280)
_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A rendition and the key it lies under."""

    key: str
    rendition: Rendition


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo that is safe on disk. The caller writes the row; without one, the files are orphans."""

    facts: PhotoFacts
    original_key: str
    renditions: tuple[Kept, ...]


def take(
    stream: BinaryIO, *, store: Store, limits: Limits | None = None, decoder: Decoder | None = None
) -> Taken:
    """Takes one photo from `stream`, reading at most `max_bytes` + 1 bytes and holding 256 KiB of them, and closes it.

    Raises the refusals of `uploads.refusals`, Unavailable when disk or helper fail; no scratch file stays.
    Taking the same bytes again stores nothing new and gives the same answer.
    """
    limits = limits or Limits()
    decoder = decoder or shared_decoder(limits)
    base = f"{store.scratch()}/{secrets.token_hex(16)}"
    arriving = Path(f"{base}.part")
    made = {side: Path(f"{base}.{side}.part") for side in SIDES}
    try:
        sha256, size_bytes = receive(stream, arriving, limits)
        stream.close()  # a form's file lies in memory, and decoding takes long
        decoded = decoder.decode(arriving, sha256=sha256, size_bytes=size_bytes, targets=made)
        kept = tuple(Kept(rendition_key(sha256, r.side), r) for r in decoded.renditions)
        _keep(store, [(made[k.rendition.side], k.key) for k in kept] + [(arriving, sha256)])
        return Taken(facts=decoded.facts, original_key=sha256, renditions=kept)
    finally:
        for part in (arriving, *made.values()):
            part.unlink(missing_ok=True)


def receive(stream: BinaryIO, path: Path, limits: Limits) -> tuple[str, int]:
    """Reads `stream` into a new file at `path`, `max_bytes` at most; its SHA-256 in hex and its size."""
    digest, size = hashlib.sha256(), 0
    try:
        out = path.open("xb")
    except OSError as error:
        raise Unavailable("照片暂时无法保存，请稍后重试") from error
    with out:
        while piece := stream.read(min(_PIECE_BYTES, limits.max_bytes + 1 - size)):
            digest.update(piece)
            size += len(piece)
            if size > limits.max_bytes:
                raise TooManyBytes(f"照片文件超过 {limits.max_bytes // 1024 // 1024} MB")
            _write(out, piece)
    if size == 0:
        raise NotAnImage("收到的文件是空的")
    return digest.hexdigest(), size


def _write(out: BinaryIO, piece: bytes) -> None:
    try:
        out.write(piece)
    except OSError as error:
        raise Unavailable("照片暂时无法保存，请稍后重试") from error


def _keep(store: Store, parts: list[tuple[Path, str]]) -> None:
    """Renditions first, so that an original in the store always has them."""
    try:
        store.take_over(parts)
    except OSError as error:
        raise Unavailable("照片暂时无法保存，请稍后重试") from error
