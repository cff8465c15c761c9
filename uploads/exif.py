"""Reads the EXIF facts that are evidence. Nothing here may fail a photo: real cameras write broken EXIF."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from PIL import Image

T = TypeVar("T")

_ORIENTATION, _MAKE, _MODEL, _SOFTWARE, _EXIF_IFD, _GPS_IFD = 0x0112, 0x010F, 0x0110, 0x0131, 0x8769, 0x8825
_TAKEN, _DIGITIZED, _OFFSET_TAKEN, _OFFSET_DIGITIZED, _OFFSET = 0x9003, 0x9004, 0x9011, 0x9012, 0x9010
_LAT_REF, _LAT, _LNG_REF, _LNG, _GPS_TIME, _GPS_DATE, _GPS_ERROR = 1, 2, 3, 4, 7, 29, 31
_WHEN = re.compile(r"\s*(\d{4})[:/-](\d{1,2})[:/-](\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})")
_ZONE = re.compile(r"\s*([+-])(\d{2}):?(\d{2})")
_DEVICE_CHARS = 64
_FIRST_YEAR = 1990  # a camera whose clock was never set says 1970 or 1980; film had no EXIF


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """Fields as in `PhotoFacts`; None wherever the camera said nothing that makes sense."""

    local_time: str | None
    offset_minutes: int | None
    gps_at: datetime | None
    point: tuple[float, float] | None
    accuracy_m: float | None
    device: str | None
    software: str | None = None


def orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 when absent or absurd."""
    value = _quietly(lambda: int(image.getexif().get(_ORIENTATION, 1)))
    return value if value is not None and 1 <= value <= 8 else 1


def read_exif(image: Image.Image) -> ExifFacts:
    """The EXIF facts of an opened picture; every field fails alone."""
    top = _quietly(lambda: dict(image.getexif())) or {}
    inner = _quietly(lambda: dict(image.getexif().get_ifd(_EXIF_IFD))) or {}
    gps = _quietly(lambda: dict(image.getexif().get_ifd(_GPS_IFD))) or {}
    return ExifFacts(
        local_time=_quietly(lambda: _local_time(inner)),
        offset_minutes=_quietly(lambda: _offset(inner)),
        gps_at=_quietly(lambda: _gps_at(gps)),
        point=_quietly(lambda: _point(gps)),
        accuracy_m=_quietly(lambda: _accuracy(gps)),
        device=_quietly(lambda: _device(top)),
        software=_quietly(lambda: " ".join(_text(top.get(_SOFTWARE)).split())[:_DEVICE_CHARS] or None),
    )


def _quietly(read: Callable[[], T]) -> T | None:
    """A reader's answer, or None: parsers of broken EXIF raise whatever they like."""
    try:
        return read()
    except Exception:
        return None


def _text(value: Any) -> str:
    raw = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return "".join(c if c.isprintable() else " " for c in raw.split("\x00")[0])


def _local_time(inner: dict[int, Any]) -> str | None:
    for tag in (_TAKEN, _DIGITIZED):  # DateTime (0x0132) is when the file was changed, not when it was taken
        found = _WHEN.match(_text(inner.get(tag)))
        if found and int(found[1]) >= _FIRST_YEAR:
            year, month, day, hour, minute, second = found.groups()
            text = f"{year}-{month:>02}-{day:>02}T{hour:>02}:{minute:>02}:{second:>02}"
            return datetime.fromisoformat(text).isoformat()
    return None


def _offset(inner: dict[int, Any]) -> int | None:
    for tag in (_OFFSET_TAKEN, _OFFSET_DIGITIZED, _OFFSET):
        found = _ZONE.match(_text(inner.get(tag)))
        if found:
            minutes = int(found[2]) * 60 + int(found[3])
            return (minutes if found[1] == "+" else -minutes) if minutes <= 14 * 60 else None
    return None


def _gps_at(gps: dict[int, Any]) -> datetime | None:
    date = re.match(r"\s*(\d{4})[:/-](\d{1,2})[:/-](\d{1,2})", _text(gps.get(_GPS_DATE)))
    if not date or int(date[1]) < _FIRST_YEAR:
        return None
    hour, minute, second = (float(part) for part in gps[_GPS_TIME])
    midnight = datetime(int(date[1]), int(date[2]), int(date[3]), tzinfo=UTC)
    seconds = hour * 3600 + minute * 60 + second
    return midnight + timedelta(seconds=seconds) if 0 <= seconds < 86_401 else None


def _degrees(parts: Sequence[Any], ref: Any, negative: str) -> float:
    value = sum(float(part) / (60.0**power) for power, part in enumerate(parts))
    return -value if _text(ref).strip().upper().startswith(negative) else value


def _point(gps: dict[int, Any]) -> tuple[float, float] | None:
    if _LAT not in gps or _LNG not in gps:
        return None
    lat = _degrees(gps[_LAT], gps.get(_LAT_REF), "S")
    lng = _degrees(gps[_LNG], gps.get(_LNG_REF), "W")
    if not (math.isfinite(lat) and math.isfinite(lng)) or abs(lat) > 90 or abs(lng) > 180:
        return None
    return None if lat == lng == 0 else (round(lng, 7), round(lat, 7))  # 0, 0 is a phone that had no fix


def _accuracy(gps: dict[int, Any]) -> float | None:
    metres = float(gps[_GPS_ERROR])
    return round(metres, 1) if math.isfinite(metres) and 0 <= metres < 1_000_000 else None


def _device(top: dict[int, Any]) -> str | None:
    make = " ".join(_text(top.get(_MAKE)).split())
    model = " ".join(_text(top.get(_MODEL)).split())
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return name.strip()[:_DEVICE_CHARS] or None
