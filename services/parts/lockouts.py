"""Lock-outs with growing delay, exact across processes: an attempt is charged before it is judged.

A hundred guesses sent at once are a hundred charges, of which the database lets through the free ones only.
Each statement commits by itself, so that a refused and rolled back use case still counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, text

from domain.access import LockRule
from domain.errors import TooMany
from models.session import Lockout
from services.personal import lookup
from services.uow import query

_MOST = 24  # beyond this many failures the wait stays at the rule's cap


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that can be locked: `key` is a keyed hash, so that the table names nobody."""

    key: str = field(repr=False)
    rule: LockRule


def gate(kind: str, value: str, rule: LockRule) -> Gate:
    """The gate for a value of a kind: gate("password", login, PASSWORD_LOCK)."""
    return Gate(f"{kind}:{lookup(kind, value).hex()}", rule)


_CHARGE = text(
    """
    INSERT INTO lockout AS l (key, failures, last_at, locked_until)
    VALUES (:key, 1, :now, CASE WHEN (:waits)[1] > 0 THEN :now + (:waits)[1] * interval '1 second' END)
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN l.last_at < :forget THEN 1 ELSE l.failures + 1 END,
        last_at = :now,
        locked_until = :now + interval '1 second'
            * (:waits)[CASE WHEN l.last_at < :forget THEN 1 ELSE least(l.failures + 1, :most) END]
    WHERE l.locked_until IS NULL OR l.locked_until <= :now
    RETURNING failures
    """
)


@query
def _charge(connection: Connection, one: Gate, now: datetime) -> datetime | None:
    """Count an attempt; the end of the lock when there was one already (then nothing is counted)."""
    values = {
        "key": one.key,
        "now": now,
        "forget": now - one.rule.forget,
        "waits": [int(one.rule.wait(failures).total_seconds()) for failures in range(1, _MOST + 1)],
        "most": _MOST,
    }
    if connection.execute(_CHARGE, values).one_or_none() is not None:
        return None
    locked = connection.execute(text("SELECT locked_until FROM lockout WHERE key = :key"), {"key": one.key})
    return locked.scalar_one_or_none()


def charge(gates: Sequence[Gate], now: datetime) -> None:
    """Count one attempt at every gate; `TooMany` when one of them is locked, and then none is charged."""
    for position, one in enumerate(gates):
        locked = _charge(one, now)
        if locked is not None:
            for earlier in gates[:position]:
                refund(earlier)
            raise TooMany(max(1, -(-(locked - now) // timedelta(seconds=1))))


@query
def refund(connection: Connection, one: Gate) -> None:
    """Take one charge back: the attempt was right, or failed for another reason."""
    connection.execute(
        text("UPDATE lockout SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE key = :key"),
        {"key": one.key},
    )


@query
def clear(connection: Connection, one: Gate) -> None:
    """Forget all charges of a gate, after the right password."""
    connection.execute(delete(Lockout).where(Lockout.key == one.key))


@query
def purge(connection: Connection, before: datetime) -> int:
    """Delete what was last tried before `before`; returns how many. For a sweep."""
    return connection.execute(delete(Lockout).where(Lockout.last_at < before)).rowcount
