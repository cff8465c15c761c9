"""Money that moves after or beside the fees: extras given back, compensation, excused penalties, late refunds.

Each is owed by an outbox row written with its cause and posted from here, into the open month, under a natural key:
posted again it is still once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import refunds
from domain.calendar import month_of
from domain.ledger import reverse as mirror
from domain.refunds import Ruling
from services.parts import ledger, overcharging, rebate_refunds, reversals, rules, serving, wechat_bills
from services.uow import use_case

_JOB = "SELECT 1 FROM job WHERE id = %(job)s FOR UPDATE"
_CHARGE = f"""
SELECT ruling, refund_fen, refund_at, collected_by, {serving.DEALER_OF_CHARGE} AS dealer_id
  FROM charge WHERE id = %(charge)s
"""


@use_case
def charge_refund(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Post what a disputed extra gives back, from the dealer whose it was; how many entries were new."""
    # Trap: the job before the months and before the payment's bill, as `wechat_bills.held` has them.
    tx.exec_driver_sql(_JOB, {"job": payload["job_id"]})
    month = ledger.open_month(month_of(now), ledger.hold_months(tx))
    row = tx.exec_driver_sql(_CHARGE, {"charge": payload["charge_id"]}).one()
    entry = refunds.charge_entry(
        payload["job_id"],
        payload["charge_id"],
        row.dealer_id or payload["dealer_id"],
        Ruling(row.ruling),
        payload.get("fen", row.refund_fen),
        by_brand=row.collected_by == "brand",
        month=month,
        at_brands_cost=(payload.get("cost") or row.refund_at) == "brand",
        step=payload.get("step"),
        overcharge=overcharging.unpacked(payload),
    )
    posted = ledger.post(tx, [entry], rules.load(tx).ids, now, "owed")
    if row.collected_by == "brand":
        fen = payload.get("fen", row.refund_fen)
        wechat_bills.give_back(tx, payload["charge_id"], fen, entry.natural_key, now)
    return posted


@use_case
def compensation(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Post what a complaint was settled for; how many entries were new."""
    month = ledger.open_month(month_of(now), ledger.hold_months(tx))
    entry = refunds.compensation_entry(
        payload["job_id"],
        payload["complaint_id"],
        payload["fen"],
        payload["dealer_id"],
        month,
        overcharging.unpacked(payload),
    )
    return ledger.post(tx, [entry], rules.load(tx).ids, now, "owed")


_RESTING = """
SELECT entry.id FROM ledger_entry entry
 WHERE job_id = %(job)s AND kind = ANY(%(kinds)s) AND reverses_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM ledger_entry taken WHERE taken.reverses_id = entry.id) ORDER BY entry.id
"""


@use_case
def refund_after_close(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Take back what rests on the sale itself, once the whole of it was refunded; the work done stays paid.

    A year's rebate that was paid on it is corrected for a part, too. How many entries were taken back.
    """
    corrected = rebate_refunds.lower(tx, payload["job_id"], payload["order_event_id"], now)
    if not payload.get("whole"):
        return corrected
    month = ledger.open_month(month_of(now), ledger.hold_months(tx))
    asked = {"job": payload["job_id"], "kinds": list(refunds.UNDONE_BY_REFUND)}
    ids = tx.exec_driver_sql(_RESTING, asked).scalars().all()
    for entry_id in ids:
        wrong = ledger.read(tx, entry_id)
        undone = mirror(wrong.entry, f"{wrong.entry.natural_key}:refund:{payload['order_event_id']}", month)
        ledger.post(tx, [undone], {}, now, "owed", reverses_id=entry_id)
    return len(ids) + corrected


@use_case
def take_back_excused(tx: Connection, payload: Mapping[str, Any], now: datetime) -> int:
    """Take back the penalty of a clock that was excused after it was posted, as it stands by now; how many entries.

    ¥20.00 posted in March and excused in April: ¥20.00 back in April, once. None was posted: nothing to take back.
    """
    ledger.hold_months(tx)
    key = f"job:{payload['job_id']}:timeliness:{payload['kind']}:{payload['turn']}"
    found = reversals.standing(tx, key)
    for entry_id in found:
        reversals.take_back(tx, entry_id, f"{key}:excused", payload["reason"], now, payload["by"])
    return len(found)
