"""The brand's eye, the customer's complaint, the agent's urging, and the end of a job."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import questions, queues
from domain.actions import Action, Command
from domain.actors import Role
from domain.audits import EVIDENCE, PASS, WORK, Opinion, SecondLook
from domain.errors import Invalid
from domain.facts import Facts
from domain.job import Kind, Status
from domain.refunds import Overcharge, compensation_faults
from services.deeds import calls, children
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import audits, fee_quality, installer_pay, notes, outbox, overcharging, safety, serving


@handles(Action.AUDIT_SAMPLED)
def sampled(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Drawn, or chosen by an auditor: it waits for a verdict and does not close before."""
    if deed.actor.role != Role.SYSTEM:
        audits.chosen(deed.tx, deed.job.id, deed.now)
    return Effect({"audit": "waiting"})


def _said(deed: Deed) -> Opinion:
    """What this command says; work is the dealer's unless another's fault is named."""
    verdict = PASS if deed.command.action == Action.AUDIT_PASS else deed.command.outcome or EVIDENCE
    fault = deed.command.fault or "dealer"
    return Opinion(deed.actor.person_id or 0, verdict, fault if verdict == WORK else None)


def _settle(deed: Deed, child_id: int | None = None) -> Opinion:
    """Keep the verdict that holds. Said straight (not through `services.audits`) it does where one word is enough."""
    row = audits.row_of(deed.tx, deed.job.id, deed.now)
    said = audits.given(deed.tx, row)
    if not said or said[-1].person_id != deed.actor.person_id:
        new = _said(deed)
        holds, _ = audits.say(deed.tx, row, deed.actor, new, None, deed.now)
        if holds is None:
            raise SecondLook
        said = [*said, new]
    audits.settle(deed.tx, row, said[-1], child_id, deed.now)
    return said[-1]


@handles(Action.AUDIT_PASS)
def passed(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The photos show what they should."""
    _settle(deed)
    return Effect({"audit": "passed"})


@handles(Action.AUDIT_FAIL)
def failed(deed: Deed, to: Status, _carry: Any) -> Effect:
    """`evidence`: more photos, no visit. `work`: a child job mends it. Proven fraud goes to an agent, too."""
    if to != Status.REWORK:
        _settle(deed)
        return Effect({"audit": "evidence_asked"})
    child_id = children.second_visit(deed, deed.command.fault or "dealer")
    columns: dict[str, Any] = {"audit": "failed", "open_children": deed.job.open_children + 1}
    if _settle(deed, child_id).fraud:
        columns |= queues.queued(deed.job, "fraud", deed.now)
    return Effect(columns, {"child_id": child_id})


_OPEN = """
INSERT INTO complaint (job_id, category, note_id, opened_at, opened_by_role)
VALUES (%(job)s, %(category)s, %(note)s, %(at)s, %(role)s) RETURNING id
"""
_OF_JOB = "SELECT 1 FROM complaint WHERE id = %(id)s AND job_id = %(job)s AND closed_at IS NULL"
_REPLY = """
WITH said AS (
    INSERT INTO complaint_reply (complaint_id, author_id, author_role, note_id, at)
    VALUES (%(id)s, %(author)s, %(role)s, %(note)s, %(at)s))
UPDATE complaint SET first_reply_at = coalesce(first_reply_at, %(at)s) WHERE id = %(id)s
"""
_END = """
UPDATE complaint SET closed_at = %(at)s, verdict = %(verdict)s, fault = %(fault)s,
       compensation_fen = coalesce(%(fen)s, 0)
 WHERE id = %(id)s
"""


def _note(deed: Deed) -> int | None:
    job, text = deed.job, deed.command.note
    return (
        notes.write(deed.tx, job.id, job.subject_id, deed.actor.person_id, text, deed.now) if text else None
    )


@handles(Action.COMPLAINT_OPENED)
def complaint_opened(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Nothing confirms by silence and nothing closes while it is open. Danger: data held, the installer stopped."""
    values = {
        "job": deed.job.id,
        "category": deed.command.category,
        "note": _note(deed),
        "at": deed.at,
        "role": deed.actor.role,
    }
    complaint_id = deed.tx.exec_driver_sql(_OPEN, values).scalar_one()
    if deed.command.category == "safety":
        safety.secure(deed.tx, deed.job, complaint_id, deed.now)
    columns = {"open_complaints": deed.job.open_complaints + 1} | queues.queued(
        deed.job, "complaint", deed.now
    )
    said = {"complaint_id": complaint_id, "category": deed.command.category, "note_id": values["note"]}
    return Effect(columns, said)


def _the_complaint(deed: Deed) -> Prepared:
    asked = {"id": deed.command.complaint_id, "job": deed.job.id}
    found = deed.tx.exec_driver_sql(_OF_JOB, asked).first() is not None
    return Prepared(Facts(now=deed.at, complaint_open=found))


@handles(Action.COMPLAINT_REPLIED, prepare=_the_complaint)
def complaint_replied(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Soothe first (S0): the first reply stops its clock."""
    values = {
        "id": deed.command.complaint_id,
        "author": deed.actor.person_id,
        "role": deed.actor.role,
        "note": _note(deed),
        "at": deed.at,
    }
    deed.tx.exec_driver_sql(_REPLY, values)
    return Effect({}, {"complaint_id": deed.command.complaint_id, "note_id": values["note"]})


_CALLED = _OF_JOB + " AND category = 'safety'"


def _safety(deed: Deed) -> Prepared:
    asked = {"id": deed.command.complaint_id, "job": deed.job.id}
    found = deed.tx.exec_driver_sql(_CALLED, asked).first() is not None
    return Prepared(Facts(now=deed.at, complaint_open=found))


@handles(Action.SAFETY_CALLED, prepare=_safety)
def safety_called(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Somebody has spoken with who reported a danger: that, and no written reply, stops its clock."""
    return Effect({}, {"complaint_id": deed.command.complaint_id, "note_id": _note(deed)})


_OF_SAFETY = "SELECT 1 FROM complaint WHERE id = %(id)s AND job_id = %(job)s AND category = 'safety'"


def _stop(deed: Deed) -> Prepared:
    asked = {"id": deed.command.complaint_id, "job": deed.job.id}
    if deed.tx.exec_driver_sql(_OF_SAFETY, asked).first() is None:
        return Prepared(Facts(now=deed.at))
    stopped, heard = safety.standing(deed.tx, deed.job.id, deed.command.complaint_id)
    return Prepared(Facts(now=deed.at, installer_stopped=stopped, danger_heard=heard))


@handles(Action.LIFT_STOP, prepare=_stop)
def lift_stop(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The installer works again: an agent has spoken with who reported the danger."""
    return Effect({}, {"complaint_id": deed.command.complaint_id}, _lifted(deed))


def _lifted(deed: Deed) -> tuple[tuple[int, Command], ...]:
    """Give the role back and release what he had begun."""
    complaint_id = deed.command.complaint_id
    assert complaint_id is not None
    begun = safety.lift(deed.tx, deed.actor, deed.job, complaint_id, deed.now)
    return tuple((job_id, Command(Action.RELEASE)) for job_id in begun)


_WHOSE = f"SELECT {serving.DEALER_OF_COMPLAINT} FROM complaint JOIN job ON job.id = job_id WHERE complaint.id = %(id)s"


def _compensate(deed: Deed, fen: int, fault: str | None, overcharge: Overcharge | None) -> None:
    """Owe the ledger what was promised, whether the job is closed or not: from the dealer who had it when the customer
    complained, if it was its fault."""
    command, job, dealer_id = deed.command, deed.job, None
    if fault == "dealer":
        dealer_id = deed.tx.exec_driver_sql(_WHOSE, {"id": command.complaint_id}).scalar_one()
    payload = {"job_id": job.id, "complaint_id": command.complaint_id, "fen": fen, "dealer_id": dealer_id}
    payload |= overcharging.packed(overcharge)
    key = f"compensation:{command.complaint_id}"
    outbox.put(deed.tx, [outbox.Owed("compensation", key, payload, job_id=job.id)], deed.now)


def _overcharged(deed: Deed) -> Overcharge | None:
    """What the dealer's people took too much, if that is what it was about; `Invalid` with all that is wrong."""
    command = deed.command
    if command.overcharged_fen is None:
        return None
    overcharge = overcharging.found(deed.tx, deed.job, command.overcharged_fen, deed.now)
    upheld = command.outcome == "upheld"
    if faults := tuple(compensation_faults(overcharge, command.agreed_fen, upheld, command.fault)):
        raise Invalid(errors=faults)
    return overcharge


@handles(Action.COMPLAINT_CLOSED, prepare=_the_complaint)
def complaint_closed(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Upheld or not, with or without compensation. Not upheld, a danger stops nobody any longer."""
    command, job, overcharge = deed.command, deed.job, _overcharged(deed)
    fen, fault = command.agreed_fen, command.fault
    if overcharge is not None:
        fen, fault = fen or overcharge.least_fen, "dealer"
    values = {
        "id": command.complaint_id,
        "at": deed.at,
        "verdict": command.outcome,
        "fault": fault,
        "fen": fen,
    }
    deed.tx.exec_driver_sql(_END, values)
    if command.outcome == "upheld" and job.status in (Status.CLOSED, Status.CANCELLED):
        fee_quality.told(deed.tx, job.id, f"complaint:{command.complaint_id}", deed.now)
    if fen:
        _compensate(deed, fen, fault, overcharge)
    columns: dict[str, Any] = {"open_complaints": max(job.open_complaints - 1, 0)}
    if job.queue == "complaint" and columns["open_complaints"] == 0:
        columns |= queues.attended(replace(job, open_complaints=0), deed.now)
    then = _lifted(deed) if command.outcome == "not_upheld" else ()
    said = {"complaint_id": command.complaint_id, "agreed_fen": fen, "fault": fault}
    return Effect(columns, said | {"overcharged_fen": command.overcharged_fen}, then)


@handles(Action.ATTEND)
def attend(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """An agent has seen to what queued it; dispatch goes on where it stood. A quarrel ends by its own deed."""
    return Effect(queues.attended(deed.job, deed.now))


_EARNED = """
SELECT (SELECT overall FROM rating WHERE job_id = %(job)s),
       (SELECT count(*) FROM complaint WHERE job_id = %(job)s AND verdict = 'upheld')
"""


@handles(Action.CLOSE, prepare=calls.unasked)
def close(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Final: fees are posted from here on; later come child jobs and adjustments. Who was unhappy is called."""
    columns = {"closed_at": deed.at, "queue": None, "queued_at": None}
    if deed.job.kind == Kind.RETURN_VISIT:
        return Effect(columns)
    installer_pay.completed(deed.tx, deed.job, deed.at, deed.now)
    rating, upheld = deed.tx.exec_driver_sql(_EARNED, {"job": deed.job.id}).one()
    data = {"return_visit_id": children.return_visit(deed)} if questions.earns_call(rating, upheld) else {}
    return Effect(columns, data, children.ended(deed))
