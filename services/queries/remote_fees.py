"""The way as people read it: the answer (everybody of the job), the case (the agent who rules)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import lifecycle, remote_words
from domain.actors import Actor, Role
from domain.charges import REMOTE_TYPE, RULE_WITHIN
from domain.geo import Point
from domain.job import JobState
from domain.remote_verdict import Payer, Verdict, payer_of, ruling_told
from services.deeds.loading import COLUMNS
from services.parts import remote_cases
from services.parts.remote_cases import Case
from services.parts.rounds import point_of
from services.personal import Erased, reveal, unwrap
from services.queries import charges, scope
from services.queries.job_views import EventLine
from services.queries.remote_views import (
    Arrived,
    PromiseShown,
    RemoteAnswer,
    RemoteCase,
    RuleUsed,
    Ruling,
    Spot,
    Suggestion,
    WayDriven,
)
from services.uow import query

_JOB = """
SELECT {columns}, dealer.name AS dealer_name FROM job LEFT JOIN dealer ON dealer.id = job.dealer_id
 WHERE job.id = %(id)s AND {condition}
"""
_DISPUTE = """
SELECT opened_at, opened_by_role, owed_fen, customer_fen, ruled_by, ruled_at FROM remote_dispute WHERE job_id = %(job)s
"""
_PHOTOS = "SELECT count(*) FROM photo WHERE job_id = %(job)s AND status = 'active'"
_HISTORY = """
SELECT seq, action, from_status, to_status, actor_role, occurred_at, received_at, reason, data, encode(hash, 'hex')
  FROM job_event WHERE job_id = %(job)s AND (action = 'check_in' OR action LIKE '%%charge' OR action LIKE '%%remote')
 ORDER BY seq
"""
_KEY = "SELECT wrapped_key FROM subject WHERE id = %(subject)s"
_ACTIONS = ("add_charge", "dispute_remote", "rule_remote", "rule_charge", "dispute_charge")


def _job(connection: Connection, actor: Actor, job_id: int) -> tuple[JobState, str | None]:
    condition, params = scope.jobs(actor)
    charges.job_of(connection, actor, job_id)
    sql = _JOB.format(columns=COLUMNS, condition=condition)
    row = connection.exec_driver_sql(sql, params | {"id": job_id}).one()
    return JobState(*row[: len(JobState.__slots__)]), row.dealer_name


@query
def answer(connection: Connection, actor: Actor, job_id: int, now: datetime) -> RemoteAnswer:
    """Who pays the way, as far as it is settled; NotFound outside the horizon."""
    job, _ = _job(connection, actor, job_id)
    case = remote_cases.read(connection, job_id, now)
    verdict, row = case.verdict, connection.exec_driver_sql(_DISPUTE, {"job": job_id}).first()
    actions = _actions(job, actor)
    spoken = str if actor.role == Role.CUSTOMER else remote_words.for_staff
    if row is not None and row.ruled_by in ("agent", "silence"):
        payer = payer_of(row.customer_fen, row.owed_fen)
        text = ruling_told(case.shown, row.customer_fen, row.owed_fen, row.ruled_by)
        return RemoteAnswer(
            job_id, job.remote_open, row.ruled_by, False, payer, row.customer_fen, spoken(text), actions
        )
    settled = "rule" if verdict.decided and not verdict.provisional else None
    return RemoteAnswer(
        job_id, job.remote_open, settled, verdict.provisional and verdict.payer != Payer.NOBODY, verdict.payer,
        verdict.customer_fen, spoken(verdict.text), actions,
    )  # fmt: skip


def case(connection: Connection, actor: Actor, job_id: int, now: datetime) -> RemoteCase:
    """Promise, rule, arithmetic, points, check-in, photos, charges, history, suggestion and what may be done."""
    job, dealer_name = _job(connection, actor, job_id)
    found = remote_cases.read(connection, job_id, now)
    cards = charges.cards(connection, job_id, job.price_list_id)
    asked = {"job": job_id}
    taken = [card for card in cards if card.type == REMOTE_TYPE and card.settled]
    return RemoteCase(
        job_id=job_id,
        status=job.status,
        dealer_id=job.dealer_id,
        dealer_name=dealer_name,
        dispute=_dispute(connection.exec_driver_sql(_DISPUTE, asked).first()),
        suggestion=_suggestion(found.verdict),
        promise=_promise(found),
        rule=_rule(found),
        way=_way(found),
        check_in=_check_in(connection, found.row),
        photos=connection.exec_driver_sql(_PHOTOS, asked).scalar_one(),
        charges=cards,
        collected_fen=sum(card.amount_fen - (card.refund_fen or 0) for card in taken),
        history=tuple(EventLine(*line) for line in connection.exec_driver_sql(_HISTORY, asked)),
        available_actions=_actions(job, actor),
    )


def _actions(job: JobState, actor: Actor) -> tuple[str, ...]:
    return tuple(str(name) for name in lifecycle.available_actions(job, actor.role) if name in _ACTIONS)


def _dispute(row: Any) -> Ruling | None:
    if row is None:
        return None
    waits = row.opened_at + RULE_WITHIN if row.ruled_by is None else None
    return Ruling(
        row.opened_at, row.opened_by_role, row.owed_fen, row.customer_fen, row.ruled_by, row.ruled_at, waits
    )


def _suggestion(verdict: Verdict) -> Suggestion:
    return Suggestion(
        decided=verdict.decided,
        provisional=verdict.provisional,
        grounds=tuple(str(ground) for ground in verdict.grounds),
        ground_names=tuple(remote_words.GROUNDS[ground] for ground in verdict.grounds),
        owed_fen=verdict.owed_fen,
        promised_fen=verdict.promised_fen,
        customer_fen=verdict.customer_fen,
        brand_fen=verdict.brand_fen,
        payer=verdict.payer,
        needs_yes=verdict.needs_yes,
        text=verdict.text,
    )


def _promise(found: Case) -> PromiseShown | None:
    shown, line, row = found.shown, found.line, found.row
    if shown is None or line is None:
        return None
    return PromiseShown(
        id=shown.name,
        made_at=shown.made_at,
        expires_at=row.expires_at,
        fee_rule_version=row.versions["fee_rule"],
        price_list_id=row.versions["price_list"],
        dealer=line["dealer"],
        zone=shown.zone,
        basis=shown.basis,
        amount_fen=shown.amount_fen,
        distance_m=shown.distance_m,
        text=line["remote"]["text"],
    )


def _rule(found: Case) -> RuleUsed | None:
    way = found.way
    rate = way.rule and way.rule.remote_rate(way.category, way.zone, way.free_m, way.per_km_fen)
    if not rate or way.rule is None:
        return None
    return RuleUsed(
        way.rule.version, way.rule.effective_from, rate.zone, rate.free_m, rate.per_km_fen, rate.cap_fen,
        rate.negotiated_beyond_m, rate.distance,
    )  # fmt: skip


def _way(found: Case) -> WayDriven:
    way = found.way
    points = _spot(found.outlet), _spot(found.door)
    return WayDriven(way.distance_m, "straight", way.agreed_fen, found.verdict.arithmetic, *points)


def _check_in(connection: Connection, row: Any) -> Arrived | None:
    if row.result is None:
        return None
    point = None
    if row.place is not None:
        key = connection.exec_driver_sql(_KEY, {"subject": row.subject_id}).scalar_one()
        try:
            point = _spot(point_of(reveal(unwrap(key), "check_in.place", row.place)))
        except Erased:
            point = None
    return Arrived(row.result, row.arrival_m, row.arrival_reason, row.arrived_at, row.photo_id, point)


def _spot(point: Point | None) -> Spot | None:
    if point is None:
        return None
    return Spot(point.lng, point.lat, point.datum, point.accuracy_m, point.source)
