"""What people do to a photo before they hand it in again: forty edits, made with Pillow and numpy only.

Each takes a picture and a generator of chance and gives the picture as it would come in. Camera-like edits are
simulations: no real phone photographed a real screen here.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Chance = np.random.Generator
Edit = Callable[[Picture, Chance], Picture]


def recoded(picture: Picture, quality: int) -> Picture:
    """Through JPEG once."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def fitted(picture: Picture, side: int) -> Picture:
    """The longer side brought to `side`; never enlarged."""
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    return picture.resize(
        (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BICUBIC
    )


def scaled(picture: Picture, factor: float) -> Picture:
    size = (max(8, round(picture.width * factor)), max(8, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.BICUBIC)


def inner(picture: Picture, left: float, top: float, right: float, bottom: float) -> Picture:
    """The part between these shares of width and height."""
    w, h = picture.size
    return picture.crop((round(left * w), round(top * h), round(right * w), round(bottom * h)))


def chat(picture: Picture) -> Picture:
    """As a messenger sends it on: 1440 px, quality 70, twice."""
    return recoded(recoded(fitted(picture, 1440), 70), 70)


def warm(picture: Picture) -> Picture:
    pixels = np.asarray(picture, np.float32) * np.array([1.12, 1.0, 0.82], np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def gamma(picture: Picture, power: float) -> Picture:
    return picture.point([round(255 * (value / 255) ** power) for value in range(256)] * 3)


def text(draw: ImageDraw.ImageDraw, at: tuple[float, float], words: str, size: float, fill: str) -> None:
    draw.text(at, words, fill=fill, font=ImageFont.load_default(max(8.0, size)))


def stamped(picture: Picture) -> Picture:
    """A watermark camera's box, 42 by 20 % of the picture, half see-through, with time and place."""
    w, h = picture.size
    box = Image.new("RGB", (round(0.42 * w), round(0.2 * h)), (20, 60, 140))
    draw = ImageDraw.Draw(box)
    for row, words in enumerate(("2026-11-21 09:30", "Yantai, Zhifu Road 8", "WATER HEATER 60 L")):
        text(draw, (0.04 * box.width, (0.06 + 0.31 * row) * box.height), words, box.height * 0.2, "white")
    out, corner = picture.copy(), (round(0.03 * w), round(0.77 * h))
    under = picture.crop((*corner, corner[0] + box.width, corner[1] + box.height))
    out.paste(Image.blend(under, box, 0.75), corner)
    return out


def strip_over(picture: Picture) -> Picture:
    """An opaque strip with text over the bottom tenth."""
    w, h = picture.size
    out = picture.copy()
    draw = ImageDraw.Draw(out)
    draw.rectangle((0, 0.9 * h, w, h), fill="white")
    text(draw, (0.03 * w, 0.915 * h), "2026-11-21 09:30  Yantai  job 20261121", 0.055 * h, "black")
    return out


def strip_below(picture: Picture) -> Picture:
    """A strip of 12 % of the height added under the picture."""
    w, h = picture.size
    out = Image.new("RGB", (w, round(1.12 * h)), "white")
    out.paste(picture)
    text(
        ImageDraw.Draw(out), (0.03 * w, 1.02 * h), "2026-11-21 09:30  Yantai  job 20261121", 0.06 * h, "black"
    )
    return out


def mosaic(picture: Picture, chance: Chance) -> Picture:
    """A tenth of the area made unreadable, as over a face or a number."""
    w, h = picture.size
    side_w, side_h = round(0.32 * w), round(0.32 * h)
    x, y = int(chance.integers(0, w - side_w + 1)), int(chance.integers(0, h - side_h + 1))
    part = picture.crop((x, y, x + side_w, y + side_h))
    out = picture.copy()
    out.paste(part.resize((8, 6), Image.Resampling.BOX).resize(part.size, Image.Resampling.NEAREST), (x, y))
    return out


def random_crop(picture: Picture, chance: Chance, low: float = 0.85, high: float = 0.97) -> Picture:
    """Keeps 85 to 97 % of width and of height, each drawn by itself, anywhere."""
    across, down = chance.uniform(low, high, 2)
    left, top = chance.uniform(0, 1 - across), chance.uniform(0, 1 - down)
    return inner(picture, left, top, left + across, top + down)


def wide(picture: Picture) -> Picture:
    """Cut to 16:9, or 9:16 when upright, in the middle."""
    w, h = picture.size
    aim = (16, 9) if w >= h else (9, 16)
    scale = min(w / aim[0], h / aim[1])
    return ImageOps.fit(picture, (round(aim[0] * scale), round(aim[1] * scale)))


def turned(picture: Picture, degrees: float) -> Picture:
    """Turned a little and cut to the largest middle part without corners."""
    full = picture.rotate(degrees, Image.Resampling.BICUBIC)
    w, h = picture.size
    lost = np.sin(np.radians(abs(degrees)))
    cut_x, cut_y = lost * h / w / 2 + 0.005, lost * w / h / 2 + 0.005
    return inner(full, cut_x, cut_y, 1 - cut_x, 1 - cut_y)


def bordered(picture: Picture, share: float, colour: str) -> Picture:
    return ImageOps.expand(picture, round(share * max(picture.size)), colour)


def screenshot(picture: Picture, ground: str) -> Picture:
    """A phone's album page, 1080 by 2340: the picture across the whole width, bars and icons above and below."""
    ink = "white" if ground == "black" else "black"
    page = Image.new("RGB", (1080, 2340), ground)
    draw = ImageDraw.Draw(page)
    shown = picture.resize((1080, round(picture.height * 1080 / picture.width)), Image.Resampling.BICUBIC)
    shown = shown.crop((0, 0, 1080, min(1900, shown.height)))
    page.paste(shown, (0, (2340 - shown.height) // 2))
    text(draw, (60, 25), "09:41", 44, ink)
    text(draw, (860, 25), "5G  87%", 40, ink)
    text(draw, (420, 110), "2026-11-21", 46, ink)
    for place in range(4):
        draw.ellipse((110 + 250 * place, 2215, 180 + 250 * place, 2285), outline=ink, width=6)
    return page


def solved(corners: np.ndarray, aims: np.ndarray) -> list[float]:
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, aims, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(right))]


def screen_photo(picture: Picture, chance: Chance, margin: float) -> Picture:
    """Photographed from a monitor: in perspective, with moiré, glare, noise and a bezel when `margin` > 0."""
    picture = fitted(picture, 1280)
    w, h = picture.size
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], float)
    lean = chance.uniform(-0.03, 0.03, (4, 2)) * (w, h)
    aims = corners * (1 - 2 * margin) + np.array([w, h]) * margin + lean * (1 if margin else 0.6)
    if not margin:
        middle = np.array([w, h]) / 2
        aims = middle + (aims - middle) * 1.07
    seen = picture.transform(
        (w, h),
        Image.Transform.PERSPECTIVE,
        solved(aims, corners),
        Image.Resampling.BICUBIC,
        fillcolor=(14, 14, 16),
    )
    pixels = np.asarray(seen, np.float32)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    stripes = np.sin(x * 1.9 + y * 0.21) * np.sin(y * 1.7 - x * 0.13)
    pixels = pixels * (1 + 0.05 * stripes[..., None]) * np.array([0.93, 1.0, 1.05], np.float32)
    spot_x, spot_y = chance.uniform(0.2, 0.8, 2) * (w, h)
    glare = np.exp(-((x - spot_x) ** 2 + (y - spot_y) ** 2) / (2 * (0.18 * w) ** 2))
    pixels = pixels * 0.92 + 55 * glare[..., None] + chance.normal(0, 5, pixels.shape).astype(np.float32)
    shot = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    return recoded(shot, 80)


def bright(picture: Picture, factor: float) -> Picture:
    return ImageEnhance.Brightness(picture).enhance(factor)


EASY: dict[str, Edit] = {
    "jpeg q75": lambda p, _: recoded(p, 75),
    "jpeg q30": lambda p, _: recoded(p, 30),
    "half size": lambda p, _: recoded(scaled(p, 0.5), 80),
    "320 px": lambda p, _: recoded(fitted(p, 320), 80),
    "WeChat twice": lambda p, _: chat(p),
    "grey": lambda p, _: p.convert("L").convert("RGB"),
    "blur": lambda p, _: p.filter(ImageFilter.GaussianBlur(max(p.size) / 640)),
    "sharpen": lambda p, _: p.filter(ImageFilter.UnsharpMask(max(p.size) / 500, 150)),
    "warm": lambda p, _: warm(p),
    "bright +40 %": lambda p, _: bright(p, 1.4),
    "dark -40 %": lambda p, _: bright(p, 0.6),
    "gamma 0.6": lambda p, _: gamma(p, 0.6),
    "contrast 1.5": lambda p, _: ImageEnhance.Contrast(p).enhance(1.5),
    "mirror": lambda p, _: ImageOps.mirror(p),
    "upside down mirror": lambda p, _: ImageOps.flip(p),
    "rotate 90": lambda p, _: p.transpose(Image.Transpose.ROTATE_90),
    "rotate 180": lambda p, _: p.transpose(Image.Transpose.ROTATE_180),
    "rotate 2 deg": lambda p, _: turned(p, 2),
    "rotate 5 deg": lambda p, _: turned(p, -5),
    "border 5 %": lambda p, _: bordered(p, 0.05, "white"),
    "border 15 %": lambda p, _: bordered(p, 0.15, "black"),
    "screenshot black": lambda p, _: screenshot(p, "black"),
    "screenshot white": lambda p, _: screenshot(p, "white"),
}
"""Aim: 99 of 100 found."""

HARD: dict[str, Edit] = {
    "stamp": lambda p, _: stamped(p),
    "strip over": lambda p, _: strip_over(p),
    "strip below": lambda p, _: strip_below(p),
    "mosaic 10 %": mosaic,
    "crop 2 %": lambda p, _: inner(p, 0.02, 0.02, 0.98, 0.98),
    "crop 5 %": lambda p, _: inner(p, 0.05, 0.05, 0.95, 0.95),
    "crop 10 %": lambda p, _: inner(p, 0.1, 0.1, 0.9, 0.9),
    "crop 20 %": lambda p, _: inner(p, 0.2, 0.2, 0.8, 0.8),
    "corner 80 %": lambda p, _: inner(p, 0, 0, 0.8, 0.8),
    "cut to 16:9": lambda p, _: wide(p),
    "random crop": random_crop,
    "screen photo loose": lambda p, c: screen_photo(p, c, 0.12),
    "screen photo tight": lambda p, c: screen_photo(p, c, 0.0),
    "WeChat+stamp+bright": lambda p, _: recoded(bright(stamped(chat(p)), 1.2), 75),
    "mirror+crop+q50": lambda p, c: recoded(ImageOps.mirror(random_crop(p, c)), 50),
    "rot 90+screenshot": lambda p, _: screenshot(p.transpose(Image.Transpose.ROTATE_90), "black"),
    "crop+strip+WeChat": lambda p, c: chat(strip_below(random_crop(p, c))),
}
"""Aim: 95 of 100 found."""
