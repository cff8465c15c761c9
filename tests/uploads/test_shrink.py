"""The quick way to a slightly smaller picture shows what the slow one shows."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from uploads.shrink import shrunk


def soft(mode: str, size: tuple[int, int]) -> Image.Image:
    """Noise as smooth as a lens leaves it."""
    return Image.effect_noise(size, 80).convert(mode).filter(ImageFilter.GaussianBlur(1.2))


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(700, 525), (1000, 750), (1280, 960), (641, 480)])
def test_it_shows_what_pillow_shows(mode: str, size: tuple[int, int]) -> None:
    """At any size up to twice the wanted one, and whatever part of a strip is left at the end."""
    image, box = soft(mode, size), (640, 480)
    image.info["comment"] = b"secret"
    quick, slow = shrunk(image, box), image.resize(box, Image.Resampling.BICUBIC)

    assert (quick.size, quick.mode, quick.info) == (box, mode, {})
    assert max(ImageStat.Stat(ImageChops.difference(quick, slow)).rms) < 4
