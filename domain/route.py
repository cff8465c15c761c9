"""An installer's day as a route: facts in, a proposed order with its times out, and what cannot be kept.

The order is found elsewhere (`jobs/route_solver.py`); everything it is judged by stands here. All travel is an
estimate: straight metres × a detour factor ÷ a speed, never a road. A plan changes no booking: it proposes and warns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.calendar import SHANGHAI
from domain.geo import Point, distance_m
from domain.reasons import HOLD

DAY_ENDS = time(20)
LATE_WEIGHT = 1_000
"""A second late at an agreed window outweighs so many seconds on the road."""


class Flag(StrEnum):
    """Why a stop needs somebody's eye."""

    WINDOW = "window_missed"
    EVENING = "after_hours"
    INSTALLER = "installer_unfit"
    HELD = "held"
    NO_POINT = "no_point"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What estimates rest on: 25 km/h, ways 1.4 times the straight line, an hour a unit, 30 min to a place unknown."""

    speed_kmh: int = 25
    detour_percent: int = 140
    minutes_per_unit: int = 60
    minutes_unknown: int = 30

    def travel(self, metres: int | None) -> timedelta:
        """How long so many straight metres take, up to the next minute: 5,000 m × 1.4 at 25 km/h, 17 min."""
        if metres is None:
            return timedelta(minutes=self.minutes_unknown)
        return timedelta(minutes=math.ceil(metres * self.detour_percent * 60 / (100_000 * self.speed_kmh)))


@dataclass(frozen=True, slots=True)
class Call:
    """One visit of the day: its jobs, the agreed window, how long it will take, what speaks against it (Chinese).

    `arrived_at` and `left_at` are facts of a visit begun or over; both None while it lies ahead.
    """

    visit_id: int
    job_ids: tuple[int, ...]
    start: datetime
    end: datetime
    units: int
    point: Point | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    held: str | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayFacts:
    """All that a plan is computed from. `outlet`: where the day begins; None: nobody knows."""

    installer_id: int
    day: date
    now: datetime
    outlet: Point | None
    calls: tuple[Call, ...]
    assumptions: Assumptions = Assumptions()

    @property
    def done(self) -> tuple[Call, ...]:
        """What has begun, in the order it happened."""
        begun = [call for call in self.calls if call.arrived_at is not None]
        return tuple(sorted(begun, key=lambda call: (call.arrived_at or self.now, call.visit_id)))

    @property
    def ahead(self) -> tuple[Call, ...]:
        """What is to be ordered, as agreed: by window."""
        waiting = [call for call in self.calls if call.arrived_at is None]
        return tuple(sorted(waiting, key=lambda call: (call.start, call.end, call.visit_id)))

    def lasts(self, call: Call) -> timedelta:
        """How long the work will take."""
        return timedelta(minutes=self.assumptions.minutes_per_unit * max(1, call.units))

    def leaves(self, call: Call) -> datetime:
        """When a visit that has begun is or will be over."""
        if call.left_at is not None:
            return call.left_at
        return max((call.arrived_at or self.now) + self.lasts(call), self.now)


@dataclass(frozen=True, slots=True)
class Problem:
    """The visits ahead as whole seconds after `base`, for a solver. Row 0 of `travel` is where one sets out."""

    base: datetime
    earliest: int
    travel: tuple[tuple[int, ...], ...]
    metres: tuple[tuple[int | None, ...], ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    lasts: tuple[int, ...]


def problem(facts: DayFacts) -> Problem:
    """What has to be ordered, with every way between two places estimated."""
    ahead, done = facts.ahead, facts.done
    base = datetime.combine(facts.day, time(), SHANGHAI)
    places = [done[-1].point if done else facts.outlet, *(call.point for call in ahead)]
    metres = tuple(tuple(_metres(a, b) for b in places) for a in places)
    free_from = max(base, facts.now, *(facts.leaves(call) for call in done))
    return Problem(
        base=base,
        earliest=_seconds(free_from - base),
        travel=tuple(tuple(_seconds(facts.assumptions.travel(way)) for way in row) for row in metres),
        metres=metres,
        opens=tuple(_seconds(call.start - base) for call in ahead),
        closes=tuple(_seconds(call.end - base) for call in ahead),
        lasts=tuple(_seconds(facts.lasts(call)) for call in ahead),
    )


def _metres(a: Point | None, b: Point | None) -> int | None:
    return None if a is None or b is None else 0 if a is b else round(distance_m(a, b))


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


@dataclass(frozen=True, slots=True)
class Timed:
    """One visit in an order, seconds after `base`: set out, at the door, at work, away."""

    index: int
    sets_out: int
    arrives: int
    begins: int
    leaves: int


def timed(facts: Problem, order: Sequence[int]) -> tuple[Timed, ...]:
    """The times of an order; the first way is begun just in time. Nobody begins before a window opens."""
    found: list[Timed] = []
    place, free = 0, facts.earliest
    for index in order:
        way = facts.travel[place][index + 1]
        if not found:
            free = max(free, facts.opens[index] - way)
        arrives = free + way
        begins = max(arrives, facts.opens[index])
        found.append(Timed(index, free, arrives, begins, begins + facts.lasts[index]))
        place, free = index + 1, begins + facts.lasts[index]
    return tuple(found)


def cost(facts: Problem, order: Sequence[int]) -> int:
    """What an order is chosen by: seconds late at doors, far above seconds on the way and how late the day ends."""
    times = timed(facts, order)
    late = sum(max(0, stop.arrives - facts.closes[stop.index]) for stop in times)
    return (
        LATE_WEIGHT * late
        + sum(stop.arrives - stop.sets_out for stop in times)
        + max(s.leaves for s in times)
    )


def proven(facts: Problem, order: Sequence[int]) -> tuple[int, ...]:
    """The cheapest order there is, by going through all that could still beat the given one. For few visits only."""
    best, least = tuple(order), cost(facts, order)
    # (so far, place, free at, seconds late, seconds on the way)
    waiting: list[tuple[tuple[int, ...], int, int, int, int]] = [((), 0, facts.earliest, 0, 0)]
    while waiting:
        so_far, place, free, late, away = waiting.pop()
        left = [index for index in range(len(order)) if index not in so_far]
        if LATE_WEIGHT * late + away + free + sum(facts.lasts[index] for index in left) >= least:
            continue
        if not left:
            best, least = so_far, LATE_WEIGHT * late + away + free
        for index in left:
            way = facts.travel[place][index + 1]
            arrives = free + way
            done = max(arrives, facts.opens[index]) + facts.lasts[index]
            behind = max(0, arrives - facts.closes[index])
            waiting.append(((*so_far, index), index + 1, done, late + behind, away + way))
    return best


@dataclass(frozen=True, slots=True)
class Warned:
    """A flag and its reason, for people."""

    flag: Flag
    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit in the proposed order. `travel_m`: the straight line, None when a place is unknown; `done`: a fact."""

    position: int
    visit_id: int
    job_ids: tuple[int, ...]
    window_start: datetime
    window_end: datetime
    travel_m: int | None
    travel_s: int
    arrive_at: datetime
    begin_at: datetime
    leave_at: datetime
    done: bool
    warnings: tuple[Warned, ...]


def stops(facts: DayFacts, order: Sequence[int]) -> tuple[Stop, ...]:
    """The day: what has happened, then what lies ahead in this order (indices into `facts.ahead`)."""
    given = problem(facts)
    if sorted(order) != list(range(len(facts.ahead))):
        raise ValueError("an order names every visit ahead once")
    found = [_done(facts, position, call) for position, call in enumerate(facts.done, 1)]
    place = 0
    for stop in timed(given, order):
        call, way = facts.ahead[stop.index], given.metres[place][stop.index + 1]
        before = found[-1] if found else None
        found.append(_ahead(facts, given, stop, call, way, before))
        place = stop.index + 1
    return tuple(found)


def _ahead(
    facts: DayFacts, given: Problem, at: Timed, call: Call, way: int | None, before: Stop | None
) -> Stop:
    arrives, begins, leaves = (given.base + timedelta(seconds=s) for s in (at.arrives, at.begins, at.leaves))
    way_s = at.arrives - at.sets_out
    return Stop(
        position=before.position + 1 if before else 1,
        visit_id=call.visit_id,
        job_ids=call.job_ids,
        window_start=call.start,
        window_end=call.end,
        travel_m=way,
        travel_s=way_s,
        arrive_at=arrives,
        begin_at=begins,
        leave_at=leaves,
        done=False,
        warnings=_warnings(facts, call, arrives, leaves, way_s, before),
    )


def _done(facts: DayFacts, position: int, call: Call) -> Stop:
    arrived = call.arrived_at or facts.now
    whose = (position, call.visit_id, call.job_ids, call.start, call.end)
    return Stop(*whose, None, 0, arrived, arrived, facts.leaves(call), True, ())


def _warnings(
    facts: DayFacts, call: Call, arrives: datetime, leaves: datetime, way_s: int, before: Stop | None
) -> tuple[Warned, ...]:
    found = [Warned(Flag.INSTALLER, fault) for fault in call.faults]
    if call.held is not None:
        found.append(Warned(Flag.HELD, f"暂缓上门（{HOLD.get(call.held, call.held)}），解除前不能签到"))
    if call.point is None:
        minutes = facts.assumptions.minutes_unknown
        found.append(Warned(Flag.NO_POINT, f"地址没有坐标，路程按 {minutes} 分钟估算"))
    if arrives > call.end:
        found.append(Warned(Flag.WINDOW, _missed(facts, call, arrives, way_s, before)))
    if leaves > datetime.combine(facts.day, DAY_ENDS, SHANGHAI):
        found.append(Warned(Flag.EVENING, f"预计 {_clock(leaves)} 才能结束，超出 20:00"))
    return tuple(found)


def _missed(facts: DayFacts, call: Call, arrives: datetime, way_s: int, before: Stop | None) -> str:
    window = f"{_clock(call.start)}–{_clock(call.end)}"
    since = f"上一站预计 {_clock(before.leave_at)} 结束" if before else f"现在是 {_clock(facts.now)}"
    way = f"路程约 {way_s // 60} 分钟（估算）"
    return f"预计 {_clock(arrives)} 到达，超出约定时段 {window}：{since}，{way}，请改约或换人"


def _clock(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%H:%M")
