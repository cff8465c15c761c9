"""The clock against an oracle that walks minute by minute and shares nothing with it (`tests/oracles/clock.py`).

A few seconds by default; `pytest tests/domain/test_clock_oracle.py --hypothesis-profile=thorough` for a night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.calendar import SHANGHAI, Calendar, Counts, local_date, to_us
from domain.clocks import Levels, Pause, due, levels
from tests.oracles import clock as oracle

MINUTE = timedelta(minutes=1)
ASKED = settings.default.max_examples
EXAMPLES = ASKED if ASKED >= 2_000 else max(ASKED // 4, 25)  # the walks are slow on purpose
walked = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Zones people's phones and platforms' files come in; offsets of half hours and the two ends of the world too.
ZONES = [
    UTC,
    SHANGHAI,
    *map(ZoneInfo, ("Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati")),
]
YEARS = (2024, 2025, 2026, 2027)


@dataclass(frozen=True)
class Case:
    """A clock in plain data, and the same for the product."""

    start: datetime
    window: timedelta
    counts: str
    exceptions: dict[date, bool]
    published: frozenset[int]
    spans: tuple[tuple[datetime, datetime | None], ...]

    def product(self, spans: tuple[tuple[datetime, datetime | None], ...] | None = None) -> Levels:
        """What `domain.clocks` says."""
        pauses = [Pause(*span) for span in (self.spans if spans is None else spans)]
        return levels(self.start, self.window, Counts(self.counts), self.calendar(), pauses)

    def calendar(self) -> Calendar:
        """The exceptions prepared."""
        return Calendar.from_rows(self.exceptions.items(), self.published)

    def walked(self) -> dict[str, datetime | None]:
        """What the oracle says."""
        return oracle.levels(*self._plain())

    def read(self) -> oracle.Reading:
        """The oracle's breach, and whether it guessed a day."""
        return oracle.read(*self._plain())

    def _plain(self):
        return self.start, self.window, self.counts, self.exceptions, set(self.published), list(self.spans)


@st.composite
def exceptions(draw: st.DrawFn, around: date) -> dict[date, bool]:
    """Days near the start that are not what their weekday says: long holidays, single days, make-up weekends."""
    known: dict[date, bool] = {}
    for offset, length, works in draw(
        st.lists(st.tuples(st.integers(-3, 14), st.integers(1, 9), st.booleans()), max_size=4)
    ):
        known |= {around + timedelta(days=offset + i): works for i in range(length if not works else 1)}
    return known


@st.composite
def starts(draw: st.DrawFn) -> datetime:
    """Any minute of some years, most of them where something happens: year ends, openings, closings."""
    year = draw(st.sampled_from(YEARS))
    day = draw(
        st.one_of(
            st.dates(date(year, 1, 1), date(year, 12, 31)),
            st.dates(date(year, 12, 24), date(year, 12, 31)),
            st.sampled_from([date(year, 1, 1), date(year, 2, 28), date(year, 10, 1)]),
        )
    )
    minute = draw(st.one_of(st.integers(0, 1439), st.sampled_from([0, 479, 480, 481, 1199, 1200, 1201])))
    at = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=SHANGHAI)
    return at.astimezone(draw(st.sampled_from(ZONES)))


@st.composite
def cases(draw: st.DrawFn, *, longest: int = 1500, endless: bool = False) -> Case:
    """A clock with up to five pauses before, after, across and inside each other, in zones of their own."""
    start = draw(starts())
    window = draw(st.one_of(st.integers(1, longest), st.sampled_from([720, 1440])))
    spans = []
    for skip, length, zone in draw(
        st.lists(
            st.tuples(
                st.integers(-600, 4000) | st.just(window), st.integers(0, 3000), st.sampled_from(ZONES)
            ),
            max_size=5,
        )
    ):
        since = (start.astimezone(UTC) + skip * MINUTE).astimezone(zone)
        open_ = endless and draw(st.booleans())
        spans.append((since, None if open_ else (since.astimezone(UTC) + length * MINUTE).astimezone(zone)))
    return Case(
        start=start,
        window=window * MINUTE,
        counts=draw(st.sampled_from(("wall", "service", "working", "working"))),
        exceptions=draw(exceptions(local_date(start))),
        published=frozenset(draw(st.sets(st.sampled_from(YEARS)))),
        spans=tuple(spans),
    )


@walked
@given(case=cases(endless=True))
def test_a_breach_is_due_at_the_minute_the_oracle_counts_to(case: Case) -> None:
    """Any calendar, window, pauses and zones; None where an endless pause comes first; guessed days are owned up to."""
    found, read = case.product(), case.read()

    assert found.breach_at == read.due
    if read.guessed and read.due is not None:
        assert found.provisional
    if found.provisional:
        last = found.severe_at or found.breach_at or found.notice_at or case.start
        assert not set(range(local_date(case.start).year, local_date(last).year + 1)) <= case.published


@walked
@given(case=cases(longest=500))
def test_all_three_levels_are_where_the_oracle_finds_them(case: Case) -> None:
    """A fifth left, nothing left, one window more, each in the same hours and by the same pauses."""
    case = Case(
        case.start,
        max(case.window // (5 * MINUTE), 1) * 5 * MINUTE,
        case.counts,
        case.exceptions,
        case.published,
        case.spans,
    )
    found = case.product()

    assert {
        "notice": found.notice_at,
        "breach": found.breach_at,
        "severe": found.severe_at,
    } == case.walked()


@walked
@given(case=cases(longest=60), seconds=st.integers(1, 900), late=st.integers(0, 59))
def test_seconds_are_counted_as_well(case: Case, seconds: int, late: int) -> None:
    """The same walk in steps of a second, over short windows."""
    start = case.start + timedelta(seconds=late)
    window, step = timedelta(seconds=seconds), timedelta(seconds=1)
    if case.counts == "working":  # a walk over a holiday by seconds is too long even for an oracle
        case = Case(case.start, case.window, "service", {}, case.published, case.spans)
    pauses = [(since, until) for since, until in case.spans if until is not None][:2]

    walk = oracle.read(start, window, case.counts, {}, set(), pauses, step)

    mine = due(start, window, Counts(case.counts), case.calendar(), [Pause(*span) for span in pauses])
    assert mine.at == walk.due


@given(
    case=cases(longest=20_000, endless=True), more=st.tuples(st.integers(-600, 9000), st.integers(0, 5000))
)
def test_a_pause_more_never_makes_anything_due_earlier(case: Case, more: tuple[int, int]) -> None:
    """Each level stays where it was or moves later, or away."""
    since = case.start.astimezone(UTC) + more[0] * MINUTE
    before, after = case.product(), case.product((*case.spans, (since, since + more[1] * MINUTE)))

    for old, new in zip(_instants(before), _instants(after), strict=True):
        assert new is None or (old is not None and new >= old)


@given(case=cases(longest=20_000, endless=True), shuffle=st.randoms())
def test_the_order_of_pauses_and_their_repetition_do_not_matter(case: Case, shuffle: Any) -> None:
    """Overlapping pauses count once: named again, shuffled, or joined where they meet, they are the same."""
    again = [*case.spans, *case.spans]
    shuffle.shuffle(again)

    assert case.product(tuple(again)) == case.product()


@given(case=cases(longest=20_000), inside=st.tuples(st.integers(0, 2000), st.integers(0, 2000)))
def test_a_pause_within_a_pause_changes_nothing(case: Case, inside: tuple[int, int]) -> None:
    """Nested: what is paused already cannot be paused once more."""
    nested = list(case.spans)
    for since, until in case.spans:
        first = min(since + inside[0] * MINUTE, until)
        nested.append((first, min(first + inside[1] * MINUTE, until)))

    assert case.product(tuple(nested)) == case.product()


@given(case=cases(longest=20_000, endless=True), zone=st.sampled_from(ZONES))
def test_the_zone_an_instant_is_written_in_does_not_matter(case: Case, zone: ZoneInfo) -> None:
    """The same instant in New York or on Kiritimati is the same clock."""
    spans = tuple((since.astimezone(zone), until and until.astimezone(zone)) for since, until in case.spans)
    moved = Case(
        case.start.astimezone(zone), case.window, case.counts, case.exceptions, case.published, spans
    )

    assert moved.product() == case.product()


@given(
    day=st.dates(date(1, 1, 2), date(9998, 12, 31)),
    rows=st.dictionaries(st.dates(date(1, 1, 2), date(9998, 12, 31)), st.booleans(), max_size=5),
    near=st.dictionaries(st.integers(-40, 40), st.booleans(), max_size=12),
)
def test_a_calendar_of_any_age_counts_the_same_days(
    day: date, rows: dict[date, bool], near: dict[int, bool]
) -> None:
    """From the year 1 to 9998, inside and outside what was prepared: thirty days, counted by asking each."""
    first = max(day.toordinal() - 40, 2)
    known = rows | {date.fromordinal(first + 40 + gap): works for gap, works in near.items()}
    calendar = Calendar.from_rows(known.items(), ())
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    worked = [
        d
        for i in range(30)
        if oracle.works(d := date.fromordinal(min(day.toordinal() + i, 3_652_059)), known)
    ]
    counted = calendar.counted(to_us(begin), Counts.WORKING)

    gained = calendar.counted(to_us(begin) + 30 * 86_400_000_000, Counts.WORKING) - counted
    if day.toordinal() + 30 < 3_652_059:
        assert gained == len(worked) * 12 * 3_600_000_000
    if worked:
        end = calendar.moment(counted + 12 * 3_600_000_000, Counts.WORKING)
        assert date.fromordinal(end // 86_400_000_000 + 1) == worked[0]


def _instants(found: Levels) -> tuple[datetime | None, ...]:
    return found.notice_at, found.breach_at, found.severe_at


def test_the_oracle_knows_the_worked_example() -> None:
    """Two service hours from 19:00, paused from 19:30 to 08:30: 10:00 next day, by walk and by the product."""
    start = datetime(2026, 3, 3, 19, tzinfo=SHANGHAI)
    spans = ((start + timedelta(minutes=30), start + timedelta(hours=13, minutes=30)),)
    case = Case(start, timedelta(hours=2), "service", {}, frozenset(), spans)

    assert case.read().due == case.product().breach_at == datetime(2026, 3, 4, 10, tzinfo=SHANGHAI)


def test_the_example_of_the_documentation_holds() -> None:
    """docs/clocks.md: three working days over Spring Festival 2026, plain and with two pauses over each other."""
    holidays = {date(2026, 2, 15) + timedelta(days=n): False for n in range(9)}
    exceptions = {**holidays, date(2026, 2, 14): True, date(2026, 2, 28): True}

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 2, day, hour, minute, tzinfo=SHANGHAI)

    plain = Case(at(13, 15), timedelta(hours=36), "working", exceptions, frozenset({2026}), ())
    spans = ((at(14, 10), at(24, 10)), (at(23, 0), at(24, 12)))
    paused = Case(plain.start, plain.window, "working", exceptions, plain.published, spans)

    assert plain.product() == Levels(at(24, 19, 48), at(25, 15), at(28, 15))
    assert paused.read().due == paused.product().breach_at == at(26, 17)
