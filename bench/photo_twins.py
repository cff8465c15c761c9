"""Pairs of made photos that are easily taken for copies and are none: one print or product, two visits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.photo_edits import Chance, Picture, recoded, solved, text


def _paper(number: int, hand: Chance) -> Picture:
    """A price list: the print is the number's, the handwriting is chance's."""
    print_ = np.random.default_rng(number)
    paper = Image.new("RGB", (900, 1200), (250, 249, 244))
    draw = ImageDraw.Draw(paper)
    text(draw, (60, 40), f"PRICE LIST {int(print_.integers(100, 999))}", 52, "black")
    for row in range(14):
        y = 150 + 70 * row
        text(
            draw, (60, y), f"{row + 1}. " + "".join(print_.choice(list("abcdefghi klmnop"), 16)), 30, "black"
        )
        draw.line((520, y + 45, 860, y + 45), fill="black", width=2)
        if hand.uniform() < 0.6:
            _scrawl(draw, 540, y + 25, hand)
    return paper


def _scrawl(draw: ImageDraw.ImageDraw, x: float, y: float, hand: Chance) -> None:
    across = x + np.cumsum(hand.uniform(3, 16, 22))
    down = y + hand.uniform(-22, 22, 22)
    draw.line([(float(a), float(b)) for a, b in zip(across, down, strict=True)], fill=(20, 30, 110), width=4)


def _room(chance: Chance) -> Picture:
    """A wall with light from one side and a few things on it."""
    width, height = 1280, 960
    ground = chance.uniform(170, 235, 3)
    light = 1 + 0.15 * np.linspace(-1, 1, width)[None, :, None] * chance.choice((-1, 1))
    room = Image.fromarray(np.clip(ground * light * np.ones((height, 1, 1)), 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(room)
    for _ in range(int(chance.integers(4, 10))):
        x, y, w, h = chance.uniform((0, 0, 40, 40), (width, height, 400, 300))
        draw.rectangle((x, y, x + w, y + h), fill=tuple(int(c) for c in chance.integers(60, 220, 3)))
    if chance.uniform() < 0.5:  # tiles
        step = int(chance.integers(60, 130))
        for place in range(0, width, step):
            draw.line((place, 0, place, height), fill="grey", width=3)
            draw.line((0, place, width, place), fill="grey", width=3)
    return room


def _placed(thing: Picture, ground: Picture, chance: Chance, share: float) -> Picture:
    """`thing` in perspective on `ground`, `share` of its height; photographed with noise."""
    width, height = ground.size
    scale = share * height / thing.height * chance.uniform(0.92, 1.08)
    w, h = thing.width * scale, thing.height * scale
    left, top = (width - w) / 2 + chance.uniform(-40, 40), (height - h) / 2 + chance.uniform(-20, 20)
    corners = np.array([[left, top], [left + w, top], [left + w, top + h], [left, top + h]])
    corners += chance.uniform(-0.03, 0.03, (4, 2)) * (w, h)
    own = np.array([[0, 0], [thing.width, 0], [thing.width, thing.height], [0, thing.height]], float)
    way = solved(corners, own)
    laid = thing.transform(ground.size, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC)
    mask = Image.new("L", thing.size, 255).transform(ground.size, Image.Transform.PERSPECTIVE, way)
    out = ground.copy()
    out.paste(laid, mask=mask)
    pixels = np.asarray(out.filter(ImageFilter.GaussianBlur(0.8)), np.float32) * chance.uniform(0.85, 1.1)
    return recoded(
        Image.fromarray(np.clip(pixels + chance.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)), 80
    )


def _heater(number: int) -> Picture:
    """A water heater: a smooth body, a display and a plate with its name."""
    form = np.random.default_rng(number)
    body = Image.new("RGB", (500, 760), (236, 238, 240))
    draw = ImageDraw.Draw(body)
    draw.rounded_rectangle((4, 4, 496, 756), 40, outline=(150, 150, 155), width=6)
    draw.rectangle((120, 520, 380, 620), fill=(25, 28, 34))
    text(draw, (160, 540), f"{int(form.integers(35, 60))} C", 56, "#40e0ff")
    text(draw, (150, 80), f"BRAND {int(form.integers(10, 99))}", 44, "#b02020")
    for place in range(5):
        draw.ellipse((110 + 60 * place, 650, 140 + 60 * place, 680), fill=(120, 120, 130))
    return body


def _plate(number: int, chance: Chance) -> Picture:
    """A nameplate: everything printed alike but the serial number."""
    form = np.random.default_rng(number)
    plate = Image.new("RGB", (900, 560), (205, 208, 212))
    draw = ImageDraw.Draw(plate)
    draw.rectangle((10, 10, 890, 550), outline="black", width=4)
    for row in range(7):
        words = "".join(form.choice(list("ABCDEFGH 0123456789"), 24))
        text(draw, (50, 40 + 58 * row), words, 34, "black")
    text(draw, (50, 470), "SN " + "".join(chance.choice(list("0123456789"), 14)), 48, "black")
    return plate


def _visits(number: int) -> tuple[Chance, Chance]:
    return np.random.default_rng((number, 1)), np.random.default_rng((number, 2))


def _forms(number: int, share: float) -> tuple[Picture, Picture]:
    one, other = _visits(number)
    return tuple(_placed(_paper(number, visit), _room(visit), visit, share) for visit in (one, other))  # type: ignore[return-value]


def _heaters(number: int, share: float) -> tuple[Picture, Picture]:
    one, other = _visits(number)
    return tuple(_placed(_heater(number), _room(visit), visit, share) for visit in (one, other))  # type: ignore[return-value]


def _plates(number: int, share: float) -> tuple[Picture, Picture]:
    one, other = _visits(number)
    return tuple(_placed(_plate(number, visit), _room(visit), visit, share) for visit in (one, other))  # type: ignore[return-value]


twins: dict[str, Callable[[int], tuple[Picture, Picture]]] = {
    "form, two hands": lambda number: _forms(number, 0.85),
    "form fills the picture": lambda number: _forms(number, 1.25),
    "heater, two walls": lambda number: _heaters(number, 0.6),
    "heater fills the picture": lambda number: _heaters(number, 1.0),
    "nameplate": lambda number: _plates(number, 0.6),
    "nameplate fills the picture": lambda number: _plates(number, 1.3),
}
