"""Files that must not come in, and the reason each is given."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from domain.errors import DomainError, Invalid, TooLarge
from tests.uploads import pictures
from uploads import refusals
from uploads.decode import Decoder
from uploads.intake import Taken, take
from uploads.limits import Limits
from uploads.store import LocalStore

Taking = Callable[[bytes], Taken]

JPEG = pictures.encoded(pictures.scene())
PNG = pictures.encoded(pictures.scene(), "PNG")
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n(%pipe%id) (w) file\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WEBP_HEADER_BOMB = (
    b"RIFF\xff\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00"
    + (16000).to_bytes(3, "little") * 2
    + bytes(64)
)
AVIF_AS_MIF1 = b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf" + bytes(500)


def zip_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.jpg", JPEG)
    return out.getvalue()


def inflating_text() -> bytes:
    text = b"Comment\x00\x00" + zlib.compress(bytes(20_000_000), 9)
    return pictures.flat_png(100, 100, before=pictures.png_chunk(b"zTXt", text))


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "an empty file": (lambda: b"", "not_an_image"),
    "one byte": (lambda: b"\xff", "not_an_image"),
    "text": (lambda: b"hello" * 100, "not_an_image"),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", "not_an_image"),
    "a zip": (zip_file, "not_an_image"),
    "an ELF program": (lambda: b"\x7fELF" + bytes(500), "not_an_image"),
    "an EPS named .jpg": (lambda: EPS, "unsupported_format"),
    "an SVG": (lambda: SVG, "unsupported_format"),
    "a PDF": (lambda: b"%PDF-1.7\n" + bytes(500), "unsupported_format"),
    "a GIF": (lambda: pictures.frames("GIF"), "unsupported_format"),
    "a TIFF": (lambda: pictures.encoded(pictures.scene(), "TIFF"), "unsupported_format"),
    "a BMP": (lambda: pictures.encoded(pictures.scene(), "BMP"), "unsupported_format"),
    "an AVIF": (lambda: pictures.encoded(pictures.scene(), "AVIF", speed=10), "unsupported_format"),
    "an AVIF that only calls itself a picture": (lambda: AVIF_AS_MIF1, "unsupported_format"),
    "a film": (lambda: b"\x00\x00\x00\x18ftypisom" + bytes(500), "unsupported_format"),
    "an animated PNG": (lambda: pictures.frames("PNG"), "animated"),
    "an animated WebP": (lambda: pictures.frames("WEBP"), "animated"),
    "a HEIC of three pictures": (lambda: pictures.frames("HEIF"), "animated"),
    "a JPEG cut at 5 %": (lambda: JPEG[: len(JPEG) // 20], "truncated_image"),
    "a JPEG cut in half": (lambda: JPEG[: len(JPEG) // 2], "truncated_image"),
    "a JPEG with a marker in its midst": (lambda: JPEG[:-40] + b"\xff\x9f" + JPEG[-40:], "truncated_image"),
    "a JPEG that lost its last 20 bytes": (lambda: JPEG[:-20], "truncated_image"),
    "a PNG cut in half": (lambda: PNG[: len(PNG) // 2], "truncated_image"),
    "a PNG with a wrong checksum": (lambda: PNG[:40] + b"\x00" + PNG[41:], "truncated_image"),
    "a HEIC cut in half": (lambda: pictures.encoded(pictures.scene(), "HEIF")[:700], "truncated_image"),
    "a WebP cut in half": (lambda: pictures.encoded(pictures.scene(), "WEBP")[:200], "truncated_image"),
    "only a JPEG's first bytes": (lambda: b"\xff\xd8\xff\xe0", "truncated_image"),
    "a narrow picture": (lambda: pictures.encoded(Image.new("L", (1000, 63))), "too_small"),
    "a PNG one pixel wide": (lambda: pictures.flat_png(1, 60_000), "too_small"),
    "a long PNG": (lambda: pictures.flat_png(64, 20_000), "too_many_pixels"),
    "a PNG of 36 megapixels": (lambda: pictures.flat_png(6000, 6000), "too_many_pixels"),
    "a JPEG that claims 169 megapixels": (lambda: pictures.claiming(JPEG, 13_000, 13_000), "too_many_pixels"),
    "a WebP that claims 256 megapixels": (lambda: WEBP_HEADER_BOMB, "too_many_pixels"),
    "a JPEG of 500 scans": (lambda: pictures.endless_jpeg(640, 480, 500), "suspicious_structure"),
    "a PNG text that inflates": (inflating_text, "suspicious_structure"),
    "11 megabytes": (lambda: JPEG + bytes(11_000_000), "too_large"),
}


@pytest.mark.parametrize(("make", "code"), CASES.values(), ids=list(CASES))
def test_a_bad_file_is_refused_with_its_reason(
    make: Callable[[], bytes], code: str, taking: Taking, store: LocalStore
) -> None:
    """Each kind of bad file has its own code and a Chinese reason, and leaves nothing behind."""
    with pytest.raises(DomainError) as refused:
        taking(make())
    assert refused.value.code == code
    assert isinstance(refused.value, TooLarge if code.startswith("too_") and code != "too_small" else Invalid)
    assert any("一" <= c <= "鿿" for c in str(refused.value))
    assert list(store.iterate()) == []
    assert list(store.scratch().iterdir()) == []


def test_hostile_files_do_not_cost_a_helper(taking: Taking, decoder: Decoder) -> None:
    """One helper survives every refusal above: they are answers, not crashes."""
    taking(JPEG)
    before = decoder.pids()
    for make, _ in CASES.values():
        with pytest.raises(DomainError):
            taking(make())
    assert decoder.pids() == before


def test_the_file_is_not_read_beyond_the_cap(store: LocalStore, decoder: Decoder) -> None:
    """An upload larger than the cap is refused after cap + 1 bytes, however long the stream would go on."""
    endless = io.BytesIO(JPEG + bytes(5_000_000))
    with pytest.raises(TooLarge):
        take(endless, store=store, decoder=decoder, limits=Limits(max_bytes=100_000))
    assert endless.tell() == 100_001


def test_every_refusal_is_explained() -> None:
    """Each code has its row in docs/photos-in.md, with what the phone's owner should do."""
    page = (Path(__file__).parents[2] / "docs" / "photos-in.md").read_text()
    for refusal in refusals._ALL:
        assert f"| `{refusal.code}` |" in page


def test_scans_after_the_end_of_a_jpeg_are_not_counted(taking: Taking) -> None:
    """Phones append previews and films behind the end marker; only scans before it are decoded."""
    assert taking(JPEG + b"\xff\xda\x00\x02" * 100).facts.width == 640
