"""What speaks for and against the work of ended jobs: stars, visits it took, what had to be mended, complaints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.fee_facts import Blame, Upheld
from domain.job import Kind
from services.parts import arrays, outbox, serving

FIRST_KINDS = (Kind.INSTALL, Kind.DELIVER_INSTALL, Kind.REPAIR)
"""Work that can be done the first time; what mends it cannot."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What some version of the rules pays for; the rest stays unread."""

    stars: bool
    first_time: bool
    complaints: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """Of a batch of jobs, by job: stars, visits of its dealer where it took several, jobs to mend, complaints."""

    stars: Mapping[int, int]
    visits: Mapping[int, Sequence[int]]
    mended: Collection[int]
    complaints: Mapping[int, Sequence[tuple[int | None, Upheld]]]

    def first_time(self, row: Any, trips: Sequence[Any]) -> bool:
        """Done at the dealer's first visit, those in vain by others' fault apart, and nothing to mend by its fault."""
        if row.kind not in FIRST_KINDS or row.id in self.mended:
            return False
        in_vain = {trip.visit_id for trip in trips if trip.fault != Blame.DEALER}
        return len(set(self.visits.get(row.id, ())) - in_vain) < 2


_STARS = "SELECT job_id, overall FROM rating WHERE job_id = ANY(%(ids)s::bigint[])"
_VISITS = """
WITH again AS (SELECT job_id FROM check_in WHERE job_id = ANY(%(ids)s::bigint[]) GROUP BY 1 HAVING count(*) > 1)
SELECT job.id, array_agg(DISTINCT visit.id) FROM again JOIN job ON job.id = again.job_id
  JOIN check_in ON check_in.job_id = job.id
  JOIN visit ON visit.id = check_in.visit_id AND visit.dealer_id = job.dealer_id GROUP BY 1
"""
_MENDED = """
SELECT parent_id FROM job child WHERE parent_id = ANY(%(ids)s::bigint[]) AND kind = 'second_visit' AND fault = 'dealer'
   AND NOT EXISTS (SELECT 1 FROM audit WHERE child_id = child.id AND reversed_at IS NOT NULL)
"""
_UPHELD = f"""
SELECT complaint.job_id, complaint.id, complaint.category, {serving.DEALER_OF_COMPLAINT} AS dealer_id
  FROM complaint JOIN job ON job.id = complaint.job_id
 WHERE complaint.job_id = ANY(%(ids)s::bigint[]) AND complaint.verdict = 'upheld'
   AND coalesce(complaint.fault, 'dealer') = 'dealer'
 ORDER BY complaint.id
"""


def of_jobs(tx: Connection, job_ids: Sequence[int], wanted: Wanted) -> Quality:
    """A look-up or two for the whole batch, and none for what no rule pays."""
    asked = {"ids": arrays.plain(job_ids)}
    stars = tx.exec_driver_sql(_STARS, asked).all() if wanted.stars else ()
    visits = tx.exec_driver_sql(_VISITS, asked).all() if wanted.first_time else ()
    mended = tx.exec_driver_sql(_MENDED, asked).scalars() if wanted.first_time else ()
    complaints: dict[int, list[tuple[int | None, Upheld]]] = defaultdict(list)
    for row in tx.exec_driver_sql(_UPHELD, asked) if wanted.complaints else ():
        complaints[row.job_id].append((row.dealer_id, Upheld(row.id, row.category)))
    by_job, trips = {row[0]: row[1] for row in stars}, {row[0]: row[1] for row in visits}
    return Quality(by_job, trips, frozenset(mended), complaints)


def told(tx: Connection, job_id: int, what: str, now: datetime) -> None:
    """A job that has ended was rated, or a complaint about it upheld: owe the ledger the difference.

    `what` makes it once: `rating`, `complaint:9`.
    """
    owed = outbox.Owed("quality", f"quality:{job_id}:{what}", {"job_id": job_id}, job_id=job_id)
    outbox.put(tx, [owed], now)
