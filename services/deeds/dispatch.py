"""Deeds of the pool: offers made, taken, refused, run out; jobs taken back, given up, reopened, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson

from domain import offer_fee, queues
from domain.actions import Action
from domain.actors import Role
from domain.calendar import Counts
from domain.capacity import HORIZON_DAYS, CapacityFull
from domain.clocks import due
from domain.dispatch import Candidate, Funnel
from domain.errors import Fault, Invalid, JobChanged, NotFound
from domain.facts import Facts
from domain.job import Kind, Status
from services.deeds import children
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.deeds.writing import Beside
from services.parts import candidates, clocks, policies, repair_payment, rooms, shelf

_OFFER = """
SELECT offer.dealer_id, offer.status, offer.zone, offer.distance_m, offer.free_m, offer.per_km_fen,
       offer.expires_at > %(at)s AS lives,
       (SELECT count(*) FROM offer other WHERE other.job_id = offer.job_id AND other.status = 'open'
           AND other.id <> offer.id) AS others
  FROM offer WHERE offer.id = %(offer)s AND offer.job_id = %(job)s
"""
# A round ends when somebody accepts: the next offers belong to the one after.
_MAKE = """
INSERT INTO offer (job_id, dealer_id, round, offered_at, expires_at, zone, distance_m, free_m, per_km_fen, funnel)
SELECT %(id)s, made.dealer_id, turn.round, %(now)s, %(expires)s, made.zone, made.distance_m, made.free_m,
       made.per_km_fen, %(funnel)s::jsonb
  FROM json_to_recordset(%(made)s::json)
       AS made(dealer_id bigint, zone text, distance_m bigint, free_m bigint, per_km_fen bigint),
       (SELECT coalesce(max(round) FILTER (WHERE status = 'accepted'), 0) + 1 AS round
          FROM offer WHERE job_id = %(id)s) AS turn
ON CONFLICT DO NOTHING
"""
_TAKE = """
UPDATE offer SET status = CASE WHEN id = %(offer)s THEN 'accepted' ELSE 'withdrawn' END, decided_at = %(now)s
 WHERE job_id = %(id)s AND status = 'open'
"""
_END = "UPDATE offer SET status = %(ended)s, decided_at = %(now)s, reason = %(reason)s WHERE id = %(offer)s"
_WITHDRAW = (
    "UPDATE offer SET status = 'withdrawn', decided_at = %(now)s WHERE job_id = %(job)s AND status = 'open'"
)
_ASKED = """
SELECT dealer.id, EXISTS (SELECT 1 FROM offer WHERE job_id = %(job)s AND dealer_id = dealer.id AND status = 'open')
  FROM dealer WHERE dealer.id = ANY(%(dealers)s) AND dealer.status = 'active'
"""

WITHOUT_DEALER: dict[str, Any] = {
    "dealer_id": None,
    "installer_id": None,
    "visit_id": None,
    "window_start": None,
    "window_end": None,
    "next_contact_at": None,
    "accepted_at": None,
}


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer as it stands under the job's lock."""

    dealer_id: int
    status: str
    zone: str
    distance_m: int | None
    free_m: int | None
    per_km_fen: int | None
    lives: bool
    others: int


def _the_offer(deed: Deed) -> Prepared:
    """The offer named, of the actor's own dealer; a return visit has none."""
    if deed.job.kind == Kind.RETURN_VISIT:
        return Prepared(Facts(now=deed.at, offer_open=True))
    asked = {"offer": deed.command.offer_id, "job": deed.job.id, "at": deed.now}
    row = deed.tx.exec_driver_sql(_OFFER, asked).first()
    if row is None or deed.actor.dealer_id not in (None, row.dealer_id):
        raise NotFound
    offer = OfferRow(*row)
    by_time = deed.command.action == Action.EXPIRE
    if offer.status != "open":
        raise JobChanged
    facts = Facts(now=deed.at, offer_open=offer.lives != by_time, other_open_offers=offer.others)
    return Prepared(facts, offer)


def _who_could(deed: Deed) -> Prepared:
    """The funnel for the dealers named; the address must have been resolved."""
    ranked = deed.command.funnel or candidates.rank(deed.tx, deed.job, deed.now)
    if deed.actor.role != Role.SYSTEM and (faults := [*_asked(deed), *_agreed(deed, ranked)]):
        raise Invalid(errors=faults)  # the sweep names one of the funnel
    known, agreed = deed.job.division_code is not None, repair_payment.agreed(deed.tx, deed.job)
    return Prepared(Facts(now=deed.at, address_resolved=known, payment_agreed=agreed), ranked)


def _asked(deed: Deed) -> Iterator[Fault]:
    """Each dealer named is known, active, and holds no open offer of this job."""
    named = deed.command.dealer_ids
    asked = {"job": deed.job.id, "dealers": list(named)}
    holds = {row[0]: row[1] for row in deed.tx.exec_driver_sql(_ASKED, asked).all()}
    for position, dealer_id in enumerate(named):
        if dealer_id not in holds:
            yield Fault(f"dealer_ids.{position}", "unknown_dealer", "没有这个网点或已停止接单")
        elif holds[dealer_id] or dealer_id in named[:position]:
            yield Fault(f"dealer_ids.{position}", "already_offered", "该网点已有待处理的派单")


def _agreed(deed: Deed, ranked: Funnel) -> Iterator[Fault]:
    """A price for the way is agreed only where the rule of the day has none: it would not be paid."""
    if deed.command.agreed_fen is None or (rule := shelf.fresh(deed.tx).rule(deed.now)) is None:
        return
    for dealer_id in deed.command.dealer_ids:
        if told := offer_fee.by_rule_alone(rule, deed.job.category_code, ranked.of(dealer_id)):
            yield Fault("agreed_fen", "rule_decides", f"网点 {dealer_id} 的远程费按规则计，不另约定：{told}")


@handles(Action.OFFER, prepare=_who_could)
def offer(deed: Deed, _to: Status, ranked: Funnel) -> Effect:
    """One open offer per dealer named; it lives two service hours, or what the category's rule says."""
    lives = timedelta(minutes=ranked.rule.offer_minutes)
    expires = due(deed.now, lives, Counts.SERVICE, policies.CALENDAR.get(deed.tx)).at
    values = {
        "expires": expires,
        "made": orjson.dumps(
            [_terms(ranked.of(dealer_id)) for dealer_id in deed.command.dealer_ids]
        ).decode(),
        "funnel": candidates.as_json(ranked),
    }
    columns = queues.attended(deed.job, deed.now)
    if deed.command.agreed_fen is not None:  # asking the next dealer takes back nothing that was agreed
        columns["remote_agreed_fen"] = deed.command.agreed_fen
    said = {"dealer_ids": list(deed.command.dealer_ids), "agreed_fen": deed.command.agreed_fen}
    return Effect(columns, said, beside=Beside(_MAKE, values))


def _terms(line: Candidate) -> dict[str, Any]:
    """What a dealer accepts by: the way to the door as its coverage sees it."""
    return {name: getattr(line, name) for name in ("dealer_id", "zone", "distance_m", "free_m", "per_km_fen")}


@handles(Action.ACCEPT, prepare=_the_offer)
def accept(deed: Deed, _to: Status, found: OfferRow | None) -> Effect:
    """The first to accept wins: every other open offer is withdrawn in the same transaction."""
    if found is None:
        return Effect({"accepted_at": deed.at} | queues.attended(deed.job, deed.now))
    beyond = _stretches(deed, found.dealer_id)
    if found.zone != deed.job.zone:
        clocks.rezone(deed.tx, replace(deed.job, zone=found.zone))
    columns = {
        "dealer_id": found.dealer_id,
        "zone": found.zone,
        "distance_m": found.distance_m,
        "free_m": found.free_m,
        "per_km_fen": found.per_km_fen,
        "accepted_at": deed.at,
        **queues.attended(deed.job, deed.now),
    }
    taken = Beside(_TAKE, {"offer": deed.command.offer_id})
    said = {
        "offer_id": deed.command.offer_id,
        "dealer_id": found.dealer_id,
        "beyond_capacity": beyond or None,
    }
    return Effect(columns, said, beside=taken)


def _stretches(deed: Deed, dealer_id: int) -> bool:
    """Whether the dealer takes more than its month has room for; `CapacityFull` unless it says that it means to.

    Who accepts by itself was asked for room on the asked days already.
    """
    if deed.actor.role == Role.SYSTEM or rooms.has_month(deed.tx, deed.job, dealer_id, deed.now):
        return False
    if not deed.command.beyond_capacity:
        raise CapacityFull(f"未来 {HORIZON_DAYS} 天没有空档；仍要接单，请确认超产能接单（beyond_capacity）")
    return True


@handles(Action.DECLINE, Action.EXPIRE, prepare=_the_offer)
def refuse(deed: Deed, _to: Status, found: OfferRow) -> Effect:
    """One dealer fewer; when none is left the pool sees the job again."""
    status = "declined" if deed.command.action == Action.DECLINE else "expired"
    ended = Beside(_END, {"offer": deed.command.offer_id, "ended": status})
    return Effect({}, {"offer_id": deed.command.offer_id, "dealer_id": found.dealer_id}, beside=ended)


_ANEW = """
WITH photos AS (
    UPDATE photo SET status = 'superseded', superseded_at = %(now)s, superseded_as = 'redispatched'
     WHERE job_id = %(job)s AND status = 'active'),
charges AS (
    UPDATE charge SET status = 'withdrawn', decided_at = %(now)s
     WHERE job_id = %(job)s AND status IN ('proposed', 'approved') AND settled_at IS NULL),
waivers AS (DELETE FROM slot_waiver WHERE job_id = %(job)s)
UPDATE offer SET status = 'withdrawn', decided_at = %(now)s WHERE job_id = %(job)s AND status = 'open'
"""


def anew(deed: Deed) -> dict[str, Any]:
    """Columns of a job without a dealer. What the last one left undone ends: photos and waivers fill no slot of
    the next one's, unpaid extras and open offers are withdrawn.
    """
    deed.tx.exec_driver_sql(_ANEW, {"job": deed.job.id, "now": deed.now})
    return WITHOUT_DEALER | {"open_charges": 0}


@handles(Action.REDISPATCH)
def redispatch(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Away from the dealer, back to the pool."""
    return Effect(anew(deed) | queues.attended(deed.job, deed.now), {"from_dealer_id": deed.job.dealer_id})


@handles(Action.MARK_UNSERVED)
def mark_unserved(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Nobody covers it: the customer may install it himself, or an agent decides."""
    return Effect(queues.queued(deed.job, "unserved", deed.now))


_MAY_SELF_INSTALL = """
SELECT self_install_allowed AND category.certificates = '[]'::jsonb
  FROM product JOIN category ON category.code = product.category_code WHERE sku = %(sku)s
"""


def _self_install_allowed(deed: Deed) -> Prepared:
    allowed = deed.tx.exec_driver_sql(_MAY_SELF_INSTALL, {"sku": deed.job.sku}).scalar()
    return Prepared(Facts(now=deed.at, self_install_allowed=bool(allowed)))


@handles(Action.SELF_INSTALL_OUTCOME, prepare=_self_install_allowed)
def self_install_outcome(deed: Deed, to: Status, _carry: Any) -> Effect:
    """Done ends the job without a fee; failed puts it before an agent."""
    if to == Status.CLOSED:
        columns = {"closed_at": deed.at, "queue": None, "queued_at": None}
        return Effect(columns, then=children.ended(deed))
    return Effect(queues.queued(deed.job, "self_install_failed", deed.now))


_ERASED = "SELECT wrapped_key IS NULL FROM subject WHERE id = %(subject)s"


def _still_known(deed: Deed) -> Prepared:
    erased = deed.tx.exec_driver_sql(_ERASED, {"subject": deed.job.subject_id}).scalar_one()
    return Prepared(Facts(now=deed.at, customer_erased=erased))


@handles(Action.REOPEN, prepare=_still_known)
def reopen(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """As new, and not ended: its fees will be posted again, each once. A trip already made stays owed."""
    fresh = dict.fromkeys(("cancel_reason", "closed_at", "fees_posted_at"))
    queue = queues.attended(deed.job, deed.now)
    if deed.job.kind == Kind.RETURN_VISIT:  # a call is the agents', nothing dispatches it
        queue = {"queue": "return_visit", "queued_at": deed.now}
    return Effect(anew(deed) | fresh | queue)


@handles(Action.CANCEL)
def cancel(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Who and why; what a trip already made still pays is kept with it. Whose fault it is, an agent says."""
    job = deed.job
    if deed.command.fault is not None and deed.actor.role not in (Role.AGENT, Role.ADMIN):
        raise Invalid(errors=[Fault("fault", "agents_only", "责任由客服判定")])
    deed.tx.exec_driver_sql(_WITHDRAW, {"job": job.id, "now": deed.now})
    after_submit = job.status in (Status.SUBMITTED, Status.REWORK)
    trip = "after_submit" if after_submit else "after_check_in" if job.checked_in_at else None
    columns = {
        "cancel_reason": deed.command.reason,
        "trip_fee": trip,
        "trip_fault": (deed.command.fault or "customer") if trip else None,
        "auto_confirm_at": None,
        "next_contact_at": None,
        "closed_at": deed.at,
        **queues.attended(deed.job, deed.now),
    }
    return Effect(columns, {"trip_fee": trip}, children.ended(deed))
