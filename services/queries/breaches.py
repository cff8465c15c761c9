"""Breaches as people read them: a dealer its own, an installer his jobs', the brand those of its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import BRAND_ROLES, Actor, Role
from domain.clocks import AT_THE_DOOR, Level
from services.parts import notes
from services.queries import turns
from services.uow import query

LEVELS = {level: number for number, level in enumerate(Level, 1)}


@dataclass(frozen=True, slots=True)
class BreachLine:
    """A level that a clock reached. Words (memos, appeal, `declined`) are gone once the customer is erased.

    `withdrawn`: it turned out not to have been reached (told_late, corrected); kept for the record.
    `owner`: whose deed stops the clock (dealer, agent, brand, customer); `stopped_at`: when it was done.
    `said_before`: what the same dealer said of a lower level of the same clock. `explained`: the installer's word to
    his dealer: the brand reads it once the dealer appealed. An installer reads his own words and the agents' answer,
    not what his dealer wrote to the brand.
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
    owner: str | None
    stopped_at: datetime | None
    paused_at: datetime | None
    said_before: str | None
    explained: str | None
    explained_at: datetime | None
    product_name: str


@dataclass(frozen=True, slots=True)
class BreachCount:
    """Clocks of a dealer, or of the brand's own, at a level that nobody answered; `due_at` of the oldest."""

    dealer_id: int | None
    dealer_name: str | None
    level: str
    breaches: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None is no filter. Open: neither acknowledged nor excused.

    Latest: one line for a clock, at the highest level it reached (with the dealer who asks, where another had the job
    before or after); none for a warning that was heeded in time.
    """

    dealer_id: int | None = None
    job_id: int | None = None
    level: str | None = None
    kind: str | None = None
    open: bool | None = None
    appealed: bool | None = None
    unanswered: bool | None = None
    latest: bool = False

    @property
    def by_need(self) -> bool:
        """Whether the list is worked through with one line for a clock: the worst level first, then the oldest."""
        return self.latest and bool(self.open or self.unanswered)


_LIST = """
SELECT breach.id, clock_id, breach.job_id, breach.dealer_id, breach.kind, breach.family, breach.level, breach.due_at,
       raised_at, acknowledged_at, memo.text AS memo, excused_at, excuse, appealed_at, appeal.text AS appeal,
       answering.due_at AS answer_due_at, declined_at, declined.text AS declined, withdrawn_at, withdrawn,
       coalesce(dealer.short_name, dealer.name) AS dealer_name, clock.owner, clock.stopped_at, clock.paused_at,
       (SELECT text FROM note WHERE id = (
           SELECT max(memo_id) FROM breach lower WHERE lower.clock_id = breach.clock_id AND lower.level < breach.level
              AND lower.dealer_id IS NOT DISTINCT FROM breach.dealer_id)) AS said_before,
       explained.text AS explained, explained.created_at AS explained_at, explained.author_id AS explained_by,
       coalesce(product.name, job.sku) AS product_name,
       subject.wrapped_key
  FROM breach JOIN job ON job.id = breach.job_id JOIN subject ON subject.id = job.subject_id
  LEFT JOIN note memo ON memo.id = memo_id LEFT JOIN note appeal ON appeal.id = appeal_id
  LEFT JOIN note declined ON declined.id = decline_id LEFT JOIN clock answering ON answering.id = appeal_clock_id
  LEFT JOIN note explained ON explained.id = explain_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN dealer ON dealer.id = breach.dealer_id LEFT JOIN clock ON clock.id = breach.clock_id
 WHERE {conditions} LIMIT %(limit)s
"""
_UNANSWERED = (
    "({0}.appealed_at IS NOT NULL AND coalesce({0}.excused_at, {0}.declined_at, {0}.withdrawn_at) IS NULL)"
)
# An appeal against a lower level is still to be answered there: of those asked for, the highest of each clock.
LATEST = """breach.withdrawn_at IS NULL AND (breach.level > 1 OR clock.stopped_at IS NULL) AND NOT EXISTS (
    SELECT 1 FROM breach higher WHERE higher.clock_id = breach.clock_id AND higher.level > breach.level
       AND higher.withdrawn_at IS NULL{among})"""
OWN = "breach.dealer_id = %(own)s"
BESIDE = " AND higher.dealer_id = breach.dealer_id"
# Who was to come when it was due: whoever has the job today may have been sent because another did not come.
_NAMING = "FROM job_event said WHERE said.job_id = breach.job_id AND action IN ('assign', 'reassign') AND received_at"
NAMED_THEN = f"""coalesce(
    (SELECT coalesce((data ->> 'installer_id')::bigint, 0) {_NAMING} <= breach.due_at ORDER BY seq DESC LIMIT 1),
    (SELECT coalesce((data ->> 'from_installer_id')::bigint, 0) {_NAMING} > breach.due_at ORDER BY seq LIMIT 1),
    job.installer_id)"""
_OF_INSTALLER = f"{OWN} AND breach.kind = ANY(%(kinds)s) AND {NAMED_THEN} = %(person)s"
_AMONG = {
    "appealed": " AND higher.appealed_at IS NOT NULL",
    "unanswered": f" AND {_UNANSWERED.format('higher')}",
}
_CONDITIONS = {
    "dealer_id": "breach.dealer_id = %(dealer_id)s",
    "job_id": "clock_id IN (SELECT id FROM clock WHERE clock.job_id = %(job_id)s)",
    "level": "breach.level = %(level)s",
    "kind": "breach.kind = %(kind)s",
    "open": "(coalesce(acknowledged_at, excused_at, withdrawn_at) IS NULL) = %(open)s",
    "appealed": "(appealed_at IS NOT NULL) = %(appealed)s",
    "unanswered": f"{_UNANSWERED.format('breach')} = %(unanswered)s",
}
_BEYOND = """breach.level <= %(level_seen)s AND (
    breach.level < %(level_seen)s OR (breach.due_at, breach.id) > (%(due_seen)s, %(cursor)s))"""
_BY_NEED = "{beyond} ORDER BY breach.level DESC, breach.due_at, breach.id"


@query
def listed(
    connection: Connection, actor: Actor, wanted: Wanted, last: tuple[Any, ...] | None, limit: int
) -> list[BreachLine]:
    """Breaches within the actor's horizon, newest first; open or to be answered ones oldest first, `by_need` the worst.

    `last`: see `key_of`. Somebody else's dealer is simply empty.
    """
    condition, values = _horizon(actor)
    conditions = [condition]
    for name, text in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(text)
            values[name] = LEVELS[Level(value)] if name == "level" else value
    if wanted.latest:
        among = (text for name, text in _AMONG.items() if getattr(wanted, name))
        conditions.append(LATEST.format(among="".join(among) + _beside(condition)))
    *seen, cursor = last or (None,)
    values |= {"cursor": cursor, "limit": limit, **dict(zip(("level_seen", "due_seen"), seen, strict=False))}
    conditions.append(_turn(wanted, begun=last is not None))
    rows = connection.exec_driver_sql(_LIST.format(conditions=" AND ".join(conditions)), values)
    return [_line(row._asdict(), actor) for row in rows]


def _turn(wanted: Wanted, *, begun: bool) -> str:
    if wanted.by_need:
        return _BY_NEED.format(beyond=_BEYOND if begun else "true")
    return turns.by_id("breach.id", oldest=bool(wanted.open or wanted.unanswered))


def key_of(line: BreachLine, wanted: Wanted) -> tuple[Any, ...]:
    """By what the list is sorted: (level, due_at, id) by need, else (id,)."""
    return (LEVELS[Level(line.level)], line.due_at, line.id) if wanted.by_need else (line.id,)


_DIGEST = f"""
SELECT breach.dealer_id, min(coalesce(dealer.short_name, dealer.name)), breach.level, count(*), min(breach.due_at)
  FROM breach JOIN job ON job.id = breach.job_id LEFT JOIN dealer ON dealer.id = breach.dealer_id
  LEFT JOIN clock ON clock.id = breach.clock_id
 WHERE coalesce(acknowledged_at, excused_at, withdrawn_at) IS NULL AND {LATEST.format(among="{beside}")}
   AND {{condition}}
 GROUP BY breach.dealer_id, breach.level ORDER BY breach.level DESC, count(*) DESC, breach.dealer_id
"""


@query
def digest(connection: Connection, actor: Actor) -> tuple[BreachCount, ...]:
    """What nobody has answered, each clock at its highest level, by dealer and level, the worst first."""
    condition, values = _horizon(actor)
    rows = connection.exec_driver_sql(_DIGEST.format(condition=condition, beside=_beside(condition)), values)
    return tuple(BreachCount(row[0], row[1], str(tuple(Level)[row[2] - 1]), row[3], row[4]) for row in rows)


def _beside(condition: str) -> str:
    """A dealer's line stands beside its own alone: the clock may outlive it and reach more with another."""
    return BESIDE if condition.startswith(OWN) else ""


def _horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    if actor.role in BRAND_ROLES:
        if actor.channel_ids is None:
            return "true", {}
        return "job.channel_id = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}
    if actor.role in (Role.DISPATCHER, Role.DEALER_OWNER) and actor.dealer_id is not None:
        return OWN, {"own": actor.dealer_id}
    if actor.role == Role.INSTALLER and actor.dealer_id is not None:
        return _OF_INSTALLER, {
            "own": actor.dealer_id,
            "person": actor.person_id,
            "kinds": sorted(AT_THE_DOOR),
        }
    return "false", {}


_OF_HOUSE = ("memo", "appeal", "said_before")
_WORDS = (*_OF_HOUSE, "declined", "explained")


def _line(row: Mapping[str, Any], actor: Actor) -> BreachLine:
    values = {name: row[name] for name in BreachLine.__slots__}
    words = {name: notes.opened(row["wrapped_key"], row[name]) for name in _WORDS}
    if actor.role == Role.INSTALLER:
        words |= dict.fromkeys(_OF_HOUSE)
    if not _reads_explained(row, actor):
        words["explained"] = None
    return BreachLine(**{**values, **words, "level": str(tuple(Level)[row["level"] - 1])})


def _reads_explained(row: Mapping[str, Any], actor: Actor) -> bool:
    """It is said to the dealer, who decides whether the brand hears of it."""
    if actor.role in BRAND_ROLES:
        return row["appealed_at"] is not None
    return actor.role != Role.INSTALLER or row["explained_by"] == actor.person_id
