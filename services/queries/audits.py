"""Audits as auditors, leads and the dealer's owner see them: what waits, the riskiest first; what was said.

Whoever is to judge a second time must not know that there was a first: what was said in a round is shown once the
round is over, and before that to a lead only, where two differ.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.audits import REASONS, second_visit_told
from domain.errors import NotFound
from domain.finding_words import may_see, reason
from services.parts import notes
from services.queries import scope
from services.queries.photos import FindingLine
from services.uow import query

STATES = ("waiting", "evidence_asked", "passed", "failed", "disputed", "appealed")


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A job whose photos wait for an auditor; `risk` 0–100 of its photos; `waived`: slots the customer refused."""

    job_id: int
    dealer_id: int | None
    category_code: str
    submitted_at: datetime | None
    confirmed_at: datetime | None
    audit: str
    photos: int
    waived: int
    why: str | None
    risk: int
    since: datetime


@dataclass(frozen=True, slots=True)
class WrongPhoto:
    """What is wrong with a photo."""

    photo_id: int
    reason: str
    text: str
    note: str | None


@dataclass(frozen=True, slots=True)
class OpinionView:
    """What one person said; who it was is for the brand. Words are gone once the customer is erased."""

    round: int
    turn: int
    person_id: int | None
    verdict: str
    fault: str | None
    fraud: bool
    note: str | None
    photos: tuple[WrongPhoto, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One audit. The lot (seed, ticket) is for the brand: SHA-256 of seed, `audit` and job id draws it again.

    `findings`: on the job as a whole, for reviewers; those on a photo stand with the photo.
    """

    job_id: int
    dealer_id: int
    state: str
    why: str
    inclusion_bp: int
    seed: str | None
    ticket: int | None
    verdict: str | None
    fault: str | None
    fraud: bool
    score_change: int
    child_id: int | None
    decided_at: datetime | None
    appealed_at: datetime | None
    appeal: str | None
    answer_due_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    reversed_at: datetime | None
    second_visit: str | None
    findings: tuple[FindingLine, ...]
    opinions: tuple[OpinionView, ...]


_TWO = "(SELECT count(*) FROM audit_verdict v WHERE v.job_id = job.id AND v.round = a.round) >= 2"
_WHICH = {
    "disputed": f"job.audit IN ('waiting', 'evidence_asked') AND {_TWO}",
    "appealed": "a.appealed_at IS NOT NULL AND a.answered_at IS NULL",
}
_LIST = """
SELECT * FROM (
    SELECT job.id, job.dealer_id, job.category_code, job.submitted_at, job.confirmed_at, job.audit,
           (SELECT count(*) FROM photo WHERE job_id = job.id AND status = 'active') AS photos,
           (SELECT count(*) FROM slot_waiver WHERE job_id = job.id) AS waived,
           a.why, greatest(a.risk, evidence.score, 0) AS risk, coalesce(job.confirmed_at, job.created_at) AS since
      FROM job LEFT JOIN audit a ON a.job_id = job.id LEFT JOIN job_evidence evidence ON evidence.job_id = job.id
     WHERE {which} AND {condition} AND NOT EXISTS (
           SELECT 1 FROM audit_verdict v
            WHERE v.job_id = job.id AND v.round = a.round AND v.person_id = %(me)s)) line
 WHERE (-risk, since, id) > (%(risk)s, %(since)s::timestamptz, %(id)s) ORDER BY risk DESC, since, id LIMIT %(limit)s
"""
Key = tuple[int, datetime | str, int]
_FIRST: Key = (-1_000, "-infinity", 0)


def key_of(line: AuditLine) -> tuple[int, datetime, int]:
    """Where the page behind this line begins."""
    return -line.risk, line.since, line.job_id


@query
def listed(
    connection: Connection, actor: Actor, state: str, after: Key | None, limit: int
) -> list[AuditLine]:
    """Jobs in one state within the actor's horizon, riskiest first, then oldest; none he has spoken about already."""
    condition, params = scope.jobs(actor)
    risk, since, job_id = after or _FIRST
    params |= {"risk": risk, "since": since, "id": job_id, "limit": limit, "me": actor.person_id}
    which = _WHICH.get(state, "job.audit = %(state)s")
    sql = _LIST.format(which=which, condition=condition)
    return [AuditLine(*row) for row in connection.exec_driver_sql(sql, params | {"state": state})]


_ONE = """
SELECT a.*, job.audit AS state, subject.wrapped_key, asked.text AS appeal, told.text AS answer,
       answering.due_at AS answer_due_at, child.status AS second_visit
  FROM audit a JOIN job ON job.id = a.job_id JOIN subject ON subject.id = job.subject_id
  LEFT JOIN job child ON child.id = a.child_id AND a.reversed_at IS NOT NULL
  LEFT JOIN note asked ON asked.id = a.appeal_id LEFT JOIN note told ON told.id = a.answer_id
  LEFT JOIN clock answering ON answering.id = a.appeal_clock_id
 WHERE a.job_id = %(job)s AND {condition}
"""
_SAID = """
SELECT v.*, note.text FROM audit_verdict v LEFT JOIN note ON note.id = v.note_id
 WHERE v.job_id = %(job)s ORDER BY v.round, v.turn
"""
_FOUND = "SELECT code, weight, numbers FROM job_finding WHERE job_id = %(job)s ORDER BY weight DESC, code"
_WRONG = """
SELECT wrong.verdict_id, wrong.photo_id, wrong.reason, note.text
  FROM audit_photo wrong JOIN audit_verdict v ON v.id = wrong.verdict_id LEFT JOIN note ON note.id = wrong.note_id
 WHERE v.job_id = %(job)s ORDER BY wrong.photo_id, wrong.reason
"""


@query
def one(connection: Connection, actor: Actor, job_id: int) -> AuditPage:
    """An audit within the actor's horizon; a dealer's owner sees its own once it was decided. NotFound."""
    condition, params = scope.jobs(actor)
    row = connection.exec_driver_sql(_ONE.format(condition=condition), params | {"job": job_id}).first()
    own = actor.role == Role.DEALER_OWNER
    if row is None or (own and (row.verdict is None or row.dealer_id != actor.dealer_id)):
        raise NotFound
    opinions = _opinions(connection, row, actor)
    values = {
        name: getattr(row, name) for name in AuditPage.__slots__ if name not in ("opinions", "findings")
    }
    words = {name: notes.opened(row.wrapped_key, values[name]) for name in ("appeal", "answer")}
    words["second_visit"] = second_visit_told(row.second_visit) if row.second_visit else None
    hidden: dict[str, Any] = {"seed": None, "ticket": None} if own else {}
    return AuditPage(
        **{
            **values,
            **words,
            **hidden,
            "opinions": opinions,
            "findings": _found(connection, row.job_id, actor),
        }
    )


def _found(connection: Connection, job_id: int, actor: Actor) -> tuple[FindingLine, ...]:
    seen = (
        one for one in connection.exec_driver_sql(_FOUND, {"job": job_id}) if may_see(actor.role, one.code)
    )
    return tuple(
        FindingLine(one.code, one.weight, reason(one.code, one.numbers), one.numbers) for one in seen
    )


def _opinions(connection: Connection, row: Any, actor: Actor) -> tuple[OpinionView, ...]:
    said = connection.exec_driver_sql(_SAID, {"job": row.job_id}).all()
    open_now = [one for one in said if one.round == row.round]
    lead = actor.role == Role.ADMIN and len(open_now) >= 2
    wrong = defaultdict(list)
    for photo in connection.exec_driver_sql(_WRONG, {"job": row.job_id}):
        note = notes.opened(row.wrapped_key, photo.text)
        wrong[photo.verdict_id].append(WrongPhoto(photo.photo_id, photo.reason, REASONS[photo.reason], note))
    return tuple(
        OpinionView(
            one.round,
            one.turn,
            None if actor.role == Role.DEALER_OWNER else one.person_id,
            one.verdict,
            one.fault,
            one.fraud,
            notes.opened(row.wrapped_key, one.text),
            tuple(wrong[one.id]),
            one.at,
        )
        for one in said
        if one.round < row.round or lead
    )
