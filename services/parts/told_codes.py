"""The code in a short message: who has no mini-program reads it to the installer (domain.md §2.2).

It stands only in the SMS to the order's own number, is read when the message is sent and kept nowhere else: not in the
outbox, not in an inbox. A number that belongs to a dealer's people gets none: the code is the customer's alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from domain.actors import DEALER_ROLES
from domain.charges import arithmetic
from services.parts import quote_codes
from services.personal import Erased, reveal, subject_key

CONFIRMS = frozenset({"please_confirm", "confirm_reminder"})
AGREES = frozenset({"charge_proposed", "charge_lapse_near"})

_JOB = """
SELECT job.status, job.subject_id, code.code,
       EXISTS (SELECT 1 FROM person JOIN role_binding binding ON binding.person_id = person.id
                WHERE person.phone_lookup = o.phone_lookup AND binding.role = ANY(%(roles)s)) AS of_a_dealer
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
  LEFT JOIN confirm_code code ON code.job_id = job.id
 WHERE job.id = %(job)s
"""
_WAITING = """
SELECT charge.charge_type, coalesce(item.name, '远程费') AS name, charge.unit_fen, charge.quantity,
       coalesce(item.unit, '次') AS unit
  FROM charge JOIN job ON job.id = charge.job_id
  LEFT JOIN price_item item ON item.price_list_id = job.price_list_id AND item.code = charge.item_code
 WHERE charge.job_id = %(job)s AND charge.status = 'proposed' ORDER BY charge.id
"""


def words(tx: Connection, template: str, job_id: int) -> str:
    """What the SMS says beyond the notice, `。验收码 482913，满意后告诉师傅即可`; empty where there is nothing."""
    if template not in CONFIRMS | AGREES:
        return ""
    asked = {"job": job_id, "roles": [str(role) for role in DEALER_ROLES]}
    job = tx.exec_driver_sql(_JOB, asked).one()
    if job.of_a_dealer:
        return ""
    return _confirming(tx, job) if template in CONFIRMS else _agreeing(tx, job_id)


def _confirming(tx: Connection, job: Any) -> str:
    if job.status != "submitted" or job.code is None:
        return ""
    try:
        code = reveal(subject_key(tx, job.subject_id), "confirm_code.code", job.code)
    except Erased:
        return ""
    return f"。验收码 {code}，满意后告诉师傅即可"


def _agreeing(tx: Connection, job_id: int) -> str:
    """The code is to exactly what the message names; for what is added later there is another."""
    waiting = tx.exec_driver_sql(_WAITING, {"job": job_id}).all()
    code = quote_codes.code_of(tx, job_id)
    if not waiting or code is None:
        return ""
    named = "；".join(arithmetic(*row) for row in waiting)
    return f"。{named}。同意请把 {code} 告诉师傅，不同意不用理会"
