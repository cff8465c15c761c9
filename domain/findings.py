"""What speaks against a photo (domain.md §5). Nothing is refused for a finding: it is a reason and a weight.

`quality` findings are shown at once, still on site, because taking the photo again mends them. `integrity`
findings are for the brand's reviewers only: whoever cheats must not learn what gave it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.actors import DEALER_ROLES, Role
from domain.geo import WORST_ACCURACY_M, Point

REVIEWERS = frozenset({Role.AGENT, Role.AUDITOR, Role.ADMIN})
CAMERA, GALLERY = "camera", "gallery"


class Code(StrEnum):
    """What can be found on one photo alone; comparing it with others comes on top."""

    TOO_DARK = "too_dark"
    BLURRED = "blurred"
    TOO_SMALL_FOR_SLOT = "too_small_for_slot"
    GALLERY_WHERE_CAMERA_REQUIRED = "gallery_where_camera_required"
    UNKNOWN_PLACE = "unknown_place"
    TAKEN_AT_ANOTHER_TIME = "taken_at_another_time"


INTEGRITY = frozenset({Code.TAKEN_AT_ANOTHER_TIME})

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Code.TOO_DARK: "照片太暗（亮度 {brightness}，应不低于 {least}），请补光后重拍",
        Code.BLURRED: "照片可能模糊（清晰度 {sharpness}，应不低于 {least}），请对焦后重拍",
        Code.TOO_SMALL_FOR_SLOT: "照片太小（{width}×{height}，每边至少 {least} 像素），请上传原图或重拍",
        Code.GALLERY_WHERE_CAMERA_REQUIRED: "该拍照项须现场拍摄，请用相机重拍，不要从相册选取",
        Code.UNKNOWN_PLACE: "照片没有可用的位置信息，请打开手机定位后重拍",
        Code.TAKEN_AT_ANOTHER_TIME: "照片自带的拍摄时间与所称时间相差 {days} 天 {hours} 小时 {minutes} 分",
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds and weights, versioned; a finding keeps the version it was made with.

    `dark_below`, mean luma 0–255: 95 % of 184 consumer photos lie between 46 and 190. `blurred_below`, variance
    of the Laplacian: 95 % of them are above 240; an obvious blur leaves under 40, as does a bare white wall.
    `drift` is what an honest camera's clock may be off from the phone's, `offline` how long a photo may wait for
    a network, `skew` how far a phone's clock may run ahead of ours.
    """

    version: int = 1
    dark_below: int = 40
    blurred_below: int = 60
    drift: timedelta = timedelta(hours=2)
    offline: timedelta = timedelta(hours=24)
    skew: timedelta = timedelta(minutes=5)
    worst_accuracy_m: float = WORST_ACCURACY_M
    weights: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {
                Code.TOO_DARK: 10,
                Code.BLURRED: 10,
                Code.TOO_SMALL_FOR_SLOT: 15,
                Code.GALLERY_WHERE_CAMERA_REQUIRED: 20,
                Code.UNKNOWN_PLACE: 5,
                Code.TAKEN_AT_ANOTHER_TIME: 40,
            }
        )
    )


POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo as far as its own findings go: the server's facts, the phone's words, the slot's demands.

    `exif_moments` are shutter time and satellites' time, whichever the camera wrote. `min_side` in pixels.
    """

    brightness: int
    sharpness: int
    width: int
    height: int
    min_side: int
    camera_only: bool
    capture: str
    received_at: datetime
    captured_at: datetime | None = None
    point: Point | None = None
    exif_point: Point | None = None
    exif_moments: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A code, how heavy it weighs towards an audit (0–100), and the numbers behind it."""

    code: str
    weight: int
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """For people, in Chinese."""
        return reason(self.code, self.numbers)


def reason(code: str, numbers: Mapping[str, int]) -> str:
    """The words of a finding as stored: reason("too_dark", {"brightness": 12, "least": 40})."""
    if code == Code.TAKEN_AT_ANOTHER_TIME:
        days, rest = divmod(numbers["minutes"], 24 * 60)
        hours, minutes = divmod(rest, 60)
        return _WORDS[code].format(days=days, hours=hours, minutes=minutes)
    return _WORDS[code].format(**numbers)


def may_see(role: Role, code: str) -> bool:
    """Reviewers see every finding, the dealer's side what it can mend, the customer none."""
    if role in REVIEWERS:
        return True
    return role in DEALER_ROLES and code not in INTEGRITY


def find(seen: Seen, policy: Policy = POLICY) -> tuple[Finding, ...]:
    """Everything found on one photo, in the order of `Code`."""
    found = {code: numbers for look in _LOOKS for code, numbers in look(seen, policy)}
    return tuple(Finding(code, policy.weights[code], found[code]) for code in Code if code in found)


_Found = Iterator[tuple[Code, Mapping[str, int]]]


def _light(seen: Seen, policy: Policy) -> _Found:
    if seen.brightness < policy.dark_below:
        yield Code.TOO_DARK, {"brightness": seen.brightness, "least": policy.dark_below}


def _focus(seen: Seen, policy: Policy) -> _Found:
    if seen.sharpness < policy.blurred_below:
        yield Code.BLURRED, {"sharpness": seen.sharpness, "least": policy.blurred_below}


def _size(seen: Seen, _policy: Policy) -> _Found:
    if min(seen.width, seen.height) < seen.min_side:
        yield (
            Code.TOO_SMALL_FOR_SLOT,
            {"width": seen.width, "height": seen.height, "least": seen.min_side},
        )


def _origin(seen: Seen, _policy: Policy) -> _Found:
    if seen.camera_only and seen.capture == GALLERY:
        yield Code.GALLERY_WHERE_CAMERA_REQUIRED, {}


def _place(seen: Seen, policy: Policy) -> _Found:
    if not any(_tells(point, policy) for point in (seen.point, seen.exif_point)):
        yield Code.UNKNOWN_PLACE, {}


def _tells(point: Point | None, policy: Policy) -> bool:
    """0, 0 is a phone without a fix; a fix worse than half a kilometre says nothing about one door."""
    if point is None or point.lng == point.lat == 0:
        return False
    return point.accuracy_m is None or 0 <= point.accuracy_m <= policy.worst_accuracy_m


def _time(seen: Seen, policy: Policy) -> _Found:
    gap = max(_gaps(seen, policy), default=timedelta(0))
    if gap:
        yield Code.TAKEN_AT_ANOTHER_TIME, {"minutes": int(gap / timedelta(minutes=1))}


def _gaps(seen: Seen, policy: Policy) -> Iterator[timedelta]:
    """How far off each time is that cannot be explained by a bad network or a clock's ordinary error.

    Captured at 10:00 by the phone, received at 18:00, EXIF 10:04: none. EXIF of the day before: a day.
    """
    claimed, received = seen.captured_at, seen.received_at
    if claimed is not None and claimed <= received + policy.skew:
        if received - claimed > policy.offline:
            yield received - claimed
        for moment in seen.exif_moments:
            if abs(moment - claimed) > policy.drift:
                yield abs(moment - claimed)
        return
    for (
        moment
    ) in seen.exif_moments:  # nothing usable from the phone: anything within the allowance may be true
        if moment > received + policy.drift or received - moment > policy.offline + policy.drift:
            yield abs(received - moment)


_LOOKS = (_light, _focus, _size, _origin, _place, _time)
