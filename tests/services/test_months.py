"""The end of a month and its balances: what bars the close, what it closes, and sums that need no history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from domain.closing import MonthOpen
from domain.errors import NotFound
from domain.ledger import Entry, Leg
from models import db
from models.run import Run
from services import balances, statements
from services.fees import run_fees
from services.ledger import close_month
from services.parts import ledger
from services.queries import months
from tests.rows import rows
from tests.services.money import APRIL, APRIL_1, DAY, MARCH, MAY, clock, ended, posted, put, rule, second
from tests.worlds import World

LATER = APRIL_1 + 10 * DAY
FEBRUARY = MARCH.replace(month=2)


def codes(refused: pytest.ExceptionInfo[MonthOpen]) -> list[str]:
    """What was named as missing."""
    return [fault.code for fault in refused.value.errors]


def test_a_month_closes_when_nothing_of_it_is_open_and_says_what_is(world: World) -> None:
    """Not over; a job without its fees, a run that failed, a line on no statement, a draft; then it closes, once."""
    rule()
    ended(world)
    finance = world.actor("finance")
    put(Run, task="fees", slot=APRIL_1, started_at=APRIL_1, finished_at=APRIL_1, error="boom")
    with pytest.raises(MonthOpen) as early:
        close_month(APRIL, finance, APRIL_1)
    with pytest.raises(MonthOpen) as unposted:
        close_month(MARCH, finance, APRIL_1)
    run_fees(APRIL_1)
    put(Run, task="fees", slot=APRIL_1 + DAY, started_at=APRIL_1, finished_at=APRIL_1)
    with pytest.raises(MonthOpen) as undrawn:
        close_month(MARCH, finance, APRIL_1)
    statements.draw(MARCH, APRIL_1)
    balances.fold(APRIL_1)
    [cockpit] = months.months(None, APRIL_1, 10)
    with pytest.raises(MonthOpen) as draft:
        close_month(MARCH, finance, APRIL_1)
    statements.silence_confirms(LATER)
    first = close_month(MARCH, finance, LATER)

    assert [codes(refused) for refused in (early, unposted, undrawn, draft)] == [
        ["month_not_over"],
        ["fees_unposted", "run_unfinished"],
        ["lines_unstated"],
        ["statement_open"],
    ]
    assert "已完结工单的费用尚未入账（1）" in unposted.value.detail
    assert [(one.code, one.count) for one in cockpit.missing] == [("statement_open", 1)]
    assert [(one.status, one.count, one.payout_fen) for one in cockpit.statements] == [("draft", 1, 8000)]
    assert close_month(MARCH, second(world), LATER + DAY) == first
    [line] = months.months(None, LATER, 10)
    assert (line.closed_by, line.closed_at, line.missing, line.legs) == (finance.person_id, LATER, (), 2)


def test_a_month_without_postings_is_closed_before_the_next_one(world: World) -> None:
    """Something in March, nothing in April, something in May: May waits for April, which stands in the list."""
    rule()
    for month in (MARCH, MAY):
        with db.engine.begin() as tx:
            legs = (Leg(f"dealer_payable:{world.dealers[0]}", -5), Leg("brand_service_expense", 5))
            ledger.post(tx, [Entry(f"k{month}", month, legs, "")], {}, APRIL_1, "test")
    june, finance = APRIL_1 + 75 * DAY, world.actor("finance")
    listed = [(line.month, line.legs) for line in months.months(None, june, 10)]
    for month in (MARCH, MAY):
        statements.draw(month, june)
    statements.silence_confirms(june + 10 * DAY)
    close_month(MARCH, finance, june)
    with pytest.raises(MonthOpen) as gap:
        close_month(MAY, finance, june)
    for month in (APRIL, MAY):
        close_month(month, finance, june)

    assert listed == [(MAY, 2), (APRIL, 0), (MARCH, 2)]
    assert codes(gap) == ["earlier_open"]


def test_an_earlier_month_bars_whatever_was_posted_in_it(world: World) -> None:
    """February moved money at the bank only, no dealer's: March waits for it."""
    with db.engine.begin() as tx:
        ledger.post(
            tx, [Entry("k", FEBRUARY, (Leg("bank", 5), Leg("penalty_income", -5)), "")], {}, APRIL_1, "test"
        )
    with pytest.raises(MonthOpen) as refused:
        close_month(MARCH, world.actor("finance"), APRIL_1)
    close_month(FEBRUARY, world.actor("finance"), APRIL_1)
    close_month(MARCH, world.actor("finance"), APRIL_1)

    assert codes(refused) == ["earlier_open"]


def test_nothing_posts_into_a_closed_month_whoever_posts(world: World) -> None:
    """The fees of a job that ended in March come in April and say so; what insists on March, or on February, which
    nobody closed, is refused whole."""
    rule()
    close_month(MARCH, world.actor("finance"), APRIL_1)
    ended(world)
    run_fees(APRIL_1)
    insists = Entry("k", MARCH, (Leg("bank", 5), Leg("penalty_income", -5)), "")
    for month in (MARCH, FEBRUARY):
        with pytest.raises(IntegrityError, match="the month is closed"), db.engine.begin() as tx:
            ledger.post(tx, [replace(insists, month=month)], {}, APRIL_1, "test")

    [entry] = posted()
    assert entry.month == APRIL
    assert entry.memo.endswith("（原属 2026-03，已结账，计入 2026-04）")


def test_balances_are_the_same_folded_half_or_not_at_all(world: World) -> None:
    """Opening, moved and closing by account, from the kept sums, from the tail behind their mark, or from both."""
    rule()
    ended(world, units=2)
    clock(ended(world, dealer=2), level=2)
    run_fees(APRIL_1)
    finance, seen = world.actor("finance"), []
    for until in (0, 2, None):
        rows("DELETE FROM ledger_balance")
        rows("DELETE FROM ledger_mark")
        if until is None:
            balances.fold(APRIL_1, at_once=2)
        elif until:
            balances._fold(until, until)
        seen.append([months.balances(finance, month, None, 0, 10) for month in (MARCH, APRIL)])

    one, two = world.dealers
    assert seen[0] == seen[1] == seen[2]
    march, april = seen[0]
    assert {line.account: line.moved_fen for line in march} == {
        "brand_service_expense": 24000, f"dealer_payable:{one}": -16000, f"dealer_payable:{two}": -6000,
        "penalty_income": -2000,
    }  # fmt: skip
    assert [(line.opening_fen, line.moved_fen) for line in april] == [(line.closing_fen, 0) for line in march]
    assert [line.account for line in months.balances(world.actor("owner1"), MARCH, None, 0, 10)] == [
        f"dealer_payable:{one}"
    ]
    with pytest.raises(NotFound):
        months.balances(world.actor("owner1"), MARCH, two, 0, 10)


def test_the_check_recomputes_every_balance_and_names_what_differs(world: World) -> None:
    """One fen written by hand beside the ledger; folded again and again nothing differs of itself."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    for hours in range(2):
        balances.fold(APRIL_1 + timedelta(hours=hours))
    fine = balances.check(APRIL_1)
    rows("UPDATE ledger_balance SET amount_fen = amount_fen + 1 WHERE amount_fen > 0")

    assert fine == {"balances": 2, "differences": 0}
    [wrong] = balances.recompute().differences
    assert (wrong.account, wrong.month, wrong.kept_fen, wrong.posted_fen) == (
        "brand_service_expense", MARCH, 8001, 8000,
    )  # fmt: skip
