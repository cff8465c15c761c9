"""What the server itself saw in a photo's bytes; what the phone claims is kept elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from uploads.limits import Format

CHINA_OFFSET_MINUTES = 480


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Taken from the bytes alone.

    `width` and `height` are pixels of the original as a person sees it, orientation applied.
    `exif_local_time` is the camera's wall clock as `2026-11-21T09:30:00`, which names no zone; the zone, when
    the camera wrote one (0.3 % of older files, most new iPhones), is apart in `exif_offset_minutes`.
    `exif_gps_at` is the satellites' own UTC time, which does not follow the phone's clock.
    `exif_point` is (lng, lat) in WGS-84 degrees, `exif_accuracy_m` its error in metres when the phone says.
    `exif_software` is what the program that saved it wrote about itself: a phone its firmware, an editor its name.
    `brightness` is the mean luma of the 320 rendition, 0 black to 255 white: 95 % of 184 consumer photos lie
    between 46 and 190. `sharpness` is the variance of its 3 x 3 Laplacian: 95 % of them are above 240, while
    a blur of sigma 0.25 % of the width (10 pixels of 4032) divides a photo's figure by about six, and one of
    0.5 % leaves under 40, as does a bare wall. Fainter blur does not show at this size.
    """

    sha256: str
    size_bytes: int
    format: Format
    width: int
    height: int
    exif_local_time: str | None
    exif_offset_minutes: int | None
    exif_gps_at: datetime | None
    exif_point: tuple[float, float] | None
    exif_accuracy_m: float | None
    exif_device: str | None
    brightness: float
    sharpness: float
    exif_software: str | None = None

    def exif_taken_at(self, site_offset_minutes: int = CHINA_OFFSET_MINUTES) -> datetime | None:
        """The shutter time in UTC, reading the wall clock in its own zone, else in the site's.

        `2026-11-21T09:30:00` without an offset at a site in China is 01:30 UTC.
        """
        if self.exif_local_time is None:
            return None
        minutes = site_offset_minutes if self.exif_offset_minutes is None else self.exif_offset_minutes
        zone = timezone(timedelta(minutes=minutes))
        return datetime.fromisoformat(self.exif_local_time).replace(tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Rendition:
    """A re-encoded JPEG without metadata. `side` is the box it fits in; small photos are not enlarged."""

    side: int
    width: int
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """The helper's answer about one photo."""

    facts: PhotoFacts
    renditions: tuple[Rendition, ...]


def to_frame(decoded: Decoded) -> dict[str, Any]:
    """As JSON can carry it over the pipe."""
    frame = asdict(decoded)
    gps_at = decoded.facts.exif_gps_at
    frame["facts"]["exif_gps_at"] = gps_at.isoformat() if gps_at else None
    return frame


def from_frame(frame: dict[str, Any]) -> Decoded:
    """The inverse of `to_frame`."""
    facts = PhotoFacts(**frame["facts"])
    point = facts.exif_point
    gps_at = frame["facts"]["exif_gps_at"]
    return Decoded(
        facts=replace(
            facts,
            format=Format(facts.format),
            exif_gps_at=datetime.fromisoformat(gps_at) if gps_at else None,
            exif_point=(point[0], point[1]) if point else None,
        ),
        renditions=tuple(Rendition(**r) for r in frame["renditions"]),
    )
