"""What people wrote about a job, for those who must act on it: complaints, disputes, ratings, urges, reasons.

The brand reads the words whole, and that it did is recorded; finance reads the complaints with a compensation, masked.
A dealer reads what is held against it and what its own
people wrote, from its own acceptance on, without the customer's name and without numbers one could call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actions import ASKS, CATEGORY_NAMES, Action
from domain.actors import BRAND_ROLES, DEALER_ROLES, Actor, Role
from domain.errors import NotFound
from domain.reviews import masked
from services.parts import access
from services.parts.notes import opened
from services.personal import Erased, reveal, unwrap
from services.queries import scope
from services.queries.queues import least_compensation
from services.uow import query


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One text with the deed it belongs to. `text` None: erased with its customer."""

    seq: int
    at: datetime
    action: str
    name: str
    by_role: str
    reason: str | None
    reason_name: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """What an agent or the dealer's desk wrote under a complaint."""

    at: datetime
    by_role: str
    text: str | None


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """A complaint whole. `installer_stopped`: its danger keeps somebody from work until an agent lifts it."""

    id: int
    job_id: int
    dealer_id: int | None
    category: str
    category_name: str
    opened_at: datetime
    opened_by_role: str
    text: str | None
    replies: tuple[ReplyLine, ...]
    first_reply_at: datetime | None
    safety_called_at: datetime | None
    installer_stopped: bool
    closed_at: datetime | None
    verdict: str | None
    verdict_text: str | None
    fault: str | None
    compensation_fen: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Why the customer does not accept the work; `action` a dispute or a confirmation with reserves."""

    action: str
    reason: str | None
    reason_name: str | None
    at: datetime
    text: str | None


Open = Callable[[bytes | None], str | None]
Whose = tuple[str | None, str | None]
_JOB = """
SELECT job.id, job.dealer_id, subject.wrapped_key, o.personal, own.wrapped_key AS order_key FROM job
  JOIN subject ON subject.id = job.subject_id JOIN order_line line ON line.id = job.order_line_id
  JOIN customer_order o ON o.id = line.order_id JOIN subject own ON own.id = o.subject_id
 WHERE job.id = %(id)s AND {condition}
"""
# An owner's part of the chain begins with its own acceptance: what other dealers wrote before is theirs.
_NOTES = """
SELECT e.seq, e.received_at, e.action, e.actor_role, e.reason, note.text FROM job_event e
  JOIN note ON note.id = (e.data ->> 'note_id')::bigint
 WHERE e.job_id = %(id)s AND (%(dealer)s::bigint IS NULL OR (
       e.seq >= (SELECT coalesce(max(seq), 1) FROM job_event WHERE job_id = %(id)s AND action = 'accept'
                    AND data -> 'dealer_id' = to_jsonb(%(dealer)s::bigint))
       AND (e.actor_role = ANY(%(theirs)s) OR e.action = ANY(%(against)s)))) ORDER BY e.seq
"""
_MASKED = DEALER_ROLES | {Role.FINANCE}
_THEIRS = [*sorted(DEALER_ROLES), Role.CUSTOMER]
_AGAINST = [
    Action.COMPLAINT_OPENED, Action.COMPLAINT_CLOSED, Action.URGE, Action.RULE, Action.RULE_CHARGE,
    Action.RULE_REMOTE, Action.AUDIT_FAIL, Action.OFFER,
]  # fmt: skip


def reader(actor: Actor, key: bytes | None, of: Whose) -> Open:
    """How this actor reads sealed notes of this customer: a dealer's people and finance masked."""

    def read(sealed: bytes | None) -> str | None:
        text = opened(key, sealed)
        return masked(text, *of) if text is not None and actor.role in _MASKED else text

    return read


def whose(key: bytes | None, personal: bytes | None) -> Whose:
    """(name, address) as an order's sealed data has them; nothing once they are erased."""
    try:
        known = reveal(unwrap(key), "customer_order.personal", personal)
    except Erased:
        return None, None
    return known.get("name") or None, known.get("address") or None


def _job(connection: Connection, actor: Actor, job_id: int) -> Any:
    """The job's row; `NotFound` also for a dealer that was only asked."""
    condition, params = scope.jobs(actor)
    row = connection.exec_driver_sql(_JOB.format(condition=condition), params | {"id": job_id}).first()
    if row is None or (actor.role in DEALER_ROLES and row.dealer_id != actor.dealer_id):
        raise NotFound
    return row


@query
def notes(connection: Connection, actor: Actor, job_id: int, now: datetime) -> tuple[NoteLine, ...]:
    """Everything written about the job that this actor may read, first to last; `NotFound` outside the horizon."""
    row = _job(connection, actor, job_id)
    opened = reader(actor, row.wrapped_key, whose(row.order_key, row.personal))
    asked = {"id": job_id, "dealer": actor.dealer_id, "theirs": _THEIRS, "against": _AGAINST}
    found = tuple(_line(one, opened(one.text)) for one in connection.exec_driver_sql(_NOTES, asked))
    if actor.role in BRAND_ROLES:
        access.note(connection, "notes_read", now, actor, job_id=job_id)
    return found


def _line(row: Any, text: str | None) -> NoteLine:
    known = row.action in {str(action) for action in Action}
    ask = ASKS[Action(row.action)] if known else None
    reason = ask.reasons.get(row.reason or "") if ask else None
    name = ask.name if ask else row.action
    return NoteLine(row.seq, row.received_at, row.action, name, row.actor_role, row.reason, reason, text)


_COMPLAINT = """
SELECT c.*, said.text, ended.data ->> 'fault' AS fault, last.text AS verdict_sealed,
       (SELECT min(received_at) FROM job_event e WHERE e.job_id = c.job_id AND e.action = 'safety_called'
           AND e.data -> 'complaint_id' = to_jsonb(c.id)) AS called_at,
       EXISTS (SELECT 1 FROM safety_stop s WHERE s.complaint_id = c.id AND s.lifted_at IS NULL) AS stops
  FROM complaint c LEFT JOIN note said ON said.id = c.note_id
  LEFT JOIN job_event ended ON ended.job_id = c.job_id AND ended.action = 'complaint_closed'
   AND ended.data -> 'complaint_id' = to_jsonb(c.id)
  LEFT JOIN note last ON last.id = (ended.data ->> 'note_id')::bigint
 WHERE c.id = %(id)s AND c.compensation_fen >= %(least)s
"""
_REPLIES = """
SELECT reply.at, reply.author_role, note.text FROM complaint_reply reply JOIN note ON note.id = reply.note_id
 WHERE reply.complaint_id = %(id)s ORDER BY reply.id
"""


@query
def complaint(connection: Connection, actor: Actor, complaint_id: int, now: datetime) -> ComplaintPage:
    """One complaint with what was said to it; `NotFound` outside the horizon."""
    row = connection.exec_driver_sql(
        _COMPLAINT, {"id": complaint_id, "least": least_compensation(actor)}
    ).first()
    if row is None:
        raise NotFound
    job = _job(connection, actor, row.job_id)
    opened = reader(actor, job.wrapped_key, whose(job.order_key, job.personal))
    said = connection.exec_driver_sql(_REPLIES, {"id": complaint_id}).all()
    if actor.role in BRAND_ROLES:
        access.note(connection, "complaint_read", now, actor, job_id=row.job_id, complaint_id=complaint_id)
    return ComplaintPage(
        row.id, row.job_id, job.dealer_id, row.category, CATEGORY_NAMES[row.category], row.opened_at,
        row.opened_by_role, opened(row.text),
        tuple(ReplyLine(one.at, one.author_role, opened(one.text)) for one in said),
        row.first_reply_at, row.called_at, row.stops, row.closed_at, row.verdict, opened(row.verdict_sealed),
        row.fault, row.compensation_fen,
    )  # fmt: skip


_GROUND = """
SELECT e.action, e.reason, e.received_at, note.text FROM job_event e
  LEFT JOIN note ON note.id = (e.data ->> 'note_id')::bigint
 WHERE e.job_id = %(id)s AND e.action IN ('dispute', 'confirm_with_reserves')
   AND e.seq > coalesce((SELECT max(seq) FROM job_event WHERE job_id = %(id)s AND action = 'rule'), 0)
 ORDER BY e.seq DESC LIMIT 1
"""


def ground(connection: Connection, job_id: int, opened: Open) -> Ground | None:
    """The last ground, not ruled on yet, a customer gave for not accepting the work, or None: an extra is disputed."""
    row = connection.exec_driver_sql(_GROUND, {"id": job_id}).first()
    if row is None:
        return None
    named = ASKS[Action(row.action)].reasons.get(row.reason or "")
    return Ground(row.action, row.reason, named, row.received_at, opened(row.text))
