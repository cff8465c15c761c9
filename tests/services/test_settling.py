"""From the doubt to the closed statement: answers, invoices, payments; each fen posted once."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import insert

from domain.calendar import local_date
from domain.errors import IllegalTransition, Invalid, NotFound
from domain.invoices import BadInvoice, Invoice, InvoiceUsed, NoInvoice
from domain.papers import BadPaper
from domain.statements import Answer
from models import db
from models.settling import TaxRule
from services import settling, statement_papers, tax_rules
from services.contests import answer
from services.ledger import approve as approve_correction
from services.parts.doubts import AlreadyAnswered
from services.queries import money as reads
from services.queries import statement_papers as papers
from services.queries.money import Among
from services.statements import approve, confirm, contest, differences, draw, review, withdraw_contest
from services.tax_rules import NewTaxRule
from tests.rows import rows
from tests.services.money import APRIL, APRIL_1, DAY, MARCH, MAY, closed, corrected, second
from tests.services.test_statements import MAY_1, post, statement, sums
from tests.worlds import World

TODAY = local_date(APRIL_1)


def invoice(number: int, fen: int, tax_fen: int = 0) -> Invoice:
    """One issued today, its last digits given."""
    return Invoice(f"26370{number:015d}", TODAY, fen, tax_fen)


def approved(world: World, month: date = MARCH, now: Any = APRIL_1) -> Any:
    """Dealer 1's statement of the month, drawn, confirmed and approved."""
    draw(month, now)
    row = statement(world.dealers[0], month)
    confirm(world.actor("owner1"), row.id, now)
    approve(world.actor("finance"), row.id, now)
    return row


def taxed(rate_bp: int, *, inclusive: bool = True, kind: str = "*") -> None:
    """A rate of everybody's since March."""
    with db.engine.begin() as tx:
        tx.execute(
            insert(TaxRule).values(
                since=MARCH, kind=kind, rate_bp=rate_bp, inclusive=inclusive, made_at=APRIL_1
            )
        )


def balances() -> dict[str, int]:
    """Every account of the ledger."""
    sql = """SELECT code, sum(amount_fen)::bigint AS fen FROM ledger_leg JOIN ledger_account a ON a.id = account_id
              GROUP BY code"""
    return {row.code: row.fen for row in rows(sql)}


def owner_told(dealer_id: int) -> list[tuple[str, str]]:
    """What a dealer's owner is told of its statements: the template and what fills it."""
    notices = rows("SELECT payload FROM outbox WHERE kind = 'notice' ORDER BY id")
    assert all(one.payload["dealer_ids"] == [dealer_id] for one in notices)
    return [(one.payload["template"], one.payload["values"]["level"]) for one in notices]


def test_a_statement_goes_from_draft_to_closed_and_is_paid_once(world: World) -> None:
    """The payable is empty afterwards, the bank holds the rest; the payment stands on no statement."""
    taxed(600)
    one, finance = world.dealers[0], world.actor("finance")
    post("fee", one, 8000)
    post("late", one, -2000, kind="penalty")
    row = approved(world)

    for wrong in (invoice(1, 6001, 340), invoice(1, 6000, 339)):
        with pytest.raises(BadInvoice):
            settling.record_invoice(finance, row.id, wrong, APRIL_1)
    settling.record_invoice(finance, row.id, invoice(1, 6000, 340), APRIL_1)
    settling.refuse_invoice(finance, row.id, "购买方名称有误", APRIL_1)
    settling.record_invoice(finance, row.id, invoice(2, 6000, 340), APRIL_1)
    for day in (TODAY + DAY, TODAY - DAY):
        with pytest.raises(Invalid):
            settling.record_payment(finance, row.id, day, "回单 1", APRIL_1)
    settling.record_payment(finance, row.id, TODAY, "回单 1", APRIL_1)
    with pytest.raises(IllegalTransition):
        settling.record_payment(finance, row.id, TODAY, "回单 1", APRIL_1)
    done = settling.close(finance, row.id, APRIL_1)
    draw(APRIL, MAY_1)

    assert (done.status, done.available_actions) == ("closed", ())
    assert balances() == {f"dealer_payable:{one}": 0, "brand_service_expense": 6000, "bank": -6000}
    assert rows("SELECT 1 FROM statement WHERE month = '2026-04-01'") == []
    assert differences(MARCH) == differences(APRIL) == []
    page = reads.statement(world.actor("owner1"), row.id)
    assert [(i.number[-1], i.refused_reason) for i in page.invoices] == [("1", "购买方名称有误"), ("2", None)]
    assert [(p.state, p.amount_fen, p.reference) for p in page.payments] == [("paid", 6000, "回单 1")]
    assert (page.tax.net_fen, page.tax.tax_fen, page.tax.payout_tax_fen) == (5660, 340, 340)
    lines = reads.statement_lines(finance, row.id, 0, 10)
    assert [(line.net_fen, line.tax_fen) for line in lines] == [(7547, 453), (-1887, -113)]
    assert owner_told(one) == [
        ("invoice_refused", "2026 年 3 月结算单"),
        ("statement_paid", "2026 年 3 月结算单 ¥60.00 "),
    ]


def test_a_payment_told_after_its_month_was_closed_says_so(world: World) -> None:
    """Paid in April, told in May: posted into May, with the month it belongs to in its words."""
    finance = world.actor("finance")
    post("fee", world.dealers[0], 8000)
    row = approved(world)
    settling.record_invoice(finance, row.id, invoice(1, 8000), APRIL_1)
    closed(APRIL)
    settling.record_payment(finance, row.id, TODAY, "回单", MAY_1)

    [paid] = rows("SELECT month, memo FROM ledger_entry WHERE kind = 'payout'")
    assert (paid.month, paid.memo) == (
        MAY, "支付 2026-03 结算单 ¥80.00（原属 2026-04，已结账，计入 2026-05）",
    )  # fmt: skip


def test_an_invoice_stands_for_one_statement(world: World) -> None:
    """The number is refused for another month, and free again once refused there."""
    one, finance = world.dealers[0], world.actor("finance")
    post("march", one, 8000)
    post("april", one, 8000, APRIL)
    march, april = approved(world), approved(world, APRIL, MAY_1)
    settling.record_invoice(finance, march.id, invoice(1, 8000), MAY_1)
    with pytest.raises(InvoiceUsed):
        settling.record_invoice(finance, april.id, invoice(1, 8000), MAY_1)
    settling.refuse_invoice(finance, march.id, "应为四月", MAY_1)
    assert settling.record_invoice(finance, april.id, invoice(1, 8000), MAY_1).status == "invoiced"


def test_a_deficit_and_a_nothing_close_unpaid_and_the_month_that_pays_holds_their_tax(world: World) -> None:
    """−¥50.00, then ¥0.00 of a month, then ¥80.00: ¥30.00 are paid, and the invoice's tax is that of all lines."""
    taxed(600)
    one, finance = world.dealers[0], world.actor("finance")
    post("late", one, -5000, kind="penalty")
    post("fee", one, 8000, MAY)
    with pytest.raises(IllegalTransition, match="应付金额与操作不符"):
        settling.record_invoice(finance, approved(world).id, invoice(1, 0), APRIL_1)
    march = statement(one)
    settling.close_unpaid(finance, march.id, APRIL_1)
    settling.close_unpaid(finance, approved(world, APRIL, MAY_1).id, MAY_1)
    june_1 = MAY_1 + 31 * DAY
    may = approved(world, MAY, june_1)
    with pytest.raises(IllegalTransition):
        settling.close_unpaid(finance, may.id, june_1)
    paid = settling.record_invoice(finance, may.id, invoice(1, 3000, 453 - 283), june_1)

    assert [sums(statement(one, month))[2:] for month in (MARCH, APRIL, MAY)] == [
        (0, -5000),
        (0, -5000),
        (3000, 0),
    ]
    assert (paid.status, paid.payout_fen) == ("invoiced", 3000)
    assert [statement(one, month).status for month in (MARCH, APRIL)] == ["closed", "closed"]


def test_tax_on_top_is_a_line_of_its_own(world: World) -> None:
    """¥100.00 with 6 % on top is paid as ¥106.00; drawn again it is there once, and a reversal takes its tax along."""
    taxed(600, inclusive=False, kind="base_fee")
    one = world.dealers[0]
    post("fee", one, 10_000)
    post("bonus", one, 500, kind="bonus")
    draw(MARCH, APRIL_1)
    draw(MARCH, APRIL_1)
    row = statement(one)
    page = reads.statement(world.actor("finance"), row.id)

    assert sums(row)[0] == 11_100
    assert [(group.title, group.total_fen) for group in page.groups] == [
        ("基础费", 10_000),
        ("时效奖励", 500),
        ("税额", 600),
    ]
    assert (page.tax.net_fen, page.tax.tax_fen) == (10_500, 600)
    assert balances()["input_tax"] == 600
    assert differences(MARCH) == []


def test_what_is_taken_back_bears_the_tax_that_it_bore(world: World) -> None:
    """Untaxed in March, then 6 % on top, in May 3 %: March's fee, its payment and what stands in its place bear none.

    April's fee takes its 6 % back, what stands in its place bears 6 %, and a fee of May 3 %.
    """
    one, finance = world.dealers[0], world.actor("finance")
    march = post("march", one, 8000)
    row = approved(world)
    settling.record_invoice(finance, row.id, invoice(1, 8000), APRIL_1)
    settling.record_payment(finance, row.id, TODAY, "回单", APRIL_1)
    for month, rate_bp in ((APRIL, 600), (MAY, 300)):
        tax_rules.add(finance, NewTaxRule(month, "*", rate_bp, inclusive=False), APRIL_1)
    april = post("april", one, 10_000, APRIL)
    approved(world, APRIL, MAY_1)
    post("may", one, 10_000, MAY)
    paid = rows("SELECT entry_id FROM payout")[0].entry_id
    for entry_id, instead_fen in ((march, 9000), (april, 20_000), (paid, None)):
        corrected(world, entry_id, "错", MAY_1, instead_fen)
    draw(MAY, MAY_1)
    draw(MAY, MAY_1)

    page = reads.statement(finance, statement(one, MAY).id)
    assert {group.title: group.total_fen for group in page.groups} == {
        "基础费": 10_000 - 8000 + 9000 - 10_000 + 20_000, "付款": 8000, "税额": 300 - 600 + 1200
    }  # fmt: skip
    back = rows("SELECT memo FROM ledger_entry WHERE kind = 'tax' AND reverses_id IS NOT NULL")
    assert [row.memo for row in back] == ["冲销 税额 ¥100.00 × 6% = ¥6.00"]
    assert differences(MAY) == []


def test_tax_within_what_is_taken_back_is_what_it_held(world: World) -> None:
    """6 % within since April: of the fee of March taken back and its payment nothing, of April's what it held."""
    one, finance = world.dealers[0], world.actor("finance")
    march = post("march", one, 8000)
    row = approved(world)
    settling.record_invoice(finance, row.id, invoice(1, 8000), APRIL_1)
    settling.record_payment(finance, row.id, TODAY, "回单", APRIL_1)
    for month, rate_bp in ((APRIL, 600), (MAY, 300)):
        tax_rules.add(finance, NewTaxRule(month, "*", rate_bp), APRIL_1)
    april = post("april", one, 10_000, APRIL)
    approved(world, APRIL, MAY_1)
    paid = rows("SELECT entry_id FROM payout")[0].entry_id
    for entry_id in (march, april, paid):
        corrected(world, entry_id, "错", MAY_1)
    draw(MAY, MAY_1)
    may = statement(one, MAY).id

    lines = reads.statement_lines(finance, may, 0, 10)
    assert [(line.amount_fen, line.tax_fen) for line in lines] == [(-8000, 0), (-10_000, -566), (8000, 0)]
    assert reads.statement(finance, may).tax.tax_fen == -566


def test_an_accepted_doubt_is_corrected_by_two_and_a_declined_one_keeps_its_words(world: World) -> None:
    """Both lines move on; the next statement has the mirror and the right amount of the accepted one."""
    one, finance, owner = world.dealers[0], world.actor("finance"), world.actor("owner1")
    wrong, right, other = post("wrong", one, 8000), post("right", one, 700), post("other", one, 5000)
    draw(MARCH, APRIL_1)
    row = statement(one)
    contest(owner, row.id, [wrong, right], "金额不对", APRIL_1)
    page = reads.statement(owner, row.id)
    said = answer(finance, row.id, wrong, Answer.ACCEPTED, "应为 88 元", APRIL_1, 8800)
    declined = answer(finance, row.id, right, Answer.DECLINED, "按合同计算", APRIL_1)
    with pytest.raises(AlreadyAnswered):
        answer(finance, row.id, right, Answer.ACCEPTED, "再看", APRIL_1)
    review(finance, row.id, APRIL_1)
    approve(second(world), row.id, APRIL_1)
    approve_correction(second(world), said.correction_id or 0, APRIL_1)
    draw(APRIL, MAY_1)

    april = statement(one, APRIL)
    lines = {line.entry_id: line for line in reads.statement_lines(owner, april.id, 0, 10)}
    assert (statement(one).payout_fen, april.total_fen) == (5000, 9500)
    assert other not in lines
    assert [(group.lines, group.total_fen) for group in page.groups] == [(1, 5000)]
    assert page.statement.contested_fen == 8700
    assert sorted(line.amount_fen for line in lines.values()) == [-8000, 700, 8000, 8800]
    told = lines[right].contest
    assert told is not None
    assert (told.answer, told.words, told.correction_id) == ("declined", declined.words, None)
    doubt = lines[wrong].contest
    assert doubt is not None
    assert doubt.correction_id == said.correction_id
    assert owner_told(one) == [
        ("contest_answered", "2026 年 3 月结算单的异议已接受"),
        ("contest_answered", "2026 年 3 月结算单的异议未被接受"),
    ]


def test_a_withdrawn_doubt_is_answered_no_more(world: World) -> None:
    """The owner took it back; the line counts again."""
    one, owner = world.dealers[0], world.actor("owner1")
    doubted = post("fee", one, 8000)
    draw(MARCH, APRIL_1)
    row = statement(one)
    contest(owner, row.id, [doubted], "？", APRIL_1)
    withdraw_contest(owner, row.id, APRIL_1)
    with pytest.raises(AlreadyAnswered):
        answer(world.actor("finance"), row.id, doubted, Answer.DECLINED, "……", APRIL_1)
    with pytest.raises(Invalid):
        answer(world.actor("finance"), row.id, doubted, Answer.DECLINED, "……", APRIL_1, 100)
    [line] = reads.statement_lines(owner, row.id, 0, 10)
    assert (line.contest, statement(one).total_fen) == (None, 8000)
    assert reads.statement_lines(owner, row.id, 0, 10, Among(doubted=True)) == []
    assert reads.statement_lines(owner, row.id, 0, 10, Among(line.kind, doubted=False)) == [line]
    assert reads.statement_lines(owner, row.id, 0, 10, Among("promotion")) == []


def test_evidence_and_invoices_come_as_papers_that_only_both_sides_may_read(world: World) -> None:
    """PDF or picture, told by its bytes, the same one once; to a doubt only while nobody has answered it."""
    one, finance, owner = world.dealers[0], world.actor("finance"), world.actor("owner1")
    doubted = post("doubted", one, 700)
    post("fee", one, 8000)
    draw(MARCH, APRIL_1)
    row = statement(one)
    with pytest.raises(NotFound):
        statement_papers.to_contest(owner, row.id, doubted, b"%PDF-1", APRIL_1)
    contest(owner, row.id, [doubted], "金额不对", APRIL_1)
    with pytest.raises(BadPaper):
        statement_papers.to_contest(owner, row.id, doubted, b"<html>", APRIL_1)
    with pytest.raises(NotFound):
        statement_papers.to_contest(world.actor("owner2"), row.id, doubted, b"%PDF-1", APRIL_1)
    proof = statement_papers.to_contest(owner, row.id, doubted, b"%PDF-1", APRIL_1)
    assert statement_papers.to_contest(owner, row.id, doubted, b"%PDF-1", APRIL_1) == proof
    answer(finance, row.id, doubted, Answer.DECLINED, "按合同计算", APRIL_1)
    with pytest.raises(AlreadyAnswered):
        statement_papers.to_contest(owner, row.id, doubted, b"%PDF-2", APRIL_1)
    review(finance, row.id, APRIL_1)
    approve(second(world), row.id, APRIL_1)
    with pytest.raises(NoInvoice):
        statement_papers.to_invoice(finance, row.id, b"%PDF-3", APRIL_1)
    settling.record_invoice(finance, row.id, invoice(1, 8000, 0), APRIL_1)
    bill = statement_papers.to_invoice(finance, row.id, b"%PDF-3", APRIL_1)

    assert (proof.entry_id, proof.invoice_number, proof.sha256) == (
        doubted,
        None,
        sha256(b"%PDF-1").hexdigest(),
    )
    assert (bill.entry_id, bill.invoice_number) == (None, invoice(1, 8000, 0).number)
    assert papers.listed(owner, row.id, 0, 10) == papers.listed(finance, row.id, 0, 10) == [proof, bill]
    assert papers.paper(finance, row.id, proof.id).data == b"%PDF-1"
    with pytest.raises(NotFound):
        papers.paper(world.actor("owner2"), row.id, proof.id)
    with pytest.raises(NotFound):
        papers.paper(owner, row.id + 1, proof.id)


def test_the_same_paper_is_taken_again_where_no_other_is(world: World) -> None:
    """Ten to a doubt, fifty to a statement's doubts; what is there already is answered as before."""
    one, owner = world.dealers[0], world.actor("owner1")
    first, *filled, last = (post(f"doubted:{n}", one, 700) for n in range(6))
    draw(MARCH, APRIL_1)
    row = statement(one)
    contest(owner, row.id, [first, *filled, last], "金额不对", APRIL_1)
    kept = [statement_papers.to_contest(owner, row.id, first, b"%%PDF-%d" % n, APRIL_1) for n in range(10)]
    rows(
        "INSERT INTO statement_paper (statement_id, contest_id, media, sha256, size_bytes, data, added_by, added_at)"
        " SELECT paper.statement_id, contest.id, media, paper.id, 1, data, paper.added_by, paper.added_at"
        " FROM statement_paper paper, statement_contest contest WHERE entry_id = ANY(:filled)",
        filled=filled,
    )

    assert statement_papers.to_contest(owner, row.id, first, b"%PDF-0", APRIL_1) == kept[0]
    for entry_id in (first, last):
        with pytest.raises(BadPaper):
            statement_papers.to_contest(owner, row.id, entry_id, b"%PDF-10", APRIL_1)
