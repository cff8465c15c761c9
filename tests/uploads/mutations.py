"""Real photo files with their structure kept and broken: what a fuzzer of the way in feeds on.

A file is cut where its format cuts itself (JPEG segments, PNG chunks, RIFF chunks, ISO boxes); pieces are then dropped,
doubled, exchanged, taken from another file, given other lengths or other bytes. A PNG's checksums are mostly mended,
else nothing behind them would ever be reached.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from PIL import Image

from tests.uploads import pictures

PNG = b"\x89PNG\r\n\x1a\n"
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
Pieces = list[bytes]


@cache
def seeds() -> dict[str, bytes]:
    """Small files of every kind that is taken, by name; some carry EXIF, one is scaled while decoded."""
    scene, noise = pictures.scene(128, 96), Image.effect_noise((128, 96), 60).convert("RGB")
    deep = Image.new("I;16", (128, 96), 30_000)
    encoded, exif = pictures.encoded, pictures.exif(orientation=6)
    return {
        "jpeg": encoded(noise, exif=exif, comment=b"words"),
        "jpeg-progressive": encoded(noise, progressive=True),
        "jpeg-cmyk": encoded(scene.convert("CMYK")),
        "jpeg-large": encoded(pictures.scene(3000, 2000), quality=30),
        "mpo": encoded(scene, "MPO", save_all=True, append_images=[noise]),
        "png": encoded(noise, "PNG", exif=exif),
        "png-palette": encoded(scene.quantize(16), "PNG"),
        "png-16": encoded(deep, "PNG"),
        "png-alpha": encoded(scene.convert("RGBA"), "PNG"),
        "webp": encoded(noise, "WEBP", exif=exif),
        "webp-lossless": encoded(scene, "WEBP", lossless=True),
        "webp-alpha": encoded(scene.convert("RGBA"), "WEBP"),
        "heic": encoded(noise, "HEIF", exif=exif),
        "heic-alpha": encoded(scene.convert("RGBA"), "HEIF"),
    }


def pieces(data: bytes) -> Pieces:
    """The file in its own parts, which joined are the file again."""
    if data.startswith(b"\xff\xd8"):
        return list(_segments(data))
    if data.startswith(PNG):
        return [PNG, *_sized(data, 8, lambda at: 12 + _big(data, at))]
    if data.startswith(b"RIFF"):
        return [data[:12], *_sized(data, 12, lambda at: 8 + (_little(data, at + 4) + 1) // 2 * 2)]
    return list(_sized(data, 0, lambda at: _big(data, at)))


def _big(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _little(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _sized(data: bytes, at: int, size: Callable[[int], int]) -> Iterator[bytes]:
    while at < len(data):
        end = at + max(size(at), 8)
        yield data[at:end]
        at = end


def _segments(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        marker = data[at + 1] if at + 1 < len(data) else 0
        end = at + 2
        if marker not in (0xD8, 0xD9):
            end += int.from_bytes(data[end : end + 2], "big")
        if marker == 0xDA:  # its pixels, up to the next marker
            while end < len(data) - 1 and (data[end] != 0xFF or data[end + 1] in (0, *range(0xD0, 0xD8))):
                end += 1
        yield data[at : max(end, at + 1)]
        at = max(end, at + 1)


def mutated(chance: random.Random) -> tuple[str, bytes]:
    """(name of the seed, one file with one to three harms done to it)."""
    name = chance.choice(list(seeds()))
    parts = pieces(seeds()[name])
    for _ in range(chance.randint(1, 3)):
        parts = chance.choice(HARMS)(parts, chance) or [b""]
    if parts[0] == PNG and chance.random() < 0.9:
        parts = [PNG, *map(_mended, parts[1:])]
    data = b"".join(parts)
    if chance.random() < 0.1:
        data = data[: chance.randrange(len(data) + 1)]
    return name, data


def _mended(chunk: bytes) -> bytes:
    if len(chunk) < 12:
        return chunk
    return chunk[:-4] + struct.pack(">I", zlib.crc32(chunk[4:-4]))


def _place(parts: Pieces, chance: random.Random) -> int:
    """Seldom the first, by which the file is told: nothing behind it would be read."""
    first = len(parts) > 1 and chance.random() < 0.95
    return chance.randrange(first, len(parts))


def _with(parts: Pieces, place: int, piece: bytes) -> Pieces:
    return [*parts[:place], piece, *parts[place + 1 :]]


def _drop(parts: Pieces, chance: random.Random) -> Pieces:
    place = _place(parts, chance)
    return parts[:place] + parts[place + 1 :]


def _double(parts: Pieces, chance: random.Random) -> Pieces:
    place = _place(parts, chance)
    times = chance.choice((1, 1, 2, 10, 60))
    return parts[:place] + [parts[place]] * times + parts[place:]


def _exchange(parts: Pieces, chance: random.Random) -> Pieces:
    one, other = _place(parts, chance), _place(parts, chance)
    return _with(_with(parts, one, parts[other]), other, parts[one])


def _borrow(parts: Pieces, chance: random.Random) -> Pieces:
    """A piece of another file, of another format perhaps."""
    theirs = pieces(chance.choice(list(seeds().values())))
    place = _place(parts, chance)
    return [*parts[:place], chance.choice(theirs), *parts[place:]]


def _number(parts: Pieces, chance: random.Random) -> Pieces:
    """Some number in it becomes the smallest, the largest or just another: sizes, offsets, dimensions."""
    place, width = _place(parts, chance), chance.choice((1, 2, 4))
    piece = parts[place]
    at = chance.randrange(min(len(piece), 64) + 1)
    value = chance.choice((*EXTREMES, chance.getrandbits(32))) & ((1 << 8 * width) - 1)
    order = chance.choice(("big", "little"))
    return _with(parts, place, piece[:at] + value.to_bytes(width, order) + piece[at + width :])  # type: ignore[arg-type]


def _bytes(parts: Pieces, chance: random.Random) -> Pieces:
    place = _place(parts, chance)
    piece = bytearray(parts[place])
    for _ in range(min(len(piece), chance.randint(1, 20))):
        piece[chance.randrange(len(piece))] = chance.getrandbits(8)
    return _with(parts, place, bytes(piece))


def _cut(parts: Pieces, chance: random.Random) -> Pieces:
    place = _place(parts, chance)
    return _with(parts, place, parts[place][: chance.randrange(len(parts[place]) + 1)])


def _stuff(parts: Pieces, chance: random.Random) -> Pieces:
    place = _place(parts, chance)
    piece, at = parts[place], chance.randrange(len(parts[place]) + 1)
    return _with(parts, place, piece[:at] + chance.randbytes(chance.choice((1, 8, 300))) + piece[at:])


HARMS = (_drop, _double, _exchange, _borrow, _number, _number, _number, _bytes, _bytes, _cut, _stuff)
