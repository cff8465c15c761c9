"""An uploaded order file at rest: encrypted chunks of 1 MiB, read back as a stream of constant memory.

Every chunk is sealed for its place in the file, so that chunks cannot be swapped; the file is gone with its subject's
key even before its chunks are purged.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert

from domain.errors import Invalid, TooLarge
from models.order import OrderImportChunk
from services.personal import Erased

CHUNK = 1024 * 1024
MOST_BYTES = 100 * CHUNK
_NONCE = 12


class FileEmpty(Invalid):
    """Nothing was uploaded."""

    code = "file_empty"
    title = "文件是空的"


class ImportTooLarge(TooLarge):
    """More than we take at once."""

    code = "import_too_large"
    title = "文件超过 100 MB，请拆分后再导入"


def measure(stream: BinaryIO) -> tuple[int, bytes]:
    """(bytes, SHA-256) of an upload, which is then at its beginning again. Raises `FileEmpty`, `ImportTooLarge`."""
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while piece := stream.read(CHUNK):
        size += len(piece)
        if size > MOST_BYTES:
            raise ImportTooLarge
        digest.update(piece)
    if not size:
        raise FileEmpty
    stream.seek(0)
    return size, digest.digest()


def _place(seq: int) -> bytes:
    return b"order_import_chunk.data:%d" % seq


def store(tx: Connection, import_id: int, key: bytes, stream: BinaryIO) -> None:
    """Write the stream as chunks 0, 1, 2 …; at no time is more than one of them in memory."""
    for seq, piece in enumerate(_pieces(stream)):
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(key).encrypt(nonce, piece, _place(seq))
        tx.execute(insert(OrderImportChunk).values(import_id=import_id, seq=seq, data=sealed))


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Exactly 1 MiB each but the last: a spooled upload may hand over less at a time."""
    gathered = bytearray()
    while piece := stream.read(CHUNK - len(gathered)):
        gathered += piece
        if len(gathered) == CHUNK:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


class _Stored(io.RawIOBase):
    """The file again, fetched and opened chunk by chunk; None from `fetch` is its end."""

    def __init__(self, key: bytes, fetch: Callable[[int], bytes | None]) -> None:
        self._key, self._fetch = key, fetch
        self._seq, self._left = 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer
        if not self._left:
            self._left = memoryview(self._next())
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def _next(self) -> bytes:
        sealed = self._fetch(self._seq)
        if sealed is None:
            return b""
        try:
            opened = AESGCM(self._key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(self._seq))
        except InvalidTag as error:
            raise Erased from error
        self._seq += 1
        return opened


def stored(key: bytes, fetch: Callable[[int], bytes | None]) -> BinaryIO:
    """A stream over stored chunks; `fetch(seq)` returns a sealed chunk. Raises `Erased` for one that does not open."""
    return cast(BinaryIO, io.BufferedReader(_Stored(key, fetch), 64 * 1024))
