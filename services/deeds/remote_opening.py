"""A way that the rule cannot decide is put before the agents: by whoever disputes it, or by the check-in itself.

What the customer reads then (由客服核实裁定) is true at once: it is queued, the 72 hours run, agents are told.
"""

from __future__ import annotations

from typing import Any

import orjson

from domain import queues
from domain.charges import REMOTE_TYPE
from domain.geo import CheckIn
from domain.job import Kind
from domain.remote_verdict import Arrival, Verdict, judge
from services.deeds.handling import Deed
from services.parts import outbox, remote_cases
from services.parts.outbox import Owed
from services.parts.remote_cases import Case

_OPEN = """
INSERT INTO remote_dispute (job_id, opened_at, opened_by_role, verdict, owed_fen, customer_fen, ruled_by, ruled_at,
                            note_id)
VALUES (%(job)s, %(at)s, %(role)s, %(verdict)s::jsonb, %(owed)s, %(customer)s, %(by)s, %(ruled_at)s, %(note)s)
ON CONFLICT (job_id) DO UPDATE SET opened_at = excluded.opened_at, opened_by_role = excluded.opened_by_role,
       verdict = excluded.verdict, owed_fen = excluded.owed_fen, customer_fen = excluded.customer_fen,
       ruled_by = excluded.ruled_by, ruled_at = excluded.ruled_at, note_id = excluded.note_id
"""
_SETTLED = """
SELECT dispute.job_id FROM remote_dispute dispute JOIN job ON job.id = dispute.job_id
 WHERE (job.id = %(job)s OR job.visit_id = %(visit)s) AND ruled_by IN ('agent', 'silence') LIMIT 1
"""
_SOLD = (Kind.INSTALL, Kind.DELIVER_INSTALL)


def by_check_in(deed: Deed, found: CheckIn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns and what the chain keeps when the arrival leaves the way open; else nothing.

    Only of work that was sold: who pays a second visit follows its fault, a repair's way its quote.
    """
    job = deed.job
    if job.kind not in _SOLD or job.remote_open:
        return {}, {}
    case = remote_cases.read(deed.tx, job.id, deed.at)
    metres = None if found.distance_m is None else round(found.distance_m)
    verdict = judge(case.way, case.shown, Arrival(found.result, metres))
    if not verdict.asks:
        return {}, {}
    if deed.tx.exec_driver_sql(_SETTLED, {"job": job.id, "visit": job.visit_id}).first() is not None:
        follow(deed)
        return {}, {}
    told = said(case, verdict)
    keep(deed, verdict, told, role="system")
    return waiting(deed) | dropped(deed, 0), {"remote": told}


def follow(deed: Deed) -> None:
    """Have the other jobs of the visit follow its latest ruling: there is one way, and one fee for it."""
    job = deed.job
    if job.visit_id is not None:
        key = f"visit_ruled:{job.id}:{job.event_seq + 1}"
        outbox.put(deed.tx, [Owed("visit_ruled", key, {"visit_id": job.visit_id})], deed.now)


def keep(
    deed: Deed,
    verdict: Verdict,
    told: dict[str, Any],
    *,
    role: str,
    by_rule: bool = False,
    note_id: int | None = None,
) -> None:
    """The question on record, with the rule's answer where it has one."""
    values = {
        "job": deed.job.id,
        "at": deed.now,
        "role": role,
        "verdict": orjson.dumps(told).decode(),
        "owed": verdict.owed_fen,
        "customer": verdict.customer_fen if by_rule else None,
        "by": "rule" if by_rule else None,
        "ruled_at": deed.now if by_rule else None,
        "note": note_id,
    }
    deed.tx.exec_driver_sql(_OPEN, values)


def said(case: Case, verdict: Verdict) -> dict[str, Any]:
    """The verdict for the chain: ids, codes and fen."""
    return {
        "decided": verdict.decided,
        "grounds": [str(ground) for ground in verdict.grounds] or None,
        "owed_fen": verdict.owed_fen,
        "promised_fen": verdict.promised_fen,
        "customer_fen": verdict.customer_fen,
        "promise_id": case.row.promise_id,
        "rule_version": case.way.rule.version if case.way.rule else None,
    }


def waiting(deed: Deed) -> dict[str, Any]:
    """Columns of a job whose way waits for an agent; silence confirms nothing before the ruling."""
    return {"remote_open": True} | queues.queued(deed.job, "remote_fee", deed.now)


_DROP = """
UPDATE charge SET status = 'withdrawn', decided_at = %(at)s
 WHERE job_id = %(job)s AND charge_type = %(remote)s AND settled_at IS NULL AND status IN ('proposed', 'approved')
   AND amount_fen > %(most)s
"""


def dropped(deed: Deed, most_fen: int) -> dict[str, Any]:
    """Unpaid charges for the way above the customer's part are withdrawn."""
    asked = {"at": deed.at, "job": deed.job.id, "remote": REMOTE_TYPE, "most": most_fen}
    fewer = int(deed.tx.exec_driver_sql(_DROP, asked).rowcount)
    return {"open_charges": deed.job.open_charges - fewer} if fewer else {}
