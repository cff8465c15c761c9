"""Pictures made for the tests, kind and unkind."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw, TiffImagePlugin

pillow_heif.register_heif_opener()

SCRIPT = b"<script>alert(1)</script>"


def scene(width: int = 640, height: int = 480) -> Image.Image:
    """Four quarters: red at the top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    half_w, half_h = width // 2, height // 2
    draw.rectangle((0, 0, half_w - 1, half_h - 1), fill="red")
    draw.rectangle((half_w, 0, width, half_h - 1), fill="green")
    draw.rectangle((0, half_h, half_w - 1, height), fill="blue")
    return image


def encoded(image: Image.Image, format_: str = "JPEG", **options: Any) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def exif(**also: Any) -> Image.Exif:
    """EXIF of a phone in Yantai; `orientation` sets tag 0x0112."""
    made = Image.Exif()
    made[0x010F], made[0x0110] = "HUAWEI", "HUAWEI ABC-AL00"
    if "orientation" in also:
        made[0x0112] = also["orientation"]
    inner = made.get_ifd(0x8769)
    inner[0x9003] = also.get("taken", "2026:11:21 09:30:05")
    if "offset" in also:
        inner[0x9011] = also["offset"]
    ratio = TiffImagePlugin.IFDRational
    gps = made.get_ifd(0x8825)
    gps[1], gps[2] = "N", (ratio(37), ratio(30), ratio(1800, 100))
    gps[3], gps[4] = "E", (ratio(121), ratio(24), ratio(0))
    gps[7], gps[29] = (ratio(1), ratio(30), ratio(4)), "2026:11:21"
    gps[31] = ratio(125, 10)
    return made


def phone_jpeg(**also: Any) -> bytes:
    """A JPEG with all metadata that must not leave: EXIF with place, XMP, a comment with a script."""
    return encoded(
        scene(2000, 1500),
        exif=exif(**also),
        xmp=b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>",
        comment=SCRIPT,
        quality=90,
    )


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flat_png(width: int, height: int, *, before: bytes = b"") -> bytes:
    """A grey PNG of any size at the cost of its compressed zeros; `before` goes between header and data."""
    packer, rows = zlib.compressobj(9), bytearray()
    row = bytes(1 + width)
    for _ in range(height):
        rows += packer.compress(row)
    rows += packer.flush()
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + png_chunk(b"IDAT", bytes(rows)) + png_chunk(b"IEND", b"")


def endless_jpeg(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan is repeated until there are `scans` more of it."""
    data = encoded(Image.new("L", (width, height), 128), progressive=True, quality=50)
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[last:end] * scans + b"\xff\xd9"


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG with another size in its frame header."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def frames(format_: str, **options: Any) -> bytes:
    """Three pictures in one file."""
    first, *rest = (Image.new("RGB", (100, 100), colour) for colour in ("red", "green", "blue"))
    return encoded(first, format_, save_all=True, append_images=rest, **options)
