"""A month of stories through the product's own fee run, in two sittings as work ends, and what it then owes whom."""

from __future__ import annotations

from sqlalchemy import Connection, text

from domain.actors import Actor, Role
from domain.channel_charges import Fault
from models import db
from services import channel_charges, penalties
from services.channel_charges import Allocation
from services.fees import post_quality, run_fees
from tests.oracles import fee_comparing, fee_rows
from tests.oracles.fee_comparing import Disagreement
from tests.oracles.fee_stories import AFTERWARDS as NOW
from tests.oracles.fee_stories import Maker, Month

LATER = "UPDATE job SET status = :status, closed_at = :at WHERE id = :id"


def play(month: Month) -> list[Disagreement]:
    """Every fourth finished job ends only after the first run; a third run must find nothing left."""
    late = [story for story in month.stories if story.id % 4 == 0 and story.events[-1].what == "close"]
    with db.engine.begin() as tx:
        fee_rows.write(tx, month)
        _end(tx, [{"id": story.id, "status": "confirmed", "at": None} for story in late])
    run_fees(NOW)
    with db.engine.begin() as tx:
        _end(tx, [{"id": story.id, "status": "closed", "at": story.events[-1].at} for story in late])
    run_fees(NOW)
    again = run_fees(NOW)
    assert (again.jobs, again.entries, again.memos, again.held) == (0, 0, 0, 0)
    _afterwards(month)
    with db.engine.begin() as tx:
        return fee_comparing.disagreements(tx, month)


def _afterwards(month: Month) -> None:
    """Stars and complaints that come late, and what platforms took; whatever is posted, asked for twice."""
    late = [story for story in month.stories if story.said_late and (story.stars or story.complaints)]
    with db.engine.begin() as tx:
        fee_rows.voices(tx, late)
    for story in late:
        post_quality({"job_id": story.id}, NOW)
        post_quality({"job_id": story.id}, NOW)
    for taken in (taken for story in month.stories for taken in story.taken if taken.fault != "dealer"):
        channel_charges.allocate(Actor(Role.FINANCE), taken.id, Allocation(Fault(taken.fault)), NOW)
    penalties.post_due(NOW)
    penalties.post_due(NOW)


def _end(tx: Connection, jobs: list[dict[str, object]]) -> None:
    if jobs:
        tx.execute(text(LATER), jobs)


def random_month(seed: int, jobs: int) -> tuple[Month, list[Disagreement]]:
    """Made, played and compared, in the database of the pushed application."""
    month = Maker(seed).make(jobs)
    return month, play(month)
