"""Corrections of the clocks' rules, carried through the clocks they meet: by the runner, in batches, from where it was.

The rule itself changed in the request, so that clocks that start now follow it. What runs already is judged anew here;
each batch is one transaction with its place, so that a runner killed in between loses and doubles nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection

from services.parts import correcting, correction_plans
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class Worked:
    """Corrections finished, clocks looked at, clocks changed."""

    corrections: int = 0
    clocks: int = 0
    changed: int = 0

    def plus(self, other: Worked) -> Worked:
        """Both together."""
        return Worked(
            self.corrections + other.corrections, self.clocks + other.clocks, self.changed + other.changed
        )


def work(now: datetime, batch: int = correcting.BATCH) -> Worked:
    """Carry every waiting correction to its end, the oldest first."""
    total = Worked()
    while (done := _step(now, batch)) is not None:
        total = total.plus(done)
    return total


_NEXT = """
SELECT correction_id, after_id, counts, kind, what FROM clock_correction_work work
  JOIN clock_correction ON clock_correction.id = correction_id
 WHERE finished_at IS NULL ORDER BY correction_id LIMIT 1 FOR UPDATE OF work
"""
_DONE = """
UPDATE clock_correction_work SET after_id = coalesce(%(last)s, after_id), counts = %(counts)s::jsonb,
       worked_at = %(now)s, finished_at = CASE WHEN %(last)s::bigint IS NULL THEN %(now)s::timestamptz END
 WHERE correction_id = %(id)s
"""


@use_case
def _step(tx: Connection, now: datetime, batch: int) -> Worked | None:
    """One batch of the oldest correction that is not through; None when there is none."""
    row = tx.exec_driver_sql(_NEXT).first()
    if row is None:
        return None
    plan = correction_plans.of_record(tx, row.correction_id, row.kind, row.what)
    counted, last = correcting.step(tx, plan, now, row.correction_id, row.after_id, batch)
    counts = {
        name: row.counts.get(name, 0) + counted.get(name, 0) for name in row.counts.keys() | counted.keys()
    }
    values = {"id": row.correction_id, "last": last, "counts": orjson.dumps(counts).decode(), "now": now}
    tx.exec_driver_sql(_DONE, values)
    return Worked(last is None, counted.get("clocks", 0), counted["changed"])
