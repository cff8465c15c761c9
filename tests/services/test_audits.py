"""What an auditor asks for, and what happens when it does not come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.lifecycle import Barred
from services.lifecycle import perform
from tests.rows import rows
from tests.services.test_lifecycle import HOUR, booked, photograph, submitted
from tests.worlds import World

RUNNING = "SELECT kind FROM clock WHERE kind IN ('audit', 'supplement') AND stopped_at IS NULL"


def asked(world: World) -> int:
    """A confirmed job of which the auditor wants more photos."""
    job_id, later = submitted(world), world.now + 4 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), later)
    perform(SYSTEM, job_id, Command(Action.AUDIT_SAMPLED), later)
    perform(world.actor("auditor"), job_id, Command(Action.AUDIT_FAIL, outcome="evidence"), later)
    return job_id


@pytest.mark.parametrize(
    ("verdict", "status"),
    [(Command(Action.AUDIT_PASS), "confirmed"), (Command(Action.AUDIT_FAIL, outcome="work"), "rework")],
)
def test_evidence_that_never_comes_bars_no_verdict(world: World, verdict: Command, status: str) -> None:
    """The dealer cannot keep a job from its end by saying nothing; the supplement clock ends with the verdict."""
    job_id = asked(world)
    done = perform(world.actor("auditor"), job_id, verdict, world.now + timedelta(days=3))

    assert done.status == status
    assert rows(RUNNING) == []


def test_evidence_is_not_asked_for_twice_before_it_came(world: World) -> None:
    """Its clock runs already."""
    job_id = asked(world)
    again = Command(Action.AUDIT_FAIL, outcome="evidence")

    with pytest.raises(Barred):
        perform(world.actor("auditor"), job_id, again, world.now + 5 * HOUR)


def test_supplementing_nothing_is_refused_and_a_photo_starts_the_audits_clock_again(world: World) -> None:
    """The clock is not stopped by a word; then the brand has its three days."""
    job_id, later = asked(world), world.now + 5 * HOUR
    desk, done = world.actor("dispatcher1"), Command(Action.SUPPLEMENT)

    with pytest.raises(Barred) as refused:
        perform(desk, job_id, done, later)
    photograph(world, job_id, "site", later, client_id="better")
    perform(desk, job_id, done, later)

    assert [fault.code for fault in refused.value.errors] == ["nothing_supplemented"]
    assert [clock.kind for clock in rows(RUNNING)] == ["audit"]


def test_a_waived_slot_starts_the_audits_clock_with_the_confirmation(world: World) -> None:
    """It waits for an auditor from then on."""
    job_id, then = booked(world), world.now + HOUR
    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN), then)
    for slot in ("site", "nameplate", "finished"):
        perform(installer, job_id, Command(Action.WAIVE_SLOT, slot=slot, reason="customer_refused"), then)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), then)
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), then)

    assert world.row(job_id).audit == "waiting"
    assert [clock.kind for clock in rows(RUNNING)] == ["audit"]
