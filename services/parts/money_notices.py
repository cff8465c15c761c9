"""What dealers' owners are told of their statements: doubts answered, invoices sent back, payments made."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from domain.money import yuan
from domain.notice_forms import Audience
from domain.statements import Answer
from services.parts import outbox
from services.parts.outbox import Owed

_SAID = {Answer.ACCEPTED: "已接受", Answer.DECLINED: "未被接受"}


def contest_answered(
    tx: Connection, dealer_id: int, contest_id: int, month: date, said: Answer, now: datetime
) -> None:
    """A doubt has its answer."""
    words = f"{_month(month)}结算单的异议{_SAID[said]}"
    _tell(tx, dealer_id, "contest_answered", f"contest:{contest_id}", words, now)


def invoice_refused(tx: Connection, dealer_id: int, invoice_id: int, month: date, now: datetime) -> None:
    """An invoice came back; another may come."""
    _tell(tx, dealer_id, "invoice_refused", f"invoice:{invoice_id}", f"{_month(month)}结算单", now)


def paid(tx: Connection, dealer_id: int, entry_id: int, month: date, fen: int, now: datetime) -> None:
    """A statement was paid: 2026 年 3 月结算单 ¥80.00."""
    _tell(tx, dealer_id, "statement_paid", f"payment:{entry_id}", f"{_month(month)}结算单 {yuan(fen)} ", now)


def _month(month: date) -> str:
    return f"{month.year} 年 {month.month} 月"


def _tell(tx: Connection, dealer_id: int, template: str, of: str, words: str, now: datetime) -> None:
    told = {"template": template, "audience": Audience.OWNER, "dealer_ids": [dealer_id]}
    outbox.put(tx, [Owed("notice", f"{template}:{of}", {**told, "values": {"level": words}})], now)
