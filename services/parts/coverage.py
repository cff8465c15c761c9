"""Who covers a place, and how much room each has: the one reading that promises and dispatch share (domain.md §3).

A coverage row for the street outweighs one for the district, that one for the city, and so on; `path` is the division
and everything above it, nearest first. The text is put together from pieces, so that the past can be read by the
same statement (`past.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import orjson

from domain import dispatch
from domain.calendar import SHANGHAI, local_date
from domain.capacity import HORIZON_DAYS, Diary, Limits
from domain.geo import Datum, Point, distance_m, to_wgs84
from domain.promise_facts import Server

# Units that have a window that day, whatever became of the job since, unless it never took place.
USED = """
SELECT json_object_agg(day, units) FROM (
    SELECT (job.window_start AT TIME ZONE 'Asia/Shanghai')::date AS day, sum(job.units) AS units FROM job
     WHERE job.dealer_id = dealer.id AND job.category_code = {category}
       AND job.window_start >= %(midnight)s AND job.window_start < %(until)s
       AND job.status NOT IN ('new', 'offered', 'accepted', 'unserved', 'cancelled') GROUP BY 1) AS booked
"""
# Accepted, or set aside without a new window.
PENDING = """
SELECT coalesce(sum(job.units), 0) FROM job
 WHERE job.dealer_id = dealer.id AND job.status IN ('accepted', 'suspended') AND job.category_code = {category}
   AND job.window_start IS NULL
"""
LIMITS = """
SELECT json_agg(json_build_array(capacity.day, capacity.promotion, capacity.units, capacity.edition)) FROM capacity
 WHERE capacity.dealer_id = dealer.id AND capacity.category_code = {category}
   AND (capacity.day IS NULL OR capacity.day BETWEEN %(today)s AND %(last)s)
"""
# A week's offers, units asked of it just now (where there is a limit), and its people: [level, what he lacks] each.
PEOPLE = """,
       (SELECT count(*) FROM offer WHERE dealer_id = dealer.id AND offered_at >= %(week)s) AS recent,
       CASE WHEN room.limits IS NOT NULL THEN
           (SELECT coalesce(sum(job.units), 0) FROM offer JOIN job ON job.id = offer.job_id
             WHERE offer.dealer_id = dealer.id AND offer.status = 'open' AND job.category_code = category.code)
           ELSE 0 END AS held_out,
       (SELECT json_agg(json_build_array(skill.level, CASE WHEN category.certificates = '[]' THEN '{}' ELSE ARRAY(
                  SELECT need FROM jsonb_array_elements_text(category.certificates) AS need
                   WHERE NOT EXISTS (SELECT 1 FROM certificate c WHERE c.person_id = skill.person_id
                                        AND c.kind = need AND c.expires_on >= %(today)s)) END))
          FROM role_binding b JOIN person ON person.id = b.person_id AND person.status = 'active'
          JOIN skill ON skill.person_id = b.person_id AND skill.category_code = category.code
         WHERE b.dealer_id = dealer.id AND b.role = 'installer' AND b.status = 'active')::text AS staff
"""
COLUMNS = """
dealer.id AS dealer_id, coalesce(dealer.short_name, dealer.name) AS name, dealer.alliance, dealer.score, dealer.status,
dealer.auto_accept, dealer.outlet_lng, dealer.outlet_lat, dealer.outlet_datum, dealer.opening_days,
dealer.holidays_open, dealer.edition
"""


def diary_columns(category: str) -> str:
    """limits, used and pending of `dealer` in a category; the last two are asked only where there is a limit."""
    used, pending = (piece.format(category=category) for piece in (USED, PENDING))
    return (
        f"room.limits, CASE WHEN room.limits IS NOT NULL THEN ({used})::text END AS used,"
        f" CASE WHEN room.limits IS NOT NULL THEN ({pending}) ELSE 0 END AS pending"
    )


def diary_join(category: str) -> str:
    """What `diary_columns` needs beside `dealer`: its limits, looked at once."""
    return (
        f"CROSS JOIN LATERAL (SELECT ({LIMITS.format(category=category)})::text AS limits OFFSET 0) AS room"
    )


_NEAREST = """
nearest AS MATERIALIZED (
    SELECT DISTINCT ON (coverage.category_code, coverage.dealer_id) coverage.* FROM coverage
     WHERE coverage.division_code IN (%(at0)s, %(at1)s, %(at2)s, %(at3)s) AND coverage.category_code {category}
       AND coverage.valid_to IS NULL
     ORDER BY coverage.category_code, coverage.dealer_id, array_position(
        ARRAY[%(at0)s::text, %(at1)s::text, %(at2)s::text, %(at3)s::text], coverage.division_code))
"""
# One category, and places one by one: of lists the planner thinks so badly that it plans anew for every request.
NEAREST_OF_ONE = _NEAREST.replace("{category}", "= %(category)s")
NEAREST_OF_MANY = _NEAREST.replace("{category}", "= ANY(%(categories)s::text[])")
LEVELS = 4


def place(path: Sequence[str]) -> dict[str, str]:
    """The parameters of a place: the division and all above it, nearest first, at most four."""
    return {f"at{level}": path[level] if level < len(path) else "" for level in range(LEVELS)}


_FOUND = f"""
SELECT nearest.id AS coverage_id, nearest.category_code, nearest.zone, nearest.territory_owner, nearest.free_m,
       nearest.per_km_fen, {COLUMNS}, {diary_columns("nearest.category_code")},
       leave.edition AS leave, leave.until AS leave_until, category.needs_authorisation
       --more--
  FROM nearest JOIN dealer ON dealer.id = nearest.dealer_id JOIN category ON category.code = nearest.category_code
  {diary_join("nearest.category_code")}
  LEFT JOIN authorisation leave ON leave.dealer_id = dealer.id AND leave.category_code = category.code
"""


def found(more: str = "") -> str:
    """The SELECT over `nearest`, with more columns."""
    return _FOUND.replace("--more--", more)


@dataclass(frozen=True, slots=True)
class People:
    """Who is there for a dealer's category, how often it was asked in a week, units it was just asked for."""

    skilled: bool = True
    lacks: tuple[str, ...] = ()
    level: int = 0
    recent: int = 0
    held_out: int = 0


def people_of(row: Any) -> People:
    """Of a row with `PEOPLE`: the best who may do it; where nobody may, what he lacks who lacks least."""
    staff = orjson.loads(row.staff) if row.staff else ()
    fit = [level for level, missing in staff if not missing]
    least = min((missing for _, missing in staff), key=lambda missing: len(missing), default=())
    lacks = () if fit else tuple(least)
    return People(bool(staff), lacks, max(fit, default=0), row.recent, int(row.held_out))


@dataclass(frozen=True, slots=True)
class Seen:
    """A dealer in one category as it stood, and the ids of the rows that say so."""

    category: str
    server: Server
    auto_accept: bool
    coverage_id: int
    editions: tuple[int, ...]


def span(now: datetime) -> dict[str, Any]:
    """The parameters of time: a promise's horizon from today in Shanghai on, and the week behind."""
    today = local_date(now)
    midnight = datetime.combine(today, time(), SHANGHAI)
    return {
        "today": today,
        "last": today + timedelta(days=HORIZON_DAYS - 1),
        "midnight": midnight,
        "until": midnight + timedelta(days=HORIZON_DAYS),
        "week": now - dispatch.RECENT,
    }


def seen(row: Any, today: date, distance_m: int | None, people: People) -> Seen:
    """A row of `found` as the domain reads it."""
    pending = int(row.pending) + people.held_out
    limits = orjson.loads(row.limits) if row.limits else ()
    has_leave = row.leave is not None and (row.leave_until is None or row.leave_until >= today)
    server = Server(
        dealer_id=row.dealer_id,
        name=row.name,
        zone=row.zone,
        territory_owner=row.territory_owner,
        alliance=row.alliance,
        score=row.score,
        active=row.status == "active",
        authorised=has_leave or not row.needs_authorisation,
        diary=diary(limits, row.used, pending, row.opening_days, row.holidays_open),
        distance_m=distance_m,
        free_m=row.free_m,
        per_km_fen=row.per_km_fen,
        skilled=people.skilled,
        lacks=people.lacks,
        level=people.level,
        recent=people.recent,
    )
    editions = (row.edition, *(line[3] for line in limits), *(() if row.leave is None else (row.leave,)))
    return Seen(row.category_code, server, row.auto_accept, row.coverage_id, editions)


def diary(
    limits: Sequence[Any], used: str | None, pending: int, opening_days: int, holidays_open: bool
) -> Diary:
    """A dealer's days from the JSON of `LIMITS` and `USED`."""
    standing = promotion = None
    days: dict[date, int] = {}
    for day, promoted, units, *_ in limits:
        if day is not None:
            days[date.fromisoformat(day)] = units
        elif promoted:
            promotion = units
        else:
            standing = units
    taken = orjson.loads(used) if used else {}
    booked = {date.fromisoformat(day): int(units) for day, units in taken.items()}
    return Diary(Limits(standing, promotion, days), booked, pending, opening_days, holidays_open)


def metres(row: Any, door: Point | None) -> int | None:
    """From the outlet to the door as the crow flies."""
    if door is None or row.outlet_lng is None or row.outlet_lat is None:
        return None
    return round(distance_m(_outlet(row.outlet_lng, row.outlet_lat, row.outlet_datum), door))


@lru_cache(maxsize=4096)
def _outlet(lng: float, lat: float, datum: str) -> Point:
    """A dealer's point in WGS-84: taken there once, not for every job."""
    return to_wgs84(Point(lng, lat, Datum(datum)))
