"""Who may approve a statement: not who confirmed or reviewed it, nor who made a rule, cost or entry of it by hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from domain import statements
from domain.actors import Actor
from domain.statements import HANDS
from services.parts import makers

_HAND = """
WITH stated AS (
    SELECT entry.author_id, entry.fee_rule_id, entry.natural_key
      FROM statement_line line JOIN ledger_entry entry ON entry.id = line.entry_id WHERE line.statement_id = %(id)s)
SELECT CASE
  WHEN EXISTS (SELECT 1 FROM fee_rule rule WHERE rule.created_by = %(by)s
                  AND rule.id IN (SELECT fee_rule_id FROM stated)) THEN 'rule'
  WHEN EXISTS (SELECT 1 FROM stated WHERE author_id = %(by)s) THEN 'correction'
  WHEN EXISTS (SELECT 1 FROM stated JOIN penalty
                   ON penalty.id = substring(natural_key FROM '^penalty:([0-9]+)$')::bigint
                WHERE imposed_by = %(by)s) THEN 'penalty' END
"""


def seen_by(row: Any) -> frozenset[int]:
    """The people who confirmed or reviewed the statement so far."""
    return frozenset(person for person in (row.confirmed_by, row.reviewed_by) if person is not None)


def bar(tx: Connection, actor: Actor, row: Any) -> str | None:
    """Why this person may not approve the statement of this row, in words; None where nothing speaks against it."""
    if missing := statements.unseen(actor, seen_by(row)):
        return missing
    return hand(tx, actor, row.id)


def left(
    tx: Connection, actor: Actor, row: Any, actions: tuple[str, ...]
) -> tuple[tuple[str, ...], str | None]:
    """The actions without an approval that would be refused to this person, and why it would be."""
    told = bar(tx, actor, row) if "approve" in actions else None
    return (actions, None) if told is None else (tuple(one for one in actions if one != "approve"), told)


def hand(tx: Connection, actor: Actor, statement_id: int) -> str | None:
    """What of the statement this person made, as words of why somebody else approves it."""
    found = tx.exec_driver_sql(_HAND, {"id": statement_id, "by": actor.person_id}).scalar()
    if found is None and makers.made_shares_of(tx, statement_id, actor):
        found = "share"
    return None if found is None else HANDS[found]
