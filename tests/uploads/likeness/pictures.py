"""Made pictures with something to see: shapes and letters by chance, and what cheats do to them."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps


def busy(seed: int, width: int = 960, height: int = 720) -> Image.Image:
    """A picture of 140 shapes on a shaded ground; another seed is another picture."""
    chance = np.random.default_rng(seed)
    shade = np.linspace(60, 190, width, dtype=np.uint8)
    image = Image.fromarray(np.tile(shade, (height, 1))).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(140):
        x, y = float(chance.uniform(0, width)), float(chance.uniform(0, height))
        w, h = (float(side) for side in chance.uniform(12, 110, 2))
        colour = tuple(int(part) for part in chance.integers(0, 256, 3))
        draw_shape = (draw.rectangle, draw.ellipse)[int(chance.integers(0, 2))]
        draw_shape((x, y, x + w, y + h), fill=colour)
    return image


def wall() -> Image.Image:
    """A white wall: a faint shade and nothing else."""
    return Image.fromarray(np.tile(np.linspace(215, 235, 960, dtype=np.uint8), (720, 1))).convert("RGB")


def grey(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("L"))


def recoded(image: Image.Image, quality: int = 40) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue()))


def cropped(image: Image.Image) -> Image.Image:
    """The part that begins at 9 and 4 % and keeps 88 % of the width and 93 % of the height."""
    w, h = image.size
    return image.crop((round(0.09 * w), round(0.04 * h), round(0.97 * w), round(0.97 * h)))


def on_a_phone(image: Image.Image) -> Image.Image:
    """A screenshot: the picture on a tall black page."""
    page = Image.new("RGB", (1080, 2340), "black")
    shown = image.resize((1080, round(image.height * 1080 / image.width)))
    page.paste(shown, (0, (2340 - shown.height) // 2))
    return page


def edits(image: Image.Image) -> dict[str, Image.Image]:
    """One of each kind."""
    stamped = image.copy()
    ImageDraw.Draw(stamped).rectangle((20, 560, 420, 700), fill="navy")
    return {
        "recoded": recoded(image),
        "small": image.resize((320, 240), Image.Resampling.BICUBIC),
        "cropped": cropped(image),
        "mirrored": ImageOps.mirror(image),
        "turned": image.transpose(Image.Transpose.ROTATE_90),
        "mirrored crop": recoded(ImageOps.mirror(cropped(image))),
        "bordered": ImageOps.expand(image, 90, "white"),
        "screenshot": on_a_phone(image),
        "stamped": stamped,
    }
