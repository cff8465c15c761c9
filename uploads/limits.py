"""How much one photo may ask of us. Every figure stands here because the attack behind it was measured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The four formats taken, by what the bytes say; the file's name is never looked at."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"

    @property
    def content_type(self) -> str:
        """What an original of this format is served as, together with nosniff."""
        return f"image/{self.value}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one photo; pass another instance to change one.

    The pixel caps differ because the cost of a decoded pixel does. JPEG is scaled down while it is decoded
    (12 megapixels cost 29 MB, 49 megapixels 28 MB); PNG and HEIC decode whole at about 8 bytes a pixel,
    WebP at about 16: 25, 25 and 12.5 megapixels are each some 200 MB. The smallest cap still lets
    a 4032 x 3024 phone picture (12.19 megapixels) through in every format.
    """

    max_bytes: int = 10 * 1024 * 1024
    """A 12-megapixel phone JPEG has a median of 3.8 MB; metadata bombs of 36 to 50 MB cost 200 MB."""

    min_side: int = 64
    max_side: int = 16384
    """A PNG of 1 x 49,000,000 pixels (95 KB) took 1.4 GB; no photograph is narrower than 64."""

    jpeg_pixels: int = 50_000_000
    png_pixels: int = 25_000_000
    heic_pixels: int = 25_000_000
    webp_pixels: int = 12_500_000

    max_scans: int = 32
    """Scans (FFDA) before the end of a JPEG. A progressive file of 225 KB with 500 of them burns 9 s of CPU,
    scaled decoding does not help; of 1,975 real files none needs more than 12 or so."""

    cpu_seconds: int = 10
    """CPU one photo may burn in the helper; the slowest honest file seen (HEIC) needs 0.7 s."""

    wall_seconds: float = 30.0
    """How long we wait for the helper on a crowded machine before it is replaced."""

    address_space: int = 1024 * 1024 * 1024
    """Bytes of address space of the helper. The dearest file within the caps needs under 500 MB;
    a corrupt picture once reserved 2 TB."""

    photos_per_helper: int = 500
    """A helper is replaced after so many photos, so that a slow leak in a codec never adds up."""

    def pixels(self, format_: Format) -> int:
        """The pixel cap of one format."""
        return {
            Format.JPEG: self.jpeg_pixels,
            Format.PNG: self.png_pixels,
            Format.HEIC: self.heic_pixels,
            Format.WEBP: self.webp_pixels,
        }[format_]

    @property
    def max_pixels(self) -> int:
        """The largest cap of all: Pillow's own bomb check is set to it as a second net."""
        return max(self.jpeg_pixels, self.png_pixels, self.heic_pixels, self.webp_pixels)
