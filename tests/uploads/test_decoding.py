"""Honest files of every kind come in upright, in the right colours and without metadata."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, ImageFilter

from tests.uploads import pictures
from uploads.intake import SIDES, Taken
from uploads.limits import Format
from uploads.store import LocalStore

Taking = Callable[[bytes], Taken]

TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def rendition(store: LocalStore, taken: Taken, side: int) -> Image.Image:
    key = next(kept.key for kept in taken.renditions if kept.rendition.side == side)
    with store.open(key) as file:
        return Image.open(io.BytesIO(file.read()))


def corners(image: Image.Image) -> list[str]:
    """The colour in each quarter, by name: top left, top right, bottom left, bottom right."""
    names = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    w, h = image.size
    quarters = [(w // 4, h // 4), (3 * w // 4, h // 4), (w // 4, 3 * h // 4), (3 * w // 4, 3 * h // 4)]
    seen = [image.convert("RGB").getpixel(at) for at in quarters]
    return [min(names, key=lambda n: sum(abs(a - b) for a, b in zip(names[n], s, strict=True))) for s in seen]


STRAIGHT = ["red", "green", "blue", "white"]


def mpo() -> bytes:
    return pictures.encoded(
        pictures.scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (640, 480))]
    )


def jpeg_and_zip() -> bytes:
    return pictures.encoded(pictures.scene()) + b"PK\x03\x04" + bytes(200)


KINDS: dict[str, tuple[Callable[[], bytes], Format]] = {
    "JPEG": (lambda: pictures.encoded(pictures.scene()), Format.JPEG),
    "progressive JPEG": (lambda: pictures.encoded(pictures.scene(), progressive=True), Format.JPEG),
    "CMYK JPEG": (lambda: pictures.encoded(pictures.scene().convert("CMYK")), Format.JPEG),
    "JPEG of two pictures (MPO)": (mpo, Format.JPEG),
    "JPEG with a zip behind it": (jpeg_and_zip, Format.JPEG),
    "PNG": (lambda: pictures.encoded(pictures.scene(), "PNG"), Format.PNG),
    "palette PNG": (lambda: pictures.encoded(pictures.scene().quantize(16), "PNG"), Format.PNG),
    "PNG with alpha": (lambda: pictures.encoded(pictures.scene().convert("RGBA"), "PNG"), Format.PNG),
    "WebP": (lambda: pictures.encoded(pictures.scene(), "WEBP"), Format.WEBP),
    "lossless WebP": (lambda: pictures.encoded(pictures.scene(), "WEBP", lossless=True), Format.WEBP),
    "HEIC": (lambda: pictures.encoded(pictures.scene(), "HEIF"), Format.HEIC),
}


@pytest.mark.parametrize(("make", "format_"), KINDS.values(), ids=list(KINDS))
def test_every_kind_of_photo_comes_in_with_its_colours(
    make: Callable[[], bytes], format_: Format, taking: Taking, store: LocalStore
) -> None:
    """The format is what the bytes say, the original is kept to the byte, both renditions show the scene."""
    data = make()
    taken = taking(data)
    assert (taken.facts.format, taken.facts.width, taken.facts.height) == (format_, 640, 480)
    with store.open(taken.original_key) as file:
        assert file.read() == data
    assert [rendition(store, taken, side).size for side in SIDES] == [(320, 240), (640, 480)]
    assert [corners(rendition(store, taken, side)) for side in SIDES] == [STRAIGHT, STRAIGHT]


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_orientation_is_shown_upright(
    orientation: int, format_: str, taking: Taking, store: LocalStore
) -> None:
    """However the camera was held, renditions are upright and width and height are as a person sees them."""
    turn = TURNED[orientation]
    upright = pictures.scene(200, 120)
    stored = upright.transpose(turn) if turn is not None else upright
    tag = pictures.exif(
        orientation=orientation
    ).tobytes()  # as bytes, so that HEIC gets its own rotation from it
    taken = taking(pictures.encoded(stored, format_, exif=tag))
    assert (taken.facts.width, taken.facts.height) == (200, 120)
    assert corners(rendition(store, taken, 320)) == STRAIGHT


def test_a_large_photo_is_shrunk_to_both_sides(taking: Taking, store: LocalStore) -> None:
    """Renditions fit 320 and 1280 with the photo's proportions."""
    taken = taking(pictures.encoded(pictures.scene(3000, 4000)))
    assert {
        kept.rendition.side: (kept.rendition.width, kept.rendition.height) for kept in taken.renditions
    } == {
        320: (240, 320),
        1280: (960, 1280),
    }
    assert rendition(store, taken, 1280).size == (960, 1280)


def test_a_16_bit_png_keeps_its_tones(taking: Taking, store: LocalStore) -> None:
    """A 16-bit grey of 32768 is a middle grey, not white."""
    taken = taking(pictures.encoded(Image.new("I;16", (200, 200), 32768), "PNG"))
    assert rendition(store, taken, 320).convert("L").getpixel((100, 100)) == pytest.approx(128, abs=2)


def test_transparency_is_shown_on_white(taking: Taking, store: LocalStore) -> None:
    """A see-through picture cannot hide another one: it lies on white."""
    taken = taking(pictures.encoded(Image.new("RGBA", (200, 200), (0, 0, 0, 0)), "PNG"))
    assert rendition(store, taken, 320).convert("L").getpixel((100, 100)) == 255


def test_a_broken_colour_profile_costs_no_photo(taking: Taking) -> None:
    """A profile that is no profile is ignored."""
    assert taking(pictures.encoded(pictures.scene(), icc_profile=b"nonsense" * 50)).facts.width == 640


def swapped_profile() -> bytes:
    """A colour profile in which red and green have changed places."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data = data.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    red, green = data.index(b"rXYZ"), data.index(b"gXYZ")
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_colours_are_brought_to_srgb(format_: str, taking: Taking, store: LocalStore) -> None:
    """A rendition carries no profile, so its pixels are converted by the photo's own."""
    red = Image.new("RGB", (100, 100), (255, 0, 0))
    shown = rendition(store, taking(pictures.encoded(red, format_, icc_profile=swapped_profile())), 320)
    r, g, b = shown.getpixel((50, 50))
    assert g > 240 > 20 > max(r, b)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_no_metadata_leaves_with_a_rendition(format_: str, taking: Taking, store: LocalStore) -> None:
    """Comment, EXIF with place and device, and XMP are in the original and in no rendition."""
    options = {"exif": pictures.exif(), "xmp": b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>"}
    if format_ == "JPEG":
        options["comment"] = pictures.SCRIPT
    original = pictures.encoded(pictures.scene(2000, 1500), format_, **options)
    assert b"HUAWEI" in original
    taken = taking(original)
    for kept in taken.renditions:
        with store.open(kept.key) as file:
            data = file.read()
        assert not any(
            word in data for word in (b"HUAWEI", b"Exif", b"SECRET", b"script", b"xmp", b"ICC_PROFILE")
        )
        assert set(Image.open(io.BytesIO(data)).info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert len(data) == kept.rendition.size_bytes


def test_dark_and_blurred_photos_have_low_figures(taking: Taking) -> None:
    """Brightness follows the light and sharpness the focus, so that later rules can tell."""
    bright = taking(pictures.encoded(Image.effect_noise((640, 480), 80).convert("RGB"))).facts
    dark = taking(pictures.encoded(Image.new("RGB", (640, 480), (20, 20, 20)))).facts
    noise = Image.effect_noise((640, 480), 80).convert("RGB")
    soft = taking(pictures.encoded(noise.filter(ImageFilter.GaussianBlur(8)))).facts
    assert bright.brightness > 100 > 40 > dark.brightness
    assert bright.sharpness > 200 > 40 > soft.sharpness
