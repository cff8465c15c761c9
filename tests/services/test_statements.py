"""Statements on a real ledger: the same sum of the same rows, answered by the dealer, approved by another."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import statements as pure
from domain.errors import Forbidden, IllegalTransition, NotFound, StaleVersion
from domain.ledger import Entry, Leg
from domain.statements import UNSEEN, FourEyes, LedgerRow
from services.fees import run_fees
from services.parts import ledger
from services.queries import money
from services.statements import (
    ContestOver,
    EarlierOpen,
    MonthNotOver,
    NotOnStatement,
    approve,
    confirm,
    contest,
    differences,
    draw,
    review,
    silence_confirms,
    withdraw_contest,
)
from services.uow import use_case
from tests.rows import rows
from tests.services.money import (
    APRIL,
    APRIL_1,
    DAY,
    ENDED,
    MARCH,
    MAY,
    clock,
    closed,
    corrected,
    ended,
    extra,
    rule,
    second,
)  # fmt: skip
from tests.worlds import World

MAY_1 = APRIL_1 + 30 * DAY


@use_case
def post(tx: Any, key: str, dealer_id: int, fen: int, month: Any = MARCH, kind: str = "base_fee") -> int:
    """An entry that owes the dealer so much; its id."""
    legs = (Leg(f"dealer_payable:{dealer_id}", -fen), Leg("brand_service_expense", fen))
    ledger.post(tx, [Entry(key, month, legs, key, kind=kind)], {}, APRIL_1, "test")
    return int(
        tx.exec_driver_sql("SELECT id FROM ledger_entry WHERE natural_key = %(k)s", {"k": key}).scalar_one()
    )


def statement(dealer_id: int, month: Any = MARCH) -> Any:
    """The row of a dealer's month."""
    [row] = rows("SELECT * FROM statement WHERE dealer_id = :d AND month = :m", d=dealer_id, m=month)
    return row


def sums(row: Any) -> tuple[int, int, int, int]:
    """Month, carried in, payout, carried out."""
    return row.total_fen, row.carried_in_fen, row.payout_fen, row.carried_out_fen


def test_a_statement_is_the_ledger_on_a_random_small_world(world: World) -> None:
    """Jobs, clocks, extras, corrections at random: each total equals the ledger's and the pure function's."""
    rule()
    dice = random.Random(20260401)
    for n in range(24):
        job_id = ended(
            world, dealer=dice.choice((1, 2)), units=dice.randrange(1, 4), distance_m=dice.randrange(80_000),
            status=dice.choice(("closed", "closed", "cancelled")), at=ENDED + n * DAY / 3,
        )  # fmt: skip
        clock(job_id, "arrive", dice.randrange(4))
        extra(job_id, dice.choice(("brand", "dealer")))
    run_fees(APRIL_1)
    some = rows("SELECT id FROM ledger_entry ORDER BY id LIMIT 3")
    for entry in some:
        corrected(world, entry.id, "更正", ENDED, instead_fen=dice.randrange(1, 9999))
    draw(MARCH, APRIL_1)

    assert differences(MARCH) == []
    for dealer_id in world.dealers:
        drawn = pure.draw(dealer_id, MARCH, payable_rows(dealer_id))
        row = statement(dealer_id)
        assert sums(row) == (drawn.total_fen, 0, drawn.payout_fen, drawn.carried_out_fen)
        lines = rows("SELECT count(*) AS n FROM statement_line WHERE statement_id = :s", s=row.id)[0].n
        assert lines == sum(len(group.lines) for group in drawn.groups) > 0


def payable_rows(dealer_id: int) -> list[LedgerRow]:
    """The ledger's rows of a dealer's payable in March."""
    sql = """SELECT code, leg.month, natural_key, entry.kind, amount_fen, memo FROM ledger_leg leg
        JOIN ledger_entry entry ON entry.id = entry_id JOIN ledger_account account ON account.id = account_id
        WHERE code = :code AND leg.month = '2026-03-01'"""
    return [LedgerRow(*row) for row in rows(sql, code=f"dealer_payable:{dealer_id}")]


def test_drawing_again_adds_what_is_new_and_nothing_twice(world: World) -> None:
    """While it is a draft; an unchanged one keeps its version and its seven days."""
    one = world.dealers[0]
    post("a", one, 8000)
    first = draw(MARCH, APRIL_1)
    same = draw(MARCH, APRIL_1 + DAY)
    before = statement(one)
    post("b", one, 500)
    more = draw(MARCH, APRIL_1 + 2 * DAY)
    after = statement(one)

    assert (first.statements, first.lines, same.statements, same.lines, same.changed) == (1, 1, 0, 0, 0)
    assert (more.statements, more.lines, more.changed) == (0, 1, 1)
    assert (before.drawn_at, after.drawn_at) == (APRIL_1, APRIL_1 + 2 * DAY)
    assert (before.total_fen, after.total_fen) == (8000, 8500)
    assert differences(MARCH) == []


def test_a_deficit_pays_nothing_and_is_carried_until_it_is_earned_back(world: World) -> None:
    """−¥50.00, a month of nothing, then ¥80.00: payouts 0, 0 and ¥30.00."""
    one = world.dealers[0]
    post("late", one, -5000, kind="penalty")
    post("later", one, 8000, MAY)
    for month in (MARCH, APRIL, MAY):
        draw(month, MAY_1)
    assert [sums(statement(one, month)) for month in (MARCH, APRIL, MAY)] == [
        (-5000, 0, 0, -5000),
        (0, -5000, 0, -5000),
        (8000, -5000, 3000, 0),
    ]
    assert [differences(month) for month in (MARCH, APRIL, MAY)] == [[], [], []]


def test_a_draft_redrawn_passes_its_new_deficit_on(world: World) -> None:
    """Drawing March again moves what April's draft carries in."""
    one = world.dealers[0]
    post("late", one, -5000)
    draw(MARCH, MAY_1)
    draw(APRIL, MAY_1)
    post("later", one, -1000)
    draw(MARCH, MAY_1)
    assert statement(one, APRIL).carried_in_fen == -6000
    assert differences(APRIL) == []


def test_an_entry_between_two_dealers_stands_on_both_statements(world: World) -> None:
    """What the second earns for mending is what the first loses."""
    rule()
    first = ended(world, fees_posted_at=ENDED)
    ended(world, dealer=2, kind="second_visit", parent_id=first, fault="dealer")
    run_fees(APRIL_1)
    draw(MARCH, APRIL_1)
    assert [statement(dealer).total_fen for dealer in world.dealers] == [-8000, 8000]


def test_what_comes_after_the_answer_goes_to_the_next_statement(world: World) -> None:
    """A confirmed statement stays as it was; a late posting is drawn with April."""
    one = world.dealers[0]
    post("a", one, 8000)
    draw(MARCH, APRIL_1)
    confirm(world.actor("owner1"), statement(one).id, APRIL_1)
    post("late", one, 500)
    draw(MARCH, APRIL_1)
    unstated = differences(MARCH)
    draw(APRIL, MAY_1)

    assert [(d.what, d.statement_fen, d.ledger_fen) for d in unstated] == [("ledger", 8000, 8500)]
    assert (statement(one).total_fen, statement(one, APRIL).total_fen) == (8000, 500)
    assert differences(MARCH) == differences(APRIL) == []


def test_differences_find_a_forged_total_and_a_forged_line(world: World) -> None:
    """The check that must be empty does not stay empty."""
    one = world.dealers[0]
    post("a", one, 8000)
    draw(MARCH, APRIL_1)
    rows("UPDATE statement SET total_fen = 8001")
    assert [(d.dealer_id, d.what) for d in differences(MARCH)] == [(one, "total")]
    rows("UPDATE statement SET total_fen = 8000, payout_fen = 1")
    assert [d.what for d in differences(MARCH)] == ["payout"]
    rows("UPDATE statement_line SET amount_fen = 7999")
    assert [d.what for d in differences(MARCH)] == ["ledger", "payout", "total"]


def test_contested_lines_leave_the_total_and_move_to_the_next_statement(world: World) -> None:
    """¥80.00 and a doubted −¥20.00: ¥80.00 is approved, the −¥20.00 stands on April's."""
    one, owner = world.dealers[0], world.actor("owner1")
    post("a", one, 8000)
    doubted = post("late", one, -2000, kind="penalty")
    draw(MARCH, APRIL_1)
    march = statement(one).id

    done = contest(owner, march, [doubted], "当天停电", APRIL_1 + DAY)
    review(world.actor("finance"), march, APRIL_1 + 2 * DAY)
    draw(APRIL, MAY_1)
    none_yet = rows("SELECT count(*) AS n FROM statement WHERE month = '2026-04-01'")[0].n
    approve(second(world), march, MAY_1)
    drawn = draw(APRIL, MAY_1)

    assert (done.status, done.total_fen) == ("contested", 8000)
    assert (none_yet, drawn.moved) == (0, 1)
    assert [statement(one, month).total_fen for month in (MARCH, APRIL)] == [8000, -2000]
    [line] = rows("SELECT * FROM statement_line WHERE entry_id = :e", e=doubted)
    assert (line.moved_from_id, line.contest_reason, line.contested_at) == (march, "当天停电", None)
    assert differences(MARCH) == differences(APRIL) == []


def test_a_contest_taken_back_is_a_draft_again(world: World) -> None:
    """With its old total."""
    one, owner = world.dealers[0], world.actor("owner1")
    entry = post("a", one, 8000)
    draw(MARCH, APRIL_1)
    march = statement(one).id
    contest(owner, march, [entry], "没有做过", APRIL_1)
    back = withdraw_contest(owner, march, APRIL_1)
    assert (back.status, back.total_fen) == ("draft", 8000)
    assert confirm(owner, march, APRIL_1).status == "confirmed"


def test_contesting_takes_lines_of_this_statement_within_seven_days(world: World) -> None:
    """After that it is too late, and a stranger's line is refused with everything."""
    one, two = world.dealers
    entry, foreign = post("a", one, 8000), post("b", two, 8000)
    draw(MARCH, APRIL_1)
    march, owner = statement(one).id, world.actor("owner1")
    with pytest.raises(NotOnStatement):
        contest(owner, march, [entry, foreign], "?", APRIL_1)
    with pytest.raises(ContestOver):
        contest(owner, march, [entry], "?", APRIL_1 + 7 * DAY + timedelta(seconds=1))
    assert contest(owner, march, [entry], "?", APRIL_1 + 7 * DAY).status == "contested"


def test_a_second_doubt_joins_the_first_and_is_looked_at_anew(world: World) -> None:
    """Each line with its own words; the same line not twice; what finance had looked at was another sum."""
    one, owner = world.dealers[0], world.actor("owner1")
    first, second_ = post("a", one, 8000), post("b", one, 700)
    post("c", one, 500)
    draw(MARCH, APRIL_1)
    march = statement(one).id
    contest(owner, march, [first], "多算了", APRIL_1)
    review(world.actor("finance"), march, APRIL_1)
    with pytest.raises(NotOnStatement):
        contest(owner, march, [first], "还是多算了", APRIL_1)
    assert contest(owner, march, [second_], "没做过", APRIL_1).total_fen == 500
    lines = money.statement_lines(owner, march, 0, 10)
    assert [line.contest_reason for line in lines] == ["多算了", "没做过", None]
    with pytest.raises(FourEyes):
        approve(second(world), march, APRIL_1)


def test_only_the_owner_of_that_dealer_answers(world: World) -> None:
    """The other dealer does not learn that it exists; dispatcher and finance may not confirm."""
    one = world.dealers[0]
    post("a", one, 8000)
    draw(MARCH, APRIL_1)
    march = statement(one).id
    for stranger in ("owner2", "dispatcher2", "agent"):
        with pytest.raises(NotFound):
            confirm(world.actor(stranger), march, APRIL_1)
    for other in ("dispatcher1", "finance"):
        with pytest.raises((Forbidden, IllegalTransition)):
            confirm(world.actor(other), march, APRIL_1)
    with pytest.raises(StaleVersion):
        confirm(world.actor("owner1"), march, APRIL_1, if_match=99)


def test_a_month_is_answered_when_it_is_over_and_in_order(world: World) -> None:
    """March before April, and neither before its end."""
    one, owner = world.dealers[0], world.actor("owner1")
    post("a", one, -100)
    post("b", one, 8000, APRIL)
    draw(MARCH, APRIL_1)
    draw(APRIL, APRIL_1)
    april = statement(one, APRIL).id
    with pytest.raises(MonthNotOver):
        confirm(owner, april, APRIL_1)
    with pytest.raises(EarlierOpen):
        confirm(owner, april, MAY_1)
    confirm(owner, statement(one).id, MAY_1)
    assert confirm(owner, april, MAY_1).payout_fen == 7900


def test_silence_for_seven_days_confirms(world: World) -> None:
    """Counted from the last change, never before the month has been over for seven days; each once."""
    one = world.dealers[0]
    post("a", one, 8000)
    draw(MARCH, ENDED)
    assert silence_confirms(APRIL_1 + 6 * DAY) == 0
    post("b", one, 500)
    draw(MARCH, APRIL_1 + 6 * DAY)
    assert silence_confirms(APRIL_1 + 12 * DAY) == 0
    late: datetime = APRIL_1 + 13 * DAY + timedelta(seconds=1)
    assert (silence_confirms(late), silence_confirms(late)) == (1, 0)
    row = statement(one)
    assert (row.status, row.confirmed_at, row.confirmed_by) == ("confirmed", late, None)


def test_approval_needs_a_second_pair_of_eyes(world: World) -> None:
    """Confirmed by the owner one person suffices; after silence another must have reviewed it."""
    one, two = world.dealers
    post("a", one, 8000)
    post("b", two, 8000)
    draw(MARCH, APRIL_1)
    confirm(world.actor("owner1"), statement(one).id, APRIL_1)
    silence_confirms(APRIL_1 + 8 * DAY)
    finance, then = world.actor("finance"), APRIL_1 + 9 * DAY
    shown = money.statement(finance, statement(two).id)

    assert (shown.statement.available_actions, shown.approval_bar) == (("review",), UNSEEN)
    assert approve(finance, statement(one).id, then).status == "approved"
    with pytest.raises(FourEyes, match="还没有人复核"):
        approve(finance, statement(two).id, then)
    assert review(finance, statement(two).id, then).available_actions == ("review",)
    with pytest.raises(FourEyes, match="您确认或复核过"):
        approve(finance, statement(two).id, then)
    assert "approve" in money.statement(second(world), statement(two).id).statement.available_actions
    assert approve(second(world), statement(two).id, then).status == "approved"


def test_who_made_the_fee_rule_does_not_approve_what_it_pays(world: World) -> None:
    """Price and payout are never one person's."""
    rule(created_by=world.people["finance"])
    ended(world)
    run_fees(APRIL_1)
    draw(MARCH, APRIL_1)
    march = statement(world.dealers[0]).id
    confirm(world.actor("owner1"), march, APRIL_1)
    told = money.statement(world.actor("finance"), march).approval_bar
    with pytest.raises(FourEyes, match=str(told)):
        approve(world.actor("finance"), march, APRIL_1)
    assert approve(second(world), march, APRIL_1).status == "approved"


def test_who_proposed_a_correction_does_not_approve_the_statement_it_stands_on(world: World) -> None:
    """Finance took ¥80.00 back and put ¥88.00 in their place; the approver of that may approve, its author not."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    [entry] = rows("SELECT id FROM ledger_entry")
    corrected(world, entry.id, "价格录错", ENDED, instead_fen=8800)
    draw(MARCH, APRIL_1)
    march = statement(world.dealers[0])
    confirm(world.actor("owner1"), march.id, APRIL_1)

    assert march.total_fen == 8800
    with pytest.raises(FourEyes, match="更正"):
        approve(world.actor("finance"), march.id, APRIL_1)
    assert approve(second(world), march.id, APRIL_1).status == "approved"


def test_a_closed_month_still_equals_its_statements(world: World) -> None:
    """Closing, late work and corrections later: March stays, April has the rest."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    closed(MARCH)
    draw(MARCH, APRIL_1)
    ended(world)
    run_fees(APRIL_1 + DAY)
    draw(MARCH, APRIL_1 + DAY)
    draw(APRIL, MAY_1)
    assert [statement(world.dealers[0], month).total_fen for month in (MARCH, APRIL)] == [8000, 8000]
    assert differences(MARCH) == differences(APRIL) == []
