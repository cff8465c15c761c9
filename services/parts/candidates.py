"""Who could do a job: the dealers that cover it, ranked, with a reason for every step (domain.md §3).

The ranking is `domain/dispatch.py`; this file only fetches what it asks about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import dispatch
from domain.calendar import local_date
from domain.capacity import Day, room
from domain.dispatch import Candidate
from domain.geo import Datum, Point, to_wgs84
from domain.job import JobState
from services.parts import coverage, shelf
from services.personal import Erased, reveal, unwrap

_PLACE = """
SELECT o.personal, subject.wrapped_key FROM order_line
  JOIN customer_order o ON o.id = order_line.order_id JOIN subject ON subject.id = o.subject_id
 WHERE order_line.id = %(line)s
"""
_REFUSED = """,
       EXISTS (SELECT 1 FROM offer WHERE job_id = %(job)s AND dealer_id = dealer.id
                  AND status IN ('declined', 'expired'))
       OR EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = %(job)s AND e.action = 'redispatch'
                     AND e.actor_role <> 'system' AND e.data -> 'from_dealer_id' = to_jsonb(dealer.id)) AS refused
"""
_COVERING = f"""
WITH RECURSIVE here(code, depth) AS (
    SELECT code, 0 FROM division WHERE code = %(division)s
    UNION ALL
    SELECT parent.code, here.depth + 1 FROM here
      JOIN division child ON child.code = here.code JOIN division parent ON parent.code = child.parent_code),
{coverage.nearest("(SELECT array_agg(code ORDER BY depth) FROM here)::text[]")}
{coverage.found(_REFUSED)}
"""


@dataclass(frozen=True, slots=True)
class Funnel:
    """All dealers looked at, best first, and why the others fell out."""

    ranked: tuple[Candidate, ...]
    dropped: tuple[Candidate, ...]

    def of(self, dealer_id: int) -> Candidate:
        """A dealer's line; one an agent brings from outside is remote by definition."""
        for candidate in (*self.ranked, *self.dropped):
            if candidate.dealer_id == dealer_id:
                return candidate
        return Candidate(dealer_id, "remote", None, ("跨区派单，由客服决定",))

    def as_json(self) -> str:
        """The funnel as kept with the offer."""
        lines = [
            {
                "dealer_id": c.dealer_id,
                "zone": c.zone,
                "distance_m": c.distance_m,
                "reasons": list(c.reasons),
                "in": c in self.ranked,
            }
            for c in (*self.ranked, *self.dropped)
        ]
        return orjson.dumps(lines).decode()


def door(tx: Connection, order_line_id: int) -> Point | None:
    """The customer's point, when one is known and not erased."""
    row = tx.exec_driver_sql(_PLACE, {"line": order_line_id}).first()
    if row is None:
        return None
    try:
        personal = reveal(unwrap(row.wrapped_key), "customer_order.personal", row.personal)
    except Erased:
        return None
    return point_of(personal.get("point"))


def point_of(stored: dict[str, Any] | None) -> Point | None:
    """A point from its stored JSON."""
    if not stored:
        return None
    return Point(
        stored["lng"],
        stored["lat"],
        Datum(stored["datum"]),
        stored.get("accuracy_m"),
        stored.get("source", stored.get("point_source", "")),
    )


def rank(tx: Connection, job: JobState, now: datetime) -> Funnel:
    """The dealers covering this job, best first."""
    rows = _rows(tx, job.division_code, job.category_code, job.id, now) if job.division_code else []
    found = door(tx, job.order_line_id) if rows else None
    where = None if found is None else to_wgs84(found)
    days = shelf.fresh(tx).days(now) if rows else ()
    ranked, dropped = dispatch.rank([_covering(row, days, where) for row in rows])
    return Funnel(ranked, dropped)


def _rows(tx: Connection, division: str, category: str, job_id: int, now: datetime) -> Sequence[Any]:
    asked = {"division": division, "categories": [category], "job": job_id, **coverage.span(now)}
    rows: Sequence[Any] = tx.exec_driver_sql(_COVERING, asked).all()
    return rows


def _covering(row: Any, days: Sequence[Day], where: Point | None) -> dispatch.Covering:
    server = coverage.seen(row, days[0].date, coverage.metres(row, where)).server
    return dispatch.Covering(
        dealer_id=server.dealer_id,
        zone=server.zone,
        territory_owner=server.territory_owner,
        alliance=server.alliance,
        score=server.score,
        active=server.active,
        capacity_left=room(server.diary, days),
        distance_m=server.distance_m,
        refused=row.refused,
        auto_accept=row.auto_accept,
        authorised=server.authorised,
        free_m=server.free_m,
        per_km_fen=server.per_km_fen,
    )


def covering(tx: Connection, division_code: str, category_code: str, now: datetime) -> frozenset[int]:
    """The dealers whose coverage names this division for this category, free or remote."""
    rows = _rows(tx, division_code, category_code, 0, now)
    seen = [coverage.seen(row, local_date(now), None).server for row in rows]
    return frozenset(s.dealer_id for s in seen if s.zone != "none" and s.active and s.authorised)
