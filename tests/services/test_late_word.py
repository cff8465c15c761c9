"""A phone that was offline tells its time late: what counts of it, and what becomes of a breach raised meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.actions import Action, Command
from services.clocks import raise_levels
from services.lifecycle import perform
from services.queries import breaches
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked
from tests.worlds import World

ARRIVE = "SELECT level, next_at, stopped_at FROM clock WHERE job_id = :j AND kind = 'arrive'"
BREACHES = (
    "SELECT kind, level, withdrawn, withdrawn_at FROM breach WHERE job_id = :j AND kind = :k ORDER BY level"
)


def occurred(job_id: int, action: str) -> datetime:
    """The judged time of the job's last such event."""
    return rows(
        "SELECT occurred_at FROM job_event WHERE job_id = :j AND action = :a ORDER BY seq DESC",
        j=job_id,
        a=action,
    )[0].occurred_at


def test_a_check_in_in_time_but_told_late_withdraws_the_breach_raised_meanwhile(world: World) -> None:
    """Window 1 to 3 h; there at 2 h, heard at 4 h, swept at 3.5 h: no level above the accepted time's stands."""
    job_id = booked(world)
    raise_levels(world.now + 3.5 * HOUR)
    assert [row.level for row in rows(BREACHES, j=job_id, k="arrive")] == [1, 2]

    heard = world.now + 4 * HOUR
    there = world.now + 2 * HOUR
    perform(
        world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), heard, occurred_at=there
    )

    [clock] = rows(ARRIVE, j=job_id)
    assert (clock.level, clock.next_at, clock.stopped_at) == (0, None, there)
    assert [(row.withdrawn, row.withdrawn_at) for row in rows(BREACHES, j=job_id, k="arrive")] == [
        ("told_late", heard)
    ] * 2
    raise_levels(heard + HOUR)
    assert len(rows(BREACHES, j=job_id, k="arrive")) == 2


def test_what_was_reached_by_the_accepted_time_stands(world: World) -> None:
    """There at 2 h 50 of a window of 1 to 3 h: the notice was reached, the breach is withdrawn, severe never comes."""
    job_id = booked(world)
    raise_levels(world.now + 3.5 * HOUR)
    there = world.now + timedelta(hours=2, minutes=50)
    perform(
        world.actor("installer1"),
        job_id,
        Command(Action.CHECK_IN, fix=AT_DOOR),
        world.now + 4 * HOUR,
        occurred_at=there,
    )

    assert [(row.level, row.withdrawn) for row in rows(BREACHES, j=job_id, k="arrive")] == [
        (1, None),
        (2, "told_late"),
    ]


def test_a_finish_told_late_is_judged_again_too(world: World) -> None:
    """Any clock the deed stops: submitted within 48 h, heard after; the breach is kept and costs nothing."""
    other = booked(world)
    installer = world.actor("installer1")
    perform(installer, other, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + HOUR)
    raise_levels(world.now + 50 * HOUR)
    there = world.now + 40 * HOUR
    for slot in ("site", "nameplate", "finished"):
        perform(
            installer,
            other,
            Command(Action.WAIVE_SLOT, slot=slot, reason="unsafe"),
            world.now + 50 * HOUR,
            occurred_at=there,
        )
    perform(
        installer,
        other,
        Command(Action.SUBMIT, serial_numbers=("SN-00002",)),
        world.now + 51 * HOUR,
        occurred_at=there,
    )

    finish = rows(
        "SELECT family, level FROM clock WHERE job_id = :j AND kind = 'finish' ORDER BY family", j=other
    )
    assert [(row.family, row.level) for row in finish] == [("dealer", 1), ("platform", 1)]
    shown = breaches.listed(world.actor("agent"), breaches.Wanted(job_id=other, kind="finish"), None, 9)
    assert sorted((line.level, line.withdrawn) for line in shown) == [
        ("breach", "told_late"), ("breach", "told_late"), ("notice", None), ("notice", None),
    ]  # fmt: skip


def test_a_phone_that_acknowledged_something_later_was_not_there_earlier(world: World) -> None:
    """Another job's check-in at 3 h from the same phone: a check-in here at 2 h is a tale; receipt counts."""
    first, second = booked(world), booked(world, address="芝罘区胜利路 2 号")
    phone = replace(world.actor("installer1"), device_id="phone-a")
    perform(phone, first, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + 3 * HOUR)

    heard, claimed = world.now + 4 * HOUR, world.now + 2 * HOUR
    perform(phone, second, Command(Action.CHECK_IN, fix=AT_DOOR), heard, occurred_at=claimed)

    assert occurred(second, "check_in") == heard
    told = rows("SELECT data FROM job_event WHERE job_id = :j AND action = 'check_in'", j=second)[0].data
    assert datetime.fromisoformat(told["told_at"]) == claimed


def test_another_phone_does_not_bind_this_one(world: World) -> None:
    """The old telephone's last word is no reason to disbelieve the new one."""
    first, second = booked(world), booked(world, address="芝罘区胜利路 2 号")
    phone = world.actor("installer1")
    perform(replace(phone, device_id="a"), first, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + 3 * HOUR)

    claimed = world.now + 2 * HOUR
    command = Command(Action.CHECK_IN, fix=AT_DOOR)
    perform(replace(phone, device_id="b"), second, command, world.now + 4 * HOUR, occurred_at=claimed)

    assert occurred(second, "check_in") == claimed
