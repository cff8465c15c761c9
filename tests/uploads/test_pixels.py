"""The quick way to a slightly smaller picture shows what the slow one shows."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from uploads import pixels


def soft(mode: str, size: tuple[int, int]) -> Image.Image:
    """Noise as smooth as a lens leaves it, whatever its size."""
    return Image.effect_noise(size, 80).convert(mode).filter(ImageFilter.GaussianBlur(size[0] / 600))


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("size", [(640, 480), (1000, 750), (1300, 975), (2741, 2055)])
def test_it_shows_what_pillow_shows(mode: str, size: tuple[int, int]) -> None:
    """At any scale of decoding, whatever is left over at an edge."""
    file = io.BytesIO()
    picture = soft(mode, size)
    picture.save(file, "JPEG", quality=90)
    quick = pixels.to_picture(pixels.from_jpeg(file.getvalue(), size, 640))
    slow = picture.convert("RGB").resize((640, 480), Image.Resampling.BICUBIC)

    assert (quick.size, quick.mode, quick.info) == ((640, 480), "RGB", {})
    assert max(ImageStat.Stat(ImageChops.difference(quick, slow)).rms) < 4


def test_a_header_that_is_not_the_pictures_is_refused() -> None:
    """Pillow's size and OpenCV's differ only in a file made to be read differently."""
    file = io.BytesIO()
    soft("RGB", (640, 480)).save(file, "JPEG")

    with pytest.raises(OSError):
        pixels.from_jpeg(file.getvalue(), (640, 200), 640)


def test_a_bare_wall_is_not_sharp() -> None:
    """Mean luma and the variance of the Laplacian: 0 for one colour."""
    assert pixels.measured(pixels.from_picture(Image.new("RGB", (320, 240), (90, 90, 90)))) == (90.0, 0.0)
