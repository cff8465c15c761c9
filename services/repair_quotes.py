"""A repair outside the warranty: quoted by an agent, answered by the customer before anybody is sent (§2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import charges, queues, repairs
from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.calendar import local_date
from domain.charges import Quote
from domain.clocks import Zone
from domain.errors import Conflict, Invalid, NotFound
from domain.fee_facts import Scheme
from domain.fee_remote import RemoteFeeNotAgreed
from domain.fee_rules import NoFee
from domain.fees import Price
from domain.guards import DEVICE_OF_DEALER
from domain.job import JobState, Kind, Status
from domain.lifecycle import Barred
from domain.repairs import NotQuotable, QuoteMissing, RepairQuote
from services.deeds import act
from services.deeds.loading import lock, require_known
from services.parts import candidates, job_prices, notes, outbox, queueing, rules, whose_yes
from services.parts.repair_payment import QUOTE
from services.uow import use_case


class NobodyComes(Conflict):
    """No dealer covers the place: there is no zone to price by."""

    code = "nobody_comes"
    title = "该地址没有可服务的网点，无法报价"


class VoidYes(Barred):
    """A yes from the dealers' own device."""

    def __init__(self, job_id: int) -> None:
        super().__init__(errors=[DEVICE_OF_DEALER])
        self.job_id = job_id


@dataclass(frozen=True, slots=True)
class Quoted:
    """A repair's quote and what became of it. `answer`: agreed, refused or None."""

    id: int
    job_id: int
    status: str
    queue: str | None
    total_fen: int
    text: str
    answer: str | None


_ROW = """
SELECT id, job_id, payer, answer, quote, quoted_fen, quoted_at FROM service_request
 WHERE id = %(id)s AND job_id IS NOT NULL
"""
_QUOTE = """
UPDATE service_request SET quote = %(quote)s::jsonb, quoted_fen = %(fen)s, quoted_at = %(now)s, answer = NULL,
       answered_at = NULL, answered_how = NULL WHERE id = %(id)s
"""
_ANSWER = """
UPDATE service_request SET answer = %(answer)s, answered_at = %(now)s, answered_how = %(how)s WHERE id = %(id)s
"""


def _locked(tx: Connection, actor: Actor, service_id: int) -> tuple[JobState, Any]:
    """The job, locked, and its row read under the lock."""
    found = tx.exec_driver_sql(_ROW, {"id": service_id}).first()
    if found is None:
        raise NotFound
    job = lock(tx, found.job_id)
    require_known(tx, actor, job)
    return job, tx.exec_driver_sql(_ROW, {"id": service_id}).one()


@use_case
def quote(
    tx: Connection, actor: Actor, service_id: int, wanted: Sequence[tuple[str, int]], now: datetime
) -> Quoted:
    """Visit, way and the parts foreseen, (code, quantity) each; the customer is told. Anew until he has agreed."""
    job, row = _locked(tx, actor, service_id)
    if row.payer != "customer" or row.answer == "agreed" or job.status != Status.NEW:
        raise NotQuotable
    made = repairs.quote(_price(tx, job, now), _parts(tx, job, wanted))
    values = {"id": service_id, "quote": orjson.dumps(made).decode(), "fen": made.total_fen, "now": now}
    tx.exec_driver_sql(_QUOTE, values)
    data = {
        "service_request_id": service_id,
        "total_fen": made.total_fen,
        "items": [list(one) for one in wanted],
    }
    columns = queues.queued(job, QUOTE, now)
    queueing.record(tx, job, "repair_quoted", now, data=data, columns=columns, actor=actor)
    payload = {"template": "repair_quoted", "audience": "customer"}
    key = f"job:{job.id}:{job.event_seq + 1}:customer"
    outbox.put(tx, [outbox.Owed("notice", key, payload, job_id=job.id)], now)
    return _told(job, row, made, columns.get("queue", job.queue), None)


def _told(job: JobState, row: Any, made: RepairQuote, queue: str | None, answer: str | None) -> Quoted:
    return Quoted(row.id, job.id, job.status, queue, made.total_fen, made.text, answer)


def _price(tx: Connection, job: JobState, now: datetime) -> Price:
    """By the fee rule of today and whoever would be asked first."""
    rule = rules.load(tx).on(local_date(now))
    if rule is None:
        raise NoFee
    if job.division_code is None:
        raise NobodyComes("地址尚未确认")
    funnel = candidates.rank(tx, job, now)
    full = (line for line in funnel.dropped if line.barred_by() == {"full"})
    first = next(iter((*funnel.ranked, *full)), None)
    if first is None:
        raise NobodyComes
    base = rule.base_part(Kind.REPAIR, job.category_code, Zone(first.zone), Scheme(job.scheme))
    way = (Zone(first.zone), first.distance_m, None, first.free_m, first.per_km_fen)
    try:
        remote = rule.remote_part(job.category_code, *way)
    except RemoteFeeNotAgreed:
        return Price(base, job.units, None, negotiated=True)
    return Price(base, job.units, remote, negotiated=False)


def _parts(tx: Connection, job: JobState, wanted: Sequence[tuple[str, int]]) -> Quote | None:
    """The parts by the job's own price list; unknown items are all named."""
    if not wanted:
        return None
    prices = job_prices.of(tx, job.id, job.price_list_id)
    if prices is None:
        raise Invalid("没有价目表")
    return charges.quote(prices.version, prices.items, wanted)


def answer(actor: Actor, service_id: int, agreed: bool, note: str | None, now: datetime) -> Quoted:
    """The customer's yes or no, or an agent's word that he gave it on the phone. Yes: dispatched; no: cancelled.

    A yes is asked for its device as the yes to an extra is; who will come is not known yet, so no dealer's will do.
    """
    try:
        return _answer(actor, service_id, agreed, note, now)
    except VoidYes as refusal:
        whose_yes.voided(actor, refusal.job_id, "answer_quote", now)
        raise


@use_case
def _answer(
    tx: Connection, actor: Actor, service_id: int, agreed: bool, note: str | None, now: datetime
) -> Quoted:
    job, row = _locked(tx, actor, service_id)
    if row.payer != "customer" or row.quote is None or row.answer is not None or job.status != Status.NEW:
        raise QuoteMissing
    if agreed and whose_yes.on_dealers_device(tx, actor, None):
        raise VoidYes(job.id)
    said = "agreed" if agreed else "refused"
    values = {"id": service_id, "answer": said, "how": _how(actor), "now": now}
    tx.exec_driver_sql(_ANSWER, values)
    flag = whose_yes.UNVERIFIED if agreed and whose_yes.from_nowhere(tx, actor) else None
    note_id = notes.write(tx, job.id, job.subject_id, actor.person_id, note, now) if note else None
    data = {
        "service_request_id": service_id,
        "total_fen": row.quoted_fen,
        "how": _how(actor),
        "note_id": note_id,
        "flag": flag,
    }
    columns = _agreed(row.quote, job, flag, now) if agreed else {}
    queueing.record(tx, job, f"repair_{said}", now, reason=said, data=data, columns=columns, actor=actor)
    if not agreed:
        act(tx, actor, job.id, Command(Action.CANCEL, reason="customer"), now)
    after = lock(tx, job.id)
    return Quoted(row.id, job.id, after.status, after.queue, row.quoted_fen, row.quote["text"], said)


def _how(actor: Actor) -> str:
    if actor.role != Role.CUSTOMER:
        return "phone"
    return "link" if actor.job_id is not None else "tap"


def _agreed(told: dict[str, Any], job: JobState, flag: str | None, now: datetime) -> dict[str, Any]:
    """The way is the customer's up to what was quoted, above it the brand's; a doubtful yes is looked at."""
    way = {"remote_payer": "customer", "promised_remote_fen": told["remote_fen"]}
    return way | queues.attended(job, now) | ({"audit_flag": flag} if flag else {})
