"""What decides the fees of ended jobs, loaded for a batch at once: jobs, extras, clocks, trips, shared visits.

One job may owe several parties: the dealer who finished it, an earlier one for a trip made in vain, another whose
clock ran out before the job was taken back. Each is a `Claim` of its own: facts, parties and the day of the work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.charges import REMOTE_TYPE
from domain.clocks import Zone
from domain.fee_facts import Blame, Charge, ClockFact, CollectedBy, JobFacts, Outcome, Scheme
from domain.job import Kind
from domain.ledger import Parties, Party
from services.parts import arrays, fee_clocks, serving
from services.parts.fee_clocks import Ended

Cursor = tuple[datetime, int]

_KINDS = {kind.value: kind for kind in Kind}
_ZONES = {zone.value: zone for zone in Zone}
_SCHEMES = {scheme.value: scheme for scheme in Scheme}
_BLAME: Mapping[str | None, Blame | None] = {None: None, **{blame.value: blame for blame in Blame}}
_COLLECTED = {by.value: by for by in CollectedBy}
_PAYERS = {"operator": Party.OPERATOR, "customer": Party.CUSTOMER}
_REPAIRS = {"brand": Party.BRAND, "dealer": Party.BRAND, "customer": Party.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Claim:
    """The facts of one party about one job. `worked_at` decides which fee rule is in force."""

    facts: JobFacts
    parties: Parties
    worked_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """An ended job whose fees are not posted. `unswept`: a clock's level is still to be raised, so it must wait."""

    job_id: int
    closed_at: datetime
    claims: tuple[Claim, ...]
    unswept: bool


SELECT = """
SELECT job.id, job.kind, job.status, job.category_code, job.zone, job.scheme, job.units, job.dealer_id, job.visit_id,
       job.distance_m, job.remote_agreed_fen, job.trip_fee, job.trip_fault, job.checked_in_at,
       job.closed_at, job.free_m, job.per_km_fen, job.remote_payer, job.promised_remote_fen, job.trip_by_customer,
       channel.operator_dealer_id, coalesce(parent.dealer_id, repair.liable_dealer_id) AS first_dealer_id,
       repair.payer AS repair_payer, coalesce(audit.fraud, false) AS fraud,
       CASE WHEN judged.child_id IS NULL OR job.fault <> 'dealer' THEN job.fault ELSE 'brand' END AS fault
  FROM job JOIN channel ON channel.id = job.channel_id LEFT JOIN job parent ON parent.id = job.parent_id
  LEFT JOIN audit ON audit.job_id = job.id
  LEFT JOIN audit judged ON judged.child_id = job.id AND judged.reversed_at IS NOT NULL
  LEFT JOIN service_request repair ON repair.job_id = job.id
"""
_TAKE = f"""{SELECT}
 WHERE job.status IN ('closed', 'cancelled') AND job.fees_posted_at IS NULL
   AND (job.closed_at, job.id) > (%(at)s, %(id)s)
 ORDER BY job.closed_at, job.id LIMIT %(most)s FOR NO KEY UPDATE OF job SKIP LOCKED
"""


def take(tx: Connection, after: Cursor, most: int, bonus: Sequence[str], now: datetime) -> list[Due]:
    """Up to `most` ended jobs behind `after` that nobody else holds, locked until the transaction ends.

    `bonus`: the kinds of clock for whose keeping some rule pays; kept clocks of other kinds are left unread.
    """
    return read(
        tx, tx.exec_driver_sql(_TAKE, {"at": after[0], "id": after[1], "most": most}).all(), bonus, now
    )


def again(tx: Connection, job_id: int, now: datetime) -> Due:
    """One job whose fees are posted, but for what waited for a decision; locked until the transaction ends."""
    rows = tx.exec_driver_sql(
        f"{SELECT} WHERE job.id = %(id)s FOR NO KEY UPDATE OF job", {"id": job_id}
    ).all()
    return read(tx, rows, (), now)[0]


def read(tx: Connection, rows: Sequence[Any], bonus: Sequence[str], now: datetime) -> list[Due]:
    """What decides the fees of the jobs that `SELECT` found, in their order."""
    ids = arrays.plain([row.id for row in rows])
    charges, clocks = _charges(tx, ids), fee_clocks.ended(tx, ids, bonus, now)
    trips = _trips(tx, [row.id for row in rows if row.trip_fee is not None])
    return [_due(row, charges.get(row.id, ()), clocks.get(row.id, ()), trips.get(row.id, ())) for row in rows]


def _due(row: Any, extras: Sequence[_Extra], clocks: Sequence[Ended], trips: Sequence[Any]) -> Due:
    found = [_trip(row, trip) for trip in trips]
    charges: dict[int | None, list[Charge]] = defaultdict(list)
    for serving_id, charge in extras:
        charges[serving_id or row.dealer_id].append(charge)
    if row.dealer_id is not None:
        found.append(
            _main(row, charges[row.dealer_id], fee_clocks.of_dealer(row.dealer_id, row.dealer_id, clocks))
        )
    others = {clock.dealer_id for clock in clocks if clock.dealer_id} | {
        dealer for dealer in charges if dealer
    }
    for dealer_id in sorted(others - {row.dealer_id}):
        late, own = fee_clocks.of_dealer(dealer_id, row.dealer_id, clocks), tuple(charges[dealer_id])
        facts = _facts(row, dealer_id, Outcome.BEFORE_CHECK_IN, charges=own, clocks=late)
        found.append(Claim(facts, Parties(dealer_id, row.operator_dealer_id), _worked_at(row)))
    return Due(row.id, row.closed_at, tuple(found), any(clock.unswept for clock in clocks))


def _main(row: Any, charges: Sequence[Charge], clocks: tuple[ClockFact, ...]) -> Claim:
    """The dealer who has the job at its end."""
    outcome, fault = Outcome.COMPLETED, row.fault
    if row.status == "cancelled":
        after_submit = row.trip_fee == "after_submit"
        outcome = Outcome.AFTER_SUBMIT if after_submit else Outcome.BEFORE_CHECK_IN
        fault = row.fault if row.fault == Blame.DEALER else row.trip_fault
    facts = _facts(row, row.dealer_id, outcome, row.visit_id, row.distance_m, fault, tuple(charges), clocks)
    if outcome == Outcome.AFTER_SUBMIT and row.trip_fault == Blame.DEALER:
        facts = replace(facts, dealer_at_fault_id=None)
    parties = Parties(row.dealer_id, row.operator_dealer_id, facts.dealer_at_fault_id)
    return Claim(facts, parties, _worked_at(row))


def _worked_at(row: Any) -> datetime:
    """One job has one day, whoever's clock ran out: a rule made after the work prices nothing of it."""
    worked_at: datetime = row.checked_in_at or row.closed_at
    return worked_at


def _trip(row: Any, trip: Any) -> Claim:
    """A journey made in vain, by whoever made it, priced in that dealer's own zone and by its own road."""
    fault = row.fault if row.fault == Blame.DEALER else trip.fault
    facts = _facts(row, trip.dealer_id, Outcome.AFTER_CHECK_IN, trip.visit_id, trip.outlet_m, fault)
    first = None if trip.fault == Blame.DEALER else facts.dealer_at_fault_id  # his own fault: nobody pays
    facts = replace(
        facts, zone=_ZONES[trip.zone], agreed_remote_fen=trip.agreed_fen, dealer_at_fault_id=first
    )
    if trip.offered:
        facts = replace(facts, free_m=trip.free_m, per_km_fen=trip.per_km_fen)
    parties = Parties(trip.dealer_id, row.operator_dealer_id, facts.dealer_at_fault_id)
    return Claim(facts, parties, trip.occurred_at)


def _facts(
    row: Any,
    dealer_id: int,
    outcome: Outcome,
    visit_id: int | None = None,
    distance_m: int | None = None,
    fault: str | None = None,
    charges: tuple[Charge, ...] = (),
    clocks: tuple[ClockFact, ...] = (),
) -> JobFacts:
    return JobFacts(
        job_id=row.id,
        dealer_id=dealer_id,
        kind=_KINDS[row.kind],
        category=row.category_code,
        zone=_ZONES[row.zone],
        scheme=_SCHEMES[row.scheme],
        units=row.units,
        outcome=outcome,
        visit_id=visit_id,
        distance_m=distance_m,
        agreed_remote_fen=row.remote_agreed_fen,
        free_m=row.free_m if dealer_id == row.dealer_id else None,
        per_km_fen=row.per_km_fen if dealer_id == row.dealer_id else None,
        payer=_REPAIRS.get(row.repair_payer, Party.OPERATOR),
        remote_payer=_REPAIRS.get(row.repair_payer) or _PAYERS[row.remote_payer],
        promised_remote_fen=row.promised_remote_fen,
        trip_by_customer=row.trip_by_customer,
        collected_by=_hands(row, outcome),
        blame=_BLAME[fault],
        dealer_at_fault_id=row.first_dealer_id if row.fault == Blame.DEALER else None,
        charges=charges,
        clocks=clocks,
        base_forfeited=row.fraud and dealer_id == row.dealer_id,
    )


def _hands(row: Any, outcome: Outcome) -> CollectedBy:
    """The way that the promise shows is paid at the door, before submit; a trip in vain the brand claims."""
    at_door = "customer" in (row.remote_payer, row.repair_payer) and outcome != Outcome.AFTER_CHECK_IN
    return CollectedBy.DEALER if at_door else CollectedBy.BRAND


_CHARGES = f"""
SELECT charge.job_id, charge.id, charge_type, name, unit, quantity, unit_fen, collected_by,
       {serving.DEALER_OF_CHARGE} AS dealer_id
  FROM charge JOIN job ON job.id = charge.job_id
  LEFT JOIN LATERAL (SELECT name, unit FROM price_item
      WHERE price_list_id = job.price_list_id AND code = charge.item_code) item ON true
 WHERE charge.job_id = ANY(%(ids)s::bigint[]) AND charge.status IN ('approved', 'disputed')
   AND charge.settled_at IS NOT NULL
 ORDER BY charge.id
"""

_Extra = tuple[int | None, Charge]


def _charges(tx: Connection, ids: str) -> dict[int, list[_Extra]]:
    """Extras that were paid, each with the dealer who had accepted the job when it was proposed (None: the last).

    One disputed afterwards stays: the job closed, so an agent let it stand.
    """
    found: dict[int, list[_Extra]] = defaultdict(list)
    for row in tx.exec_driver_sql(_CHARGES, {"ids": ids}):
        job_id, charge_id, kind, name, unit, quantity, fen, by, dealer_id = row
        what = name or ("按承诺" if kind == REMOTE_TYPE else "")
        charge = Charge(charge_id, kind, what, unit or "项", quantity, fen, _COLLECTED[by])
        found[job_id].append((dealer_id, charge))
    return found


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


def _trips(tx: Connection, ids: list[int]) -> dict[int, list[Any]]:
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
       coalesce(job.visit_id = mine.visit_id, false)
           AND NOT coalesce(job.status = 'cancelled' AND job.trip_fault = 'dealer', false) AS works
  FROM mine JOIN job ON job.id = mine.job_id LEFT JOIN job parent ON parent.id = job.parent_id
  LEFT JOIN service_request repair ON repair.job_id = job.id
 WHERE (job.visit_id = mine.visit_id OR job.trip_fee IS NOT NULL)
   AND NOT coalesce(job.fault = 'dealer'
                AND coalesce(parent.dealer_id, repair.liable_dealer_id, job.dealer_id) = job.dealer_id
                AND NOT EXISTS (SELECT FROM audit WHERE child_id = job.id AND reversed_at IS NOT NULL), false)
"""


def sharing(tx: Connection, visits: Iterable[int]) -> dict[int, list[JobFacts]]:
    """By visit, the jobs that were at that door and are paid for it: only the dearest carries the remote fee."""
    found: dict[int, list[JobFacts]] = defaultdict(list)
    rows = tx.exec_driver_sql(_SHARING, {"visits": arrays.plain(set(visits))}).all()
    vain = _trips(tx, [row.id for row in rows if row.trips])
    for visit_id, job_id, category, zone, metres, agreed, free_m, per_km, _, works in rows:
        trip = next((trip for trip in vain.get(job_id, ()) if trip.visit_id == visit_id), None)
        if not works if trip is None else trip.fault == Blame.DEALER:
            continue  # nobody pays that job for having been at this door
        if trip is not None and trip.offered:
            free_m, per_km = trip.free_m, trip.per_km_fen
        one = JobFacts(
            job_id, 0, Kind.INSTALL, category, _ZONES[zone], Scheme.SHARE,
            visit_id=visit_id, distance_m=metres, agreed_remote_fen=agreed, free_m=free_m, per_km_fen=per_km,
        )  # fmt: skip
        found[visit_id].append(one)
    return found
