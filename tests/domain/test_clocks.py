"""Clocks: every row of the table, and `due` against a minute-by-minute count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import SHANGHAI, Calendar, Counts
from domain.clocks import (
    CONFIRM_REMINDERS,
    DEFAULT_POLICIES,
    ENDS,
    PAUSE_RULES,
    STARTS,
    STOPS,
    ClockKind,
    Due,
    Family,
    Level,
    Levels,
    Pause,
    Since,
    Zone,
    due,
    elapsed,
    levels,
    started_by,
)

OFF_2026 = [
    *((1, d) for d in (1, 2, 3)),
    *((2, d) for d in range(15, 24)),
    *((4, d) for d in (4, 5, 6)),
    *((5, d) for d in range(1, 6)),
    *((6, d) for d in (19, 20, 21)),
    *((9, d) for d in (25, 26, 27)),
    *((10, d) for d in range(1, 8)),
]
WORK_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
CALENDAR = Calendar.from_rows(
    [(date(2026, *day), day in WORK_2026) for day in OFF_2026 + WORK_2026], published_years=(2026,)
)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# fmt: off
ACTIONS = {
    "offer", "accept", "decline", "expire", "contact", "assign", "reassign", "redispatch", "book",
    "fail_booking", "reschedule", "hold", "release", "check_in", "take_photo", "waive_slot",
    "add_charge", "approve_charge", "refuse_charge", "withdraw_charge", "abort_visit", "submit",
    "supplement", "confirm", "confirm_with_reserves", "auto_confirm", "dispute", "rule", "rate",
    "audit_pass", "audit_fail", "suspend", "resume", "urge", "cancel", "reopen", "mark_unserved",
    "self_install_outcome", "report_damage", "fix_address",
}
FACTS = {
    "delivered", "wanted_date_set", "audit_sampled", "urge_answered", "complaint_opened",
    "complaint_replied", "complaint_closed", "safety_called",
    "breach_appealed", "appeal_answered",
}
# fmt: on


def at(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    """A Shanghai wall time."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def due_at(start: datetime, hours: float, counts: Counts, *pauses: Pause) -> datetime | None:
    return due(start, timedelta(hours=hours), counts, CALENDAR, pauses).at


TABLE = [
    ("accept", "dealer", "dealer", "offer", "accept", "service", 2, None),
    ("name_installer", "platform", "dealer", "accept", "assign", "wall", 6, None),
    ("contact", "dealer", "dealer", "accept", "contact", "service", 4, None),
    ("book", "dealer", "dealer", "accept", "book", "wall", 24, None),
    ("arrive", "dealer", "dealer", "book", "check_in", "wall", None, None),
    ("finish", "platform", "dealer", "delivered", "submit", "wall", 48, "free"),
    ("finish", "platform", "dealer", "delivered", "submit", "wall", 72, "remote"),
    ("finish", "dealer", "dealer", "delivered", "submit", "wall", 48, "free"),
    ("finish", "dealer", "dealer", "delivered", "submit", "wall", 72, "remote"),
    ("supplement", "dealer", "dealer", "audit_fail:evidence", "supplement", "wall", 24, None),
    ("confirm", "none", "customer", "submit", "confirm", "wall", 48, None),
    ("audit", "none", "brand", "audit_sampled", "audit_pass", "working", 36, None),
    ("urge_reply", "dealer", "dealer", "urge", "urge_answered", "service", 1, None),
    (
        "complaint_first_reply",
        "platform",
        "agent",
        "complaint_opened",
        "complaint_replied",
        "service",
        0.5,
        None,
    ),
    ("complaint_close", "platform", "agent", "complaint_opened", "complaint_closed", "working", 36, None),
    ("safety", "none", "agent", "complaint_opened:safety", "safety_called", "wall", 0.5, None),
    ("appeal", "none", "agent", "breach_appealed", "appeal_answered", "working", 24, None),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: "-".join(map(str, (row[0], row[1], row[7]))))
def test_the_table_of_clocks_says_what_the_domain_says(row: tuple) -> None:
    """Each default: who measures, whose it is, what starts and stops it, which hours, how long."""
    kind, family, owner, starts, stops, counts, hours, zone = row
    [policy] = [p for p in DEFAULT_POLICIES if (p.kind, p.family, p.zone) == (kind, family, zone)]
    assert (policy.owner, policy.counts) == (owner, counts)
    assert starts in policy.starts_on
    assert stops in policy.stops_on
    assert policy.window == (None if hours is None else timedelta(hours=hours))


def test_the_table_has_no_other_rows() -> None:
    """Seventeen rows, every kind among them."""
    assert len(DEFAULT_POLICIES) == len(TABLE)
    assert {policy.kind for policy in DEFAULT_POLICIES} == set(ClockKind)


def test_every_trigger_is_an_action_or_a_known_fact() -> None:
    """A misspelt trigger would be a clock that never starts or never stops."""
    pauses = {trigger for rule in PAUSE_RULES for trigger in (rule.opens_on, *rule.closes_on)}
    triggers = {trigger.split(":")[0] for trigger in {*STARTS, *STOPS, *ENDS, *pauses}}
    assert triggers <= ACTIONS | FACTS


def test_starts_and_stops_read_the_same_table() -> None:
    """By action: accept starts four clocks and stops one; submit ends finish and begins confirm."""
    assert STARTS["accept"] == (
        ClockKind.NAME_INSTALLER, ClockKind.CONTACT, ClockKind.BOOK, ClockKind.FINISH,
    )  # fmt: skip
    assert STOPS["accept"] == (ClockKind.ACCEPT,)
    assert (STARTS["submit"], STOPS["submit"]) == ((ClockKind.CONFIRM,), (ClockKind.FINISH,))


def test_delivery_starts_a_finish_clock_per_family_in_the_zone() -> None:
    """A remote job has 72 hours, for the channel and for the brand."""
    policies = started_by("delivered", Zone.REMOTE)
    assert [(p.kind, p.family, p.window) for p in policies] == [
        (ClockKind.FINISH, Family.PLATFORM, 72 * HOUR),
        (ClockKind.FINISH, Family.DEALER, 72 * HOUR),
    ]


def test_only_asking_for_evidence_starts_the_supplement_clock() -> None:
    """An audit that fails the work asks for no photos."""
    assert [p.kind for p in started_by("audit_fail", Zone.FREE, "evidence")] == [ClockKind.SUPPLEMENT]
    assert started_by("audit_fail", Zone.FREE, "work") == ()


def test_of_the_booking_failures_only_two_reasons_pause() -> None:
    """Goods not received (2) and not needed yet (3) pause; no answer, cancelled and wrong number do not."""
    assert {r.opens_on for r in PAUSE_RULES if "fail_booking" in r.opens_on} == {
        "fail_booking:2",
        "fail_booking:3",
    }


def test_a_dealers_own_reasons_pause_nothing() -> None:
    """Suspended for the weather or a missing part, the clocks run on; because the customer asked, they stand."""
    pausing = {rule.opens_on for rule in PAUSE_RULES}
    assert {"suspend:customer_asked", "suspend:goods_missing", "abort_visit:absent"} <= pausing
    own = ("suspend", "suspend:weather", "suspend:part_missing", "suspend:other", "abort_visit:part_missing")
    assert pausing.isdisjoint(own)


def test_arrival_is_measured_by_the_booked_window() -> None:
    """It counts from the window's start and is due at its end."""
    [policy] = [p for p in DEFAULT_POLICIES if p.kind == ClockKind.ARRIVE]
    assert (policy.window, policy.since) == (None, Since.WINDOW_START)
    assert due_at(at(3, 3, 13), 5, policy.counts) == at(3, 3, 18)


def test_the_customer_is_reminded_twice_before_silence_confirms() -> None:
    """At 24 and 40 of the 48 hours."""
    assert [reminder / HOUR for reminder in CONFIRM_REMINDERS] == [24, 40]


@pytest.mark.parametrize(
    ("start", "hours", "counts", "expected"),
    [
        (at(3, 3, 19), 2, Counts.WALL, at(3, 3, 21)),
        (at(3, 3, 19), 2, Counts.SERVICE, at(3, 4, 9)),
        (at(3, 3, 18), 2, Counts.SERVICE, at(3, 3, 20)),  # used up at closing, not at the next opening
        (at(3, 3, 23), 2, Counts.SERVICE, at(3, 4, 10)),
        (at(3, 6, 19), 2, Counts.SERVICE, at(3, 7, 9)),  # service hours run on Saturday
        (at(3, 6, 19), 2, Counts.WORKING, at(3, 9, 9)),  # working hours wait for Monday
        (at(2, 13, 19), 2, Counts.WORKING, at(2, 14, 9)),  # a Saturday made up
        (at(2, 14, 19), 2, Counts.WORKING, at(2, 24, 9)),  # over Spring Festival
        (at(2, 14, 8), 36, Counts.WORKING, at(2, 25, 20)),  # 14, 24 and 25 February
        (at(2, 27, 8), 36, Counts.WORKING, at(3, 2, 20)),  # 27, made up 28, Monday 2 March
        (at(2, 18, 12), 12, Counts.WORKING, at(2, 24, 20)),  # started in the holiday
        (at(9, 30, 8), 36, Counts.WORKING, at(10, 9, 20)),  # 30 September, 8 and 9 October
    ],
)
def test_due_counts_the_hours_of_its_kind(start, hours, counts, expected) -> None:
    """Worked by hand from the published days of 2026."""
    assert due_at(start, hours, counts) == expected
    assert due(start, timedelta(hours=hours), counts, CALENDAR).provisional is False


def test_results_are_utc() -> None:
    """Times inside the product are UTC whatever zone they came in."""
    assert due_at(at(3, 3, 19), 2, Counts.WALL).tzinfo is UTC


def test_an_open_pause_stops_the_clock() -> None:
    """Without a resume there is no due time."""
    assert due(at(3, 3, 9), 4 * HOUR, Counts.WALL, CALENDAR, [Pause(at(3, 3, 10))]) == Due(None)


def test_a_pause_after_the_end_changes_nothing() -> None:
    """What is due at ten is not moved by a pause that opens at ten."""
    assert due_at(at(3, 3, 9), 1, Counts.WALL, Pause(at(3, 3, 10))) == at(3, 3, 10)


def test_paused_time_counts_only_inside_the_hours_of_the_clock() -> None:
    """A night's pause costs a service clock only the half hours at its ends."""
    pause = Pause(at(3, 3, 19, 30), at(3, 4, 8, 30))
    assert due_at(at(3, 3, 19), 2, Counts.SERVICE, pause) == at(3, 4, 10)


def test_a_holiday_inside_a_pause_is_not_given_back() -> None:
    """Paused over Spring Festival, a working clock of one day moves by two half days, not by ten."""
    pause = Pause(at(2, 14, 14), at(2, 24, 14))
    assert due_at(at(2, 14, 8), 12, Counts.WORKING, pause) == at(2, 24, 20)


def test_overlapping_and_nested_pauses_count_once() -> None:
    """Three pauses over the same four hours are four hours."""
    pauses = [
        Pause(at(3, 3, 10), at(3, 3, 13)),
        Pause(at(3, 3, 11), at(3, 3, 12)),
        Pause(at(3, 3, 12), at(3, 3, 14)),
    ]
    assert due_at(at(3, 3, 9), 2, Counts.WALL, *pauses) == at(3, 3, 15)


def test_a_pause_from_before_the_start_counts_from_the_start() -> None:
    """Nothing could be lost before the clock ran."""
    assert due_at(at(3, 3, 9), 2, Counts.WALL, Pause(at(3, 1), at(3, 3, 10))) == at(3, 3, 12)


def test_a_pause_cannot_end_before_it_began() -> None:
    """Reversed pauses are refused when they are made."""
    with pytest.raises(ValueError, match="pause"):
        Pause(at(3, 3, 10), at(3, 3, 9))


@pytest.mark.parametrize("window", [timedelta(0), -HOUR])
def test_a_window_must_be_longer_than_nothing(window: timedelta) -> None:
    """No promise is due before it is made."""
    with pytest.raises(ValueError, match="window"):
        due(at(3, 3), window, Counts.WALL, CALENDAR)


def test_a_working_clock_into_an_unpublished_year_is_provisional() -> None:
    """2027 is not published: the day is Monday to Friday's, and says so; wall and service hours do not care."""
    start = at(12, 31, 14)
    assert due(start, 12 * HOUR, Counts.WORKING, CALENDAR) == Due(at(1, 1, 14, year=2027), provisional=True)
    assert not due(start, 12 * HOUR, Counts.SERVICE, CALENDAR).provisional
    assert not due(start, 12 * HOUR, Counts.WALL, CALENDAR).provisional
    assert not due(start, 6 * HOUR, Counts.WORKING, CALENDAR).provisional


def test_a_window_of_years_is_exact_and_provisional() -> None:
    """A thousand working days from 4 January 2026, counted one by one."""
    day, worked = date(2026, 1, 4), 0
    while worked < 1000:
        worked += CALENDAR.is_working(day)
        day += timedelta(days=1)
    last = day - timedelta(days=1)
    found = due(at(1, 4, 8), 1000 * 12 * HOUR, Counts.WORKING, CALENDAR)
    assert found == Due(datetime(last.year, last.month, last.day, 20, tzinfo=SHANGHAI), provisional=True)


def test_three_levels_stand_in_the_same_hours() -> None:
    """Two service hours from 19:00: notice at 08:36, breach at 09:00, severe at 11:00."""
    assert levels(at(3, 3, 19), 2 * HOUR, Counts.SERVICE, CALENDAR) == Levels(
        at(3, 4, 8, 36), at(3, 4, 9), at(3, 4, 11)
    )


def test_a_pause_open_after_the_notice_holds_off_the_later_levels() -> None:
    """The notice was given; breach and severe wait for the resume."""
    found = levels(at(3, 3, 9), 5 * HOUR, Counts.WALL, CALENDAR, [Pause(at(3, 3, 13, 30))])
    assert found == Levels(at(3, 3, 13), None, None)


@pytest.mark.parametrize(
    ("hour", "minute", "level"),
    [
        (12, 59, None),
        (13, 0, Level.NOTICE),
        (13, 59, Level.NOTICE),
        (14, 0, Level.BREACH),
        (19, 0, Level.SEVERE),
    ],
)
def test_a_level_is_reached_at_its_very_instant(hour: int, minute: int, level: Level | None) -> None:
    """Of five wall hours from nine: the same instants a sweep finds."""
    found = levels(at(3, 3, 9), 5 * HOUR, Counts.WALL, CALENDAR)
    assert found.reached(at(3, 3, hour, minute)) == level


def test_a_stopped_clock_reaches_nothing() -> None:
    """Levels held off by an open pause are never reached."""
    assert Levels(None, None, None).reached(at(12, 31)) is None


def test_nothing_has_elapsed_before_the_start() -> None:
    """A clock that starts tomorrow has used nothing today."""
    assert elapsed(at(3, 4), at(3, 3), Counts.WALL, CALENDAR) == timedelta(0)


DECEMBER_2025 = datetime(2025, 12, 20, tzinfo=UTC)
STARTS_AT = st.timedeltas(timedelta(0), timedelta(days=386)).map(lambda gap: DECEMBER_2025 + gap)
WINDOWS = st.timedeltas(timedelta(microseconds=1), timedelta(days=400))
COUNTS = st.sampled_from(Counts)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    start = draw(STARTS_AT)
    spans = st.tuples(
        st.timedeltas(timedelta(days=-3), timedelta(days=20)), st.timedeltas(timedelta(0), timedelta(days=15))
    )
    return start, [
        Pause(start + skip, start + skip + length) for skip, length in draw(st.lists(spans, max_size=5))
    ]


@given(clock=clocks(), window=WINDOWS, longer=WINDOWS, counts=COUNTS)
def test_a_longer_window_is_due_later(clock, window, longer, counts) -> None:
    """Due is strictly monotone in the window."""
    start, pauses = clock
    first = due(start, window, counts, CALENDAR, pauses).at
    assert first < due(start, window + longer, counts, CALENDAR, pauses).at


@given(clock=clocks(), window=WINDOWS, counts=COUNTS)
def test_pauses_never_make_a_clock_due_earlier(clock, window, counts) -> None:
    """Due with pauses is at or after due without, and after the start."""
    start, pauses = clock
    plain = due(start, window, counts, CALENDAR).at
    assert start < plain <= due(start, window, counts, CALENDAR, pauses).at


@given(clock=clocks(), window=WINDOWS, counts=COUNTS)
def test_the_window_has_elapsed_exactly_when_it_is_due(clock, window, counts) -> None:
    """Elapsed is the inverse of due, pauses and all, and a microsecond earlier it is less."""
    start, pauses = clock
    end = due(start, window, counts, CALENDAR, pauses).at
    tick = timedelta(microseconds=1)
    assert elapsed(start, end, counts, CALENDAR, pauses) == window
    assert elapsed(start, end - tick, counts, CALENDAR, pauses) == window - tick


@given(clock=clocks(), window=WINDOWS, counts=COUNTS, cut=st.floats(0, 1), shuffle=st.randoms())
def test_neither_cutting_pauses_in_two_nor_their_order_matters(clock, window, counts, cut, shuffle) -> None:
    """The same paused instants are the same pause."""
    start, pauses = clock
    halves = []
    for pause in pauses:
        middle = pause.since + (pause.until - pause.since) * cut
        halves += [Pause(pause.since, middle), Pause(middle, pause.until)]
    shuffle.shuffle(halves)
    whole = levels(start, window, counts, CALENDAR, pauses)
    assert levels(start, window, counts, CALENDAR, halves) == whole


@given(clock=clocks(), window=WINDOWS, counts=COUNTS)
def test_breach_is_due_and_the_levels_are_ascending(clock, window, counts) -> None:
    """The sweep's instants and the due time cannot differ."""
    start, pauses = clock
    found = levels(start, window, counts, CALENDAR, pauses)
    assert found.breach_at == due(start, window, counts, CALENDAR, pauses).at
    assert found.notice_at <= found.breach_at < found.severe_at


def counts_now(moment: datetime, counts: Counts) -> bool:
    """Whether the minute that begins here counts, from first principles."""
    local = moment.astimezone(SHANGHAI)
    if counts == Counts.WALL:
        return True
    day = (local.month, local.day)
    works = day in WORK_2026 or (local.weekday() < 5 and day not in OFF_2026)
    return 8 <= local.hour < 20 and (counts == Counts.SERVICE or works)


def due_by_hand(start: datetime, minutes: int, counts: Counts, pauses: list[Pause]) -> datetime:
    moment = start
    while minutes:
        paused = any(pause.since <= moment < pause.until for pause in pauses)
        minutes -= counts_now(moment, counts) and not paused
        moment += MINUTE
    return moment


@given(
    start=st.integers(0, 12 * 24 * 60),
    minutes=st.integers(1, 1500),
    counts=COUNTS,
    spans=st.lists(st.tuples(st.integers(-300, 3000), st.integers(0, 2000)), max_size=4),
)
def test_due_agrees_with_counting_minute_by_minute(start, minutes, counts, spans) -> None:
    """Around Spring Festival 2026, every minute asked whether it counts."""
    begin = at(2, 12) + start * MINUTE
    pauses = [Pause(begin + skip * MINUTE, begin + (skip + length) * MINUTE) for skip, length in spans]
    expected = due_by_hand(begin, minutes, counts, pauses)
    assert due(begin, minutes * MINUTE, counts, CALENDAR, pauses).at == expected
