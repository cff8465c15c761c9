"""Reads what the first bytes say, before any decoder sees them: only four formats ever reach one."""

from __future__ import annotations

import re

from uploads.limits import Format
from uploads.refusals import NotAnImage, TruncatedImage, UnsupportedFormat

HEAD_BYTES = 64

_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_ANY_CODEC, _AVIF_BRANDS = frozenset({b"mif1", b"msf1"}), frozenset({b"avif", b"avis"})
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"8BPS", "PSD"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"%PDF", "PDF"),
    (b"<svg", "SVG"),
    (b"<?xml", "SVG"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # trap: "\xff+" searches fifteen times as long
_FRAMES, _SCAN, _END, _RESTARTS, _BARE = 0xC0, 0xDA, 0xD9, 0xDD, frozenset({0x01, 0xD8})
_BETWEEN_SCANS = frozenset({0x01, 0xC4, 0xDA, 0xDB, 0xDC, 0xDD, *range(0xE0, 0xF0), 0xFE})


def sniff(head: bytes) -> Format:
    """The format of a file that begins with `head` (at least `HEAD_BYTES` when the file has them).

    Raises UnsupportedFormat (naming it) for pictures we do not take, NotAnImage for everything else.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    if head[4:8] == b"ftyp":
        return _sniff_ftyp(head[8:12], head[16 : int.from_bytes(head[:4], "big")])
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, name in _OTHERS:
        if text.startswith(magic) or head.startswith(magic):
            raise UnsupportedFormat(f"这是 {name} 文件，请上传 JPG、PNG、WebP 或 HEIC 照片")
    raise NotAnImage


def _sniff_ftyp(brand: bytes, also: bytes) -> Format:
    """By the main brand; `mif1` says only "a picture", so the brands beside it say with which codec."""
    brands = {also[at : at + 4] for at in range(0, len(also), 4)}
    other = brand in _ANY_CODEC and brands & _AVIF_BRANDS and not brands & (_HEIC_BRANDS - _ANY_CODEC)
    if brand in _HEIC_BRANDS and not other:
        return Format.HEIC
    name = "AVIF" if other or brand in _AVIF_BRANDS else "视频或其他媒体"
    raise UnsupportedFormat(f"这是 {name} 文件，请上传 JPG、PNG、WebP 或 HEIC 照片")


def webp_size(head: bytes) -> tuple[int, int]:
    """Width and height as the header claims, (0, 0) when it claims none.

    Read here because the decoder allocates two canvases of 4 bytes a pixel as soon as it is opened.
    """
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return 0, 0


def has_more_scans_than(data: bytes, most: int) -> bool:
    """Whether a JPEG has more than `most` scans before its end marker (a preview or a film behind it has others).

    TruncatedImage where there is no end, or a marker that cannot stand there: a decoder that does not mind shows grey
    from there on. With restarts it finds back from what is no marker at all. 1.5 ms for 4 MB.
    """
    scans, at, restarts = 0, 2, False
    while scans <= most:
        found = _MARKER.search(data, at)
        if found is None:
            raise TruncatedImage
        marker, at = data[found.end() - 1], found.end()
        if marker == _END:
            return False
        restarts |= marker == _RESTARTS
        if scans and marker not in _BETWEEN_SCANS:
            if marker >= _FRAMES or not restarts:
                raise TruncatedImage
        elif marker not in _BARE:
            at += max(2, int.from_bytes(data[at : at + 2], "big"))
            scans += marker == _SCAN
    return True
