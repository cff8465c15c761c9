"""Journeys of ended jobs: those made in vain, and whose jobs shared a door, so that one way is paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from domain.charges import REMOTE_TYPE
from domain.clocks import Zone
from domain.fee_facts import Blame, JobFacts, Scheme
from domain.job import Kind
from services.parts import arrays

_ZONES = {zone.value: zone for zone in Zone}

_TRIPS = """
WITH aborted AS (
    SELECT event.job_id, event.data->>'trip_fault' AS fault, arrival.*
      FROM job_event event
      CROSS JOIN LATERAL (SELECT visit_id, occurred_at, zone, outlet_m, agreed_fen FROM check_in
          WHERE job_id = event.job_id AND received_at <= event.received_at ORDER BY id DESC LIMIT 1) arrival
     WHERE event.job_id = ANY(%(ids)s::bigint[]) AND event.action = 'abort_visit'),
cancelled AS (
    SELECT job.id AS job_id, job.trip_fault AS fault, arrival.*
      FROM job CROSS JOIN LATERAL (SELECT visit_id, occurred_at, zone, outlet_m, agreed_fen FROM check_in
          WHERE job_id = job.id ORDER BY id DESC LIMIT 1) arrival
     WHERE job.id = ANY(%(ids)s::bigint[]) AND job.status = 'cancelled' AND job.trip_fee = 'after_check_in'),
trip AS (SELECT *, 1 AS rank FROM aborted UNION ALL SELECT *, 2 FROM cancelled)
SELECT DISTINCT ON (trip.job_id, trip.visit_id) trip.job_id, trip.visit_id, trip.fault, trip.occurred_at,
       trip.zone, trip.outlet_m, trip.agreed_fen, visit.dealer_id,
       offer.id IS NOT NULL AS offered, offer.free_m, offer.per_km_fen
  FROM trip JOIN visit ON visit.id = trip.visit_id
  LEFT JOIN offer ON offer.job_id = trip.job_id AND offer.dealer_id = visit.dealer_id AND offer.status = 'accepted'
        AND offer.decided_at <= trip.occurred_at
 ORDER BY trip.job_id, trip.visit_id, rank, offer.id DESC
"""


def of_jobs(tx: Connection, ids: list[int]) -> dict[int, list[Any]]:
    """Each visit of these jobs that ended on site with nothing done, once, whoever's fault it was."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in tx.exec_driver_sql(_TRIPS, {"ids": ids}) if ids else ():
        found[row.job_id].append(row)
    return found


_SHARING = """
WITH shared AS (
    SELECT visit_id FROM check_in WHERE visit_id = ANY(%(visits)s::bigint[])
     GROUP BY visit_id HAVING count(DISTINCT job_id) > 1),
mine AS (
    SELECT DISTINCT ON (visit_id, job_id) visit_id, job_id, zone, outlet_m, agreed_fen
      FROM check_in JOIN shared USING (visit_id) ORDER BY visit_id, job_id, id DESC)
SELECT mine.visit_id, job.id, job.category_code, mine.zone, mine.outlet_m,
       CASE WHEN job.visit_id = mine.visit_id THEN coalesce(job.remote_agreed_fen, mine.agreed_fen)
            ELSE mine.agreed_fen END AS agreed_fen,
       job.free_m, job.per_km_fen, job.trip_fee IS NOT NULL AS trips,
       CASE WHEN job.visit_id = mine.visit_id THEN (
           SELECT sum(amount_fen)::bigint FROM charge WHERE charge.job_id = job.id AND charge_type = %(remote)s
              AND charge.status IN ('approved', 'disputed') AND settled_at IS NOT NULL) END AS taken,
       CASE WHEN job.fees_posted_at IS NOT NULL THEN (
           SELECT greatest(0, -sum(leg.amount_fen))::bigint
             FROM ledger_entry entry JOIN ledger_leg leg ON leg.entry_id = entry.id
             JOIN ledger_account account ON account.id = leg.account_id AND account.kind = 'dealer_payable'
            WHERE entry.job_id = job.id AND entry.kind = 'remote_fee' AND account.dealer_id = visit.dealer_id
              AND coalesce(substring(natural_key FROM ':visit:([0-9]+)')::bigint, job.visit_id) = visit.id)
       END AS posted,
       coalesce(job.visit_id = mine.visit_id, false)
           AND NOT coalesce(job.status = 'cancelled' AND job.trip_fault = 'dealer', false) AS works
  FROM mine JOIN visit ON visit.id = mine.visit_id JOIN job ON job.id = mine.job_id
  LEFT JOIN job parent ON parent.id = job.parent_id
  LEFT JOIN service_request repair ON repair.job_id = job.id
 WHERE (job.visit_id = mine.visit_id OR job.trip_fee IS NOT NULL)
   AND NOT coalesce(job.fault = 'dealer'
                AND coalesce(parent.dealer_id, repair.liable_dealer_id, job.dealer_id) = job.dealer_id
                AND NOT EXISTS (SELECT FROM audit WHERE child_id = job.id AND reversed_at IS NOT NULL), false)
"""


@dataclass(frozen=True, slots=True)
class Sharing:
    """A job at a door that others share; what the customer paid on it for the way, and what was posted for it."""

    facts: JobFacts
    way_taken_fen: int
    way_posted_fen: int


def sharing(tx: Connection, visits: Iterable[int]) -> dict[int, list[Sharing]]:
    """By visit, the jobs that were at that door and are paid for it: only the dearest carries the remote fee."""
    found: dict[int, list[Sharing]] = defaultdict(list)
    asked = {"visits": arrays.plain(set(visits)), "remote": REMOTE_TYPE}
    rows = tx.exec_driver_sql(_SHARING, asked).all()
    vain = of_jobs(tx, [row.id for row in rows if row.trips])
    for visit_id, job_id, category, zone, metres, agreed, free_m, per_km, _, taken, paid, works in rows:
        trip = next((trip for trip in vain.get(job_id, ()) if trip.visit_id == visit_id), None)
        if not works if trip is None else trip.fault == Blame.DEALER:
            continue  # nobody pays that job for having been at this door
        if trip is not None and trip.offered:
            free_m, per_km = trip.free_m, trip.per_km_fen
        one = JobFacts(
            job_id, 0, Kind.INSTALL, category, _ZONES[zone], Scheme.SHARE,
            visit_id=visit_id, distance_m=metres, agreed_remote_fen=agreed, free_m=free_m, per_km_fen=per_km,
        )  # fmt: skip
        found[visit_id].append(Sharing(one, taken or 0, paid or 0))
    return found
