"""Clocks where several deeds meet: one finish clock per family, in the right zone, of whoever has the job."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.actions import Action, Command
from domain.lifecycle import Barred
from services.lifecycle import answer_offer, perform
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, offered, photograph, rows
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
    """The goods came before anybody knew who would install them: the zone is the accepting dealer's."""
    job_id = world.job()
    [offer_id] = offered(world, job_id, 2)
    answer_offer(world.actor("owner2"), Command(Action.ACCEPT, offer_id=offer_id), world.now)

    finish = rows("SELECT window_s, due_at - starts_at AS left FROM clock WHERE kind = 'finish'")
    assert [(clock.window_s, clock.left) for clock in finish] == [(72 * 3600, 72 * HOUR)] * 2


def test_the_finish_clock_is_nobodys_own(world: World) -> None:
    """Goods delivered while one dealer had the job: the next one's lateness is not the first one's."""
    job_id = booked(world, delivered=False)
    perform(world.actor("agent"), job_id, Command(Action.DELIVERED, moment=world.now), world.now)

    assert {clock.dealer_id for clock in rows("SELECT dealer_id FROM clock WHERE kind = 'finish'")} == {None}


def test_the_next_dealer_inherits_no_standstill(world: World) -> None:
    """Suspended, then taken back: the finish clock runs on."""
    job_id = booked(world)
    call = Command(Action.SUSPEND, reason="other", next_contact_at=world.now + DAY)
    perform(world.actor("dispatcher1"), job_id, call, world.now)
    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), world.now + 10 * HOUR)

    finish = rows("SELECT paused_at, due_at - starts_at AS left FROM clock WHERE kind = 'finish'")
    assert [(clock.paused_at, clock.left) for clock in finish] == [(None, 58 * HOUR)] * 2


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
