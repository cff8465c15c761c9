"""The way: proposed by the rule and not by hand, disputed, answered at once where the rule decides, else ruled.

A ruling stands on the job as who pays (`remote_payer`) and the most the customer pays (`promised_remote_fen`); the fee
run reads it there like any promise. What is above the customer's part is the brand's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain import queues
from domain.actions import Action
from domain.actors import Role
from domain.charges import REMOTE_ITEM, REMOTE_TYPE, Item
from domain.errors import Fault, Invalid
from domain.facts import Facts
from domain.job import Status
from domain.remote_verdict import TO_BE_AGREED, Ground, Payer, Verdict, without_agreement
from services.deeds import overpaid
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.deeds.remote_opening import dropped, follow, keep, said, waiting
from services.deeds.site import SILENCE
from services.parts import notes, remote_cases
from services.parts.remote_cases import Case

_RULING = "SELECT customer_fen, ruled_by FROM remote_dispute WHERE job_id = %(job)s"
_BESIDE = "SELECT 1 FROM job WHERE visit_id = %(visit)s AND remote_open LIMIT 1"
# Two jobs of one visit at once: the second sees the first one's charge.
_ONE_VISIT = "SELECT 1 FROM visit WHERE id = %(visit)s FOR NO KEY UPDATE"
_ONCE = """
SELECT 1 FROM charge JOIN job ON job.id = charge.job_id
 WHERE charge_type = %(remote)s AND charge.status IN ('proposed', 'approved', 'disputed')
   AND (job.id = %(job)s OR job.visit_id = %(visit)s)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The case, and what was ruled already: `ruled_by` rule, agent or silence."""

    case: Case
    customer_fen: int | None
    ruled_by: str | None

    @property
    def verdict(self) -> Verdict:
        """What the rule says."""
        return self.case.verdict


def known(deed: Deed) -> Known:
    """What there is to say about this job's way now."""
    case = remote_cases.read(deed.tx, deed.job.id, deed.at)
    ruling = deed.tx.exec_driver_sql(_RULING, {"job": deed.job.id}).first()
    return Known(case, None, None) if ruling is None else Known(case, ruling.customer_fen, ruling.ruled_by)


def priced(deed: Deed) -> Item:
    """The way as a charge of type 8: what the verdict or the ruling lets the customer pay, once a visit.

    `shown`: the promise named it, so that buying under it was the yes.
    """
    found = known(deed)
    customer_fen = found.customer_fen
    if found.ruled_by is None and found.verdict.decided:
        customer_fen = found.verdict.customer_fen
    faults = list(_faults(deed, customer_fen))
    if faults:
        raise Invalid(errors=faults)
    assert customer_fen is not None
    shown = not found.verdict.needs_yes and customer_fen <= (found.verdict.promised_fen or 0)
    return Item(REMOTE_ITEM, "远程费", "次", customer_fen, REMOTE_TYPE, shown)


def _faults(deed: Deed, customer_fen: int | None) -> Any:
    if deed.command.quantity != 1:
        yield Fault("quantity", "remote_once", "同一次上门只收一次远程费")
    asked = {"remote": REMOTE_TYPE, "job": deed.job.id, "visit": deed.job.visit_id}
    waits = deed.job.remote_open or deed.tx.exec_driver_sql(_BESIDE, asked).first() is not None
    if waits or customer_fen is None:
        yield Fault("item", "remote_undecided", "远程费由谁承担尚未确定，请先提交客服裁定，不要收款")
    elif not customer_fen:
        yield Fault("item", "remote_not_customers", "按承诺和规则，远程费不由客户支付")
    deed.tx.exec_driver_sql(_ONE_VISIT, asked)
    if deed.tx.exec_driver_sql(_ONCE, asked).first() is not None:
        yield Fault("item", "remote_once", "同一次上门只收一次远程费")


def _case(deed: Deed) -> Prepared:
    found = known(deed)
    verdict = found.verdict
    facts = Facts(
        now=deed.at,
        remote_ruled_by_agent=found.ruled_by == "agent",
        remote_ruled=found.ruled_by in ("agent", "silence"),
        remote_most_fen=verdict.owed_fen if verdict.promised_fen is None else _most(verdict),
        remote_not_agreed=deed.actor.role != Role.SYSTEM and not TO_BE_AGREED.isdisjoint(verdict.grounds),
    )
    return Prepared(facts, found)


def _most(verdict: Verdict) -> int | None:
    """What a customer may at most be ruled to pay: what he was shown, and no more than the way costs."""
    if verdict.owed_fen is None or verdict.promised_fen is None:
        return verdict.promised_fen
    return min(verdict.owed_fen, verdict.promised_fen)


@handles(Action.DISPUTE_REMOTE, prepare=_case)
def dispute(deed: Deed, _to: Status, found: Known) -> Effect:
    """Answered by the rule where it decides, an agent's otherwise; until then nothing is taken for the way."""
    verdict, note = found.verdict, deed.command.note
    author = deed.actor.person_id
    note_id = notes.write(deed.tx, deed.job.id, deed.job.subject_id, author, note, deed.now) if note else None
    by_rule = verdict.decided and not verdict.provisional
    told = said(found.case, verdict)
    if by_rule or not verdict.decided:  # a provisional answer is asked again once somebody has checked in
        keep(deed, verdict, told, role=deed.actor.role, by_rule=by_rule, note_id=note_id)
    columns = _paying(verdict.customer_fen) if by_rule and verdict.payer != Payer.NOBODY else {}
    columns |= {} if verdict.decided else waiting(deed)
    columns |= dropped(deed, verdict.customer_fen)
    back = overpaid.give_back(deed, verdict.customer_fen) if by_rule else 0
    return Effect(columns, told | {"note_id": note_id, "refund_fen": back or None})


def _paying(customer_fen: int) -> dict[str, Any]:
    """Who pays, as the fee run reads it: the customer up to his part, the brand what is above."""
    return {"remote_payer": "customer", "promised_remote_fen": customer_fen}


_RULE = """
UPDATE remote_dispute SET customer_fen = %(customer)s, owed_fen = %(owed)s, ruled_by = %(by)s, ruled_at = %(at)s,
       ruled_person_id = %(person)s WHERE job_id = %(job)s
"""


@handles(Action.RULE_REMOTE, prepare=_case)
def rule(deed: Deed, _to: Status, found: Known) -> Effect:
    """An agent's word, or silence: then the brand pays. A way beyond the formula gets its price here too, by silence
    the formula's own, carried on: the dealer has driven, and the customer agreed to nothing. One that nobody measured
    may get a price that the brand pays.

    The visit has one way: its other jobs follow (`services/remote_fees.py`).
    """
    command, verdict, job = deed.command, found.verdict, deed.job
    customer_fen = (command.agreed_fen or 0) if command.outcome == "customer" else 0
    columns: dict[str, Any] = {}
    owed, by = verdict.owed_fen, "silence" if deed.actor.role == Role.SYSTEM else "agent"
    if not TO_BE_AGREED.isdisjoint(verdict.grounds):
        owed = without_agreement(found.case.way) if by == "silence" else command.agreed_fen
        columns["remote_agreed_fen"] = owed
        if verdict.promised_fen is not None:
            customer_fen = min(customer_fen, verdict.promised_fen)
    elif Ground.DISTANCE_UNKNOWN in verdict.grounds and owed is None and command.outcome == "brand":
        owed = columns["remote_agreed_fen"] = command.agreed_fen
    values = {"customer": customer_fen, "owed": owed, "by": by, "at": deed.now, "job": job.id}
    deed.tx.exec_driver_sql(_RULE, values | {"person": deed.actor.person_id})
    back = overpaid.give_back(deed, customer_fen) or None
    told = {"customer_fen": customer_fen, "owed_fen": owed, "by": by, "refund_fen": back}
    told["replaces_fen"] = found.customer_fen
    follow(deed)
    return Effect(columns | ruled(deed, customer_fen), told)


def ruled(deed: Deed, customer_fen: int) -> dict[str, Any]:
    """Columns of a job whose way is ruled: out of the queue, silence counts anew, who pays, nothing above it asked."""
    job = deed.job
    columns: dict[str, Any] = {"remote_open": False}
    if job.queue == "remote_fee":
        columns |= queues.attended(replace(job, remote_open=False), deed.now)
    if job.status == Status.SUBMITTED and job.silence_confirms and not job.dispute_open:
        columns["auto_confirm_at"] = deed.now + SILENCE
    return columns | _paying(customer_fen) | dropped(deed, customer_fen)
