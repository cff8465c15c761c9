"""Photographs that nobody took: drawn walls, machines and name plates, each another, sharp and bright enough.

A phone's camera writes noise, and our checks look at sharpness and likeness; so every picture has its own texture.
"""

from __future__ import annotations

import io
import random
from datetime import datetime

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from domain.calendar import SHANGHAI
from domain.geo import Point

SIZE = (1024, 768)
_DETAILS, _SATELLITES, _TAKEN, _OFFSET = 0x8769, 0x8825, 0x9003, 0x9011  # of EXIF


def photograph(seed: str, slot: str, *, dark: bool = False) -> bytes:
    """A JPEG of its own for this seed and slot; `dark` as when somebody forgot the light."""
    rng = random.Random(f"{seed}:{slot}")  # noqa: S311 - must repeat, not be secret
    picture = _wall(rng)
    _things(ImageDraw.Draw(picture), rng, slot)
    picture = Image.blend(picture, _texture(rng), 0.25)
    if dark:
        picture = picture.point(lambda level: level // 14)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=86)
    return out.getvalue()


def stamped(picture: bytes, at: datetime, place: Point) -> bytes:
    """The same picture as a camera leaves it: with its own time and, in WGS-84, its own place in the EXIF."""
    exif = Image.Exif()
    exif.get_ifd(_DETAILS)[_TAKEN] = f"{at.astimezone(SHANGHAI):%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(_DETAILS)[_OFFSET] = "+08:00"
    where = exif.get_ifd(_SATELLITES)
    where[1], where[2], where[3], where[4] = "N", _degrees(place.lat), "E", _degrees(place.lng)
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def cropped(picture: bytes) -> bytes:
    """The same picture once more, its edges cut off and packed anew, as somebody does who hopes nobody sees it."""
    whole = Image.open(io.BytesIO(picture))
    width, height = whole.size
    out = io.BytesIO()
    whole.crop((width // 20, height // 20, width - width // 30, height - height // 30)).save(
        out, "JPEG", quality=78
    )
    return out.getvalue()


def _degrees(angle: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """37.5 → 37°, 30′, 0″."""
    seconds = round(angle * 360_000)
    return (
        IFDRational(seconds // 360_000),
        IFDRational(seconds // 6_000 % 60),
        IFDRational(seconds % 6_000, 100),
    )


def _wall(rng: random.Random) -> Image.Image:
    """Tiles in one of many tints, with joints."""
    tint = tuple(rng.randrange(120, 226) for _ in range(3))
    picture = Image.new("RGB", SIZE, tint)
    pen = ImageDraw.Draw(picture)
    across, down = rng.randrange(70, 200), rng.randrange(70, 200)
    joint = tuple(max(0, part - rng.randrange(25, 70)) for part in tint)
    for x in range(rng.randrange(across), SIZE[0], across):
        pen.line((x, 0, x, SIZE[1]), joint, 3)
    for y in range(rng.randrange(down), SIZE[1], down):
        pen.line((0, y, SIZE[0], y), joint, 3)
    return picture


def _things(pen: ImageDraw.ImageDraw, rng: random.Random, slot: str) -> None:
    """A machine, its pipes, and on a name plate lines like print."""
    for _ in range(rng.randrange(5, 12)):
        x, y = rng.randrange(SIZE[0]), rng.randrange(SIZE[1])
        shape = (x, y, x + rng.randrange(60, 500), y + rng.randrange(60, 360))
        colour = tuple(rng.randrange(256) for _ in range(3))
        draw = pen.rounded_rectangle if rng.random() < 0.7 else pen.ellipse
        draw(shape, fill=colour, outline=(30, 30, 30), width=4)
    for _ in range(rng.randrange(4, 10)):
        ends = [(rng.randrange(SIZE[0]), rng.randrange(SIZE[1])) for _ in range(3)]
        pen.line(ends, tuple(rng.randrange(200) for _ in range(3)), rng.randrange(4, 16), "curve")
    if slot == "nameplate":
        pen.rectangle((240, 220, 800, 560), fill=(235, 235, 230), outline=(20, 20, 20), width=6)
        for row in range(250, 540, 24):
            pen.line((270, row, 270 + rng.randrange(200, 540), row), (20, 20, 20), 8)


def _texture(rng: random.Random) -> Image.Image:
    """Noise, soft at the edges, as a sensor gives it."""
    small = Image.frombytes("L", (256, 192), rng.randbytes(256 * 192))
    return small.resize(SIZE, Image.Resampling.BILINEAR).convert("RGB")
