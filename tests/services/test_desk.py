"""Where a dealer's day begins: what waits for it, counted, and what runs out first on top."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from domain.actions import Action, Command
from domain.actors import SYSTEM
from models import db
from models.dealer import Certificate
from models.money import Statement
from services.lifecycle import answer_offer, perform
from services.queries import desk, jobs, offers
from services.queries.job_views import Filters
from tests.services.test_lifecycle import booked
from tests.worlds import World


def _offered(world: World, **order: Any) -> int:
    job_id = world.job(**order)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    return job_id


def test_a_desk_is_told_what_waits_and_what_runs_out_first(world: World) -> None:
    """An urge lives an hour, an offer two, a statement seven days; only an owner is asked about money; nobody else."""
    _offered(world)
    urged = booked(world)
    perform(world.actor("agent"), urged, Command(Action.URGE, reason="late"), world.now)
    with db.engine.begin() as tx:
        drafts = [
            {
                "dealer_id": world.dealers[0],
                "month": month,
                "status": "draft",
                "drawn_at": world.now,
                "total_fen": 0,
                "payout_fen": 0,
            }
            for month in (date(2026, 2, 1), date(2026, 3, 1))
        ]
        tx.execute(insert(Statement), drafts)
        expiring = {"person_id": world.people["installer1"], "kind": "gas", "expires_on": date(2026, 3, 20)}
        tx.execute(insert(Certificate).values(**expiring))

    told = desk.waiting(world.actor("owner1"), world.now)
    assert [(line.kind, line.count) for line in told] == [
        ("urges", 1), ("offers", 1), ("statements", 1), ("certificates", 1),
    ]  # fmt: skip
    assert [line.due_at for line in told[:3]] == [
        world.now + timedelta(hours=1), world.now + timedelta(hours=2), world.now + timedelta(days=7),
    ]  # fmt: skip
    assert "statements" not in {line.kind for line in desk.waiting(world.actor("dispatcher1"), world.now)}
    assert desk.waiting(world.actor("owner2"), world.now) == ()

    [line] = jobs.listed(world.actor("dispatcher1"), Filters(urged=True), None, 10)
    assert (line.id, line.urged_until) == (urged, world.now + timedelta(hours=1))


def test_offers_at_one_door_know_of_each_other(world: World) -> None:
    """Another door's, another dealer's and answered ones do not count."""
    first, second, third = (
        _offered(world, phone=phone) for phone in ("13800001111", "13800001111", "13800002222")
    )
    one, two, apart = offers.listed(world.actor("dispatcher1"), "open", None, 10, world.now)
    assert (one.together, two.together, apart.together) == ((two.id,), (one.id,), ())
    assert (one.job_id, two.job_id, apart.job_id) == (first, second, third)
    answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=two.id), world.now)
    assert offers.listed(world.actor("dispatcher1"), "open", None, 10, world.now)[0].together == ()
