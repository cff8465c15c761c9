"""A statement as XLSX or PDF: the rows of the screen, read at one instant, so that all three have the same sums."""

from __future__ import annotations

from collections import defaultdict
from typing import BinaryIO

from sqlalchemy import Connection

from channels import evidence_print
from channels.statement_xlsx import workbook
from domain.actors import Actor
from domain.errors import Conflict
from domain.statement_sheet import Part, Row, Sheet, printed
from services.parts.photo_store import store
from services.queries import money
from services.queries.money import StatementCard, StatementLine, StatementPage
from services.uow import use_case

ON_PAPER = 3_000


class TooLongForPaper(Conflict):
    """Thousands of lines are for a spreadsheet."""

    code = "statement_too_long"
    title = f"明细超过 {ON_PAPER} 行，请导出 XLSX"


@use_case
def sheet(tx: Connection, actor: Actor, statement_id: int) -> Sheet:
    """Everything of one statement; `NotFound` also for another dealer's."""
    tx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")  # one instant
    page = money.page_of(tx, actor, statement_id)
    lines = money.lines_of(tx, actor, statement_id, 0, 2**31)
    counted: dict[str, list[Row]] = defaultdict(list)
    doubted: list[Row] = []
    for line in lines:
        (counted[line.kind] if line.contested_at is None else doubted).append(_row(line))
    groups = (Part(group.title, tuple(counted[group.kind])) for group in page.groups)
    doubts = Part("有异议（不计入合计）", tuple(doubted))
    return Sheet(*_head(page.statement), tuple(part for part in groups if part.rows), doubts, _totals(page))


def _row(line: StatementLine) -> Row:
    taxed = line.net_fen, line.tax_fen, line.tax_bp, line.tax_inclusive
    return Row(line.entry_id, line.job_id, line.memo, line.amount_fen, *taxed)


def _head(card: StatementCard) -> tuple[str, tuple[tuple[str, str], ...]]:
    month = f"{card.month:%Y-%m}"
    facts = (("服务商", f"{card.dealer_name}（{card.dealer_id}）"), ("月份", month), ("结算单", str(card.id)))
    return f"结算单 {month} {card.dealer_name}", (
        *facts,
        ("状态", card.status_name),
        ("版本", str(card.version)),
    )


def _totals(page: StatementPage) -> tuple[tuple[str, int], ...]:
    card, tax = page.statement, page.tax
    return (
        ("本月合计", card.total_fen),
        ("其中税额", tax.tax_fen),
        ("上期结转", card.carried_in_fen),
        ("应付金额（含税）", card.payout_fen),
        ("应付金额中的税额", tax.payout_tax_fen),
        ("结转下期", card.carried_out_fen),
        ("有异议，未计入", card.contested_fen),
    )


def xlsx(actor: Actor, statement_id: int) -> bytes:
    """As a workbook."""
    return workbook(sheet(actor, statement_id))


def pdf(actor: Actor, statement_id: int) -> BinaryIO:
    """As a PDF in an unnamed file at its beginning. `TooLongForPaper`, Unavailable when it could not be drawn."""
    made = sheet(actor, statement_id)
    if sum(len(part.rows) for part in (*made.groups, made.contested)) > ON_PAPER:
        raise TooLongForPaper
    return evidence_print.statement(store().scratch(), printed(made))
