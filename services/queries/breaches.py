"""Breaches as people read them: a dealer its own, the brand those of the channels it looks after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import BRAND_ROLES, Actor, Role
from domain.clocks import Level
from services.parts import notes
from services.queries import turns
from services.uow import query

LEVELS = {level: number for number, level in enumerate(Level, 1)}


@dataclass(frozen=True, slots=True)
class BreachLine:
    """A level that a clock reached. Words (`memo`, `appeal`, `declined`) are gone once the customer is erased.

    `withdrawn`: it turned out not to have been reached (told_late, corrected); kept for the record.
    """

    id: int
    clock_id: int
    job_id: int
    dealer_id: int | None
    kind: str
    family: str
    level: str
    due_at: datetime
    raised_at: datetime
    acknowledged_at: datetime | None
    memo: str | None
    excused_at: datetime | None
    excuse: str | None
    appealed_at: datetime | None
    appeal: str | None
    answer_due_at: datetime | None
    declined_at: datetime | None
    declined: str | None
    withdrawn_at: datetime | None
    withdrawn: str | None
    dealer_name: str | None


@dataclass(frozen=True, slots=True)
class BreachCount:
    """So many levels of a dealer's clocks, or of the brand's own, that nobody has answered; `due_at` of the oldest."""

    dealer_id: int | None
    dealer_name: str | None
    level: str
    breaches: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None is no filter. Open: neither acknowledged nor excused."""

    dealer_id: int | None = None
    job_id: int | None = None
    level: str | None = None
    kind: str | None = None
    open: bool | None = None
    appealed: bool | None = None
    unanswered: bool | None = None


_LIST = """
SELECT breach.id, clock_id, breach.job_id, breach.dealer_id, breach.kind, breach.family, breach.level, breach.due_at,
       raised_at, acknowledged_at, memo.text AS memo, excused_at, excuse, appealed_at, appeal.text AS appeal,
       answering.due_at AS answer_due_at, declined_at, declined.text AS declined, withdrawn_at, withdrawn,
       coalesce(dealer.short_name, dealer.name) AS dealer_name,
       subject.wrapped_key
  FROM breach JOIN job ON job.id = breach.job_id JOIN subject ON subject.id = job.subject_id
  LEFT JOIN note memo ON memo.id = memo_id LEFT JOIN note appeal ON appeal.id = appeal_id
  LEFT JOIN note declined ON declined.id = decline_id LEFT JOIN clock answering ON answering.id = appeal_clock_id
  LEFT JOIN dealer ON dealer.id = breach.dealer_id
 WHERE {conditions} LIMIT %(limit)s
"""
_CONDITIONS = {
    "dealer_id": "breach.dealer_id = %(dealer_id)s",
    "job_id": "clock_id IN (SELECT id FROM clock WHERE clock.job_id = %(job_id)s)",
    "level": "breach.level = %(level)s",
    "kind": "breach.kind = %(kind)s",
    "open": "(coalesce(acknowledged_at, excused_at, withdrawn_at) IS NULL) = %(open)s",
    "appealed": "(appealed_at IS NOT NULL) = %(appealed)s",
    "unanswered": "(appealed_at IS NOT NULL AND coalesce(excused_at, declined_at, withdrawn_at) IS NULL)"
    " = %(unanswered)s",
}


@query
def listed(
    connection: Connection, actor: Actor, wanted: Wanted, cursor: int | None, limit: int
) -> list[BreachLine]:
    """Breaches within the actor's horizon, newest first; those open or to be answered oldest first.

    Somebody else's dealer is simply empty.
    """
    condition, values = _horizon(actor)
    conditions = [condition]
    for name, text in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(text)
            values[name] = LEVELS[Level(value)] if name == "level" else value
    conditions.append(turns.by_id("breach.id", oldest=bool(wanted.open or wanted.unanswered)))
    statement = _LIST.format(conditions=" AND ".join(conditions))
    rows = connection.exec_driver_sql(statement, {**values, "cursor": cursor, "limit": limit})
    return [_line(row._asdict()) for row in rows]


_DIGEST = """
SELECT breach.dealer_id, min(coalesce(dealer.short_name, dealer.name)), breach.level, count(*), min(breach.due_at)
  FROM breach JOIN job ON job.id = breach.job_id LEFT JOIN dealer ON dealer.id = breach.dealer_id
 WHERE coalesce(acknowledged_at, excused_at, withdrawn_at) IS NULL AND {condition}
 GROUP BY breach.dealer_id, breach.level ORDER BY breach.level DESC, count(*) DESC, breach.dealer_id
"""


@query
def digest(connection: Connection, actor: Actor) -> tuple[BreachCount, ...]:
    """What nobody has answered, by dealer and level, the worst first."""
    condition, values = _horizon(actor)
    rows = connection.exec_driver_sql(_DIGEST.format(condition=condition), values)
    return tuple(BreachCount(row[0], row[1], str(tuple(Level)[row[2] - 1]), row[3], row[4]) for row in rows)


def _horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    if actor.role in BRAND_ROLES:
        if actor.channel_ids is None:
            return "true", {}
        return "job.channel_id = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}
    if actor.role in (Role.DISPATCHER, Role.DEALER_OWNER) and actor.dealer_id is not None:
        return "breach.dealer_id = %(own)s", {"own": actor.dealer_id}
    return "false", {}


def _line(row: Mapping[str, Any]) -> BreachLine:
    values = {name: row[name] for name in BreachLine.__slots__}
    words = {name: notes.opened(row["wrapped_key"], row[name]) for name in ("memo", "appeal", "declined")}
    return BreachLine(**{**values, **words, "level": str(tuple(Level)[row["level"] - 1])})
