"""The record of a correction: who changed which rule of the clocks, why, and that he had seen what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, insert, text

from domain.errors import Conflict
from models.clock import ClockCorrection, ClockCorrectionWork
from services.parts import correcting
from services.parts.correcting import Difference, Plan


class NotSeen(Conflict):
    """The correction moves clocks, and its difference was not asked for before; `extra` has the counts."""

    code = "difference_not_seen"
    title = "该更正会改变已有时效，请先预览差异"


class DifferenceStale(Conflict):
    """The rules, or what is wanted, are not those that were shown."""

    code = "difference_stale"
    title = "预览之后规则已变化，请重新预览"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a correction would do. `seen` is to be sent back with it: it names this very change of these very rules."""

    seen: str
    difference: Difference


class CorrectionRunning(Conflict):
    """An earlier correction has not yet gone through all its clocks."""

    code = "correction_running"
    title = "上一次更正仍在执行，请稍后再试"


LOOK = "/api/v1/clock-corrections"


@dataclass(frozen=True, slots=True)
class Queued:
    """The rule stands; the clocks it meets are judged anew by the runner, unless there are none (`finished`).

    `look`: where its progress can be read.
    """

    correction_id: int
    finished: bool
    look: str = LOOK


_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('clock rules'))")
_STAMP = "SELECT coalesce(max(id), 0) FROM clock_correction"


def one_at_a_time(tx: Connection) -> None:
    """Until the end of the transaction nobody else corrects rules."""
    tx.execute(_ONE_AT_A_TIME)


def seen(tx: Connection, wanted: Mapping[str, Any]) -> str:
    """The name of this change of the rules as they stand: clocks may come and go, rules may not."""
    stamp = tx.exec_driver_sql(_STAMP).scalar_one()
    named = orjson.dumps([stamp, wanted], option=orjson.OPT_SORT_KEYS, default=str)
    return sha256(named).hexdigest()[:32]


def require_seen(told: str | None, known: str, difference: Difference) -> None:
    """`DifferenceStale` for another change or other rules, `NotSeen` where clocks move and nobody looked."""
    if told is not None and told != known:
        raise DifferenceStale
    if told is None and not difference.is_empty():
        raise NotSeen(
            moved=difference.moved,
            breaches_withdrawn=difference.breaches_withdrawn,
            breaches_coming=difference.breaches_coming,
        )


@dataclass(frozen=True, slots=True)
class Rechecked:
    """Clocks looked at again after a correction, and those that had been started by the rules of before."""

    clocks: int = 0
    changed: int = 0


# Processes remember rules for half a minute, and the recheck runs every hour.
_RUNNING = "SELECT 1 FROM clock_correction_work WHERE finished_at IS NULL LIMIT 1"


def running(tx: Connection) -> bool:
    """Whether a correction is still on its way through the clocks."""
    return tx.exec_driver_sql(_RUNNING).first() is not None


def require_none_running(tx: Connection) -> None:
    """`CorrectionRunning`: what was made upon another's clocks halfway could not be told from it."""
    if running(tx):
        raise CorrectionRunning


_RECENT = "SELECT id, what FROM clock_correction WHERE kind = %(kind)s AND at >= %(since)s ORDER BY id"


def recent(tx: Connection, kind: str, now: datetime) -> list[Any]:
    """The corrections (`id`, `what`) of the last two hours, oldest first."""
    values = {"kind": kind, "since": now - timedelta(hours=2)}
    return list(tx.exec_driver_sql(_RECENT, values))


def begin(
    tx: Connection, kind: str, what: Mapping[str, Any], reason: str, by_id: int | None, now: datetime
) -> int:
    """The row of the act; what it does to clocks is written under its id."""
    values = {"kind": kind, "what": dict(what), "reason": reason, "by_id": by_id, "at": now}
    made = insert(ClockCorrection).values(values).returning(ClockCorrection.id)
    return int(tx.execute(made).scalar_one())


def queue(tx: Connection, record: int, plan: Plan, now: datetime) -> bool:
    """Have the correction carried through the clocks it meets; false when there are none, and it is done."""
    waits = correcting.meets(tx, plan)
    values = {"correction_id": record, "queued_at": now, "finished_at": None if waits else now}
    tx.execute(insert(ClockCorrectionWork).values(values))
    return waits
