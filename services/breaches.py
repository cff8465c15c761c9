"""What people do about a breach: installers explain it to their dealer, desks acknowledge it with a memo, owners
appeal, agents excuse or decline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.clocks import AT_THE_DOOR, Family
from domain.errors import Conflict, Fault, Invalid, NotFound
from domain.notices import Audience
from services.parts import appeals, notes, outbox
from services.parts.outbox import Owed
from services.queries.breaches import NAMED_THEN
from services.uow import use_case

EXCUSES = {
    "goods_late": "货未按时送达",
    "customer": "客户原因",
    "weather": "天气或不可抗力",
    "system": "平台或系统故障",
    "brand": "品牌原因",
    "misjudged": "判定有误",
    "other": "其他",
}


class AlreadyHandled(Conflict):
    """Acknowledged, excused or appealed before."""

    code = "already_handled"
    title = "该时效记录已处理"


class DealersTurn(Conflict):
    """A dealer was late, and it is the dealer who says what it does about it."""

    code = "dealers_turn"
    title = "该超时由网点说明"


@dataclass(frozen=True, slots=True)
class BreachState:
    """Where a breach stands with the people."""

    id: int
    acknowledged_at: datetime | None
    excused_at: datetime | None
    excuse: str | None
    appealed_at: datetime | None
    declined_at: datetime | None


# Trap: the job before the breach, as deeds and corrections lock them; the other way round two wait in a ring.
_HOLD = "SELECT 1 FROM job WHERE id = (SELECT job_id FROM breach WHERE id = %(id)s) FOR NO KEY UPDATE"
_READ = f"""
SELECT breach.*, job.channel_id, {NAMED_THEN} AS named_then, job.category_code, job.zone, job.subject_id,
       job.fees_posted_at, clock.turn
  FROM breach JOIN job ON job.id = breach.job_id JOIN clock ON clock.id = breach.clock_id
 WHERE breach.id = %(id)s FOR UPDATE OF breach
"""
_STATE = "RETURNING id, acknowledged_at, excused_at, excuse, appealed_at, declined_at"
_ACKNOWLEDGE = f"""
UPDATE breach SET acknowledged_at = %(now)s, acknowledged_by = %(by)s, memo_id = %(note)s WHERE id = %(id)s {_STATE}
"""
_APPEAL = f"""
UPDATE breach SET appealed_at = %(now)s, appealed_by = %(by)s, appeal_id = %(note)s, appeal_clock_id = %(clock)s
 WHERE id = %(id)s {_STATE}
"""
_EXPLAIN = f"UPDATE breach SET explain_id = %(note)s WHERE id = %(id)s {_STATE}"
_DECLINE = f"""
UPDATE breach SET declined_at = %(now)s, declined_by = %(by)s, decline_id = %(note)s WHERE id = %(id)s {_STATE}
"""
_EXCUSE = f"""
WITH excused AS (
    UPDATE breach SET excused_at = %(now)s, excused_by = %(by)s, excuse = %(reason)s
     WHERE clock_id = %(clock)s AND excused_at IS NULL AND withdrawn_at IS NULL {_STATE})
SELECT * FROM excused WHERE id = %(id)s
"""


@use_case
def acknowledge(tx: Connection, actor: Actor, breach_id: int, memo: str, now: datetime) -> BreachState:
    """Whose turn it was has seen it and says what it does about it: the dealer's desk, or an agent for the brand.

    NotFound for another dealer's or channel's; `DealersTurn` for an agent.
    """
    row = _of_late(tx, actor, breach_id)
    if row.acknowledged_at is not None:
        raise AlreadyHandled
    return _noted(tx, _ACKNOWLEDGE, actor, row, memo, now)


@use_case
def appeal(tx: Connection, actor: Actor, breach_id: int, reason: str, now: datetime) -> BreachState:
    """The dealer's owner asks that it be excused; the agents are told, and have a clock to answer.

    Once per breach, also when its penalty is in the ledger already: won, it is taken back there.
    """
    row = _of_dealer(tx, actor, breach_id, Role.DEALER_OWNER)
    if any((row.appealed_at, row.excused_at, row.withdrawn_at)):
        raise AlreadyHandled
    clock_id = appeals.start(tx, row, now)
    _tell(tx, row, "breach_appealed", {"audience": Audience.AGENTS}, now)
    return _noted(tx, _APPEAL, actor, row, reason, now, clock_id)


@use_case
def explain(tx: Connection, actor: Actor, breach_id: int, words: str, now: datetime) -> BreachState:
    """Who was to come when it was due tells his dealer why; the desk is told. To appeal is the dealer's, not his.

    Once per breach; NotFound for what was not his to do at the door.
    """
    row = _of_dealer(tx, actor, breach_id, Role.INSTALLER)
    if row.named_then != actor.person_id or row.kind not in AT_THE_DOOR:
        raise NotFound
    if any((row.explain_id, row.excused_at, row.withdrawn_at)):
        raise AlreadyHandled
    _tell(tx, row, "breach_explained", {"audience": Audience.DESK, "dealer_ids": [row.dealer_id]}, now)
    return _noted(tx, _EXPLAIN, actor, row, words, now)


@use_case
def decline(tx: Connection, actor: Actor, breach_id: int, reason: str, now: datetime) -> BreachState:
    """An agent answers an appeal with no, and says why; the dealer is told. Granting it is `excuse`.

    What the level costs waited for this: it is posted with the job's fees, or now where these are posted already.
    """
    row = _of_agent(tx, actor, breach_id)
    if row.appealed_at is None or any((row.declined_at, row.excused_at, row.withdrawn_at)):
        raise AlreadyHandled
    appeals.answered(tx, row.clock_id, now, row.id)
    if row.fees_posted_at is not None:
        payload = {"job_id": row.job_id, "kind": row.kind, "turn": row.turn}
        outbox.put(tx, [Owed("held_penalty", f"held_penalty:{row.id}", payload, job_id=row.job_id)], now)
    _tell(tx, row, "appeal_declined", {"audience": Audience.DESK, "dealer_ids": [row.dealer_id]}, now)
    return _noted(tx, _DECLINE, actor, row, reason, now)


@use_case
def excuse(tx: Connection, actor: Actor, breach_id: int, reason: str, now: datetime) -> BreachState:
    """An agent takes the blame off: every level this clock has reached so far, none it reaches later.

    NotFound outside the agent's channels. A penalty that is in the ledger already is taken back in the open month, in
    the agent's name (`adjustments.take_back_excused`), and stands on the dealer's next statement.
    """
    if reason not in EXCUSES:
        raise Invalid(errors=[Fault("reason", "unknown_value", f"可选：{'、'.join(EXCUSES)}")])
    row = _of_agent(tx, actor, breach_id)
    if row.excused_at is not None or row.withdrawn_at is not None:
        raise AlreadyHandled
    if row.fees_posted_at is not None and row.family == Family.DEALER:
        payload = {"job_id": row.job_id, "kind": row.kind, "turn": row.turn}
        payload |= {"reason": f"时效免责：{EXCUSES[reason]}", "by": actor.person_id}
        outbox.put(
            tx, [Owed("excused_penalty", f"excused_penalty:{row.id}", payload, job_id=row.job_id)], now
        )
    appeals.answered(tx, row.clock_id, now)
    values = {"id": row.id, "clock": row.clock_id, "reason": reason, "by": actor.person_id, "now": now}
    return BreachState(*tx.exec_driver_sql(_EXCUSE, values).one())


def _read(tx: Connection, breach_id: int) -> Any:
    """The breach, locked; its job held, so that no fee run posts meanwhile and no deed judges it anew."""
    tx.exec_driver_sql(_HOLD, {"id": breach_id})
    row = tx.exec_driver_sql(_READ, {"id": breach_id}).first()
    if row is None:
        raise NotFound
    return row


def _of_late(tx: Connection, actor: Actor, breach_id: int) -> Any:
    if actor.role not in (Role.AGENT, Role.ADMIN):
        return _of_dealer(tx, actor, breach_id, Role.DISPATCHER, Role.DEALER_OWNER)
    row = _of_agent(tx, actor, breach_id)
    if row.dealer_id is not None:
        raise DealersTurn
    return row


def _of_dealer(tx: Connection, actor: Actor, breach_id: int, *roles: Role) -> Any:
    row = _read(tx, breach_id)
    if actor.role not in roles or actor.dealer_id is None or row.dealer_id != actor.dealer_id:
        raise NotFound
    return row


def _of_agent(tx: Connection, actor: Actor, breach_id: int) -> Any:
    row = _read(tx, breach_id)
    beyond = actor.channel_ids is not None and row.channel_id not in actor.channel_ids
    if actor.role not in (Role.AGENT, Role.ADMIN) or beyond:
        raise NotFound
    return row


def _tell(tx: Connection, row: Any, template: str, to: dict[str, Any], now: datetime) -> None:
    key = f"breach:{row.id}:{template}"
    outbox.put(tx, [Owed("notice", key, {"template": template, **to}, job_id=row.job_id)], now)


def _noted(
    tx: Connection,
    statement: str,
    actor: Actor,
    row: Any,
    words: str,
    now: datetime,
    clock_id: int | None = None,
) -> BreachState:
    note = notes.write(tx, row.job_id, row.subject_id, actor.person_id, words, now)
    values = {"id": row.id, "note": note, "by": actor.person_id, "now": now, "clock": clock_id}
    return BreachState(*tx.exec_driver_sql(statement, values).one())
