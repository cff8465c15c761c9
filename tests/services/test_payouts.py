"""Payouts by bank: to verified accounts only, posted once, and every difference is listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from domain.errors import Invalid, NotFound
from domain.statements import FourEyes
from domain.withholding import Band
from services import bank_accounts, bank_templates, payouts, settling, withholding_rules
from services.bank_accounts import AccountProposed
from services.parts.contradicted import PayoutContradicted
from services.parts.paying import PayoutUnderWay
from services.parts.sealed_accounts import NewAccount
from services.payout_check import differences, note
from services.payouts import BatchKeyUsed, NothingToPay, ResultRead
from services.statements import approve, confirm, draw
from tests.rows import rows
from tests.services.money import APRIL_1, MARCH, second
from tests.services.test_settling import TODAY, balances, invoice
from tests.services.test_statements import MAY_1, post, statement
from tests.worlds import World

ACCOUNT = NewAccount("6222020200112233", "烟台某某电器", "工商银行烟台分行", "102456000012")
TEMPLATE: dict[str, Any] = {
    "columns": [{"head": "编号", "field": "number"}, {"head": "账号", "field": "account"},
                {"head": "户名", "field": "holder"}, {"head": "金额", "field": "amount_yuan"}],
    "encoding": "gb18030", "number_head": "编号", "amount_head": "金额", "state_head": "状态",
    "paid_words": ["成功"], "failed_words": ["失败"], "reason_head": "原因",
}  # fmt: skip


@pytest.fixture
def ready(world: World) -> int:
    """Both dealers' March invoiced (¥80.00, ¥50.00), both with verified accounts; a template's id."""
    finance = world.actor("finance")
    for number, fen in ((1, 8000), (2, 5000)):
        dealer_id = world.dealers[number - 1]
        post(f"fee:{number}", dealer_id, fen)
        draw(MARCH, APRIL_1)
        row = statement(dealer_id)
        confirm(world.actor(f"owner{number}"), row.id, APRIL_1)
        approve(finance, row.id, APRIL_1)
        settling.record_invoice(finance, row.id, invoice(number, fen), APRIL_1)
        asked = bank_accounts.propose(world.actor(f"owner{number}"), dealer_id, ACCOUNT, APRIL_1)
        bank_accounts.decide(finance, asked.id, True, APRIL_1)
    return bank_templates.add(finance, "工行", TEMPLATE, APRIL_1).id


def answered(*lines: str) -> bytes:
    """A bank's answer."""
    return "\r\n".join(["编号,金额,状态,原因", *lines]).encode("gb18030")


def numbers() -> list[str]:
    """Of the payments, in order."""
    return [f"TZ{row.id:010d}" for row in rows("SELECT id FROM payout ORDER BY id")]


def test_a_batch_is_made_once_and_its_file_is_always_the_same(world: World, ready: int) -> None:
    """The same key is the same batch; nothing is left for another; the database has no account in clear."""
    finance = world.actor("finance")
    made = payouts.make(finance, "2026-03", ready, (), APRIL_1)
    again = payouts.make(finance, "2026-03", ready, (), APRIL_1)
    first, second_time = (payouts.file(finance, made.id, APRIL_1) for _ in range(2))
    asked = bank_accounts.propose(finance, world.dealers[0], NewAccount("99998888", "别人", "别处"), APRIL_1)
    bank_accounts.decide(second(world), asked.id, True, APRIL_1)

    assert (made.payments, made.amount_fen, made.open, again) == (2, 13_000, 2, made)
    assert first == second_time == payouts.file(finance, made.id, APRIL_1)
    assert [line.split(",")[1:] for line in first.decode("gb18030").split()[1:]] == [
        [ACCOUNT.account_number, ACCOUNT.holder, "80.00"],
        [ACCOUNT.account_number, ACCOUNT.holder, "50.00"],
    ]
    with pytest.raises(NothingToPay):
        payouts.make(finance, "again", ready, (), APRIL_1)
    with pytest.raises(PayoutUnderWay):
        settling.record_payment(finance, statement(world.dealers[0]).id, TODAY, "手工", APRIL_1)
    with pytest.raises(PayoutUnderWay):
        settling.refuse_invoice(finance, statement(world.dealers[0]).id, "？", APRIL_1)
    assert ACCOUNT.account_number.encode() not in bytes(
        rows("SELECT sealed FROM bank_account ORDER BY id")[0].sealed
    )


def test_what_the_bank_paid_is_posted_once_and_what_failed_is_paid_by_another_batch(
    world: World, ready: int
) -> None:
    """The answer read twice does nothing twice; the books are empty at the end and nothing differs."""
    finance, (one, two) = world.actor("finance"), world.dealers
    made = payouts.make(finance, "a", ready, (), APRIL_1)
    paid, failed = numbers()
    file = answered(f"{paid},80.00,成功,", f"{failed},50.00,失败,户名不符")
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Invalid):
            payouts.read_result(finance, made.id, file, day, APRIL_1)
    first = payouts.read_result(finance, made.id, file, TODAY, APRIL_1)
    same = payouts.read_result(finance, made.id, file, TODAY, APRIL_1)
    states = [statement(dealer_id).status for dealer_id in (one, two)]
    next_one = payouts.make(finance, "b", ready, (), APRIL_1)
    payouts.read_result(finance, next_one.id, answered(f"{numbers()[2]},50.00,成功,"), TODAY, APRIL_1)

    assert (first, same) == (ResultRead(1, 1, 0, 0), ResultRead(0, 0, 2, 0))
    assert states == ["paid", "invoiced"]
    assert balances() == {
        f"dealer_payable:{one}": 0, f"dealer_payable:{two}": 0, "bank": -13_000, "brand_service_expense": 13_000,
    }  # fmt: skip
    assert rows("SELECT reason FROM payout WHERE state = 'failed'")[0].reason == "户名不符"
    assert differences(APRIL_1 + timedelta(days=9)) == []


def test_a_persons_tax_is_taken_off_in_the_file_and_posted_apart(world: World, ready: int) -> None:
    """A tenth of the person's ¥80.00; the company's ¥50.00 is whole; nothing differs."""
    finance = world.actor("finance")
    withholding_rules.add(finance, APRIL_1.date(), [Band(0, 1_000)], APRIL_1)
    rows("UPDATE dealer SET party = 'natural_person' WHERE id = :d", d=world.dealers[0])
    made = payouts.make(finance, "a", ready, (), APRIL_1)
    one, two = numbers()
    payouts.read_result(
        finance, made.id, answered(f"{one},72.00,成功,", f"{two},50.00,成功,"), TODAY, APRIL_1
    )

    assert made.amount_fen == 12_200
    assert (balances()["bank"], balances()["withheld_tax"]) == (-12_200, -800)
    assert differences(APRIL_1) == []


def test_what_was_paid_by_hand_bears_the_tax_of_the_day_it_was_paid(world: World, ready: int) -> None:
    """Bands begin in May; of two persons the one paid on the last of April, told in May, got the whole."""
    finance, may = world.actor("finance"), TODAY.replace(month=5)
    withholding_rules.add(finance, may, [Band(0, 1_000)], APRIL_1)
    rows("UPDATE dealer SET party = 'natural_person'")
    one, two = (statement(dealer_id).id for dealer_id in world.dealers[:2])
    settling.record_payment(finance, one, may - timedelta(days=1), "回单 1", MAY_1)
    settling.record_payment(finance, two, may, "回单 2", MAY_1)

    withheld = rows("SELECT withheld_fen FROM payout ORDER BY statement_id")
    assert [row.withheld_fen for row in withheld] == [0, 500]
    assert (balances()["bank"], balances()["withheld_tax"]) == (-12_500, -500)


def test_every_difference_is_listed(world: World, ready: int) -> None:
    """Wrong amount, unknown number and word, an answer taken back, one that never came, a posting by hand."""
    finance = world.actor("finance")
    made = payouts.make(finance, "a", ready, (), APRIL_1)
    one, two = numbers()
    payouts.read_result(
        finance, made.id, answered(f"{one},80.00,成功,", f"{two},50.01,成功,"), TODAY, APRIL_1
    )
    odd = answered(
        f"{one},80.00,失败,退汇", f"{two},50.00,处理中,", "TZ0000009999,1.00,成功,", "?,1.00,成功,"
    )
    read = payouts.read_result(finance, made.id, odd, TODAY, APRIL_1)
    rows("UPDATE payout SET amount_fen = 7999 WHERE state = 'paid'")

    assert read == ResultRead(0, 0, 0, 4)
    early, late = differences(APRIL_1), differences(APRIL_1 + timedelta(days=4))
    assert [one.gap for one in early] == [
        "amount", "not_posted", "paid_and_failed", "unknown_number", "unknown_number", "unknown_word",
    ]  # fmt: skip
    assert [one.gap for one in late if one.gap == "not_answered"] == ["not_answered"]
    assert (early[0].ours_fen, early[0].theirs_fen) == (5000, 5001)


def test_what_failed_and_is_said_to_be_paid_is_not_paid_again_before_somebody_says_what_it_was(
    world: World, ready: int
) -> None:
    """By hand, when asked for and among all; explained, it is free."""
    finance, row = world.actor("finance"), statement(world.dealers[0])
    made = payouts.make(finance, "a", ready, (row.id,), APRIL_1)
    for word in ("失败", "成功"):
        payouts.read_result(finance, made.id, answered(f"{numbers()[0]},80.00,{word},"), TODAY, APRIL_1)
    for attempt in (
        lambda: settling.record_payment(finance, row.id, TODAY, "回单", APRIL_1),
        lambda: payouts.make(finance, "b", ready, (row.id,), APRIL_1),
    ):
        with pytest.raises(PayoutContradicted):
            attempt()
    others = payouts.make(finance, "c", ready, (), APRIL_1)
    [gap] = differences(APRIL_1)
    note(finance, gap.key, "银行更正：未付", APRIL_1)
    again = payouts.make(finance, "d", ready, (), APRIL_1)

    assert (others.payments, others.amount_fen, others.contradicted) == (1, 5000, 1)
    assert (again.payments, again.amount_fen, again.contradicted) == (1, 8000, 0)


def test_a_batch_is_what_was_asked_for_by_its_key(world: World, ready: int) -> None:
    """Of other statements or another template the key is taken; a statement that is none is not found."""
    finance, (one, two) = world.actor("finance"), (statement(dealer_id).id for dealer_id in world.dealers[:2])
    made = payouts.make(finance, "a", ready, (one,), APRIL_1)
    other = bank_templates.add(finance, "另一家", TEMPLATE, APRIL_1).id
    assert payouts.make(finance, "a", ready, (one,), APRIL_1) == made
    for template, ids in ((ready, (two,)), (other, (one,))):
        with pytest.raises(BatchKeyUsed):
            payouts.make(finance, "a", template, ids, APRIL_1)
    with pytest.raises(NotFound):
        payouts.make(finance, "b", ready, (9_999,), APRIL_1)


def test_money_goes_to_an_account_that_two_persons_have_seen(app: Flask, world: World) -> None:
    """One proposal at a time, another person verifies, the owner is told, strangers see nothing."""
    finance, owner, one = world.actor("finance"), world.actor("owner1"), world.dealers[0]
    asked = bank_accounts.propose(finance, one, ACCOUNT, APRIL_1)
    with pytest.raises(AccountProposed):
        bank_accounts.propose(owner, one, ACCOUNT, APRIL_1)
    with pytest.raises(FourEyes):
        bank_accounts.decide(finance, asked.id, True, APRIL_1)
    bank_accounts.decide(second(world), asked.id, True, APRIL_1)
    for attempt in (
        lambda: bank_accounts.propose(world.actor("owner2"), one, ACCOUNT, APRIL_1),
        lambda: bank_accounts.of_dealer(world.actor("owner2"), one),
    ):
        with pytest.raises(NotFound):
            attempt()

    assert bank_accounts.listed(owner, None, None, None, 9) == bank_accounts.of_dealer(owner, one)
    assert [(line.masked, line.state) for line in bank_accounts.of_dealer(owner, one)] == [
        ("尾号 2233", "verified")
    ]
    told = rows("SELECT payload FROM outbox WHERE dedupe_key LIKE 'bank_account:%' ORDER BY id")
    assert [row.payload["values"]["level"] for row in told] == ["待核实", "已生效"]


@pytest.mark.parametrize("columns", [TEMPLATE["columns"][:1], [*TEMPLATE["columns"], {"head": "=1+1"}]])
def test_a_template_by_which_nobody_could_pay_is_none(world: World, columns: list[dict[str, str]]) -> None:
    """Account, holder or amount missing; a heading that a spreadsheet would reckon with."""
    with pytest.raises(Invalid):
        bank_templates.add(world.actor("finance"), "工行", {**TEMPLATE, "columns": columns}, APRIL_1)
