"""Versions of clock policies: which counts, which is refused; and a clock judged anew under other rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import PLAIN, Counts, OutOfCalendar
from domain.clock_policies import Place, PolicyOverlaps, Version, applied, made, require_sound
from domain.clocks import DEFAULT_POLICIES, ClockKind, Family, Pause, Zone, due, levels
from domain.corrections import NUMBERS, Standing, corrected
from domain.errors import Invalid

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOOK = (ClockKind.BOOK, Family.DEALER)
HERE = Place(1, "heater", "free")


def version(
    hours: float = 12, begin: datetime = START, until: datetime | None = None, **more: Any
) -> Version:
    """A version of the booking clock."""
    policy = made(*BOOK, Counts.WALL, hours * HOUR, more.pop("zone", None))
    return Version(
        policy, more.pop("channel_id", None), more.pop("category_code", None), begin, until, **more
    )


def hours_at(versions: list[Version], at: datetime = START, place: Place = HERE) -> float:
    """The window of the booking clock there and then."""
    default = [policy for policy in DEFAULT_POLICIES if (policy.kind, policy.family) == BOOK]
    [policy] = applied(default, versions, place, at)
    assert policy.window is not None
    return policy.window / HOUR


def test_without_a_version_the_default_counts_and_before_its_day_a_version_does_not() -> None:
    """24 hours by default; 12 from the version's first instant on."""
    assert hours_at([]) == 24
    assert hours_at([version()], START - timedelta(microseconds=1)) == 24
    assert hours_at([version()]) == 12


def test_the_narrowest_version_counts_and_among_equals_the_newest() -> None:
    """Channel before category before zone, whatever the order in which they are listed."""
    wide, newer = version(20), version(18, START + HOUR)
    by_zone, by_category = version(16, zone=Zone.FREE), version(14, category_code="heater")
    by_channel, other = version(12, channel_id=1), version(1, channel_id=2)
    every = [by_channel, wide, other, by_zone, newer, by_category]

    assert hours_at([wide, newer], START + HOUR) == 18
    assert hours_at([wide, newer, by_zone], START + HOUR) == 16
    assert hours_at([wide, by_category, by_zone]) == 14
    assert hours_at(every) == hours_at(every[::-1]) == 12
    assert hours_at(every, place=Place(3, "lamp", "remote")) == 20


def test_a_version_with_an_end_is_an_exception_and_then_the_old_one_counts_again() -> None:
    """A promotion of two days, over a version that has no end; its last instant is no longer in it."""
    standing, promotion = version(20), version(48, START + DAY, START + 3 * DAY)

    found = [hours_at([standing, promotion], START + n * DAY) for n in range(4)]

    assert found == [20, 48, 48, 20]


@given(
    spans=st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 9) | st.none(), st.booleans()), max_size=6, unique=True
    ),
    at=st.integers(0, 30),
    shuffle=st.randoms(),
)
def test_versions_that_may_stand_together_never_contradict_each_other(
    spans: list[tuple[int, int | None, bool]], at: int, shuffle: Any
) -> None:
    """Whatever was let in, one of them counts at any instant, in whatever order they are listed."""
    kept: list[Version] = []
    for number, (begin, length, narrow) in enumerate(spans, 1):
        until = None if length is None else START + (begin + length) * DAY
        draft = version(number, START + begin * DAY, until, channel_id=1 if narrow else None, id=number)
        try:
            require_sound(draft, kept)
        except PolicyOverlaps:
            continue
        kept.append(draft)
    moment = START + at * DAY
    best = sorted((v.specificity() for v in kept if v.fits(HERE, moment)), reverse=True)
    assert len(set(best)) == len(best)
    first = hours_at(kept, moment)
    shuffle.shuffle(kept)
    assert hours_at(kept, moment) == first


@pytest.mark.parametrize(
    "other",
    [version(id=7), version(5, START, None, id=7)],
)
def test_a_second_version_from_the_same_instant_is_refused_and_named(other: Version) -> None:
    """Which of two would count could not be told."""
    with pytest.raises(PolicyOverlaps) as refused:
        require_sound(version(), [other])
    assert refused.value.extra == {"policy_id": 7}


def test_exceptions_may_follow_each_other_but_not_overlap() -> None:
    """Until Tuesday and from Tuesday is fine; elsewhere, or under another version without end, too."""
    monday = version(30, START, START + DAY)
    require_sound(version(40, START + DAY, START + 2 * DAY), [monday])
    require_sound(version(40, START, START + DAY, channel_id=5), [monday])
    require_sound(version(40, START), [monday])
    with pytest.raises(PolicyOverlaps):
        require_sound(version(40, START + DAY - HOUR, START + 2 * DAY), [monday])


BAD: list[tuple[Version, str, str]] = [
    (replace(version(), effective_from=datetime(1900, 1, 1, tzinfo=UTC)), "effective_from", "range"),
    (replace(version(), effective_until=datetime(9999, 12, 31, tzinfo=UTC)), "effective_until", "range"),
    (replace(version(), effective_from=datetime(2026, 3, 2)), "effective_from", "offset_missing"),  # noqa: DTZ001
    (version(until=START), "effective_until", "order"),
    (version(0), "window_s", "range"),
    (version(400 * 24), "window_s", "range"),
    (
        replace(version(), policy=made(ClockKind.FINISH, Family.DEALER, Counts.WALL, 48 * HOUR, None)),
        "zone",
        "zone_required",
    ),
    (
        replace(version(), policy=made(ClockKind.ARRIVE, Family.DEALER, Counts.WALL, HOUR, None)),
        "kind",
        "window_is_booked",
    ),
]


@pytest.mark.parametrize(("draft", "name", "code"), BAD, ids=range(len(BAD)))
def test_a_version_that_cannot_be_is_refused_with_what_is_wrong(draft: Version, name: str, code: str) -> None:
    """Years nobody means, an instant without its offset, a missing zone, windows of nothing or of years."""
    with pytest.raises(Invalid) as refused:
        require_sound(draft, [])
    assert [(fault.field, fault.code) for fault in refused.value.errors] == [(name, code)]


def test_a_family_that_does_not_measure_this_is_refused() -> None:
    """The platform promises no first contact."""
    with pytest.raises(Invalid) as refused:
        made(ClockKind.CONTACT, Family.PLATFORM, Counts.WALL, HOUR, None)
    assert refused.value.errors[0].code == "unknown_policy"


def test_a_clock_that_runs_out_of_the_calendar_is_refused_in_words() -> None:
    """The year 9999 has no next year; 1900 is far from every published one and so provisional."""
    with pytest.raises(OutOfCalendar):
        levels(datetime(9999, 12, 31, 12, tzinfo=UTC), 48 * HOUR, Counts.SERVICE, PLAIN)
    assert due(datetime(1900, 1, 1, tzinfo=UTC), HOUR, Counts.WORKING, PLAIN).provisional


def standing(hours: float, level: int, pauses: list[Pause] | None = None) -> Standing:
    """A wall clock of so many hours from START, at this level."""
    found = levels(START, hours * HOUR, Counts.WALL, PLAIN, pauses or [])
    return Standing(Counts.WALL, hours * HOUR, found, level)


def judged(old: Standing, hours: float, at: float, ended: float | None = None) -> Any:
    """The same clock with another window, `at` hours after the start."""
    ended_at = None if ended is None else START + ended * HOUR
    return corrected(START, old, Counts.WALL, hours * HOUR, PLAIN, [], ended_at, START + at * HOUR)


@pytest.mark.parametrize(
    ("level", "hours", "at", "ended", "expected"),
    [
        (2, 10, 6, None, (0, 2, 0, 8)),  # five hours became ten: both levels go, the notice is due at eight
        (2, 6, 5.5, None, (1, 1, 0, 6)),  # six: the notice stands, the breach is still to come
        (0, 2, 3, None, (0, 0, 2, 1.6)),  # shorter: the sweep will raise what is reached
        (2, 10, 30, 7, (0, 2, 0, None)),  # stopped at seven: nothing is reached any more, nothing to come
        (0, 2, 30, 3, (0, 0, 2, 1.6)),  # stopped late after all: the sweep raises as of the stop
        (3, 6, 5.5, None, (3, 0, 0, None)),  # more than the old rules say was raised before: it stays
    ],
)
def test_a_level_that_the_new_rules_have_not_reached_is_taken_back(
    level: int, hours: float, at: float, ended: float | None, expected: tuple[int, int, int, float | None]
) -> None:
    """(level, withdrawn, coming, next instant in hours) of a clock of five hours."""
    found = judged(standing(5, level), hours, at, ended)
    following = None if found.next_at is None else (found.next_at - START) / HOUR
    assert (found.standing.level, found.withdrawn, found.coming, following) == expected


@given(
    old=st.integers(1, 60),
    new=st.integers(1, 60),
    at=st.integers(0, 150),
    ended=st.integers(0, 150) | st.none(),
)
def test_there_and_back_again_changes_nothing(old: int, new: int, at: int, ended: int | None) -> None:
    """A correction taken back leaves the clock as a sweep at that moment would have it."""
    was = standing(old, 0)
    instant = START + min(at, at if ended is None else ended) * HOUR
    was = replace(was, level=NUMBERS[was.levels.reached(instant)])
    there = judged(was, new, at, ended)
    swept = replace(there.standing, level=there.standing.level + there.coming)

    back = judged(swept, old, at, ended)

    assert replace(back.standing, level=back.standing.level + back.coming) == was
