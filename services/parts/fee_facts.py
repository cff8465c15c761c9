"""What decides the fees of ended jobs, loaded for a batch at once: jobs, extras, clocks, trips, shared visits.

One job may owe several parties: the dealer who finished it, an earlier one for a trip made in vain, another whose
clock ran out before the job was taken back. Each is a `Claim` of its own: facts, parties and the day of the work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.charges import REMOTE_TYPE
from domain.clocks import Zone
from domain.fee_facts import Blame, Charge, ClockFact, CollectedBy, JobFacts, Outcome, Scheme, Upheld
from domain.job import Kind
from domain.ledger import Parties, Party
from services.parts import arrays, fee_clocks, fee_quality, fee_trips, serving
from services.parts.fee_clocks import Ended
from services.parts.fee_quality import Quality
from services.parts.rules import Rules

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
       repair.payer AS repair_payer, coalesce(audit.fraud, false) AS fraud, promotion.name AS promotion,
       CASE WHEN judged.child_id IS NULL OR job.fault <> 'dealer' THEN job.fault ELSE 'brand' END AS fault
  FROM job JOIN channel ON channel.id = job.channel_id LEFT JOIN job parent ON parent.id = job.parent_id
  LEFT JOIN audit ON audit.job_id = job.id
  LEFT JOIN audit judged ON judged.child_id = job.id AND judged.reversed_at IS NOT NULL
  LEFT JOIN service_request repair ON repair.job_id = job.id
  LEFT JOIN promotion_day promotion ON promotion.day = (job.checked_in_at AT TIME ZONE 'Asia/Shanghai')::date
"""
_TAKE = f"""{SELECT}
 WHERE job.status IN ('closed', 'cancelled') AND job.fees_posted_at IS NULL
   AND (job.closed_at, job.id) > (%(at)s, %(id)s)
 ORDER BY job.closed_at, job.id LIMIT %(most)s FOR NO KEY UPDATE OF job SKIP LOCKED
"""


def take(tx: Connection, after: Cursor, most: int, known: Rules, now: datetime) -> list[Due]:
    """Up to `most` ended jobs behind `after` that nobody else holds, locked until the transaction ends.

    What none of the `known` rules pays for, like a clock's being kept, is left unread.
    """
    return read(
        tx, tx.exec_driver_sql(_TAKE, {"at": after[0], "id": after[1], "most": most}).all(), known, now
    )


def again(tx: Connection, job_id: int, known: Rules, now: datetime) -> Due:
    """One job whose fees are posted, but for what waited for a decision; locked until the transaction ends."""
    rows = tx.exec_driver_sql(
        f"{SELECT} WHERE job.id = %(id)s FOR NO KEY UPDATE OF job", {"id": job_id}
    ).all()
    return read(tx, rows, known, now)[0]


def read(tx: Connection, rows: Sequence[Any], known: Rules, now: datetime) -> list[Due]:
    """What decides the fees of the jobs that `SELECT` found, in their order, as far as a `known` rule asks for it."""
    ids = arrays.plain([row.id for row in rows])
    charges, clocks = _charges(tx, ids), fee_clocks.ended(tx, ids, known.bonus_clocks(), now)
    trips = fee_trips.of_jobs(tx, [row.id for row in rows if row.trip_fee is not None])
    quality = fee_quality.of_jobs(tx, [row.id for row in rows], known.quality())
    return [
        _due(row, charges.get(row.id, ()), clocks.get(row.id, ()), trips.get(row.id, ()), quality)
        for row in rows
    ]


@dataclass(slots=True)
class _Own:
    """Of one job what is one dealer's: extras, clocks, complaints."""

    charges: list[Charge] = field(default_factory=list)
    clocks: tuple[ClockFact, ...] = ()
    complaints: list[Upheld] = field(default_factory=list)


_NOTHING = _Own()


def _due(
    row: Any, extras: Sequence[_Extra], clocks: Sequence[Ended], trips: Sequence[Any], quality: Quality
) -> Due:
    found = [_trip(row, trip) for trip in trips]
    own = _by_dealer(row, extras, clocks, quality)
    if row.dealer_id is not None:
        found.append(_main(row, own.pop(row.dealer_id, _NOTHING), trips, quality))
    for dealer_id in sorted(own):
        facts = _facts(row, dealer_id, Outcome.BEFORE_CHECK_IN, own=own[dealer_id])
        found.append(Claim(facts, Parties(dealer_id, row.operator_dealer_id), _worked_at(row)))
    return Due(row.id, row.closed_at, tuple(found), any(clock.unswept for clock in clocks))


def _by_dealer(
    row: Any, extras: Sequence[_Extra], clocks: Sequence[Ended], quality: Quality
) -> dict[int, _Own]:
    """What is whose; nobody's is left out."""
    own: dict[int, _Own] = defaultdict(_Own)
    for serving_id, charge in extras:
        if whose := serving_id or row.dealer_id:
            own[whose].charges.append(charge)
    for accused_id, upheld in quality.complaints.get(row.id, ()):
        if accused_id is not None:
            own[accused_id].complaints.append(upheld)
    for dealer_id in {clock.dealer_id or row.dealer_id for clock in clocks} - {None}:
        own[dealer_id].clocks = fee_clocks.of_dealer(dealer_id, row.dealer_id, clocks)
    return own


def _main(row: Any, own: _Own, trips: Sequence[Any], quality: Quality) -> Claim:
    """The dealer who has the job at its end."""
    outcome, fault, stars, first_time = Outcome.COMPLETED, row.fault, None, False
    if row.status == "cancelled":
        after_submit = row.trip_fee == "after_submit"
        outcome = Outcome.AFTER_SUBMIT if after_submit else Outcome.BEFORE_CHECK_IN
        fault = row.fault if row.fault == Blame.DEALER else row.trip_fault
    else:
        stars, first_time = quality.stars.get(row.id), quality.first_time(row, trips)
    facts = _facts(
        row, row.dealer_id, outcome, row.visit_id, row.distance_m, fault, own, stars, first_time=first_time
    )
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
    own: _Own = _NOTHING,
    stars: int | None = None,
    *,
    first_time: bool = False,
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
        charges=tuple(own.charges),
        clocks=own.clocks,
        base_forfeited=row.fraud and dealer_id == row.dealer_id,
        promotion=row.promotion,
        stars=stars,
        first_time=first_time,
        complaints=tuple(own.complaints),
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
