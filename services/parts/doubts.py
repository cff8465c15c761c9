"""A dealer's doubts about lines of a statement, each with its photos; what is answered or withdrawn stays on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Conflict, NotFound


class AlreadyAnswered(Conflict):
    """A doubt is answered once; who is not content contests the line again on the next statement."""

    code = "contest_answered"
    title = "该异议已答复或已撤回"


_PHOTOS = """
SELECT count(DISTINCT photo.id) FROM photo JOIN ledger_entry entry ON entry.job_id = photo.job_id
 WHERE entry.id = ANY(%(entries)s::bigint[]) AND photo.id = ANY(%(photos)s::bigint[])
   AND photo.status <> 'complaint'
"""
_RECORD = """
INSERT INTO statement_contest (statement_id, entry_id, dealer_id, reason, photo_ids, contested_by, contested_at)
SELECT %(statement)s, entry.id, %(dealer)s, %(reason)s,
       ARRAY(SELECT photo.id FROM photo WHERE photo.job_id = entry.job_id AND photo.id = ANY(%(photos)s::bigint[])
              ORDER BY photo.id), %(by)s, %(now)s
  FROM ledger_entry entry WHERE entry.id = ANY(%(entries)s::bigint[]) ORDER BY entry.id
"""
_WITHDRAW = """
UPDATE statement_contest SET withdrawn_at = %(now)s
 WHERE statement_id = %(statement)s AND withdrawn_at IS NULL AND answer IS NULL
"""


def record(
    tx: Connection,
    actor: Actor,
    row: Any,
    entry_ids: Sequence[int],
    reason: str,
    photo_ids: Sequence[int],
    now: datetime,
) -> None:
    """One row per line, with the photos of that line's job. `NotFound` for a photo of none of their jobs."""
    values = {
        "statement": row.id,
        "dealer": row.dealer_id,
        "entries": list(entry_ids),
        "photos": list(photo_ids),
        "reason": reason,
        "by": actor.person_id,
        "now": now,
    }
    if photo_ids and tx.exec_driver_sql(_PHOTOS, values).scalar_one() != len(set(photo_ids)):
        raise NotFound("没有这张照片，或它不属于所选明细的工单")
    tx.exec_driver_sql(_RECORD, values)


def withdraw(tx: Connection, statement_id: int, now: datetime) -> None:
    """The doubts nobody has answered are taken back."""
    tx.exec_driver_sql(_WITHDRAW, {"statement": statement_id, "now": now})


_NEWEST = """
SELECT id, answer, withdrawn_at FROM statement_contest WHERE statement_id = %(statement)s AND entry_id = %(entry)s
 ORDER BY id DESC LIMIT 1
"""


def unanswered(tx: Connection, statement_id: int, entry_id: int) -> int:
    """The id of the doubt about this line that waits for an answer; `NotFound`, `AlreadyAnswered`."""
    doubt = tx.exec_driver_sql(_NEWEST, {"statement": statement_id, "entry": entry_id}).first()
    if doubt is None:
        raise NotFound
    if doubt.answer is not None or doubt.withdrawn_at is not None:
        raise AlreadyAnswered
    return int(doubt.id)
