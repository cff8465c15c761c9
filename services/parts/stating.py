"""A statement's row in a given transaction: locked for who may see it, moved by the table, answered as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from domain import statements
from domain.actors import Actor, Role
from domain.errors import NotFound, StaleVersion
from domain.statements import Status
from services.parts import approving


@dataclass(frozen=True, slots=True)
class Answered:
    """A statement after a deed, amounts in fen; `available_actions` of whoever did it."""

    id: int
    month: date
    status: Status
    total_fen: int
    carried_in_fen: int
    payout_fen: int
    carried_out_fen: int
    version: int
    available_actions: tuple[str, ...]


READ = """
SELECT id, dealer_id, month, status, total_fen, carried_in_fen, payout_fen, carried_out_fen, version, drawn_at,
       confirmed_by, reviewed_by, approved_at FROM statement WHERE id = %(id)s
"""


def locked(tx: Connection, actor: Actor, statement_id: int, if_match: int | None) -> Any:
    """The statement's row, locked; `NotFound` also for another dealer's."""
    row = tx.exec_driver_sql(READ + " FOR UPDATE", {"id": statement_id}).first()
    if row is None or (actor.role != Role.FINANCE and actor.dealer_id != row.dealer_id):
        raise NotFound
    if if_match is not None and if_match != row.version:
        raise StaleVersion
    return row


def to(row: Any, actor: Actor, action: str) -> Status:
    """Where the table leads, or its refusal."""
    given = {"dealer_id": row.dealer_id, "payout_fen": row.payout_fen, "seen_by": approving.seen_by(row)}
    return statements.move(Status(row.status), action, actor, **given)


def write(tx: Connection, actor: Actor, row: Any, status: Status, **columns: Any) -> Answered:
    """Write status and columns (names are ours), then answer with the row as it is."""
    sets = "".join(f", {name} = %({name})s" for name in columns)
    tx.exec_driver_sql(
        f"UPDATE statement SET status = %(status)s, version = version + 1{sets} WHERE id = %(id)s",
        {"id": row.id, "status": status, **columns},
    )
    after = tx.exec_driver_sql(READ, {"id": row.id}).one()
    sums = (after.total_fen, after.carried_in_fen, after.payout_fen, after.carried_out_fen)
    possible = statements.available_actions(status, actor.role, after.payout_fen)
    actions, _ = approving.left(tx, actor, after, possible)
    return Answered(after.id, after.month, status, *sums, after.version, actions)
