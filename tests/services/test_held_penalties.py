"""What a breach costs waits for the answer to its appeal: the rest of the job is posted, this line is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.drains import owed
from services import statements
from services.breaches import appeal, decline, excuse
from services.fees import run_fees
from tests.rows import rows
from tests.services.money import (
    APRIL,
    APRIL_1,
    DAY,
    ENDED,
    MARCH,
    clock,
    closed,
    corrected,
    ended,
    keys,
    posted,
    rule,
)
from tests.worlds import World


def appealed(world: World, level: int = 2) -> tuple[int, int]:
    """An ended job whose arrival was late, with an appeal; its id and the appealed breach's."""
    rule()
    job_id = ended(world)
    clock(job_id, "arrive", level, dealer_id=world.dealers[0])
    clock(job_id, "finish", 2, dealer_id=world.dealers[0])
    rows("UPDATE breach SET dealer_id = :d", d=world.dealers[0])
    [breach] = rows("SELECT id FROM breach WHERE kind = 'arrive' AND level = 2")
    appeal(world.actor("owner1"), breach.id, "客户改了时间", ENDED + DAY)
    return job_id, int(breach.id)


def test_a_penalty_under_appeal_is_not_posted_and_the_rest_is(world: World) -> None:
    """Base fee and the other clock's ¥30.00 stand; the ¥20.00 of the appealed one do not."""
    appealed(world)
    run = run_fees(APRIL_1)

    assert keys() == ["base_fee:unit:1", "timeliness:finish:1"]
    assert (run.jobs, run.held) == (1, 0)


def test_a_declined_appeal_posts_what_it_held_once_into_the_open_month(world: World) -> None:
    """¥20.00, by the rule of the day of the work, in April; drained and run again it is still once."""
    job_id, breach_id = appealed(world)
    run_fees(APRIL_1)
    decline(world.actor("agent"), breach_id, "没有改约记录", APRIL_1 + DAY)
    for hours in (1, 2):
        owed(APRIL_1 + DAY + timedelta(hours=hours))
        rows("UPDATE outbox SET state = 'pending', next_at = created_at WHERE kind = 'held_penalty'")
        run_fees(APRIL_1 + DAY + timedelta(hours=hours))

    [late] = [entry for entry in posted() if entry.key == f"job:{job_id}:timeliness:arrive:1"]
    assert late.legs == f"dealer_payable:{world.dealers[0]} 2000, penalty_income -2000"
    assert late.month == APRIL
    assert late.memo.endswith("（申诉驳回后计入）")
    assert len(keys()) == 3


def test_a_won_appeal_costs_nothing_ever(world: World) -> None:
    """Excused after the job's other fees were posted: nothing of it was, nothing is."""
    _, breach_id = appealed(world)
    run_fees(APRIL_1)
    excuse(world.actor("agent"), breach_id, "customer", APRIL_1 + DAY)
    owed(APRIL_1 + DAY)
    run_fees(APRIL_1 + DAY)

    assert keys() == ["base_fee:unit:1", "timeliness:finish:1"]


@pytest.mark.parametrize("how", ["appeal won", "late excuse", "declined, then excused"])
def test_a_penalty_excused_after_it_was_posted_comes_back_on_the_next_statement(
    world: World, how: str
) -> None:
    """¥30.00 posted in March, closed; ¥30.00 back in April, naming what it takes back and who, however often asked."""
    job_id, _ = appealed(world)
    run_fees(APRIL_1)
    [posted_late] = rows("SELECT id FROM ledger_entry WHERE natural_key LIKE '%timeliness:finish%'")
    [late] = rows("SELECT id FROM breach WHERE kind = 'finish' AND level = 2")
    statements.draw(MARCH, APRIL_1)
    closed(MARCH)
    agent, then = world.actor("agent"), APRIL_1 + DAY
    if how != "late excuse":
        appeal(world.actor("owner1"), late.id, "客户改了时间", then)
    if how == "declined, then excused":
        decline(agent, late.id, "没有改约记录", then)
    excuse(agent, late.id, "customer", then)
    for _ in range(2):
        owed(then)
        rows("UPDATE outbox SET state = 'pending', next_at = created_at WHERE kind LIKE '%_penalty'")
    statements.draw(APRIL, APRIL_1 + 35 * DAY)

    key = f"job:{job_id}:timeliness:finish:1"
    [back] = [entry for entry in posted() if entry.key == f"{key}:excused"]
    assert (back.month, back.kind) == (APRIL, "penalty")
    assert back.legs == f"penalty_income 3000, dealer_payable:{world.dealers[0]} -3000"
    assert back.memo == "冲销 时效扣款 完工超时 ¥30.00（时效免责：客户原因）"
    [row] = rows("SELECT reverses_id, author_id FROM ledger_entry WHERE natural_key = :k", k=f"{key}:excused")
    assert row == (posted_late.id, world.people["agent"])
    [line] = rows(
        "SELECT amount_fen FROM statement_line JOIN statement s ON s.id = statement_id WHERE s.month = '2026-04-01'"
    )
    assert line.amount_fen == 3000
    assert statements.differences(MARCH) == statements.differences(APRIL) == []


def test_an_excuse_takes_back_a_penalty_as_finance_had_corrected_it(world: World) -> None:
    """¥30.00 made ¥10.00 by a correction: ¥10.00 come back, and the account is at nought."""
    appealed(world)
    run_fees(APRIL_1)
    [entry] = rows("SELECT id FROM ledger_entry WHERE natural_key LIKE '%timeliness:finish%'")
    corrected(world, entry.id, "减半", APRIL_1, instead_fen=1000)
    [late] = rows("SELECT id FROM breach WHERE kind = 'finish' AND level = 2")
    excuse(world.actor("agent"), late.id, "weather", APRIL_1 + DAY)
    owed(APRIL_1 + DAY)

    [sum_] = rows(
        "SELECT sum(amount_fen) AS fen FROM ledger_leg JOIN ledger_account a ON a.id = account_id"
        " WHERE a.code = 'penalty_income'"
    )
    assert sum_.fen == 0


def test_an_appeal_decided_before_the_fees_is_posted_with_them(world: World) -> None:
    """Declined in March: the fee run takes it along, nothing is owed beside it."""
    _, breach_id = appealed(world)
    decline(world.actor("agent"), breach_id, "没有改约记录", ENDED + 2 * DAY)
    run_fees(APRIL_1)

    assert keys() == ["base_fee:unit:1", "timeliness:arrive:1", "timeliness:finish:1"]
    assert rows("SELECT 1 FROM outbox WHERE kind = 'held_penalty'") == []


def test_an_appeal_against_the_breach_holds_the_severe_level_that_replaced_it(world: World) -> None:
    """The clock went on to severe, ¥50.00: one line per clock, so it waits whole, and is posted whole."""
    job_id, breach_id = appealed(world, level=3)
    run_fees(APRIL_1)
    before = keys()
    decline(world.actor("agent"), breach_id, "没有改约记录", APRIL_1 + DAY)
    owed(APRIL_1 + DAY)

    [late] = [entry for entry in posted() if entry.key == f"job:{job_id}:timeliness:arrive:1"]
    assert "timeliness:arrive:1" not in before
    assert late.legs == f"dealer_payable:{world.dealers[0]} 5000, penalty_income -5000"
