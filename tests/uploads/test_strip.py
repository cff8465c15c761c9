"""What is personal in an original can be left out without touching a pixel."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageOps

from tests.uploads import pictures
from uploads.limits import Format
from uploads.strip import Unstrippable
from uploads.strip import stripped as pieces

SECRETS = (b"HUAWEI", b"SECRET-XMP", pictures.SCRIPT, b"2026:11:21", b"Exif\0\0II")


def stripped(data: bytes, format_: Format) -> bytes:
    """All pieces together."""
    return b"".join(pieces(data, format_))


def shown(data: bytes) -> bytes:
    """The pixels as a viewer shows them."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB").tobytes()


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_a_jpeg_loses_place_camera_and_comments_and_keeps_its_pixels_and_its_upside(orientation: int) -> None:
    """EXIF, XMP and the comment go, and what stands behind the picture; which side is up stays."""
    original = pictures.phone_jpeg(orientation=orientation)
    hidden = original[:2] + b"customer's door" + original[2:] + b"a film of the customer"
    clean = stripped(hidden, Format.JPEG)

    assert not any(secret in clean for secret in (*SECRETS, b"customer"))
    assert shown(clean) == shown(original)
    assert Image.open(io.BytesIO(clean)).getexif().get(0x0112, 1) == orientation
    assert not Image.open(io.BytesIO(clean)).getexif().get_ifd(0x8825)


@pytest.mark.parametrize("options", [{"progressive": True}, {"keep_rgb": True}, {"icc_profile": b"colours"}])
def test_other_jpegs_keep_how_they_are_to_be_shown(options: dict[str, Any]) -> None:
    """Several scans, Adobe's colour note, a colour profile."""
    original = pictures.encoded(pictures.scene(), exif=pictures.exif(), **options)
    clean = stripped(original, Format.JPEG)
    assert shown(clean) == shown(original)
    assert Image.open(io.BytesIO(clean)).info.get("icc_profile") == options.get("icc_profile")
    assert b"HUAWEI" not in clean


@pytest.mark.parametrize("format_", [Format.PNG, Format.WEBP])
def test_png_and_webp_lose_their_metadata_too(format_: Format) -> None:
    """Chunks are left out; the coded picture is the one that came in."""
    options: dict[str, Any] = {"exif": pictures.exif(), "xmp": b"SECRET-XMP", "lossless": True}
    original = pictures.encoded(pictures.scene(), format_.value, **options)
    clean = stripped(original, format_)
    assert not any(secret in clean for secret in SECRETS)
    assert shown(clean) == shown(original)


def test_a_picture_without_metadata_stays_byte_by_byte() -> None:
    """Then the original's own hash stands in the pack."""
    for format_ in (Format.JPEG, Format.PNG, Format.WEBP):
        plain = pictures.encoded(pictures.scene(), format_.value)
        assert stripped(plain, format_) == plain


@pytest.mark.parametrize("format_", list(Format))
def test_what_cannot_be_taken_apart_is_refused(format_: Format) -> None:
    """HEIC always, and any file that ends early: nothing goes out by mistake."""
    half = pictures.phone_jpeg()[:300] if format_ is Format.JPEG else b"\x89PNG\r\n\x1a\nRIFF"
    with pytest.raises(Unstrippable):
        stripped(half, format_)
