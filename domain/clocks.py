"""Promises of time: when each is due, and which action starts, stops or pauses it.

No clock is ever incremented: `due` is one function of stored facts. The table is data, its figures defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from domain.actions import Action
from domain.calendar import MICROSECOND, Calendar, Counts, from_us, to_us, year_of
from domain.delays import CUSTOMERS
from domain.spans import FOREVER, Span, delayed, merged


@dataclass(frozen=True, slots=True)
class Pause:
    """From `since` up to, not including, `until`; None is a pause still open."""

    since: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ValueError("a pause cannot end before it began")


@dataclass(frozen=True, slots=True)
class Due:
    """`at` is None while the clock stands still. Provisional: a year on the way is not published yet."""

    at: datetime | None
    provisional: bool = False


class Level(StrEnum):
    """How late: a fifth of the window left, all of it used, and once more as much."""

    NOTICE = "notice"
    BREACH = "breach"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Levels:
    """When each level is reached; None for one that an open pause holds off."""

    notice_at: datetime | None
    breach_at: datetime | None
    severe_at: datetime | None
    provisional: bool = False

    def reached(self, at: datetime) -> Level | None:
        """The highest level reached by then, as a sweep over `breach_at <= now` sees it."""
        highest_first = zip(reversed(Level), (self.severe_at, self.breach_at, self.notice_at), strict=True)
        return next((level for level, moment in highest_first if moment is not None and moment <= at), None)

    def passed(self, at: datetime) -> int:
        """How many levels lie at or before `at`: a clock that begins in the past begins at this level."""
        return sum(m is not None and m <= at for m in (self.notice_at, self.breach_at, self.severe_at))


def due(
    start: datetime, window: timedelta, counts: Counts, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Due:
    """When the window is used up. Paused time moves it only inside the hours the clock counts, and only once.

    Two service hours from 19:00 end at 09:00 on the next day; paused from 19:30 to 08:30, at 10:00.
    """
    [end], provisional = _ends(start, (_length(window),), counts, calendar, pauses)
    return Due(end, provisional)


def levels(
    start: datetime, window: timedelta, counts: Counts, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Levels:
    """The three levels, all counted in the same hours: of 24 wall hours, after 19 h 12 min, 24 h and 48 h."""
    length = _length(window)
    lengths = (length - length // 5, length, 2 * length)
    [notice, breach, severe], provisional = _ends(start, lengths, counts, calendar, pauses)
    return Levels(notice, breach, severe, provisional)


def elapsed(
    start: datetime, until: datetime, counts: Counts, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> timedelta:
    """The counted time between two instants without pauses; zero when the clock starts later than `until`."""
    begin, end = to_us(start), to_us(until)
    if end <= begin:
        return timedelta(0)
    used = calendar.counted(end, counts) - calendar.counted(begin, counts)
    for since, back in _merged(pauses, begin):
        if since >= end:
            break
        used -= calendar.counted(min(back, end), counts) - calendar.counted(since, counts)
    return timedelta(microseconds=used)


def _length(window: timedelta) -> int:
    length = window // MICROSECOND
    if length <= 0:
        raise ValueError("a window must be longer than nothing")
    return length


def _ends(
    start: datetime, lengths: Sequence[int], counts: Counts, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[list[datetime | None], bool]:
    """The end of each window, ascending in length, and whether any of them rests on an unpublished year."""
    begin = to_us(start)
    counted = calendar.counted(begin, counts)
    if pauses:
        targets = delayed(counted, lengths, counts, calendar, _merged(pauses, begin))
    else:
        targets = [counted + length for length in lengths]
    ends = [None if target is None else calendar.moment(target, counts) for target in targets]
    moments = [None if end is None else from_us(end) for end in ends]
    if counts != Counts.WORKING:
        return moments, False
    last = max((end for end in ends if end is not None), default=begin)
    return moments, not calendar.is_final(year_of(begin), year_of(last))


def _merged(pauses: Iterable[Pause], begin: int) -> list[Span]:
    spans = ((to_us(p.since), FOREVER if p.until is None else to_us(p.until)) for p in pauses)
    return merged(spans, begin)


class ClockKind(StrEnum):
    """What is promised."""

    ACCEPT = "accept"
    NAME_INSTALLER = "name_installer"
    CONTACT = "contact"
    BOOK = "book"
    ARRIVE = "arrive"
    FINISH = "finish"
    SUPPLEMENT = "supplement"
    CONFIRM = "confirm"
    AUDIT = "audit"
    URGE_REPLY = "urge_reply"
    COMPLAINT_FIRST_REPLY = "complaint_first_reply"
    COMPLAINT_CLOSE = "complaint_close"
    SAFETY = "safety"
    APPEAL = "appeal"


class Family(StrEnum):
    """Who measures: the channel, the brand, or nobody outside the house. Never mixed."""

    PLATFORM = "platform"
    DEALER = "dealer"
    NONE = "none"


class Owner(StrEnum):
    """Whose clock it is."""

    DEALER = "dealer"
    CUSTOMER = "customer"
    BRAND = "brand"
    AGENT = "agent"


class Zone(StrEnum):
    """How a dealer covers a division."""

    FREE = "free"
    REMOTE = "remote"


class Since(StrEnum):
    """Where a clock counts from: the action, the start of the booked window, or `ready_at` of the goods."""

    ACTION = "action"
    WINDOW_START = "window_start"
    GOODS_READY = "goods_ready"


@dataclass(frozen=True, slots=True)
class ClockPolicy:
    """One row of the table. Triggers are actions on a job (imperative) or facts from outside it (past tense).

    A variant may narrow a trigger: `audit_fail:evidence`. No window: the booked one. No zone: each.
    A clock stopped at or after a level's instant has reached that level.
    """

    kind: ClockKind
    family: Family
    owner: Owner
    starts_on: tuple[str, ...]
    stops_on: tuple[str, ...]
    counts: Counts
    window: timedelta | None
    zone: Zone | None = None
    since: Since = Since.ACTION


def _row(
    kind: str, family: str, owner: str, starts: str, stops: str, counts: str, hours: float | None,
    zone: Zone | None = None, since: Since = Since.ACTION,
) -> ClockPolicy:  # fmt: skip
    """A line of the table below: triggers are words with spaces between."""
    who = (ClockKind(kind), Family(family), Owner(owner))
    window = None if hours is None else timedelta(hours=hours)
    return ClockPolicy(*who, tuple(starts.split()), tuple(stops.split()), Counts(counts), window, zone, since)


_SPOKE, _OPENED = "confirm confirm_with_reserves dispute auto_confirm", "complaint_opened"
_HANDED, _TAKEN, _READY = "delivered reopen", "delivered accept", Since.GOODS_READY  # see domain.delivery
_BOOKED, _SEEN = "book reschedule resume", "supplement audit_pass audit_fail:work"
_CALLED = "safety_called complaint_closed"
_DRAWN = "audit_sampled supplement confirm:audited auto_confirm:audited rule:audited"
DEFAULT_POLICIES: tuple[ClockPolicy, ...] = (
    # kind, family, owner, starts, stops, counts, hours
    _row("accept", "dealer", "dealer", "offer", "accept decline expire", "service", 2),
    _row("name_installer", "platform", "dealer", "accept", "assign", "wall", 6),
    _row("contact", "dealer", "dealer", "accept", "contact book fail_booking", "service", 4),
    _row("book", "dealer", "dealer", "accept", "book", "wall", 24),
    _row("arrive", "dealer", "dealer", _BOOKED, "check_in", "wall", None, None, Since.WINDOW_START),
    _row("finish", "platform", "dealer", _HANDED, "submit", "wall", 48, Zone.FREE, _READY),
    _row("finish", "platform", "dealer", _HANDED, "submit", "wall", 72, Zone.REMOTE, _READY),
    _row("finish", "dealer", "dealer", _TAKEN, "submit", "wall", 48, Zone.FREE, _READY),
    _row("finish", "dealer", "dealer", _TAKEN, "submit", "wall", 72, Zone.REMOTE, _READY),
    _row("supplement", "dealer", "dealer", "audit_fail:evidence", _SEEN, "wall", 24),
    _row("confirm", "none", "customer", "submit", _SPOKE, "wall", 48),
    _row("audit", "none", "brand", _DRAWN, "audit_pass audit_fail", "working", 3 * 12),
    _row("urge_reply", "dealer", "dealer", "urge", "urge_answered", "service", 1),
    _row("complaint_first_reply", "platform", "agent", _OPENED, "complaint_replied", "service", 0.5),
    _row("complaint_close", "platform", "agent", _OPENED, "complaint_closed", "working", 3 * 12),
    _row("safety", "none", "agent", "complaint_opened:safety", _CALLED, "wall", 0.5),
    _row("appeal", "none", "agent", "breach_appealed", "appeal_answered", "working", 2 * 12),
)

CONFIRM_REMINDERS = (timedelta(hours=24), timedelta(hours=40))
"""When the customer is reminded before silence confirms; counted like the confirm clock, in wall time."""


@dataclass(frozen=True, slots=True)
class PauseRule:
    """`opens_on` lays a pause on these clocks, whichever of `closes_on` comes first lifts it."""

    opens_on: str
    closes_on: tuple[str, ...]
    kinds: tuple[ClockKind, ...]


_K = ClockKind
_LEFT = ("redispatch", "fix_address:moved")  # the next dealer does not inherit a standstill


def _pauses(action: Action, closes_on: tuple[str, ...], *kinds: ClockKind) -> list[PauseRule]:
    """A rule per reason that is the customer's."""
    return [PauseRule(f"{action}:{reason}", closes_on, kinds) for reason in sorted(CUSTOMERS[action])]


PAUSE_RULES: tuple[PauseRule, ...] = (
    *_pauses(Action.SUSPEND, ("resume", *_LEFT), _K.BOOK, _K.FINISH),
    *_pauses(Action.ABORT_VISIT, ("resume", *_LEFT), _K.FINISH),
    PauseRule("hold", ("release",), (_K.ARRIVE, _K.FINISH)),
    PauseRule("fail_booking:2", ("delivered", "contact", "book"), (_K.BOOK, _K.FINISH)),
    PauseRule("fail_booking:3", ("contact", "book"), (_K.BOOK, _K.FINISH)),
)
"""Of Tmall's five reasons only 2 (goods not received) and 3 (not needed yet) pause; of others see `domain.delays`."""

AT_THE_DOOR = frozenset({_K.ARRIVE, _K.FINISH, _K.SUPPLEMENT})  # what an installer's own deeds stop
_BEFORE_VISIT = (_K.ACCEPT, _K.NAME_INSTALLER, _K.CONTACT, _K.BOOK, _K.ARRIVE)
_ALL = (*_BEFORE_VISIT, _K.FINISH, _K.SUPPLEMENT, _K.CONFIRM, _K.AUDIT, _K.URGE_REPLY)
ENDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("reschedule", "suspend", "reassign:nobody"), (_K.ARRIVE,)),
    **dict.fromkeys(_LEFT, (*_BEFORE_VISIT, _K.URGE_REPLY, "finish:dealer")),
    **dict.fromkeys(("cancel", "abort_visit:cancelled"), _ALL),
    "mark_unserved": (*_BEFORE_VISIT, _K.FINISH),
}
"""Actions that end clocks without a verdict: levels reached stand, none is added, nothing counts as kept.

`finish:dealer`: of that family alone; what the platform measures goes on, the next dealer has a clock of its own.
"""


def _by_trigger(column: Callable[[ClockPolicy], tuple[str, ...]]) -> Mapping[str, tuple[ClockKind, ...]]:
    rows = [(trigger, policy.kind) for policy in DEFAULT_POLICIES for trigger in column(policy)]
    return {name: tuple(dict.fromkeys(kind for trigger, kind in rows if trigger == name)) for name, _ in rows}


STARTS = _by_trigger(lambda policy: policy.starts_on)
STOPS = _by_trigger(lambda policy: policy.stops_on)


@lru_cache(maxsize=1024)
def started_by(action: str, zone: Zone, variant: str = "") -> tuple[ClockPolicy, ...]:
    """The policies whose clocks an action starts in a zone: delivered, free → finish, both families, 48 h."""
    names = {action, f"{action}:{variant}"}
    return tuple(p for p in DEFAULT_POLICIES if p.zone in (None, zone) and not names.isdisjoint(p.starts_on))
