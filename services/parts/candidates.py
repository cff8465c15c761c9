"""Who could do a job: the dealers that cover it, ranked, with a reason for every step (domain.md §3).

The ranking is `domain/dispatch.py`; this file only fetches what it asks about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import dispatch
from domain.dispatch import Candidate
from domain.geo import Datum, Point, distance_m, to_wgs84
from domain.job import JobState
from services.personal import Erased, reveal, unwrap

_PLACE = """
SELECT o.personal, subject.wrapped_key FROM order_line
  JOIN customer_order o ON o.id = order_line.order_id JOIN subject ON subject.id = o.subject_id
 WHERE order_line.id = %(line)s
"""
# A coverage row for the street outweighs one for the district, that one for the city, and so on.
_COVERING = """
WITH RECURSIVE here(code, depth) AS (
    SELECT code, 0 FROM division WHERE code = %(division)s
    UNION ALL
    SELECT parent.code, here.depth + 1 FROM here
      JOIN division child ON child.code = here.code JOIN division parent ON parent.code = child.parent_code),
nearest AS (
    SELECT DISTINCT ON (dealer_id) dealer_id, zone, territory_owner FROM coverage JOIN here ON here.code = division_code
     WHERE category_code = %(category)s AND valid_to IS NULL ORDER BY dealer_id, depth)
SELECT dealer.id, nearest.zone, nearest.territory_owner, dealer.alliance, dealer.score, dealer.status,
       dealer.auto_accept, dealer.outlet_lng, dealer.outlet_lat, dealer.outlet_datum,
       coalesce((SELECT units FROM capacity WHERE dealer_id = dealer.id AND category_code = %(category)s
                  AND (day = %(today)s::date OR day IS NULL) ORDER BY day NULLS LAST LIMIT 1), -1) AS capacity,
       (SELECT count(*) FROM job open WHERE open.dealer_id = dealer.id
           AND open.status IN ('accepted', 'booked', 'on_site')) AS load,
       EXISTS (SELECT 1 FROM offer WHERE job_id = %(job)s AND dealer_id = dealer.id
                  AND status IN ('declined', 'expired'))
       OR EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = %(job)s AND e.action = 'redispatch'
                     AND e.actor_role <> 'system' AND e.data -> 'from_dealer_id' = to_jsonb(dealer.id)) AS refused
  FROM nearest JOIN dealer ON dealer.id = nearest.dealer_id
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
    asked = {"division": job.division_code, "category": job.category_code, "job": job.id, "today": now.date()}
    rows: Sequence[Any] = tx.exec_driver_sql(_COVERING, asked).all() if job.division_code else []
    found = door(tx, job.order_line_id) if rows else None
    where = None if found is None else to_wgs84(found)
    seen = [
        dispatch.Covering(
            dealer_id=row.id,
            zone=row.zone,
            territory_owner=row.territory_owner,
            alliance=row.alliance,
            score=row.score,
            active=row.status == "active",
            capacity_left=None if row.capacity < 0 else row.capacity - row.load,
            distance_m=_distance(row, where),
            refused=row.refused,
            auto_accept=row.auto_accept,
        )
        for row in rows
    ]
    ranked, dropped = dispatch.rank(seen)
    return Funnel(ranked, dropped)


def covering(tx: Connection, division_code: str, category_code: str) -> frozenset[int]:
    """The dealers whose coverage names this division for this category, free or remote."""
    asked = {"division": division_code, "category": category_code, "job": 0, "today": None}
    rows = tx.exec_driver_sql(_COVERING, asked).all()
    return frozenset(row.id for row in rows if row.zone != "none" and row.status == "active")


def _distance(row: Any, where: Point | None) -> int | None:
    if where is None or row.outlet_lng is None or row.outlet_lat is None:
        return None
    return round(distance_m(_outlet(row.outlet_lng, row.outlet_lat, row.outlet_datum), where))


@lru_cache(maxsize=4096)
def _outlet(lng: float, lat: float, datum: str) -> Point:
    """A dealer's point in WGS-84: taken there once, not for every job."""
    return to_wgs84(Point(lng, lat, Datum(datum)))
