"""What some notices name beyond their job: who comes and from where, and what the customer is asked to agree to.

Read when the words are made, for many jobs in one statement. The words name a person, whose id stands beside them in
the inbox: when he is erased, `forget` takes his name out of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from domain.job import Kind
from domain.masking import mask_installer
from domain.money import yuan
from services.personal import Erased, reveal, unwrap

DETAILED = frozenset({"visit_booked", "window_wanted", "charge_proposed", "charge_lapse_near"})
# Where a detail is not known, or for a template that needs none.
PLAIN: Mapping[str, str] = {"visitor": "师傅", "work": "安装", "charges": "一项收费"}
_WORK = {Kind.REPAIR: "维修", Kind.SECOND_VISIT: "返工"}

_DETAILS = """
SELECT job.id, job.kind, job.installer_id, dealer.name AS dealer, visitor.personal, own.wrapped_key,
       (SELECT count(*) FROM charge WHERE job_id = job.id AND status = 'proposed') AS waiting,
       (SELECT sum(amount_fen) FROM charge WHERE job_id = job.id AND status = 'proposed') AS waiting_fen
  FROM job LEFT JOIN dealer ON dealer.id = job.dealer_id
  LEFT JOIN person visitor ON visitor.id = job.installer_id LEFT JOIN subject own ON own.id = visitor.subject_id
 WHERE job.id = ANY(%(jobs)s)
"""


def of(tx: Connection, job_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """For each job `visitor` (烟台网点的王师傅), `visitor_id`, `work` (维修) and `charges` (2 项收费，合计 ¥150.00)."""
    if not job_ids:
        return {}
    rows = tx.exec_driver_sql(_DETAILS, {"jobs": list(job_ids)})
    return {row.id: _details(row) for row in rows}


def _details(row: Any) -> dict[str, str]:
    found = {"visitor": _visitor(row), "work": _WORK.get(row.kind, PLAIN["work"])}
    if row.installer_id is not None:
        found["visitor_id"] = str(row.installer_id)
    if row.waiting:
        found["charges"] = f" {row.waiting} 项收费，合计 {yuan(int(row.waiting_fen))}"
    return found


def _visitor(row: Any) -> str:
    try:
        name = reveal(unwrap(row.wrapped_key), "person.personal", row.personal).get("name")
    except Erased:
        name = None
    return f"{row.dealer}的{mask_installer(name)}" if row.dealer else mask_installer(name)


_FORGET = """
UPDATE inbox_item SET body = regexp_replace(body, '(^|的)[^的]{1,2}师傅将', '\\1师傅将'), names_person_id = NULL
 WHERE names_person_id = %(person)s
"""


def forget(tx: Connection, person_id: int) -> None:
    """Whoever was told that `王师傅` comes reads `师傅` from now on: his erasure reaches other people's inboxes."""
    tx.exec_driver_sql(_FORGET, {"person": person_id})
