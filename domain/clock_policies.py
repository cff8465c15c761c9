"""Versions of clock policies: which counts where and when, and which may not stand beside which.

A version narrows a default to a channel, a category, a zone and a time. Without an end it holds until the next one of
the same place begins; with an end it is an exception (a promotion, a flood) that goes before those without. So for any
instant and place at most one of each kind of version fits, whatever the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.calendar import Counts
from domain.clocks import DEFAULT_POLICIES, ClockKind, ClockPolicy, Family, Zone
from domain.errors import Conflict, Fault, Invalid

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class PolicyOverlaps(Conflict):
    """Another version holds for the same place and time; `extra['policy_id']` says which."""

    code = "policy_overlaps"
    title = "同一范围内已有生效时间重叠的时效规则"


@dataclass(frozen=True, slots=True)
class Place:
    """What a policy is looked up by."""

    channel_id: int
    category_code: str
    zone: str


@dataclass(frozen=True, slots=True)
class Version:
    """A policy for a place (None: every one) and a time, [from, until)."""

    policy: ClockPolicy
    channel_id: int | None
    category_code: str | None
    effective_from: datetime
    effective_until: datetime | None = None
    id: int | None = None

    def fits(self, place: Place, at: datetime) -> bool:
        """Whether it holds there and then."""
        return (
            self.effective_from <= at
            and (self.effective_until is None or at < self.effective_until)
            and self.channel_id in (None, place.channel_id)
            and self.category_code in (None, place.category_code)
            and self.policy.zone in (None, place.zone)
        )

    def specificity(self) -> tuple[bool, bool, bool, bool, datetime]:
        """Channel outweighs category outweighs zone outweighs an end; among equals the newest."""
        return (
            self.channel_id is not None,
            self.category_code is not None,
            self.policy.zone is not None,
            self.effective_until is not None,
            self.effective_from,
        )

    def key(self) -> tuple[object, ...]:
        """What two versions have in common that speak of the same."""
        return (
            self.policy.kind,
            self.policy.family,
            self.channel_id,
            self.category_code,
            self.policy.zone,
            self.effective_until is None,
        )


def applied(
    defaults: Iterable[ClockPolicy], versions: Iterable[Version], place: Place, at: datetime
) -> list[ClockPolicy]:
    """Each default, replaced by the most specific version in force at `at`."""
    fitting = [version for version in versions if version.fits(place, at)]
    return [_replaced(policy, fitting) for policy in defaults]


def _replaced(policy: ClockPolicy, fitting: Sequence[Version]) -> ClockPolicy:
    same = [v for v in fitting if (v.policy.kind, v.policy.family) == (policy.kind, policy.family)]
    return max(same, key=Version.specificity).policy if same else policy


def made(
    kind: ClockKind, family: Family, counts: Counts, window: timedelta, zone: Zone | None
) -> ClockPolicy:
    """The default of that kind and family with other hours; `Invalid` where there is none to replace."""
    base = next((p for p in DEFAULT_POLICIES if (p.kind, p.family) == (kind, family)), None)
    if base is None:
        raise Invalid(errors=[Fault("family", "unknown_policy", "没有这一类时效规则")])
    return replace(base, counts=counts, window=window, zone=zone)


def require_sound(draft: Version, others: Iterable[Version]) -> None:
    """`Invalid` with every fault of the draft, `PolicyOverlaps` where another version speaks of the same."""
    faults = [*_faults_of_policy(draft.policy), *_faults_of_time(draft)]
    if faults:
        raise Invalid(errors=faults)
    for other in others:
        if other.key() == draft.key() and _overlap(draft, other):
            raise PolicyOverlaps(policy_id=other.id)


def _overlap(one: Version, other: Version) -> bool:
    """Those without an end follow each other, unless they begin at once; those with one must keep apart."""
    if one.effective_until is None or other.effective_until is None:
        return one.effective_from == other.effective_from
    return one.effective_from < other.effective_until and other.effective_from < one.effective_until


def _faults_of_policy(policy: ClockPolicy) -> list[Fault]:
    defaults = [p for p in DEFAULT_POLICIES if (p.kind, p.family) == (policy.kind, policy.family)]
    faults = []
    if any(p.window is None for p in defaults):
        faults.append(Fault("kind", "window_is_booked", "该时效以预约时段为准，不能另设时限"))
    if policy.zone is None and all(p.zone is not None for p in defaults):
        faults.append(Fault("zone", "zone_required", "该时效按区域区分，须指明 free 或 remote"))
    if policy.window is None or not SHORTEST <= policy.window <= LONGEST:
        faults.append(Fault("window_s", "range", "时限应在 1 分钟与 366 天之间"))
    return faults


def _faults_of_time(draft: Version) -> list[Fault]:
    times = {"effective_from": draft.effective_from, "effective_until": draft.effective_until}
    known = {name: at for name, at in times.items() if at is not None}
    naive = [name for name, at in known.items() if at.utcoffset() is None]
    if naive:
        return [Fault(name, "offset_missing", "时间须带时区") for name in naive]
    faults = [
        Fault(name, "range", "应在 2000 与 2100 年之间")
        for name, at in known.items()
        if not EARLIEST <= at < LATEST
    ]
    if draft.effective_until is not None and draft.effective_until <= draft.effective_from:
        faults.append(Fault("effective_until", "order", "失效时间须晚于生效时间"))
    return faults
