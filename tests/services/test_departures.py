"""An installer who leaves takes no jobs with him."""

from __future__ import annotations

from services.departures import installer_left
from tests.services.test_lifecycle import booked, submitted
from tests.worlds import World


def test_booked_jobs_go_back_to_the_desk_and_finished_ones_stay(world: World) -> None:
    """What is booked is accepted again without installer or window; what he did remains his. Twice is once."""
    one, done = booked(world), submitted(world, address="芝罘区胜利路 2 号")
    him, dealer = world.people["installer1"], world.dealers[0]

    counts = [installer_left(him, dealer, world.now) for _ in range(2)]

    assert counts == [1, 0]
    row, kept = world.row(one), world.row(done)
    assert (row.status, row.installer_id, row.window_start) == ("accepted", None, None)
    assert (kept.status, kept.installer_id) == ("submitted", him)
