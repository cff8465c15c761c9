"""Points on the earth and in which datum they are, because Chinese maps are shifted on purpose.

WeChat answers in GCJ-02, a photo's EXIF in WGS-84; the same door in the two differs by 160 to 670 m, so
nothing may be compared before both are in one datum. Distances are straight lines in metres (haversine; at
most 0.5 % off the ellipsoid).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from domain.errors import Fault, Invalid

EARTH_RADIUS_M = 6_371_008.8
# The ellipsoid (Krasovsky 1940) and the eccentricity the shift is defined on.
_AXIS_M = 6_378_245.0
_ECC2 = 0.00669342162296594323
_INVERSE_ROUNDS = 8
_INVERSE_DEG = 1e-10

CHECK_IN_RADIUS_M = 500.0
WORST_ACCURACY_M = 500.0


class Datum(StrEnum):
    """What the numbers of a point mean."""

    GCJ02 = "gcj02"
    WGS84 = "wgs84"


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees east and north, the datum, how good the fix is in metres (None: not said) and who said so.

    Raises `Invalid` for what is no place: not finite, |lng| > 180, |lat| > 90.
    """

    lng: float
    lat: float
    datum: Datum
    accuracy_m: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lng) and abs(self.lng) <= 180):
            raise Invalid("经度有误", errors=[Fault("lng", "bad_longitude", "经度应在 -180 到 180 之间")])
        if not (math.isfinite(self.lat) and abs(self.lat) <= 90):
            raise Invalid("纬度有误", errors=[Fault("lat", "bad_latitude", "纬度应在 -90 到 90 之间")])


def outside_china(lng: float, lat: float) -> bool:
    """True where GCJ-02 does not shift: outside the rectangle 72.004–137.8347 E, 0.8293–55.8271 N."""
    return not (72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271)


def _waves(x: float) -> float:
    """The ripple both axes share."""
    return (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0


def _north_m(x: float, y: float) -> float:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + _waves(x)
    shift += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0


def _east_m(x: float, y: float) -> float:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + _waves(x)
    shift += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0


def _shift(lng: float, lat: float) -> tuple[float, float]:
    """Degrees (east, north) that GCJ-02 adds to a WGS-84 point."""
    x, y = lng - 105.0, lat - 35.0
    phi = math.radians(lat)
    bend = 1.0 - _ECC2 * math.sin(phi) ** 2
    meridian = _AXIS_M * (1.0 - _ECC2) / (bend * math.sqrt(bend))
    parallel = _AXIS_M / math.sqrt(bend) * math.cos(phi)
    return math.degrees(_east_m(x, y) / parallel), math.degrees(_north_m(x, y) / meridian)


def to_gcj02(point: Point) -> Point:
    """The same place in GCJ-02; unchanged numbers outside China."""
    if point.datum is Datum.GCJ02:
        return point
    if outside_china(point.lng, point.lat):
        return replace(point, datum=Datum.GCJ02)
    east, north = _shift(point.lng, point.lat)
    return replace(point, lng=point.lng + east, lat=point.lat + north, datum=Datum.GCJ02)


@lru_cache(maxsize=1024)
def to_wgs84(point: Point) -> Point:
    """The same place in WGS-84, within a millimetre: subtract the last guess's shift until it rests.

    A door is asked for again and again, by offers, check-in and each photo; a turn is 130 calls.
    """
    if point.datum is Datum.WGS84:
        return point
    if outside_china(point.lng, point.lat):
        return replace(point, datum=Datum.WGS84)
    lng, lat = point.lng, point.lat
    for _ in range(_INVERSE_ROUNDS):
        east, north = _shift(lng, lat)
        moved = abs(point.lng - east - lng) + abs(point.lat - north - lat)
        lng, lat = point.lng - east, point.lat - north
        if moved < _INVERSE_DEG:
            break
    return replace(point, lng=lng, lat=lat, datum=Datum.WGS84)


def distance_m(a: Point, b: Point) -> float:
    """Straight-line metres. Both are taken to WGS-84 first; one degree of latitude is about 111,195 m."""
    a, b = to_wgs84(a), to_wgs84(b)
    phi_a, phi_b = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((phi_b - phi_a) / 2) ** 2
    half += math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(b.lng - a.lng) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def offset_m(origin: Point, point: Point) -> tuple[int, int]:
    """Whole metres east and north of `origin`, both taken to WGS-84; for a map of a few kilometres.

    0.001° further north is (0, 111), 0.001° further east at 37.5° N is (88, 0).
    """
    origin, point = to_wgs84(origin), to_wgs84(point)
    east = math.radians(point.lng - origin.lng) * math.cos(math.radians(origin.lat)) * EARTH_RADIUS_M
    return round(east), round(math.radians(point.lat - origin.lat) * EARTH_RADIUS_M)


class Place(StrEnum):
    """Where a check-in was made, seen from the job's point."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """`unknown` is never a pass; `outside` needs a reason and a photo. `reason` is for people."""

    result: Place
    distance_m: float | None
    reason: str


def _useless(point: Point | None, whose: str) -> str | None:
    """Why this point proves nothing, or None."""
    if point is None:
        return f"没有{whose}"
    if point.lng == 0 and point.lat == 0:  # what a phone without a fix likes to send
        return f"{whose}无效"
    accuracy = point.accuracy_m
    if accuracy is not None and not 0 <= accuracy <= WORST_ACCURACY_M:
        return f"{whose}精度不足（误差 {accuracy:.0f} 米）" if math.isfinite(accuracy) else f"{whose}精度无效"
    return None


def useful(point: Point | None) -> bool:
    """Whether an arrival can be compared with this point at all."""
    return _useless(point, "") is None


def check_in_place(job_point: Point | None, fix: Point | None) -> CheckIn:
    """Inside when the distance is at most 500 m + the fix's accuracy: 530 m with 40 m accuracy is inside.

    A fix or job point worse than 500 m is `unknown`: otherwise whoever claims 50 km of error is always there.
    """
    why = _useless(job_point, "工单位置") or _useless(fix, "定位")
    if why is not None or job_point is None or fix is None:
        return CheckIn(Place.UNKNOWN, None, f"无法核对签到位置：{why}")
    metres = distance_m(job_point, fix)
    allowed = CHECK_IN_RADIUS_M + (fix.accuracy_m or 0.0)
    if metres <= allowed:
        return CheckIn(Place.INSIDE, metres, f"距工单位置 {metres:.0f} 米，在 {allowed:.0f} 米以内")
    return CheckIn(Place.OUTSIDE, metres, f"距工单位置 {metres:.0f} 米，超出 {allowed:.0f} 米")
