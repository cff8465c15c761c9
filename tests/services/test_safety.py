"""A safety complaint stops the installer, tells everybody, strands nothing, and only an agent lifts it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.actions import Action, Command
from domain.lifecycle import Barred
from jobs.drains import owed
from services import bindings
from services.bindings import StoppedForSafety
from services.lifecycle import perform
from services.queries import jobs
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked
from tests.worlds import World


def begun(world: World, **order: Any) -> int:
    """A job on site with installer1."""
    job_id = booked(world, **order)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + HOUR)
    return job_id


def danger(world: World, job_id: int) -> int:
    """The customer's one tap; the complaint's id."""
    opened = Command(Action.COMPLAINT_OPENED, category="safety", note="漏电")
    perform(world.customer(job_id), job_id, opened, world.now + HOUR)
    owed(world.now + HOUR)
    return int(rows("SELECT max(id) AS id FROM complaint")[0].id)


def status(world: World) -> str:
    """Of installer1's binding."""
    [row] = rows("SELECT status FROM role_binding WHERE id = :b", b=world.bindings["installer1"])
    return str(row.status)


def told(template: str) -> list[Any]:
    """Notices owed by this template."""
    sql = "SELECT payload, person_id, job_id FROM outbox WHERE payload ->> 'template' = :t ORDER BY id"
    return rows(sql, t=template)


def closed(world: World, job_id: int, complaint: int, verdict: str) -> None:
    """An agent's verdict."""
    ruled = Command(Action.COMPLAINT_CLOSED, complaint_id=complaint, outcome=verdict)
    perform(world.actor("agent"), job_id, ruled, world.now + 2 * HOUR)


def test_everybody_concerned_is_told_why(world: World) -> None:
    """The installer himself, his desk with its owner, and the agents; the customer whose window vanished too."""
    job_id = booked(world)
    danger(world, job_id)

    [him] = told("safety_stopped")
    [desk] = told("safety_desk")
    assert (him.person_id, him.job_id) == (world.people["installer1"], job_id)
    assert desk.payload["dealer_ids"] == [world.dealers[0]]
    assert [one.payload["audience"] for one in told("safety_opened") + told("booking_withdrawn")] == [
        "agents",
        "customer",
    ]


def test_what_he_has_begun_is_held_for_an_agent_and_goes_on_when_it_is_lifted(world: World) -> None:
    """Another job of his, on site: held with its data, in the agents' queue, released with the role."""
    other = begun(world, address="芝罘区胜利路 2 号")
    job_id = booked(world)
    complaint = danger(world, job_id)

    held = world.row(other)
    assert (held.status, held.held, held.queue) == ("on_site", "installer_stopped", "held")
    assert held.installer_id == world.people["installer1"]
    closed(world, job_id, complaint, "not_upheld")

    after = world.row(other)
    assert (after.held, after.queue, status(world)) == (None, None, "active")


def test_the_owner_cannot_lift_it_and_an_agent_only_after_the_call(world: World) -> None:
    """Not the owner, not the admin by the role's own door; one deed of the agent who called, on record."""
    job_id, agent = booked(world), world.actor("agent")
    complaint = danger(world, job_id)
    person, binding, at = world.people["installer1"], world.bindings["installer1"], world.now + HOUR
    for who in ("owner1", "admin"):
        with pytest.raises(StoppedForSafety):
            bindings.decide(world.actor(who), person, binding, "approve", at)
    lift = Command(Action.LIFT_STOP, complaint_id=complaint, note="接线松动，已指导断电")
    with pytest.raises(Barred, match="请先向客户回电"):
        perform(agent, job_id, lift, at)

    perform(agent, job_id, Command(Action.SAFETY_CALLED, complaint_id=complaint), at)
    assert "lift_stop" in jobs.page(agent, job_id, at).available_actions
    perform(agent, job_id, lift, at)

    assert status(world) == "active"
    assert "lift_stop" not in jobs.page(agent, job_id, at).available_actions
    [stop] = rows("SELECT lifted_at, lifted_by FROM safety_stop")
    assert (stop.lifted_at, stop.lifted_by) == (at, agent.person_id)
    assert [one.payload.get("audience", "person") for one in told("safety_lifted")] == ["person", "desk"]
    kinds = [one.kind for one in rows("SELECT kind FROM access_event WHERE kind LIKE 'safety%' ORDER BY id")]
    assert kinds == ["safety_stopped", "safety_stop_lifted"]


def test_upheld_keeps_him_stopped_and_not_upheld_does_not(world: World) -> None:
    """A second danger still open keeps him too; when the last one falls he works again."""
    first, second = booked(world), booked(world, address="芝罘区胜利路 2 号")
    one = danger(world, first)
    perform(
        world.customer(second), second, Command(Action.COMPLAINT_OPENED, category="safety"), world.now + HOUR
    )
    assert rows("SELECT count(*) AS n FROM safety_stop")[0].n == 1  # the second job was nobody's any more

    closed(world, first, one, "upheld")
    assert status(world) == "suspended"
    lift = Command(Action.LIFT_STOP, complaint_id=one)
    perform(world.actor("agent"), first, lift, world.now + 3 * HOUR)
    assert status(world) == "active"


def test_two_dangers_are_two_stops(world: World) -> None:
    """The first that is found to be nothing gives nothing back while the second is open."""
    first, second = begun(world), begun(world, address="芝罘区胜利路 2 号")
    one, two = danger(world, first), danger(world, second)

    closed(world, first, one, "not_upheld")
    assert status(world) == "suspended"
    closed(world, second, two, "not_upheld")
    assert status(world) == "active"
