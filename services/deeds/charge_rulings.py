"""What becomes of an extra that the customer disputed: the dealer's word, an agent's, or what silence means.

What goes back is owed to the ledger and posted by its own drain, once, into the open month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import charge_disputes, queues, refunds
from domain.actions import Action
from domain.actors import Role
from domain.charge_disputes import Dispute
from domain.errors import Conflict, Fault, Invalid, NotFound
from domain.facts import Facts
from domain.job import Status
from domain.refunds import Overcharge, Ruling
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.deeds.site import SILENCE
from services.parts import overcharging, refunding

_READ = """
SELECT status, ruling, amount_fen, collected_by, settled_at IS NOT NULL AS settled, disputed_at, answered_at, shown
  FROM charge WHERE id = %(id)s AND job_id = %(job)s
"""
_RULE = """
UPDATE charge SET ruling = %(ruling)s, refund_fen = %(fen)s, ruled_how = %(how)s, refund_at = %(cost)s,
       answered_at = coalesce(answered_at, %(now)s) WHERE id = %(id)s
"""
_ANSWERED = "UPDATE charge SET answered_at = %(now)s WHERE id = %(id)s"
_UNRULED = "SELECT count(*) FROM charge WHERE job_id = %(job)s AND status = 'disputed' AND ruling IS NULL"
_WORK_DISPUTED = """
SELECT EXISTS (SELECT 1 FROM job_event WHERE job_id = %(job)s AND action IN ('dispute', 'confirm_with_reserves')
   AND seq > coalesce((SELECT max(seq) FROM job_event WHERE job_id = %(job)s AND action = 'rule'), 0))
"""


class Spoken(Conflict):
    """Somebody spoke in time after all: silence decides nothing."""

    code = "spoken_in_time"
    title = "已有答复，不再按超时处理"


def _the_charge(deed: Deed) -> Prepared:
    row = deed.tx.exec_driver_sql(_READ, {"id": deed.command.charge_id, "job": deed.job.id}).first()
    if row is None:
        raise NotFound
    facts = Facts(
        now=deed.at,
        charge_status=row.status,
        charge_settled=row.settled,
        charge_ruled=row.ruling is not None,
        charge_answered=row.answered_at is not None,
    )
    if deed.actor.role == Role.SYSTEM and row.disputed_at is not None and row.ruling is None:
        _require_silence(deed, Dispute(row.disputed_at, row.answered_at, row.shown))
    return Prepared(facts, row)


def _require_silence(deed: Deed, dispute: Dispute) -> None:
    """Under the job's lock: the time is up, and this is what it means."""
    meant = charge_disputes.fallen(deed.command.charge_id or 0, dispute)
    if deed.now < dispute.answer_by or meant != deed.command:
        raise Spoken


def unruled(deed: Deed) -> Prepared:
    """How many extras of the quarrel have no outcome yet."""
    many = deed.tx.exec_driver_sql(_UNRULED, {"job": deed.job.id}).scalar_one()
    return Prepared(Facts(now=deed.at, unruled_charges=many), many)


@handles(Action.CONTEST_CHARGE, prepare=_the_charge)
def contest(deed: Deed, _to: Status, _charge: Any) -> Effect:
    """The dealer says why it keeps the money, or has kept silent about what the promise showed: an agent rules."""
    by_silence = deed.actor.role == Role.SYSTEM
    if not by_silence and not deed.command.note:
        raise Invalid(errors=[Fault("note", "required", "请说明不同意退还的理由")])
    deed.tx.exec_driver_sql(_ANSWERED, {"now": deed.now, "id": deed.command.charge_id})
    said = {"charge_id": deed.command.charge_id, "photo_id": deed.command.photo_id}
    return Effect(data=said | {"how": "silence" if by_silence else "dealer"})


@handles(Action.CONCEDE_CHARGE, prepare=_the_charge)
def concede(deed: Deed, _to: Status, charge: Any) -> Effect:
    """The dealer gives it all back, or has kept silent about money that the promise had not shown."""
    how = "silence" if deed.actor.role == Role.SYSTEM else "dealer"
    _write(deed, Ruling.REFUNDED, charge.amount_fen, how, "dealer")
    said = {"charge_id": deed.command.charge_id, "refund_fen": charge.amount_fen, "how": how}
    return Effect(_quarrel_over(deed), said)


@handles(Action.RULE_CHARGE, prepare=_the_charge)
def rule(deed: Deed, _to: Status, charge: Any) -> Effect:
    """An agent's word, at the dealer's cost; or the agents' silence, at the brand's."""
    command, ruling = deed.command, Ruling(deed.command.outcome or "")
    if faults := tuple(refunds.amount_faults(ruling, command.agreed_fen, charge.amount_fen)):
        raise Invalid(errors=faults)
    fen, overcharge = refunds.refund_fen(ruling, command.agreed_fen, charge.amount_fen), None
    if ruling == Ruling.OVERCHARGED:
        overcharge = overcharging.found(deed.tx, deed.job, fen, deed.now)
        fen = overcharge.least_fen
    by_silence = deed.actor.role == Role.SYSTEM
    how, cost = ("silence", "brand") if by_silence else ("agent", "dealer")
    _write(deed, ruling, fen, how, cost, overcharge)
    said = {"charge_id": command.charge_id, "refund_fen": fen, "how": how}
    return Effect(_quarrel_over(deed), said)


def _write(
    deed: Deed, ruling: Ruling, fen: int, how: str, cost: str, overcharge: Overcharge | None = None
) -> None:
    values = {"ruling": ruling, "fen": fen, "how": how, "cost": cost if fen else None, "now": deed.now}
    deed.tx.exec_driver_sql(_RULE, values | {"id": deed.command.charge_id})
    if fen:
        refunding.owe(deed.tx, deed.job, deed.command.charge_id or 0, deed.now, overcharge=overcharge)


def _quarrel_over(deed: Deed) -> dict[str, Any]:
    """Columns once no extra waits any more and the work itself was not disputed: the job goes its way again."""
    job, asked = deed.job, {"job": deed.job.id}
    if not job.dispute_open or deed.tx.exec_driver_sql(_UNRULED, asked).scalar_one():
        return {}
    if deed.tx.exec_driver_sql(_WORK_DISPUTED, asked).scalar_one():
        return {}
    columns: dict[str, Any] = {"dispute_open": False}
    if job.queue == "dispute":
        columns |= queues.attended(replace(job, dispute_open=False), deed.now)
    if job.status == Status.SUBMITTED and job.silence_confirms and not job.remote_open:
        columns["auto_confirm_at"] = deed.now + SILENCE
    return columns
