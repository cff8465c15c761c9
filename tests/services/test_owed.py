"""What administrators see of the outbox."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from models import db
from models.notice import Outbox
from services.queries import owed
from tests.worlds import World


def test_the_outbox_is_read_by_state_and_tells_why_one_was_given_up(world: World) -> None:
    """Newest first, by pages; another state's are not among them."""
    rows = [
        {"kind": "notice", "dedupe_key": f"test:{number}", "payload": {}, "created_at": world.now, "state": state,
         "last_error": "no_way", "next_at": None if state == "parked" else world.now + timedelta(days=1)}
        for number, state in enumerate(("parked", "pending", "parked"))
    ]  # fmt: skip
    with db.engine.begin() as tx:
        tx.execute(insert(Outbox), rows)

    newest, *rest = owed.listed("parked", None, 10)
    assert (newest.state, newest.last_error) == ("parked", "no_way")
    assert owed.listed("parked", newest.id, 10) == rest
    assert len(rest) == 1
