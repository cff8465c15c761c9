"""The customer's word: confirm, confirm with reserves, dispute, rate; and the ruling when there is a quarrel."""

from __future__ import annotations

import hmac
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import orjson

from domain import queues
from domain.actions import Action
from domain.actors import Role
from domain.errors import Fault, Invalid
from domain.facts import Facts
from domain.job import Status
from services.deeds import charge_rulings, children
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import fee_quality, notes, whose_yes
from services.personal import reveal, subject_key

COMPLAINT_WINDOW = timedelta(days=7)

_CODE = "SELECT code FROM confirm_code WHERE job_id = %(job)s"
_WAIVED = """
SELECT EXISTS (SELECT 1 FROM slot_waiver WHERE job_id = %(job)s)
    OR (SELECT audit_flag IS NOT NULL FROM job WHERE id = %(job)s)
"""


def _whose_yes(deed: Deed) -> Prepared:
    """An installer needs the customer's code; a customer's device must never have been the dealer's."""
    matches = None
    if whose_yes.by_code(deed.actor, deed.command):
        matches = _code_matches(deed)
    of_dealer = whose_yes.on_dealers_device(deed.tx, deed.actor, deed.job.dealer_id)
    return Prepared(Facts(now=deed.at, code_matches=matches, device_of_dealer=of_dealer))


def _code_matches(deed: Deed) -> bool:
    sealed = deed.tx.exec_driver_sql(_CODE, {"job": deed.job.id}).scalar()
    if sealed is None or not deed.command.code:
        return False
    code = reveal(subject_key(deed.tx, deed.job.subject_id), "confirm_code.code", sealed)
    return hmac.compare_digest(str(code).encode(), deed.command.code.encode())


def how_said(deed: Deed) -> str:
    """By which way a yes came: tap, link, the customer's code, the platform's own, or silence."""
    if deed.command.action == Action.AUTO_CONFIRM:
        return "silence"
    if deed.actor.role == Role.INSTALLER:
        return "code"
    if deed.actor.role == Role.SYSTEM:
        return "platform_code"
    return "link" if deed.actor.job_id is not None else "tap"


def confirmed(deed: Deed, how: str, *, doubtful: bool = False) -> dict[str, Any]:
    """Columns of a job now confirmed: seven days to complain; a waived slot or a doubtful yes means an audit."""
    waived = doubtful or deed.tx.exec_driver_sql(_WAIVED, {"job": deed.job.id}).scalar_one()
    audit = {"audit": "waiting"} if waived and deed.job.audit == "not_sampled" else {}
    return {
        "confirmed_at": deed.at,
        "confirmed_by": how,
        "auto_confirm_at": None,
        "complaints_until": deed.now + COMPLAINT_WINDOW,
        **audit,
    }


@handles(Action.CONFIRM, prepare=_whose_yes)
def confirm(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Yes, by tap, link, the code told to the installer, or the platform's own code."""
    how = how_said(deed)
    doubtful = whose_yes.from_nowhere(deed.tx, deed.actor)
    flag = {"audit_flag": whose_yes.UNVERIFIED} if doubtful else {}
    return Effect(
        confirmed(deed, how, doubtful=doubtful) | flag, {"how": how, "flag": flag.get("audit_flag")}
    )


@handles(Action.AUTO_CONFIRM)
def auto_confirm(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Silence for 48 hours, where the promise said so; marked automatic, waives no right."""
    return Effect(confirmed(deed, "silence"), {"how": "silence"})


@handles(Action.CONFIRM_WITH_RESERVES, Action.DISPUTE)
def dispute(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Not so: silence no longer confirms, an agent rules."""
    return Effect({"dispute_open": True, "auto_confirm_at": None, "queue": "dispute", "queued_at": deed.now})


@handles(Action.RULE, prepare=charge_rulings.unruled)
def rule(deed: Deed, to: Status, unruled: int) -> Effect:
    """The quarrel ends: confirmed, or mended by a second visit. A finished or waived rework is confirmed again.

    A rework may end by itself while an extra still waits for its outcome: then the dispute goes on.
    """
    still = replace(deed.job, dispute_open=unruled > 0)
    queue = queues.quarrel(still)  # the other quarrel goes on
    ended: dict[str, Any] = {
        "dispute_open": still.dispute_open,
        "queue": queue,
        "queued_at": deed.now if queue else None,
    }
    if to == Status.REWORK:
        child_id = children.second_visit(deed, deed.command.fault or "dealer")
        columns = ended | {"open_children": deed.job.open_children + 1, "auto_confirm_at": None}
        return Effect(columns, {"child_id": child_id})
    if deed.job.status == Status.REWORK:
        ended |= {"audit": "not_sampled" if deed.job.audit == "failed" else deed.job.audit}
    if deed.job.status == Status.CONFIRMED:
        return Effect(ended)
    return Effect(ended | confirmed(deed, "agent"), {"how": "agent"})


_RATED = "SELECT EXISTS (SELECT 1 FROM rating WHERE job_id = %(job)s)"
_RATE = """
INSERT INTO rating (job_id, dealer_id, overall, punctuality, attitude, workmanship, charges, tags, note_id, created_at)
VALUES (%(job)s, %(dealer)s, %(overall)s, %(punctuality)s, %(attitude)s, %(workmanship)s, %(charges)s,
        %(tags)s::jsonb, %(note)s, %(at)s)
"""


def _rated(deed: Deed) -> Prepared:
    return Prepared(
        Facts(now=deed.at, rated=deed.tx.exec_driver_sql(_RATED, {"job": deed.job.id}).scalar_one())
    )


@handles(Action.RATE, prepare=_rated)
def rate(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Five numbers and some words, once."""
    scores, job = deed.command.scores, deed.job
    assert scores is not None
    given = asdict(scores)
    parts = {name: given[name] for name in ("overall", "punctuality", "attitude", "workmanship", "charges")}
    faults = [
        Fault(f"scores.{name}", "score_range", "评分应在 1 到 5 之间")
        for name, value in parts.items()
        if value is not None and not 1 <= value <= 5
    ]
    if faults:
        raise Invalid(errors=faults)
    note = deed.command.note
    author = deed.actor.person_id
    note_id = notes.write(deed.tx, job.id, job.subject_id, author, note, deed.now) if note else None
    tags = orjson.dumps(list(scores.tags)).decode()
    values = parts | {"job": job.id, "dealer": job.dealer_id, "tags": tags, "note": note_id, "at": deed.at}
    deed.tx.exec_driver_sql(_RATE, values)
    if job.status == Status.CLOSED:
        fee_quality.told(deed.tx, job.id, "rating", deed.now)
    return Effect({}, {"overall": scores.overall, "note_id": note_id})
