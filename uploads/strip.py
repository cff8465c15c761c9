"""An original without what is personal in it: place, camera, comments, pictures hidden in a picture.

No pixel is decoded: parts of the file are left out, so the picture stays the one that came in, byte by byte. What
says how to show it stays too (colours; of a JPEG which side is up).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from mmap import mmap

from uploads.limits import Format

Data = bytes | mmap
Piece = bytes | memoryview

_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")  # in entropy-coded data FF00 and the restarts are none
_EOI, _SOS, _COM = 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_KEPT_APPS = {_APP0: b"JFIF\0", _APP2: b"ICC_PROFILE\0", _APP14: b"Adobe"}
_EXIF = b"Exif\0\0"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_WEBP_PERSONAL = 0x08 | 0x04  # flags of VP8X: EXIF, XMP


class Unstrippable(ValueError):
    """A format whose parts cannot be left out one by one (HEIC), or a file that is not what it says."""


def stripped(data: Data, format_: Format) -> Iterator[Piece]:
    """The pieces of the same picture without metadata; together the same bytes when there was none.

    Raises Unstrippable, perhaps after some pieces.
    """
    strip = _BY_FORMAT.get(format_)
    if strip is None:
        raise Unstrippable(format_)
    try:
        yield from strip(data, memoryview(data))
    except (IndexError, struct.error) as error:
        raise Unstrippable(format_) from error


def _jpeg(data: Data, view: memoryview) -> Iterator[Piece]:
    """Up to the first end of image: what a second picture, a film or a note behind it says is left out."""
    if data[:2] != b"\xff\xd8":
        raise Unstrippable(Format.JPEG)
    yield view[:2]
    at, turned, coded = 2, False, False
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            raise Unstrippable(Format.JPEG)
        if coded:  # before the first scan nothing should stand between two segments
            yield view[at : found.start()]
        marker = data[found.end() - 1]
        if marker == _EOI:
            yield b"\xff\xd9"
            return
        end = found.end() + struct.unpack_from(">H", data, found.end())[0]
        if not found.end() + 2 <= end <= len(data):
            raise Unstrippable(Format.JPEG)
        body = bytes(view[found.end() + 2 : end])
        if marker == _APP1 and not turned and body.startswith(_EXIF):
            turned = True
            yield _turn(body[len(_EXIF) :])
        elif _stays(marker, body):
            yield view[found.end() - 2 : end]
        at, coded = end, coded or marker == _SOS


def _stays(marker: int, body: bytes) -> bool:
    if _APP0 <= marker <= _APP15:
        return marker in _KEPT_APPS and body.startswith(_KEPT_APPS[marker])
    return marker != _COM


def _turn(tiff: bytes) -> bytes:
    """An EXIF segment that says nothing but which side is up; nothing where that is plain."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return b""
    try:
        at = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(struct.unpack_from(f"{order}H", tiff, at)[0]):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * number)
            if tag == 0x0112 and 2 <= value <= 8:
                body = _EXIF + struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, value, 0, 0)
                return struct.pack(">HH", 0xFF00 | _APP1, len(body) + 2) + body
    except struct.error:
        pass
    return b""


def _png(data: Data, view: memoryview) -> Iterator[Piece]:
    if data[: len(_PNG)] != _PNG:
        raise Unstrippable(Format.PNG)
    yield _PNG
    at, name = len(_PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Unstrippable(Format.PNG)
        if name in _PNG_KEPT:
            yield view[at:end]
        at = end


def _webp(data: Data, view: memoryview) -> Iterator[Piece]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise Unstrippable(Format.WEBP)
    kept: list[Piece] = []
    at, until = 12, min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= until:
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + (length & 1)
        if name == b"VP8X":
            flags = view[at + 8] & ~_WEBP_PERSONAL & 0xFF
            kept += [view[at : at + 8], bytes([flags]), view[at + 9 : end]]
        elif name in _WEBP_KEPT:
            kept.append(view[at:end])
        at = end
    yield struct.pack("<4sI4s", b"RIFF", 4 + sum(map(len, kept)), b"WEBP")
    yield from kept


_BY_FORMAT: Mapping[Format, Callable[[Data, memoryview], Iterator[Piece]]] = {
    Format.JPEG: _jpeg,
    Format.PNG: _png,
    Format.WEBP: _webp,
}
