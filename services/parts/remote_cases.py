"""The facts of one job's remote fee, gathered for `domain.remote_verdict.judge`: promise, rule, way, check-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.calendar import local_date
from domain.clocks import Zone
from domain.errors import NotFound
from domain.fee_rules import FeeRule, rule_on
from domain.geo import Datum, Place, Point, to_wgs84, useful
from domain.remote_verdict import Arrival, Basis, Lacking, Shown, Verdict, Way, judge
from services.parts import candidates, coverage, promise_tokens, shelf

_READ = """
SELECT job.id, job.sku, job.category_code, job.zone, job.distance_m, job.free_m, job.per_km_fen, job.remote_agreed_fen,
       job.checked_in_at, job.order_line_id, job.subject_id, job.promise_id, p.made_at, p.expires_at, p.answer,
       p.versions, p.observed, dealer.outlet_lng, dealer.outlet_lat, dealer.outlet_datum,
       arrival.result, arrival.distance_m AS arrival_m, arrival.reason AS arrival_reason, arrival.photo_id,
       arrival.occurred_at AS arrived_at, arrival.place
  FROM job LEFT JOIN promise p ON p.id = job.promise_id LEFT JOIN dealer ON dealer.id = job.dealer_id
  LEFT JOIN LATERAL (SELECT * FROM check_in WHERE job_id = job.id AND job.checked_in_at IS NOT NULL
                      ORDER BY id DESC LIMIT 1) arrival ON true
 WHERE job.id = %(job)s
"""
_PROMISED = """
SELECT coverage.dealer_id, coverage.free_m, coverage.per_km_fen, dealer.outlet_lng, dealer.outlet_lat,
       dealer.outlet_datum
  FROM coverage JOIN dealer ON dealer.id = coverage.dealer_id
 WHERE coverage.id = ANY(%(ids)s::bigint[]) AND category_code = %(category)s AND zone = %(zone)s
   AND coalesce(dealer.short_name, dealer.name) = %(dealer)s
"""


@dataclass(frozen=True, slots=True)
class Case:
    """All that the verdict rests on. `row`: the job with its promise and check-in as read; `line`: what was shown."""

    row: Any
    line: Mapping[str, Any] | None
    way: Way
    shown: Shown | None
    arrival: Arrival | None
    door: Point | None
    outlet: Point | None
    verdict: Verdict


def read(tx: Connection, job_id: int, now: datetime) -> Case:
    """The case of a job, whoever asks; `NotFound`."""
    row = tx.exec_driver_sql(_READ, {"job": job_id}).first()
    if row is None:
        raise NotFound
    rules = shelf.fresh(tx).rules
    door = candidates.door(tx, row.order_line_id)
    line = _line(row)
    way, shown, arrival = _way(row, rules, now), _shown(tx, row, line, rules, door), _arrival(row, door)
    return Case(row, line, way, shown, arrival, door, _outlet(row), judge(way, shown, arrival))


def _line(row: Any) -> Mapping[str, Any] | None:
    """What the promise said of this product, where it said that somebody comes."""
    lines = row.answer["lines"] if row.answer else ()
    return next((line for line in lines if line["sku"] == row.sku and line["remote"]), None)


def _way(row: Any, rules: Sequence[FeeRule], now: datetime) -> Way:
    """By the rule in force on the day of the check-in; before it, of today."""
    rule = rule_on(rules, local_date(row.checked_in_at or now))
    return Way(
        row.category_code, Zone(row.zone), rule, row.distance_m, row.free_m, row.per_km_fen, row.remote_agreed_fen
    )  # fmt: skip


def _arrival(row: Any, door: Point | None) -> Arrival | None:
    """A fix that was kept was there, but an address located since does not say why it was no use then."""
    if row.result is None:
        return None
    lacking = Lacking.FIX if row.place is None else Lacking.UNKNOWN
    if not useful(door):
        lacking = Lacking.DOOR
    return Arrival(Place(row.result), row.arrival_m, lacking)


def _shown(
    tx: Connection,
    row: Any,
    line: Mapping[str, Any] | None,
    rules: Sequence[FeeRule],
    door: Point | None,
) -> Shown | None:
    if line is None:
        return None
    version = row.versions["fee_rule"]
    remote, dealer = line["remote"], _promised_dealer(tx, row, line)
    own = (None, None) if dealer is None else (dealer.free_m, dealer.per_km_fen)
    return Shown(
        name=promise_tokens.sign(row.promise_id),
        made_at=row.made_at,
        basis=Basis(remote["basis"]),
        amount_fen=remote["amount_fen"],
        zone=Zone(line["zone"]),
        rule=next((rule for rule in rules if rule.version == version), None),
        distance_m=_promised_metres(row, dealer, door),
        free_m=own[0],
        per_km_fen=own[1],
    )


def _promised_dealer(tx: Connection, row: Any, line: Mapping[str, Any]) -> Any:
    """The coverage that was promised by; None when its dealer has another name by now."""
    asked = {
        "ids": row.versions["coverage"],
        "category": row.category_code,
        "zone": line["zone"],
        "dealer": line["dealer"],
    }
    found = tx.exec_driver_sql(_PROMISED, asked).all()
    return found[0] if len(found) == 1 else None


def _promised_metres(row: Any, dealer: Any, door: Point | None) -> int | None:
    """As measured for the promise; else as it would have been, had the door been known."""
    if dealer is None:
        return None
    kept: int | None = row.observed["metres"].get(str(dealer.dealer_id))
    return kept if kept is not None else coverage.metres(dealer, None if door is None else to_wgs84(door))


def _outlet(row: Any) -> Point | None:
    if row.outlet_lng is None or row.outlet_lat is None:
        return None
    return Point(row.outlet_lng, row.outlet_lat, Datum(row.outlet_datum), None, "outlet")
