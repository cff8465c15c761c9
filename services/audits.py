"""Verdicts of people and appeals against them.

A job drawn for a second look is judged by two persons, neither of whom sees what the other said: the first word is
kept and nothing moves until the second agrees, or until a third decides between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import lifecycle
from domain.actions import Action, Command
from domain.actors import SYSTEM, Actor, Role
from domain.audits import (
    APPEAL_WINDOW,
    NOT_UNDER_WAY,
    PASS,
    REASONS,
    WORK,
    NoAppeal,
    NotAppealable,
    Opinion,
    OwnVerdict,
    second_visit_told,
)
from domain.errors import Fault, Invalid, NotFound
from domain.facts import Facts
from domain.job import JobState
from domain.notices import Audience
from services.deeds import act
from services.deeds.loading import lock, require_known
from services.parts import appeals, audits, digests, notes, outbox
from services.parts.outbox import Owed
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class PhotoFault:
    """What is wrong with one photo."""

    photo_id: int
    reason: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict as it is given: pass, evidence (more photos) or work (a child job), with the photos it rests on."""

    verdict: str
    fault: str | None = None
    fraud: bool = False
    note: str | None = None
    photos: tuple[PhotoFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a verdict: `kept`, it waits for another person; `settled`, it holds."""

    job_id: int
    state: str
    status: str


@dataclass(frozen=True, slots=True)
class AppealState:
    """Where an appeal stands. `reversed_at`: it was granted; `second_visit`: what becomes of the visit, in words."""

    job_id: int
    appealed_at: datetime | None
    answered_at: datetime | None
    reversed_at: datetime | None
    second_visit: str | None = None


@use_case
def judge(tx: Connection, actor: Actor, job_id: int, said: Said, now: datetime) -> Heard:
    """Give a verdict. Raises OwnVerdict, NothingToDecide, Barred where no audit waits, Invalid, NotFound."""
    job, new = lock(tx, job_id), _opinion(actor, said)
    command = _command(new)
    require_known(tx, actor, job, command.action)
    lifecycle.move(job, command, actor.role, Facts(now=now))
    note = _note(tx, job, actor, said.note, now)
    row = audits.row_of(tx, job_id, now)
    holds, verdict_id = audits.say(tx, row, actor, new, note, now)
    _photos(tx, job, actor, verdict_id, said.photos, now)
    if holds is None:
        if len(audits.given(tx, row)) == 2:
            _owe(tx, job_id, "audit_disputed", Audience.LEADS, now)
        return Heard(job_id, "kept", job.status)
    acted = act(tx, actor, job_id, command, now, locked=job)
    return Heard(job_id, "settled", acted.status)


def _owe(tx: Connection, job_id: int, template: str, audience: Audience, now: datetime) -> None:
    """One more that waits for somebody: one message an hour, however many there are."""
    payload = {"template": template, "audience": audience, "values": {"count": 1}}
    digests.owe(tx, f"{template}:", job_id, payload, now)


def _opinion(actor: Actor, said: Said) -> Opinion:
    faults = []
    if said.verdict == PASS and (said.photos or said.fraud):
        faults.append(Fault("verdict", "contradiction", "判定合格时不能同时指出照片问题或作假"))
    if said.verdict != PASS and not said.photos and not said.note:
        faults.append(Fault("photos", "reason_required", "请指出有问题的照片或写明原因"))
    if said.fraud and said.verdict != WORK:
        faults.append(Fault("fraud", "only_work", "认定作假须判定返工"))
    if faults:
        raise Invalid(errors=faults)
    fault = said.fault or "dealer" if said.verdict == WORK else None
    return Opinion(actor.person_id or 0, said.verdict, fault, said.fraud)


def _command(opinion: Opinion) -> Command:
    if opinion.verdict == PASS:
        return Command(Action.AUDIT_PASS)
    return Command(Action.AUDIT_FAIL, outcome=opinion.verdict, fault=opinion.fault)


def _note(tx: Connection, job: JobState, actor: Actor, text: str | None, now: datetime) -> int | None:
    return notes.write(tx, job.id, job.subject_id, actor.person_id, text, now) if text else None


_OWN = "SELECT id FROM photo WHERE job_id = %(job)s AND id = ANY(%(ids)s::bigint[])"
_WRONG = """
INSERT INTO audit_photo (verdict_id, photo_id, reason, note_id)
VALUES (%(verdict)s, %(photo)s, %(reason)s, %(note)s) ON CONFLICT DO NOTHING
"""


def _photos(
    tx: Connection,
    job: JobState,
    actor: Actor,
    verdict_id: int,
    photos: tuple[PhotoFault, ...],
    now: datetime,
) -> None:
    if any(one.reason not in REASONS for one in photos):
        raise Invalid(errors=[Fault("photos", "unknown_value", f"可选：{'、'.join(REASONS)}")])
    ids = {one.photo_id for one in photos}
    if ids - set(tx.exec_driver_sql(_OWN, {"job": job.id, "ids": sorted(ids)}).scalars()):
        raise NotFound("没有这张照片")
    for one in photos:
        note = _note(tx, job, actor, one.note, now)
        values = {"verdict": verdict_id, "photo": one.photo_id, "reason": one.reason, "note": note}
        tx.exec_driver_sql(_WRONG, values)


_ASKED = """
SELECT audit.*, job.channel_id, job.category_code, job.zone, job.subject_id
  FROM audit JOIN job ON job.id = audit.job_id WHERE audit.job_id = %(job)s FOR UPDATE OF audit
"""
_STATE = "RETURNING job_id, appealed_at, answered_at, reversed_at"
_APPEAL = f"""
UPDATE audit SET appealed_at = %(now)s, appealed_by = %(by)s, appeal_id = %(note)s, appeal_clock_id = %(clock)s
 WHERE job_id = %(job)s {_STATE}
"""


@use_case
def appeal(tx: Connection, actor: Actor, job_id: int, reason: str, now: datetime) -> AppealState:
    """The owner of the dealer who did the work asks that a failing verdict be taken back, once, within 7 days.

    The answer has a clock. NotFound for another dealer's, NotAppealable for what did not fail or is too late.
    """
    job = lock(tx, job_id)
    row = tx.exec_driver_sql(_ASKED, {"job": job_id}).first()
    if row is None or actor.role != Role.DEALER_OWNER or row.dealer_id != actor.dealer_id:
        raise NotFound
    if not row.failed or row.appealed_at is not None or now > row.decided_at + APPEAL_WINDOW:
        raise NotAppealable
    clock_id = appeals.start(tx, row, now)
    note = _note(tx, job, actor, reason, now)
    _owe(tx, job_id, "audit_appealed", Audience.AUDITORS, now)
    values = {"now": now, "by": actor.person_id, "note": note, "clock": clock_id, "job": job_id}
    return AppealState(*tx.exec_driver_sql(_APPEAL, values).one())


_CHILD = "SELECT child_id FROM audit WHERE job_id = %(job)s"
_VOICES = "SELECT 1 FROM audit_verdict WHERE job_id = %(job)s AND person_id = %(person)s"
_ANSWER = f"""
UPDATE audit SET answered_at = %(now)s, answered_by = %(by)s, answer_id = %(note)s WHERE job_id = %(job)s {_STATE}
"""


@use_case
def answer(
    tx: Connection, actor: Actor, job_id: int, granted: bool, reason: str, now: datetime
) -> AppealState:
    """Answer an appeal; nobody who gave a verdict on this job may (OwnVerdict). Granted: what followed is put right.

    The score comes back; the base fee that fraud forfeited and the second visit at the dealer's cost are paid, by
    the fee run, or at once where that has passed.
    """
    child_id = tx.exec_driver_sql(_CHILD, {"job": job_id}).scalar()
    child = lock(tx, child_id) if child_id else None  # a child before its parent, as when a child ends
    job = lock(tx, job_id)
    require_known(tx, actor, job, Action.AUDIT_PASS)
    row = tx.exec_driver_sql(_ASKED, {"job": job_id}).first()
    if row is None or row.appealed_at is None or row.answered_at is not None:
        raise NoAppeal
    if tx.exec_driver_sql(_VOICES, {"job": job_id, "person": actor.person_id}).first() is not None:
        raise OwnVerdict
    appeals.stop(tx, row.appeal_clock_id, now)
    if granted:
        audits.reverse(tx, row, now)
        _repay(tx, row, now)
    _tell_owner(tx, row, granted, now)
    note = _note(tx, job, actor, reason, now)
    values = {"now": now, "by": actor.person_id, "note": note, "job": job_id}
    state = AppealState(*tx.exec_driver_sql(_ANSWER, values).one())
    if not granted or child is None:
        return state
    status = child.status
    if status in NOT_UNDER_WAY:
        status = act(tx, SYSTEM, child.id, Command(Action.CANCEL, reason="other"), now, locked=child).status
    return replace(state, second_visit=second_visit_told(status))


def _tell_owner(tx: Connection, row: Any, granted: bool, now: datetime) -> None:
    told: dict[str, Any] = {
        "template": "audit_answered",
        "audience": Audience.OWNER,
        "dealer_ids": [row.dealer_id],
    }
    told |= {"values": {"level": "已通过" if granted else "未通过"}}
    outbox.put(tx, [Owed("notice", f"audit_answered:{row.job_id}", told, job_id=row.job_id)], now)


def _repay(tx: Connection, row: Any, now: datetime) -> None:
    ids = [one for one in (row.job_id, row.child_id) if one is not None]
    outbox.put(
        tx,
        [Owed("audit_reversed", f"audit_reversed:{one}", {"job_id": one}, job_id=one) for one in ids],
        now,
    )
