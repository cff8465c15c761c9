"""An agent's word on an extra that the customer disputed: it stands, or money goes back, owed to the ledger."""

from __future__ import annotations

from typing import Any

from domain import refunds
from domain.actions import Action
from domain.errors import Invalid, NotFound
from domain.facts import Facts
from domain.job import Status
from domain.refunds import Ruling
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import outbox

_READ = """
SELECT status, ruling, amount_fen, collected_by, settled_at IS NOT NULL AS settled
  FROM charge WHERE id = %(id)s AND job_id = %(job)s
"""
_RULE = "UPDATE charge SET ruling = %(ruling)s, refund_fen = %(fen)s WHERE id = %(id)s"
_UNRULED = "SELECT count(*) FROM charge WHERE job_id = %(job)s AND status = 'disputed' AND ruling IS NULL"


def _the_charge(deed: Deed) -> Prepared:
    row = deed.tx.exec_driver_sql(_READ, {"id": deed.command.charge_id, "job": deed.job.id}).first()
    if row is None:
        raise NotFound
    ruled = row.ruling is not None
    facts = Facts(now=deed.at, charge_status=row.status, charge_settled=row.settled, charge_ruled=ruled)
    return Prepared(facts, row)


def unruled(deed: Deed) -> Prepared:
    """How many extras of the quarrel have no outcome yet."""
    many = deed.tx.exec_driver_sql(_UNRULED, {"job": deed.job.id}).scalar_one()
    return Prepared(Facts(now=deed.at, unruled_charges=many), many)


@handles(Action.RULE_CHARGE, prepare=_the_charge)
def rule(deed: Deed, _to: Status, charge: Any) -> Effect:
    """What goes back is posted by the ledger's own drain, once, into the open month."""
    command, ruling = deed.command, Ruling(deed.command.outcome or "")
    if faults := tuple(refunds.amount_faults(ruling, command.agreed_fen, charge.amount_fen)):
        raise Invalid(errors=faults)
    fen = refunds.customer_fen(ruling, command.agreed_fen, charge.amount_fen)
    deed.tx.exec_driver_sql(_RULE, {"ruling": ruling, "fen": fen, "id": command.charge_id})
    if fen:
        payload = {"job_id": deed.job.id, "charge_id": command.charge_id, "dealer_id": deed.job.dealer_id}
        owed = outbox.Owed("charge_refund", f"charge_refund:{command.charge_id}", payload, job_id=deed.job.id)
        outbox.put(deed.tx, [owed], deed.now)
    return Effect({}, {"charge_id": command.charge_id, "refund_fen": fen})
