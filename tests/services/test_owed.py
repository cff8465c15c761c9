"""What administrators see of the outbox, and do about what was given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from models import db
from models.notice import Outbox
from services import owing, parked
from services.parked import NotDroppable, NotParked
from services.queries import owed
from tests.rows import rows
from tests.worlds import World


def written(world: World, *states: str, kind: str = "compensation") -> None:
    """So many rows of the outbox, one in each state; those that wait for a person have failed a dozen times."""
    made: list[dict[str, object]] = [
        {"kind": kind, "dedupe_key": f"test:{number}", "payload": {}, "created_at": world.now, "state": state,
         "last_error": "no_way", "attempts": 12,
         "next_at": None if state == "parked" else world.now + timedelta(days=1)}
        for number, state in enumerate(states)
    ]  # fmt: skip
    with db.engine.begin() as tx:
        tx.execute(insert(Outbox), made)


def test_the_outbox_is_read_by_state_and_tells_why_one_was_given_up(world: World) -> None:
    """What waits for a person oldest first, by pages; another state's are not among them."""
    written(world, "parked", "pending", "parked")

    oldest, *rest = owed.listed("parked", None, 10)
    assert (oldest.state, oldest.last_error) == ("parked", "no_way")
    assert owed.listed("parked", oldest.id, 10) == rest
    assert [line.id > oldest.id for line in rest] == [True]


def test_what_was_given_up_is_tried_again_with_all_its_attempts(world: World) -> None:
    """It is due at once; a second press finds it on its way."""
    written(world, "parked")
    [line] = owed.listed("parked", None, 10)
    parked.again(line.id, world.now)

    debt = owing.take(["compensation"], world.now)
    assert debt is not None
    assert (debt.id, debt.attempts) == (line.id, 1)
    with pytest.raises(NotParked):
        parked.again(line.id, world.now)


def test_what_is_not_owed_any_more_is_dropped_for_good(world: World) -> None:
    """Who said so and why stays with it; it can be neither dropped nor tried again."""
    written(world, "parked", kind="notice")
    admin = world.actor("admin")
    [line] = owed.listed("parked", None, 10)
    parked.drop(admin, line.id, "已电话告知", world.now)
    [noted] = rows("SELECT actor_person_id, data FROM access_event WHERE kind = 'outbox_dropped'")

    [gone] = owed.listed("dropped", None, 10)
    assert (gone.dropped_by, gone.dropped_why, gone.dropped_at) == (admin.person_id, "已电话告知", world.now)
    assert (noted.actor_person_id, noted.data) == (admin.person_id, {"outbox_id": line.id})
    assert owed.listed("parked", None, 10) == []
    for deed in (
        lambda: parked.again(line.id, world.now),
        lambda: parked.drop(admin, line.id, "再次", world.now),
    ):
        with pytest.raises(NotParked):
            deed()


def test_what_moves_money_is_tried_again_and_never_dropped(world: World) -> None:
    """One person's word does not end a compensation; it still waits for somebody."""
    written(world, "parked")
    [line] = owed.listed("parked", None, 10)

    with pytest.raises(NotDroppable):
        parked.drop(world.actor("admin"), line.id, "不用了", world.now)
    assert (line.droppable, owed.listed("parked", None, 10)) == (False, [line])


def test_what_was_dropped_is_kept_as_long_as_what_was_sent(world: World) -> None:
    """Counted from the day it was dropped, not from when it was owed."""
    written(world, "parked", "sent", kind="notice")
    [line] = owed.listed("parked", None, 10)
    late = world.now + timedelta(days=100)
    parked.drop(world.actor("admin"), line.id, "已电话告知", late)

    assert owing.forget(world.now + timedelta(days=1)) == 1
    assert owing.forget(late + timedelta(days=1)) == 1
