"""What was late at an installer's door, as he reads it, and his word to his dealer."""

from __future__ import annotations

import pytest
from flask import Flask

from domain.errors import NotFound
from services import breaches
from services.breaches import AlreadyHandled
from services.clocks import raise_levels
from services.queries.breaches import Wanted, listed
from tests.rows import rows
from tests.services.test_lifecycle import HOUR, booked
from tests.worlds import World

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


def test_another_installer_neither_reads_nor_explains_it(app: Flask, world: World) -> None:
    """A breach is read and explained by the one who has the job."""
    booked(world)
    raise_levels(world.now + 3.5 * HOUR)
    [line] = listed(world.actor("installer1"), LATEST, None, 9)
    other = world.actor("installer2")
    assert listed(other, LATEST, None, 9) == []
    with pytest.raises(NotFound):
        breaches.explain(other, line.id, "x", world.now)
