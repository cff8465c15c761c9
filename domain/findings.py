"""What speaks against one photo (domain.md §5). Nothing is refused for a finding: it is a reason and a weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import whereabouts
from domain.editors import editor
from domain.evidence_policy import POLICY, Policy
from domain.finding_words import INTEGRITY, QUALITY, REVIEWERS, Code, Finding, may_see, numbers_for, reason
from domain.geo import Point
from domain.whereabouts import usable

__all__ = [
    "INTEGRITY",
    "POLICY",
    "QUALITY",
    "REVIEWERS",
    "Code",
    "Finding",
    "Policy",
    "Seen",
    "find",
    "may_see",
    "numbers_for",
    "reason",
]

CAMERA, GALLERY = "camera", "gallery"


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo as far as its own findings go: the server's facts, the phone's words, the slot's demands.

    `exif_moments` are shutter time and satellites' time, whichever the camera wrote. `min_side` in pixels.
    `captured_at` is on our clock: what the phone said, put right by how far its clock is known to be off.
    `twin_id`: a photo of another slot of the same job with the same bytes.
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
    check_in: Point | None = None
    door: Point | None = None
    software: str | None = None
    twin_id: int | None = None


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
    if not any(usable(point, policy.worst_accuracy_m) for point in (seen.point, seen.exif_point)):
        yield Code.UNKNOWN_PLACE, {}


def _elsewhere(seen: Seen, policy: Policy) -> _Found:
    points = whereabouts.Points(seen.exif_point, seen.point, seen.check_in, seen.door)
    apart = whereabouts.look(points, policy)
    if apart.state == whereabouts.State.ELSEWHERE:
        yield Code.TAKEN_ELSEWHERE, apart.numbers()


def _edited(seen: Seen, _policy: Policy) -> _Found:
    program = editor(seen.software)
    if program is not None:
        yield Code.EDITED, {"editor": program}


def _twin(seen: Seen, _policy: Policy) -> _Found:
    if seen.twin_id is not None:
        yield Code.DUPLICATE_SLOT, {"photo_id": seen.twin_id}


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


_LOOKS = (_light, _focus, _size, _origin, _place, _twin, _time, _elsewhere, _edited)
