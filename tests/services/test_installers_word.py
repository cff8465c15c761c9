"""What was late at an installer's door, as he reads it, and his word to his dealer."""

from __future__ import annotations

import pytest
from flask import Flask

from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.errors import NotFound
from models import db
from services import breaches
from services.breaches import AlreadyHandled
from services.clocks import raise_levels
from services.lifecycle import perform
from services.queries.breaches import Wanted, listed
from tests.rows import rows
from tests.services.test_lifecycle import HOUR, booked
from tests.worlds import World, _person

LATEST = Wanted(latest=True)


def test_an_installer_reads_what_was_late_at_his_own_door_and_tells_his_dealer_why(
    app: Flask, world: World
) -> None:
    """Not what the desk was late with, nor what it wrote to the brand; his word is given once and the desk is told."""
    job_id, late = booked(world), world.now + 3.5 * HOUR
    raise_levels(late)
    installer, desk = world.actor("installer1"), world.actor("dispatcher1")
    [line] = listed(installer, LATEST, None, 9)
    breaches.acknowledge(desk, line.id, "师傅睡过头", late)

    breaches.explain(installer, line.id, "路上堵车", late)

    [seen] = listed(installer, LATEST, None, 9)
    assert (seen.job_id, seen.kind, seen.explained, seen.memo) == (job_id, "arrive", "路上堵车", None)
    [told] = [one for one in listed(desk, LATEST, None, 9) if one.id == line.id]
    assert (told.explained, told.memo) == ("路上堵车", "师傅睡过头")
    assert rows("SELECT 1 FROM outbox WHERE dedupe_key = :k", k=f"breach:{line.id}:breach_explained")
    with pytest.raises(AlreadyHandled):
        breaches.explain(installer, line.id, "真的堵车", late)


def test_who_is_sent_after_it_was_late_neither_reads_nor_explains_it(app: Flask, world: World) -> None:
    """It stays with the one who was to come when it was due, also when another has the job by then."""
    job_id, late = booked(world), world.now + 3.5 * HOUR
    raise_levels(late)
    former = world.actor("installer1")
    with db.engine.begin() as tx:
        _person(tx, world, "installer9", Role.INSTALLER, world.dealers[0])
        skill = "INSERT INTO skill SELECT %s, category_code, level FROM skill LIMIT 1"
        tx.exec_driver_sql(skill, (world.people["installer9"],))
    sent = Actor(Role.INSTALLER, world.people["installer9"], dealer_id=world.dealers[0])
    perform(
        world.actor("dispatcher1"), job_id, Command(Action.REASSIGN, installer_id=sent.person_id), late + HOUR
    )
    [line] = listed(former, LATEST, None, 9)

    assert world.row(job_id).installer_id == sent.person_id
    assert listed(sent, LATEST, None, 9) == []
    with pytest.raises(NotFound):
        breaches.explain(sent, line.id, "不是我的单", late)
    breaches.explain(former, line.id, "路上堵车", late)
    assert [one.explained for one in listed(former, LATEST, None, 9)] == ["路上堵车"]


def test_the_brand_reads_his_word_only_where_the_dealer_appealed(app: Flask, world: World) -> None:
    """It is said to the dealer, who decides what the brand hears."""
    booked(world)
    late = world.now + 3.5 * HOUR
    raise_levels(late)
    [line] = listed(world.actor("installer1"), LATEST, None, 9)
    breaches.explain(world.actor("installer1"), line.id, "我睡过头了", late)

    def told(name: str) -> list[str | None]:
        return [one.explained for one in listed(world.actor(name), LATEST, None, 9) if one.id == line.id]

    before = [told(name) for name in ("agent", "auditor", "finance", "admin", "owner1")]
    breaches.appeal(world.actor("owner1"), line.id, "师傅已说明", late)

    assert before == [[None]] * 4 + [["我睡过头了"]]
    assert told("agent") == ["我睡过头了"]


def test_another_installer_neither_reads_nor_explains_it(app: Flask, world: World) -> None:
    """A breach is read and explained by the one who has the job."""
    booked(world)
    raise_levels(world.now + 3.5 * HOUR)
    [line] = listed(world.actor("installer1"), LATEST, None, 9)
    other = world.actor("installer2")
    assert listed(other, LATEST, None, 9) == []
    with pytest.raises(NotFound):
        breaches.explain(other, line.id, "x", world.now)
