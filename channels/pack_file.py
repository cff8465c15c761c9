"""An evidence pack as it goes out: piece by piece, no file whole in memory, signed at its end.

Its shape is `channels.verify_pack`'s, so that what writes a pack and what reads it cannot differ.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from channels.verify_pack import (
    CHUNK,
    FORMAT,
    MANIFEST,
    SIGNATURE,
    Entry,
    canonical,
    directory,
    key_id,
    local_header,
    signed,
)


class Pack:
    """One pack being written; `files` is what the manifest says of those that went out so far."""

    def __init__(self) -> None:
        self.files: list[dict[str, Any]] = []
        self._entries: list[Entry] = []
        self._at = 0

    def file(self, name: str, source: BinaryIO) -> Iterator[bytes]:
        """The bytes of a file with its header; `source` is read twice, since its hash and length come first."""
        sha, size, crc = hashlib.sha256(), 0, 0
        while chunk := source.read(CHUNK):
            sha.update(chunk)
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        source.seek(0)
        self.files.append({"name": name, "sha256": sha.hexdigest(), "size_bytes": size})
        yield self._begin(name, size, crc)
        while chunk := source.read(CHUNK):
            yield chunk

    def end(self, facts: Mapping[str, Any], key: Ed25519PrivateKey) -> Iterator[bytes]:
        """Manifest of these facts and of all files, its signature, the directory."""
        own = {"format": FORMAT, "key_id": key_id(key.public_key().public_bytes_raw()), "files": self.files}
        manifest = canonical({**facts, **own})
        for name, content in ((MANIFEST, manifest), (SIGNATURE, key.sign(signed(manifest)))):
            yield self._begin(name, len(content), zlib.crc32(content)) + content
        yield directory(self._entries, self._at)

    def text(self, name: str, words: str) -> Iterator[bytes]:
        """A file of words."""
        return self.file(name, io.BytesIO(words.encode()))

    def _begin(self, name: str, size: int, crc: int) -> bytes:
        entry = Entry(name.encode(), size, crc, self._at)
        self._entries.append(entry)
        header = local_header(entry.name, size, crc)
        self._at += len(header) + size
        return header
