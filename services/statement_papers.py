"""Papers to a statement: a dealer's evidence for a doubted line, the invoice itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.invoices import NoInvoice
from domain.papers import MOST_OF_DOUBTS, check_room
from services.parts import doubts, papers, stating
from services.queries.statement_papers import COLUMNS, FROM, StatementPaper
from services.uow import use_case

_HERE = "contest_id IS NOT DISTINCT FROM %(contest)s AND invoice_id IS NOT DISTINCT FROM %(invoice)s"
_OTHERS = f"""
SELECT count(*) FILTER (WHERE {_HERE}) AS here, count(contest_id) AS of_doubts FROM statement_paper
 WHERE statement_id = %(statement)s AND NOT ({_HERE} AND sha256 = %(sha256)s)
"""
_KEEP = """
INSERT INTO statement_paper (statement_id, contest_id, invoice_id, media, sha256, size_bytes, data, added_by, added_at)
VALUES (%(statement)s, %(contest)s, %(invoice)s, %(media)s, %(sha256)s, %(size)s, %(data)s, %(by)s, %(now)s)
ON CONFLICT (contest_id, invoice_id, sha256) DO UPDATE SET sha256 = excluded.sha256 RETURNING id
"""
_ONE = f"SELECT {COLUMNS} {FROM} WHERE paper.id = %(id)s"


@use_case
def to_contest(
    tx: Connection, actor: Actor, statement_id: int, entry_id: int, data: bytes, now: datetime
) -> StatementPaper:
    """Evidence for a doubt that nobody has answered. `NotFound`, `AlreadyAnswered`, `BadPaper`."""
    stating.locked(tx, actor, statement_id, None)
    doubt_id = doubts.unanswered(tx, statement_id, entry_id)
    return _keep(tx, actor, statement_id, data, now, contest=doubt_id, invoice=None)


_INVOICE = "SELECT id FROM invoice WHERE statement_id = %(id)s AND refused_at IS NULL"


@use_case
def to_invoice(tx: Connection, actor: Actor, statement_id: int, data: bytes, now: datetime) -> StatementPaper:
    """The invoice that stands, as a file. `NotFound`, `NoInvoice`, `BadPaper`."""
    stating.locked(tx, actor, statement_id, None)
    invoice_id = tx.exec_driver_sql(_INVOICE, {"id": statement_id}).scalar()
    if invoice_id is None:
        raise NoInvoice
    return _keep(tx, actor, statement_id, data, now, contest=None, invoice=int(invoice_id))


def _keep(
    tx: Connection, actor: Actor, statement_id: int, data: bytes, now: datetime, **to: int | None
) -> StatementPaper:
    """The same one twice is there once."""
    paper = papers.taken(data)
    values: dict[str, Any] = {"statement": statement_id, "media": paper.media, "sha256": paper.sha256, **to}
    others = tx.exec_driver_sql(_OTHERS, values).one()
    check_room(others.here)
    if to["contest"]:
        check_room(others.of_doubts, MOST_OF_DOUBTS)
    values |= {"size": len(paper.data), "data": paper.data, "by": actor.person_id, "now": now}
    paper_id = tx.exec_driver_sql(_KEEP, values).scalar_one()
    return StatementPaper(*tx.exec_driver_sql(_ONE, {"id": paper_id}).one())
