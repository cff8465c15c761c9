"""The papers of a statement: an owner its own, finance and admins all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from services.queries.declarations import Paper
from services.queries.money import horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """Evidence for a doubt about `entry_id`, or the invoice of this number; the hash is of the bytes as kept."""

    id: int
    statement_id: int
    entry_id: int | None
    invoice_number: str | None
    media: str
    sha256: str
    size_bytes: int
    added_at: datetime


COLUMNS = """paper.id, paper.statement_id, doubt.entry_id, invoice.number, paper.media, paper.sha256, paper.size_bytes,
       paper.added_at"""
FROM = """FROM statement_paper paper LEFT JOIN statement_contest doubt ON doubt.id = paper.contest_id
       LEFT JOIN invoice ON invoice.id = paper.invoice_id"""
_LIST = f"""
SELECT {COLUMNS} {FROM} WHERE paper.statement_id = %(id)s AND paper.id > %(after)s ORDER BY paper.id LIMIT %(limit)s
"""
_DATA = "SELECT media, sha256, data FROM statement_paper WHERE id = %(paper)s AND statement_id = %(id)s"
_WHOSE = "SELECT dealer_id FROM statement WHERE id = %(id)s"


@query
def listed(
    connection: Connection, actor: Actor, statement_id: int, after: int, limit: int
) -> list[StatementPaper]:
    """In the order they came; `NotFound` for another dealer's statement."""
    _own(connection, actor, statement_id)
    rows = connection.exec_driver_sql(_LIST, {"id": statement_id, "after": after, "limit": limit})
    return [StatementPaper(*row) for row in rows]


@query
def paper(connection: Connection, actor: Actor, statement_id: int, paper_id: int) -> Paper:
    """The bytes as they are kept; `NotFound`."""
    _own(connection, actor, statement_id)
    row = connection.exec_driver_sql(_DATA, {"id": statement_id, "paper": paper_id}).first()
    if row is None:
        raise NotFound
    return Paper(row.media, row.sha256, bytes(row.data))


def _own(connection: Connection, actor: Actor, statement_id: int) -> None:
    dealer_id = connection.exec_driver_sql(_WHOSE, {"id": statement_id}).scalar()
    if dealer_id is None:
        raise NotFound
    horizon(actor, dealer_id)
