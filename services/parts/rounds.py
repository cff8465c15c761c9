"""What a run of dispatch knows: places read once for many jobs, jobs by the batch, and what it has given out itself.

A place is a division with a category. It is read once per run; offers made since are added in memory, so that a
dealer's room and turn are right for the next job too. What others did meanwhile is seen by the locks at acceptance
and booking (`rooms.py`): here it can only make an offer that somebody declines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import dispatch
from domain.calendar import local_date
from domain.capacity import Day
from domain.dispatch import Covering, Funnel, Rule
from domain.geo import Datum, Point, to_wgs84
from domain.job import JobState
from services.parts import coverage, shelf
from services.personal import Erased, reveal, unwrap

Place = tuple[str, str]

_MORE = """,
       nearest.division,
       coalesce((SELECT wanted FROM auto_accept
                  WHERE dealer_id = dealer.id AND category_code = category.code), dealer.auto_accept) AS takes
"""
# As `coverage.nearest`, for many places at once.
_PLACES = f"""
WITH RECURSIVE asked AS (
    SELECT DISTINCT * FROM unnest(%(divisions)s::text[], %(categories)s::text[]) AS a(division, category)),
here(division, code, depth) AS (
    SELECT DISTINCT division, division, 0 FROM asked
    UNION ALL
    SELECT here.division, child.parent_code, here.depth + 1 FROM here JOIN division child ON child.code = here.code
     WHERE child.parent_code IS NOT NULL),
nearest AS MATERIALIZED (
    SELECT DISTINCT ON (here.division, coverage.category_code, coverage.dealer_id) here.division, coverage.*
      FROM asked JOIN here ON here.division = asked.division
      JOIN coverage ON coverage.division_code = here.code AND coverage.category_code = asked.category
     WHERE coverage.valid_to IS NULL
     ORDER BY here.division, coverage.category_code, coverage.dealer_id, here.depth)
{coverage.found(_MORE + coverage.PEOPLE)}
"""
_JOBS = """
SELECT job.id, o.place_lookup, o.personal, subject.wrapped_key, rule.asked_at_once, rule.offer_minutes,
       ARRAY(SELECT dealer_id FROM offer WHERE job_id = job.id AND status IN ('declined', 'expired'))
       || ARRAY(SELECT (e.data ->> 'from_dealer_id')::bigint FROM job_event e
                 WHERE e.job_id = job.id AND e.action = 'redispatch' AND e.actor_role <> 'system') AS refused,
       (SELECT json_agg(json_build_array(other.id, holder.dealer_id))
          FROM customer_order same JOIN order_line l ON l.order_id = same.id
          JOIN job other ON other.order_line_id = l.id
         CROSS JOIN LATERAL (SELECT other.dealer_id UNION
              SELECT offer.dealer_id FROM offer WHERE offer.job_id = other.id AND offer.status = 'open') AS holder
         WHERE same.place_lookup = o.place_lookup AND other.id <> job.id AND holder.dealer_id IS NOT NULL
           AND other.status IN ('offered', 'accepted', 'booked', 'suspended')
           AND (other.created_at >= %(lately)s OR other.window_start >= %(now)s)) AS neighbours
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
  JOIN subject ON subject.id = o.subject_id LEFT JOIN dispatch_rule rule ON rule.category_code = job.category_code
 WHERE job.id = ANY(%(jobs)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked of one job beyond its row."""

    door: bytes | None
    point: Point | None
    refused: frozenset[int]
    neighbours: Sequence[tuple[int, int]]
    rule: Rule


@dataclass
class Round:
    """One run. `look` reads, `funnel` ranks, `gave` remembers; the last two ask no database."""

    now: datetime
    _days: tuple[Day, ...] = ()
    _places: dict[Place, list[Any]] = field(default_factory=dict)
    _jobs: dict[int, _Known] = field(default_factory=dict)
    _units: defaultdict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    _asked: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    _doors: defaultdict[bytes, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def look(self, tx: Connection, jobs: Sequence[JobState]) -> None:
        """Read these jobs, and the places not read yet; those of an earlier batch are forgotten."""
        self._days = shelf.fresh(tx).days(self.now)
        self.read(tx, {(job.division_code, job.category_code) for job in jobs if job.division_code})
        asked = {"jobs": [job.id for job in jobs], "lately": self.now - dispatch.SAME_DOOR, "now": self.now}
        self._jobs = {row.id: _known(row) for row in tx.exec_driver_sql(_JOBS, asked)}

    def read(self, tx: Connection, places: Iterable[Place]) -> None:
        """Read the places that are not known yet."""
        new = sorted(set(places) - self._places.keys())
        if not new:
            return
        divisions, categories = zip(*new, strict=True)
        asked = coverage.span(self.now) | {"divisions": list(divisions), "categories": list(categories)}
        self._places |= {place: [] for place in new}
        for row in tx.exec_driver_sql(_PLACES, asked):
            seen = coverage.seen(row, local_date(self.now), None, coverage.people_of(row))
            self._places[row.division, row.category_code].append((row, seen.server))

    def servers(self, place: Place) -> frozenset[int]:
        """The dealers that serve a place that was read, free or remote."""
        found = (server for _, server in self._places[place])
        return frozenset(s.dealer_id for s in found if s.zone != "none" and s.active and s.authorised)

    def funnel(self, job: JobState) -> Funnel:
        """The dealers covering a job that was looked at, best first."""
        known = self._jobs[job.id]
        if job.division_code is None:
            return Funnel((), (), known.rule)
        wanted = None if job.wanted_at is None else local_date(job.wanted_at)
        asked = dispatch.asked_days(wanted, self._days)
        rows = self._places[job.division_code, job.category_code]
        return Funnel(*dispatch.rank([self._covering(job, known, asked, *row) for row in rows]), known.rule)

    def gave(self, job: JobState, dealer_ids: Iterable[int]) -> None:
        """These dealers are being offered the job: their room and their turn are less."""
        door = self._jobs[job.id].door
        for dealer_id in dealer_ids:
            self._units[dealer_id, job.category_code] += job.units
            self._asked[dealer_id] += 1
            if door is not None:
                self._doors[door].append((job.id, dealer_id))

    def _covering(self, job: JobState, known: _Known, asked: Any, row: Any, server: Any) -> Covering:
        given_out = self._units[server.dealer_id, job.category_code]
        diary = replace(server.diary, pending=server.diary.pending + given_out)
        earliest, in_time = dispatch.room(diary, self._days, asked, job.units)
        beside = (
            known.neighbours if known.door is None else [*known.neighbours, *self._doors.get(known.door, ())]
        )
        return Covering(
            dealer_id=server.dealer_id,
            zone=server.zone,
            territory_owner=server.territory_owner,
            alliance=server.alliance,
            score=server.score,
            active=server.active,
            capacity_left=0 if earliest is None else None,
            distance_m=coverage.metres(row, known.point),
            refused=server.dealer_id in known.refused,
            auto_accept=row.takes,
            authorised=server.authorised,
            free_m=server.free_m,
            per_km_fen=server.per_km_fen,
            skilled=server.skilled,
            lacks=server.lacks,
            level=server.level,
            earliest=earliest,
            in_time=in_time,
            recent=server.recent + self._asked[server.dealer_id],
            per_day=server.diary.limits.standing,
            same_door=tuple(sorted({other for other, dealer in beside if dealer == server.dealer_id})),
        )


def _known(row: Any) -> _Known:
    rule = Rule() if row.asked_at_once is None else Rule(row.asked_at_once, row.offer_minutes)
    neighbours = [(job_id, dealer_id) for job_id, dealer_id in row.neighbours or ()]
    return _Known(row.place_lookup, door_of(row), frozenset(row.refused), neighbours, rule)


def door_of(row: Any) -> Point | None:
    """The customer's point in WGS-84, when one is known and not erased; of a row with `personal` and `wrapped_key`."""
    try:
        personal = reveal(unwrap(row.wrapped_key), "customer_order.personal", row.personal)
    except Erased:
        return None
    found = point_of(personal.get("point"))
    return None if found is None else to_wgs84(found)


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
