"""Repairs as agents, customers and dealers read them: who pays, by which arithmetic, what was quoted and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import BRAND_ROLES, Actor
from domain.errors import NotFound
from domain.warranty import COVERS, PAYER_NAMES
from services import personal
from services.queries import scope
from services.uow import query

PLACE = "service_request.problem"


@dataclass(frozen=True, slots=True)
class RepairLine:
    """One part foreseen, with its arithmetic."""

    item: str
    quantity: int
    amount_fen: int
    text: str


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """A repair. `problem` is there only while no job carries it as a note, and only for the brand."""

    id: int
    job_id: int | None
    job_status: str | None
    queue: str | None
    channel_id: int | None
    serial_number: str | None
    cover: str
    cover_name: str
    warranty: str
    payer: str | None
    payer_name: str | None
    until: date | None
    text: str
    from_job_id: int | None
    liable_dealer_id: int | None
    quoted_fen: int | None
    quoted_at: datetime | None
    quote_text: str | None
    quote_lines: tuple[RepairLine, ...]
    answer: str | None
    answered_at: datetime | None
    answered_how: str | None
    created_at: datetime
    closed_at: datetime | None
    problem: str | None


_ROWS = """
SELECT request.*, job.status AS job_status, job.queue, subject.wrapped_key
  FROM service_request request LEFT JOIN job ON job.id = request.job_id
  JOIN subject ON subject.id = request.subject_id
 WHERE {horizon}
"""
_STATES = {
    "waiting": "request.job_id IS NULL AND request.closed_at IS NULL",
    "undecided": "request.payer IS NULL AND job.status = 'new'",
    "to_quote": "request.payer = 'customer' AND request.quote IS NULL AND job.status = 'new'",
    "quoted": "request.quote IS NOT NULL AND request.answer IS NULL AND job.status = 'new'",
    "all": "true",
}
STATES = tuple(_STATES)


@query
def listed(connection: Connection, actor: Actor, state: str, after: int, limit: int) -> list[ServiceCard]:
    """Repairs in one state within the actor's channels, oldest first."""
    horizon, params = _horizon(actor)
    condition = f"{horizon} AND {_STATES[state]} AND request.id > %(after)s"
    sql = _ROWS.format(horizon=condition) + " ORDER BY request.id LIMIT %(most)s"
    rows = connection.exec_driver_sql(sql, {**params, "after": after, "most": limit})
    return [_card(row, actor) for row in rows]


@query
def card(connection: Connection, actor: Actor, service_id: int) -> ServiceCard:
    """One repair; `NotFound` outside the actor's horizon."""
    horizon, params = _horizon(actor)
    sql = f"{_ROWS.format(horizon=horizon)} AND request.id = %(id)s"
    row = connection.exec_driver_sql(sql, {**params, "id": service_id}).first()
    if row is None:
        raise NotFound
    return _card(row, actor)


def _horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    """Of a job: as the job's. Without one: the brand's within its channels, and who asked."""
    of_job, params = scope.jobs(actor)
    if actor.role in BRAND_ROLES:
        loose = "true"
        if actor.channel_ids is not None:
            loose = "request.channel_id IS NULL OR request.channel_id = ANY(%(channels)s)"
    elif actor.person_id is not None and actor.dealer_id is None:
        loose, params = "request.person_id = %(asker)s", params | {"asker": actor.person_id}
    else:
        loose = "false"
    return f"CASE WHEN request.job_id IS NULL THEN {loose} ELSE {of_job} END", params


def _card(row: Any, actor: Actor) -> ServiceCard:
    quote = row.quote or {}
    lines = (quote.get("parts") or {}).get("lines", ())
    return ServiceCard(
        row.id, row.job_id, row.job_status, row.queue, row.channel_id, row.serial_number, row.cover,
        COVERS[row.cover], row.verdict, row.payer, PAYER_NAMES.get(row.payer), row.until, row.text,
        row.from_job_id, row.liable_dealer_id, row.quoted_fen, row.quoted_at, quote.get("text"),
        tuple(RepairLine(one["item"], one["quantity"], one["amount_fen"], one["text"]) for one in lines),
        row.answer, row.answered_at, row.answered_how, row.created_at, row.closed_at, _problem(row, actor),
    )  # fmt: skip


def _problem(row: Any, actor: Actor) -> str | None:
    if row.problem is None or actor.role not in BRAND_ROLES:
        return None
    try:
        return str(personal.reveal(personal.unwrap(row.wrapped_key), PLACE, row.problem))
    except personal.Erased:
        return None
