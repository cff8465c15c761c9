"""Installers' days as the runner proposes them. The order itself is found in the runner's process (jobs/routes.py).

A plan is owed when there is none for bookings of today or tomorrow, or when they are not those it was computed from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import orjson
from sqlalchemy import Connection

from domain.calendar import SHANGHAI, local_date
from domain.notices import Audience
from domain.route import Assumptions, DayFacts, Flag, Stop
from services.config import config
from services.parts import day_facts, outbox
from services.uow import query, use_case

ROUNDED_M = 100  # how exactly a way is kept: it tells of a door


@dataclass(frozen=True, slots=True)
class Owed:
    """One day that is to be planned, or planned anew."""

    installer_id: int
    dealer_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Read:
    """A day's facts and the state of the bookings they were read from."""

    owed: Owed
    facts: DayFacts
    jobs: int
    changed_at: datetime | None


_OWED = """
WITH open AS (
    SELECT installer_id, dealer_id, window_start, updated_at FROM job
     WHERE status = 'booked' AND window_start >= %(from)s AND window_start < %(until)s
    UNION ALL
    SELECT installer_id, dealer_id, window_start, updated_at FROM job
     WHERE status IN ('on_site', 'submitted') AND window_start >= %(from)s AND window_start < %(until)s),
days AS (
    SELECT installer_id, dealer_id, (window_start AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS jobs,
           max(updated_at) AS changed_at
      FROM open WHERE installer_id IS NOT NULL AND dealer_id IS NOT NULL GROUP BY 1, 2, 3),
plans AS (SELECT * FROM day_plan WHERE day IN (%(today)s, %(tomorrow)s))
SELECT installer_id, dealer_id, day FROM days FULL JOIN plans USING (installer_id, dealer_id, day)
 WHERE (days.jobs IS DISTINCT FROM plans.jobs OR days.changed_at IS DISTINCT FROM plans.changed_at)
   AND (days.jobs > 0 OR plans.jobs > 0)
 ORDER BY day, installer_id LIMIT %(most)s
"""


@query
def owed(connection: Connection, now: datetime, most: int = 1_000) -> list[Owed]:
    """Days of today and tomorrow whose plan is missing or stale, today's first."""
    today = local_date(now)
    tomorrow = today + timedelta(days=1)
    span = {"from": day_facts.bounds(today)["from"], "until": day_facts.bounds(tomorrow)["until"]}
    asked = {**span, "today": today, "tomorrow": tomorrow, "most": most}
    return [Owed(*row) for row in connection.exec_driver_sql(_OWED, asked)]


@query
def read(connection: Connection, wanted: Owed, now: datetime) -> Read:
    """What that day is to be planned from."""
    facts, jobs, changed_at = day_facts.load(
        connection, wanted.installer_id, wanted.dealer_id, wanted.day, assumptions(), now
    )
    return Read(wanted, facts, jobs, changed_at)


def assumptions() -> Assumptions:
    """What this deployment's estimates rest on."""
    found = config()
    return Assumptions(
        found.route_speed_kmh,
        found.route_detour_percent,
        found.route_minutes_per_unit,
        found.route_minutes_unknown,
    )


_PLAN = """
INSERT INTO day_plan (installer_id, dealer_id, day, made_at, jobs, changed_at, basis)
VALUES (%(installer_id)s, %(dealer_id)s, %(day)s, %(now)s, %(jobs)s, %(changed_at)s, %(basis)s::jsonb)
ON CONFLICT (installer_id, dealer_id, day) DO UPDATE SET made_at = excluded.made_at, jobs = excluded.jobs,
       changed_at = excluded.changed_at, basis = excluded.basis
RETURNING id
"""
_STOPS = """
INSERT INTO day_stop (plan_id, position, visit_id, window_start, window_end, travel_m, travel_s, arrive_at, begin_at,
                      leave_at, done, warnings)
SELECT %(plan)s, * FROM json_to_recordset(%(stops)s::json) AS s(position smallint, visit_id bigint,
       window_start timestamptz, window_end timestamptz, travel_m bigint, travel_s bigint, arrive_at timestamptz,
       begin_at timestamptz, leave_at timestamptz, done boolean, warnings jsonb)
"""


@use_case
def keep(tx: Connection, found: Read, stops: Sequence[Stop], solver: str, now: datetime) -> int:
    """Put this plan in the place of the day's last one; its id. No booking is touched; the desk hears what is late."""
    basis = {
        "solver": solver,
        "assumptions": asdict(found.facts.assumptions),
        "outlet_known": found.facts.outlet is not None,
        "jobs": {str(call.visit_id): call.job_ids for call in found.facts.calls},
    }
    values = {**asdict(found.owed), "jobs": found.jobs, "changed_at": found.changed_at, "now": now}
    plan_id: int = tx.exec_driver_sql(_PLAN, {**values, "basis": orjson.dumps(basis).decode()}).scalar_one()
    tx.exec_driver_sql("DELETE FROM day_stop WHERE plan_id = %(plan)s", {"plan": plan_id})
    lines = [{**asdict(stop), "travel_m": _rounded(stop.travel_m)} for stop in stops]
    tx.exec_driver_sql(_STOPS, {"plan": plan_id, "stops": orjson.dumps(lines).decode()})
    outbox.put(tx, [_unkept(found.owed, stop) for stop in stops if _is_late(stop)], now)
    return plan_id


def _is_late(stop: Stop) -> bool:
    return not stop.done and any(warned.flag == Flag.WINDOW for warned in stop.warnings)


def _unkept(day: Owed, stop: Stop) -> outbox.Owed:
    """A window that cannot be kept, for the desk: once a visit and window, however often the day is planned anew."""
    arrive = f"{stop.arrive_at.astimezone(SHANGHAI):%-m月%-d日 %H:%M}"
    payload = {
        "template": "window_unkept",
        "audience": Audience.DESK,
        "dealer_ids": [day.dealer_id],
        "values": {"arrive": arrive},
    }
    key = f"visit:{stop.visit_id}:window_unkept:{int(stop.window_start.timestamp())}"
    return outbox.Owed("notice", key, payload, job_id=stop.job_ids[0])


def _rounded(metres: int | None) -> int | None:
    return None if metres is None else round(metres / ROUNDED_M) * ROUNDED_M


@use_case
def purge(tx: Connection, before: datetime) -> int:
    """Delete plans of days before this one; how many."""
    asked = {"day": local_date(before)}
    tx.exec_driver_sql(
        "DELETE FROM day_stop WHERE plan_id IN (SELECT id FROM day_plan WHERE day < %(day)s)", asked
    )
    return tx.exec_driver_sql("DELETE FROM day_plan WHERE day < %(day)s", asked).rowcount
