"""What a customer said about the job and what came of it: complaints with their answers, objections with their rulings.

Of the answers only the agents' are words to the customer; what a dealer writes under a complaint is for the agents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import reasons
from domain.actions import ASKS, CATEGORY_NAMES, Action
from domain.actors import Actor
from domain.delays import is_customers
from domain.errors import NotFound
from domain.money import yuan
from services.deeds.denials import CLAIM
from services.parts import notes
from services.queries import scope
from services.uow import query


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent answered."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ComplaintTold:
    """A complaint as the customer follows it; `outcome` says how it ended, None while it is open.

    `photo_ids`: his pictures of it, among the job's photos.
    """

    id: int
    category: str
    category_name: str
    opened_at: datetime
    text: str | None
    replies: tuple[Reply, ...]
    closed_at: datetime | None
    verdict: str | None
    compensation_fen: int
    outcome: str | None
    photo_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """A reserve or a dispute and its ruling: `outcome` in words, None while it waits."""

    action: str
    name: str
    reason_name: str | None
    at: datetime
    text: str | None
    ruled_at: datetime | None
    ruling: str | None
    outcome: str | None
    ruling_text: str | None


@dataclass(frozen=True, slots=True)
class DelayTold:
    """A delay that the dealer put down to the customer, who may deny it."""

    name: str
    reason_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Voices:
    """Everything the customer of a job said, oldest first; `delay`: what was said of him and he may deny."""

    job_id: int
    complaints: tuple[ComplaintTold, ...]
    objections: tuple[Objection, ...]
    delay: DelayTold | None


_JOB = """
SELECT job.id, subject.wrapped_key FROM job JOIN subject ON subject.id = job.subject_id
 WHERE job.id = %(id)s AND {condition}
"""
_COMPLAINTS = """
SELECT c.id, c.category, c.opened_at, c.closed_at, c.verdict, c.compensation_fen, note.text, last.text AS verdict_text,
       ARRAY(SELECT id FROM photo WHERE complaint_id = c.id AND erased_at IS NULL ORDER BY id) AS photo_ids
  FROM complaint c LEFT JOIN note ON note.id = c.note_id
  LEFT JOIN job_event e ON e.job_id = c.job_id AND e.action = 'complaint_closed'
   AND e.data -> 'complaint_id' = to_jsonb(c.id)
  LEFT JOIN note last ON last.id = (e.data ->> 'note_id')::bigint
 WHERE c.job_id = %(id)s ORDER BY c.id
"""
_REPLIES = """
SELECT reply.complaint_id, reply.at, note.text FROM complaint_reply reply JOIN note ON note.id = reply.note_id
  JOIN complaint c ON c.id = reply.complaint_id
 WHERE c.job_id = %(id)s AND reply.author_role IN ('agent', 'admin') ORDER BY reply.id
"""
_OBJECTIONS = """
SELECT e.action, e.reason, e.received_at, e.data, note.text FROM job_event e
  LEFT JOIN note ON note.id = (e.data ->> 'note_id')::bigint
 WHERE e.job_id = %(id)s AND e.action IN ('dispute', 'confirm_with_reserves', 'rule') ORDER BY e.seq
"""
_RULED = {"confirmed": "客服裁定：按已验收处理", "rework": "客服裁定：返工，将安排二次上门"}
_VERDICTS = {"upheld": "投诉成立", "not_upheld": "投诉不成立"}


@query
def voices(connection: Connection, actor: Actor, job_id: int) -> Voices:
    """The customer's complaints and objections; NotFound outside the horizon."""
    condition, params = scope.jobs(actor)
    asked = params | {"id": job_id}
    job = connection.exec_driver_sql(_JOB.format(condition=condition), asked).first()
    if job is None:
        raise NotFound
    replies = connection.exec_driver_sql(_REPLIES, asked).all()
    complaints = tuple(
        _complaint(row, job.wrapped_key, [one for one in replies if one.complaint_id == row.id])
        for row in connection.exec_driver_sql(_COMPLAINTS, asked)
    )
    said = connection.exec_driver_sql(_OBJECTIONS, asked).all()
    claim = connection.exec_driver_sql(CLAIM, {"job": job_id}).first()
    return Voices(job_id, complaints, tuple(_objections(said, job.wrapped_key)), _delay(claim))


def _delay(claim: Any) -> DelayTold | None:
    if claim is None or not is_customers(Action(claim.action), claim.reason):
        return None
    ask = ASKS[Action(claim.action)]
    return DelayTold(ask.name, ask.reasons[claim.reason], claim.occurred_at)


def _complaint(row: Any, key: bytes | None, replies: Sequence[Any]) -> ComplaintTold:
    said = [Reply(one.at, text) for one in replies if (text := notes.opened(key, one.text)) is not None]
    last = notes.opened(key, row.verdict_text)
    if last is not None and row.closed_at is not None:
        said.append(Reply(row.closed_at, last))
    return ComplaintTold(
        row.id, row.category, CATEGORY_NAMES[row.category], row.opened_at, notes.opened(key, row.text), tuple(said),
        row.closed_at, row.verdict, row.compensation_fen, _outcome(row), tuple(row.photo_ids),
    )  # fmt: skip


def _outcome(row: Any) -> str | None:
    """`投诉成立，赔付 ¥20.00，客服会与您确认收款方式`."""
    if row.verdict is None:
        return None
    paid = f"，赔付 {yuan(row.compensation_fen)}，客服会与您确认收款方式" if row.compensation_fen else ""
    return _VERDICTS[row.verdict] + paid


def _objections(rows: Sequence[Any], key: bytes | None) -> list[Objection]:
    """Each objection takes the next ruling after it; a ruling without one (of a later rework) is left out."""
    found: list[Objection] = []
    waiting: Any = None
    for row in rows:
        if row.action != Action.RULE:
            waiting = row
            found.append(_objection(row, key, None))
        elif waiting is not None:
            found[-1] = _objection(waiting, key, row)
            waiting = None
    return found


def _objection(row: Any, key: bytes | None, ruled: Any) -> Objection:
    data: Mapping[str, Any] = ruled.data if ruled is not None else {}
    ruling = data.get("outcome")
    return Objection(
        action=row.action,
        name=ASKS[Action(row.action)].name,
        reason_name=reasons.DISPUTE.get(row.reason or ""),
        at=row.received_at,
        text=notes.opened(key, row.text),
        ruled_at=ruled.received_at if ruled is not None else None,
        ruling=ruling,
        outcome=_RULED.get(ruling or ""),
        ruling_text=notes.opened(key, ruled.text) if ruled is not None else None,
    )
