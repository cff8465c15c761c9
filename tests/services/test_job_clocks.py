"""Clocks where several deeds meet: one finish clock per family, in the right zone, of whoever has the job."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.actions import Action, Command, Window
from domain.lifecycle import Barred
from services.clocks import raise_levels
from services.lifecycle import answer_offer, perform
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, offered, photograph
from tests.worlds import World

DAY = timedelta(days=1)
RUNNING = "SELECT kind, family, window_s, paused_at, dealer_id FROM clock WHERE stopped_at IS NULL"


def test_a_wished_date_moves_the_finish_clocks_and_starts_no_others(world: World) -> None:
    """One per family, counting from the day the customer asked for."""
    job_id = booked(world)
    wished = world.now + 3 * DAY
    perform(world.actor("agent"), job_id, Command(Action.WANTED_DATE_SET, moment=wished), world.now)

    finish = rows("SELECT starts_at FROM clock WHERE kind = 'finish'")
    assert [clock.starts_at for clock in finish] == [wished, wished]


def test_goods_that_come_after_the_end_start_no_clock(world: World) -> None:
    """A cancelled job can never be finished in time."""
    job_id, agent = world.job(delivered=False), world.actor("agent")
    perform(agent, job_id, Command(Action.CANCEL, reason="other"), world.now)
    perform(agent, job_id, Command(Action.DELIVERED, moment=world.now), world.now)

    assert rows("SELECT 1 FROM clock") == []


@pytest.mark.parametrize(
    ("action", "ahead"), [(Action.DELIVERED, DAY), (Action.WANTED_DATE_SET, timedelta(days=181))]
)
def test_a_moment_too_far_ahead_is_refused(world: World, action: Action, ahead: timedelta) -> None:
    """A clock that starts in years runs for nobody."""
    job_id = world.job(delivered=False)

    with pytest.raises(Barred):
        perform(world.customer(job_id), job_id, Command(action, moment=world.now + ahead), world.now)


def test_a_dealer_for_whom_it_is_remote_has_72_hours(world: World) -> None:
    """The goods came before anybody knew who would install them: the zone is the accepting dealer's, in both."""
    job_id = world.job()
    [offer_id] = offered(world, job_id, 2)
    answer_offer(world.actor("owner2"), Command(Action.ACCEPT, offer_id=offer_id), world.now)

    finish = rows("SELECT window_s, due_at - starts_at AS left FROM clock WHERE kind = 'finish'")
    assert [(clock.window_s, clock.left) for clock in finish] == [(72 * 3600, 72 * HOUR)] * 2


def test_the_platforms_finish_clock_is_nobodys_own_and_the_dealers_is(world: World) -> None:
    """Goods delivered while one dealer had the job: the next one's lateness is not the first one's."""
    job_id = booked(world, delivered=False)
    perform(world.actor("agent"), job_id, Command(Action.DELIVERED, moment=world.now), world.now)

    owners = rows("SELECT family, dealer_id FROM clock WHERE kind = 'finish' ORDER BY family")
    assert [tuple(row) for row in owners] == [("dealer", world.dealers[0]), ("platform", None)]


def test_the_next_dealer_inherits_neither_standstill_nor_lateness(world: World) -> None:
    """Suspended, then taken back: the platform's clock runs on; the next dealer's begins when it accepts."""
    job_id = booked(world)
    call = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=world.now + DAY)
    perform(world.actor("dispatcher1"), job_id, call, world.now)
    taken = world.now + HOUR
    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), taken)
    [offer_id] = offered(world, job_id, 2)[-1:]
    answer_offer(world.actor("owner2"), Command(Action.ACCEPT, offer_id=offer_id), taken + HOUR / 2)

    running = rows(
        "SELECT family, dealer_id, starts_at, due_at - starts_at AS left FROM clock"
        " WHERE kind = 'finish' AND stopped_at IS NULL ORDER BY family"
    )
    assert [tuple(clock) for clock in running] == [
        ("dealer", world.dealers[1], taken + HOUR / 2, 72 * HOUR),
        ("platform", None, world.now, 73 * HOUR),
    ]


def test_a_visit_given_up_for_good_ends_every_clock(world: World) -> None:
    """Cancelled on site is cancelled."""
    job_id, then = booked(world), world.now + HOUR
    photograph(world, job_id, "site", then)
    [photo] = rows("SELECT id FROM photo")
    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), then)
    given_up = Command(Action.ABORT_VISIT, reason="absent", photo_id=photo.id, outcome="cancelled")
    perform(installer, job_id, given_up, then)

    assert rows(RUNNING) == []


def test_a_booking_given_back_is_not_late(world: World) -> None:
    """Nobody comes in that window any more, so nobody arrives too late in it."""
    job_id = booked(world)
    perform(world.actor("dispatcher1"), job_id, Command(Action.REASSIGN), world.now)

    assert "arrive" not in {clock.kind for clock in rows(RUNNING)}


def test_goods_that_came_long_before_the_acceptance_make_nobody_late_at_once(world: World) -> None:
    """Told to have come ten days ago: the channel measures that, the dealer has its 48 hours from accepting."""
    job_id = world.job(delivered=False, ordered_at=world.now - 20 * DAY)
    perform(world.customer(job_id), job_id, Command(Action.DELIVERED, moment=world.now - 10 * DAY), world.now)
    raise_levels(world.now)
    [offer_id] = offered(world, job_id, 1)
    answer_offer(world.actor("owner1"), Command(Action.ACCEPT, offer_id=offer_id), world.now + HOUR)
    raise_levels(world.now + HOUR)

    mine = rows("SELECT starts_at, level FROM clock WHERE kind = 'finish' AND family = 'dealer'")
    assert [(clock.starts_at, clock.level) for clock in mine] == [(world.now + HOUR, 0)]
    [platforms] = rows("SELECT level, due_at FROM clock WHERE kind = 'finish' AND family = 'platform'")
    assert (platforms.level, platforms.due_at) == (3, world.now - 8 * DAY)
    assert rows("SELECT 1 FROM breach WHERE kind = 'finish'") == []


@pytest.mark.parametrize(("days_ago", "code"), [(900, "too_far_back"), (3, "before_order")])
def test_a_delivery_nobody_can_have_had_is_refused(world: World, days_ago: int, code: str) -> None:
    """Before the order, or 900 days back."""
    job_id = world.job(delivered=False)

    told = Command(Action.DELIVERED, moment=world.now - days_ago * DAY)
    with pytest.raises(Barred) as refused:
        perform(world.customer(job_id), job_id, told, world.now)

    assert code in [fault.code for fault in refused.value.errors]


def test_a_reopened_job_is_measured_again(world: World) -> None:
    """The cancel ended its clocks: the platform's begins at the reopening, the dealer's when one accepts."""
    job_id, agent = world.job(), world.actor("agent")
    perform(agent, job_id, Command(Action.CANCEL, reason="customer"), world.now)
    perform(agent, job_id, Command(Action.REOPEN), world.now + DAY)

    running = rows("SELECT family, starts_at FROM clock WHERE kind = 'finish' AND stopped_at IS NULL")
    assert [tuple(clock) for clock in running] == [("platform", world.now + DAY)]


def moved(world: World, reason: str, at: timedelta, who: str = "dispatcher1") -> int:
    """A job booked for 1 to 3 h that is moved by a day, `at` after the world began."""
    job_id = booked(world)
    window = Window(world.now + DAY + HOUR, world.now + DAY + 3 * HOUR)
    command = Command(Action.RESCHEDULE, window=window, reason=reason)
    perform(world.actor(who), job_id, command, world.now + at)
    return job_id


ARRIVALS = "SELECT turn, level FROM clock WHERE kind = 'arrive' ORDER BY turn"


@pytest.mark.parametrize(
    ("reason", "who", "levels"),
    [
        ("installer", "dispatcher1", [2, 0]),
        ("customer", "dispatcher1", [0, 0]),
        ("installer", "agent", [0, 0]),
    ],
)
def test_a_visit_moved_at_the_last_minute_is_judged_by_the_window_promised(
    world: World, reason: str, who: str, levels: list[int]
) -> None:
    """Half an hour before: a breach of the old window, never severe; not if the customer asked, nor by an agent."""
    moved(world, reason, HOUR / 2, who)
    for hours in (2, 3, 9):
        raise_levels(world.now + hours * HOUR)

    assert [clock.level for clock in rows(ARRIVALS)] == levels


def test_who_comes_in_the_old_window_after_all_was_in_time(world: World) -> None:
    """Moved from 1–3 h to 2–4 h, there at 2.5 h: nothing was broken."""
    job_id = booked(world)
    window = Window(world.now + 2 * HOUR, world.now + 4 * HOUR)
    move = Command(Action.RESCHEDULE, window=window, reason="installer")
    perform(world.actor("dispatcher1"), job_id, move, world.now + HOUR)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + 2.5 * HOUR)
    raise_levels(world.now + 9 * HOUR)

    assert [clock.level for clock in rows(ARRIVALS)] == [0, 0]


def test_a_dealers_own_reason_pauses_no_clock(world: World) -> None:
    """Suspended for want of a part: the finish clock runs; resumed with a window, the arrival is promised again."""
    job_id, desk = booked(world), world.actor("dispatcher1")
    call = Command(Action.SUSPEND, reason="part_missing", next_contact_at=world.now + 5 * HOUR)
    perform(desk, job_id, call, world.now)
    assert {clock.paused_at for clock in rows(RUNNING)} == {None}

    perform(
        desk,
        job_id,
        Command(Action.RESUME, window=Window(world.now + DAY, world.now + DAY + HOUR)),
        world.now,
    )
    assert "arrive" in {clock.kind for clock in rows(RUNNING)}


def test_a_reply_to_one_complaint_stops_the_clock_of_that_one(world: World) -> None:
    """Two complaints of a job are two people waiting."""
    job_id, agent = booked(world), world.actor("agent")
    for category in ("attitude", "lateness"):
        perform(
            world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category=category), world.now
        )
    first, second = (row.id for row in rows("SELECT id FROM complaint ORDER BY id"))
    answer = Command(Action.COMPLAINT_REPLIED, complaint_id=first, note="您好")
    perform(agent, job_id, answer, world.now)
    over = Command(Action.COMPLAINT_CLOSED, complaint_id=first, outcome="not_upheld")
    perform(agent, job_id, over, world.now)

    left = rows(
        "SELECT kind, complaint_id FROM clock WHERE stopped_at IS NULL AND kind LIKE 'complaint%' ORDER BY 1"
    )
    assert [tuple(clock) for clock in left] == [
        ("complaint_close", second),
        ("complaint_first_reply", second),
    ]


def test_a_danger_reported_is_called_about_within_half_an_hour(world: World) -> None:
    """Its clock starts with a safety complaint alone, and a call stops it; a written reply does not."""
    job_id, agent = booked(world), world.actor("agent")
    for category in ("attitude", "safety"):
        perform(
            world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category=category), world.now
        )
    rude, danger = (row.id for row in rows("SELECT id FROM complaint ORDER BY id"))
    safety = "SELECT complaint_id, due_at, stopped_at FROM clock WHERE kind = 'safety'"
    [started] = rows(safety)

    perform(agent, job_id, Command(Action.COMPLAINT_REPLIED, complaint_id=danger, note="您好"), world.now)
    with pytest.raises(Barred):
        perform(agent, job_id, Command(Action.SAFETY_CALLED, complaint_id=rude), world.now)
    [still] = rows(safety)
    perform(agent, job_id, Command(Action.SAFETY_CALLED, complaint_id=danger), world.now)
    [called] = rows(safety)

    assert (started.complaint_id, started.due_at) == (danger, world.now + HOUR / 2)
    assert (still.stopped_at, called.stopped_at) == (None, world.now)
