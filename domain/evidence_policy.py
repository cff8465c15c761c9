"""By which thresholds and weights photos and jobs are judged: versions per category, from a day on.

A version says only what differs from what ships; the newest one of the category that has begun counts, else the newest
for all categories, else version 1. A finding keeps the version it was made by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.errors import Fault, Invalid
from domain.finding_words import Code
from domain.geo import WORST_ACCURACY_M

WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        Code.TOO_DARK: 10,
        Code.BLURRED: 10,
        Code.TOO_SMALL_FOR_SLOT: 15,
        Code.GALLERY_WHERE_CAMERA_REQUIRED: 20,
        Code.UNKNOWN_PLACE: 5,
        Code.DUPLICATE_SLOT: 15,
        Code.TAKEN_AT_ANOTHER_TIME: 40,
        Code.TAKEN_ELSEWHERE: 40,
        Code.EDITED: 25,
        Code.REUSED: 60,
        Code.RETAKEN: 10,
        Code.IMPOSSIBLE_TRAVEL: 50,
        Code.SHARED_DEVICE: 20,
        Code.SERIAL_INSTALLED_BEFORE: 40,
        Code.CHECKED_IN_OUTSIDE: 15,
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds and weights, versioned; a finding keeps the version it was made with.

    `dark_below`, mean luma 0–255: 95 % of 184 consumer photos lie between 46 and 190. `blurred_below`, variance
    of the Laplacian: 95 % of them are above 240; an obvious blur leaves under 40, as does a bare white wall.
    `drift` is what an honest camera's clock may be off from the phone's, `offline` how long a photo may wait for
    a network, `skew` how far a phone's clock may run ahead of what is known of it.
    `elsewhere_m`: how far apart two points may be beyond both errors; a place is evidence, not a gate: 90 % of a small
    sample of completions lay within 500 m. `travel_kmh`, `travel_least_m`: what no installer drives, and the way below
    which a speed says nothing. `shared_days`: how long a phone remembers who used it. `flag_at`: the score from which
    a job is flagged; `soft_cap`: what all findings that can be mended, and a reasoned check-in outside, add at most.
    """

    version: int = 1
    dark_below: int = 40
    blurred_below: int = 60
    drift: timedelta = timedelta(hours=2)
    offline: timedelta = timedelta(hours=24)
    skew: timedelta = timedelta(minutes=5)
    worst_accuracy_m: float = WORST_ACCURACY_M
    elsewhere_m: int = 500
    travel_kmh: int = 150
    travel_least_m: int = 3000
    shared_days: int = 30
    flag_at: int = 40
    soft_cap: int = 30
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)


POLICY = Policy()

# What can be set: the least and the most, in whole numbers of the unit in the name.
RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "dark_below": (0, 255),
        "blurred_below": (0, 10_000),
        "drift_minutes": (5, 24 * 60),
        "offline_minutes": (30, 72 * 60),
        "skew_minutes": (1, 60),
        "worst_accuracy_m": (50, 5000),
        "elsewhere_m": (100, 20_000),
        "travel_kmh": (60, 1000),
        "travel_least_m": (500, 50_000),
        "shared_days": (1, 365),
        "flag_at": (1, 100),
        "soft_cap": (0, 99),
    }
)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version: `category` None is for all that have none of their own; `settings` are only the differences."""

    version: int
    category: str | None
    effective_from: datetime
    settings: Mapping[str, int]


def require_sound(settings: Mapping[str, int]) -> None:
    """Raises Invalid: an unknown name, a number out of its range, a soft cap that would flag by itself."""
    faults = [_fault(name, value) for name, value in settings.items()]
    found = [fault for fault in faults if fault is not None]
    if not found:
        policy = made(1, settings)
        if policy.soft_cap >= policy.flag_at:
            found = [
                Fault(
                    "settings.soft_cap",
                    "flags_alone",
                    "可补拍的问题不得单独触发审核：soft_cap 应小于 flag_at",
                )
            ]
    if found:
        raise Invalid(errors=found)


def _fault(name: str, value: int) -> Fault | None:
    least, most = RANGES.get(name, (0, 100))
    if name not in RANGES and name.removeprefix("weight_") not in WEIGHTS:
        return Fault(f"settings.{name}", "unknown_setting", "没有这个设置项")
    if not least <= value <= most:
        return Fault(f"settings.{name}", "out_of_range", f"应在 {least} 到 {most} 之间")
    return None


def made(version: int, settings: Mapping[str, int]) -> Policy:
    """The policy of a version: made(2, {"dark_below": 30, "skew_minutes": 3, "weight_reused": 80})."""
    weights = dict(WEIGHTS)
    plain: dict[str, object] = {}
    for name, value in settings.items():
        if name.startswith("weight_"):
            weights[Code(name.removeprefix("weight_"))] = value
        elif name.endswith("_minutes"):
            plain[name.removesuffix("_minutes")] = timedelta(minutes=value)
        else:
            plain[name] = value
    return replace(POLICY, version=version, weights=MappingProxyType(weights), **plain)  # type: ignore[arg-type]


def policy_at(versions: Iterable[PolicyVersion], category: str, at: datetime) -> Policy:
    """What holds for this category then: its own newest begun version, else the one for all, else what ships."""
    begun = [one for one in versions if one.category in (category, None) and one.effective_from <= at]
    if not begun:
        return POLICY
    best = max(begun, key=lambda one: (one.category is not None, one.effective_from, one.version))
    return made(best.version, best.settings)


def settings_of(policy: Policy) -> dict[str, int]:
    """Every setting as a version would write it; made(v, settings_of(policy)) is the policy again."""
    found = {}
    for name in RANGES:
        value = getattr(policy, name.removesuffix("_minutes"))
        found[name] = int(value / timedelta(minutes=1)) if isinstance(value, timedelta) else int(value)
    return found | {f"weight_{code}": weight for code, weight in policy.weights.items()}
