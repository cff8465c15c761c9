"""A month of stories through the product's own fee run, in two sittings as work ends, and what it then owes whom."""

from __future__ import annotations

import random

from sqlalchemy import Connection, text

from domain.actors import Actor, Role
from domain.channel_charges import Fault
from domain.profit_share import Cost
from jobs.drains import owed
from models import db
from services import adjustments, audits, channel_charges, penalties, profit_shares, sale_costs, year_end
from services.channel_charges import Allocation
from services.fees import post_quality, run_fees
from services.parts import shares
from services.sale_costs import CostOf
from tests.oracles import fee_comparing, fee_rows, market_rows, market_stories, quarrels
from tests.oracles.fee_comparing import Disagreement
from tests.oracles.fee_stories import AFTERWARDS as NOW
from tests.oracles.fee_stories import LOOKS, Maker, Month
from tests.oracles.market_stories import PAID
from tests.oracles.shares import Sale

AUDITOR = Actor(Role.AUDITOR, person_id=2)
LATER = "UPDATE job SET status = :status, closed_at = :at WHERE id = :id"


def play(month: Month) -> list[Disagreement]:
    """Every fourth finished job ends only after the first run; a third run must find nothing left."""
    late = [story for story in month.stories if story.id % 4 == 0 and story.events[-1].what == "close"]
    with db.engine.begin() as tx:
        fee_rows.write(tx, month)
        _end(tx, [{"id": story.id, "status": "confirmed", "at": None} for story in late])
        quarrels.open_again(tx, month)
    quarrels.play(month, NOW)
    with db.engine.begin() as tx:
        quarrels.end(tx, month)
    run_fees(NOW)
    with db.engine.begin() as tx:
        _end(tx, [{"id": story.id, "status": "closed", "at": story.events[-1].at} for story in late])
    run_fees(NOW)
    again = run_fees(NOW)
    assert (again.jobs, again.entries, again.memos, again.held) == (0, 0, 0, 0)
    _afterwards(month)
    _take_back(month)
    quarrels.settle(month, NOW)
    owed(NOW)
    owed(NOW)
    if month.market.sales:
        _trade(month)
    with db.engine.begin() as tx:
        return fee_comparing.disagreements(tx, month)


def _take_back(month: Month) -> None:
    """Verdicts that are wrong after all, appealed before and answered now."""
    for story in (story for story in month.stories if story.back_late):
        job_id = story.parent if story.overturned else story.id
        assert job_id is not None
        audits.answer(AUDITOR, job_id, True, "申诉成立", NOW)


def _afterwards(month: Month) -> None:
    """Stars and complaints that come late, and what platforms took; asked for again, nothing more is posted."""
    late = [story for story in month.stories if story.said_late and (story.stars or story.complaints)]
    with db.engine.begin() as tx:
        fee_rows.voices(tx, late)
    for story in late:
        for _ in range(1 if story.id % 4 else 2):
            post_quality({"job_id": story.id}, NOW)
    for taken in (taken for story in month.stories for taken in story.taken if taken.fault != "dealer"):
        channel_charges.allocate(Actor(Role.FINANCE), taken.id, Allocation(Fault(taken.fault)), NOW)
    penalties.post_due(NOW)
    penalties.post_due(NOW)


def _trade(month: Month) -> None:
    """Three looks at what was sold, what comes between them, and the year; each asked for twice."""
    market = month.market
    _look(0)
    _refund(month, 1)
    told = [CostOf(Cost(one.kind), one.fen, one.sku, one.since, one.line) for one in market.costs if one.late]
    if told:
        sale_costs.tell(Actor(Role.FINANCE), told, LOOKS[0])
    _look(1)
    year_end.run(PAID)
    year_end.run(PAID)
    for sale in _refund(month, 2):
        whole = sale.back[2] == sale.paid
        event = {"job_id": sale.story.id, "order_line_id": sale.story.id, "order_event_id": 1, "whole": whole}
        for _ in range(2):
            adjustments.refund_after_close(event, LOOKS[2])
    _look(2)


def _look(number: int) -> None:
    for _ in range(2):
        profit_shares.run(LOOKS[number])


def _refund(month: Month, look: int) -> list[Sale]:
    with db.engine.begin() as tx:
        found = market_rows.refund(tx, month.market.sales, look)
        shares.changed(tx, [sale.story.id for sale in found], LOOKS[look - 1])
    return found


def _end(tx: Connection, jobs: list[dict[str, object]]) -> None:
    if jobs:
        tx.execute(text(LATER), jobs)


def made(seed: int, jobs: int) -> Month:
    """A month, its quarrels, what was sold and whose year it was; the same seed makes the same."""
    month = Maker(seed).make(jobs)
    quarrels.quarrel(random.Random(f"quarrels {seed}"), month)
    dice = random.Random(f"market {seed}")
    market_stories.trade(dice, month)
    market_stories.unite(dice, month)
    return month


def random_month(seed: int, jobs: int) -> tuple[Month, list[Disagreement]]:
    """Made, played and compared, in the database of the pushed application."""
    month = made(seed, jobs)
    return month, play(month)
