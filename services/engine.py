"""How a process connects: a small pool, the same for web workers and the runner; and a short way to ask one thing.

A connection is pinged only when it has lain idle: under load that would be a round trip per transaction, and
the look-up of the caller, which opens nearly every request, is tried twice anyway (`api/auth.py`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from services.lines import line_of

IDLE_S = 5.0


def options(pool_size: int = 16, max_overflow: int = 8) -> Mapping[str, Any]:
    """Keyword arguments of `create_engine`. Parameters never appear in error texts or logs.

    As many are kept as a web worker has threads: one beyond would be opened and closed for a single request, which
    costs ten of them.
    """
    return {
        "pool_size": pool_size,
        "max_overflow": max_overflow,
        "pool_timeout": 10,
        "pool_recycle": 1800,
        "pool_use_lifo": True,  # the connection used a moment ago is the one that is certainly alive
        "hide_parameters": True,
        "json_serializer": _dumps,
        "json_deserializer": orjson.loads,
        "connect_args": {
            "prepare_threshold": None,  # `services/lines.py` prepares; psycopg would deallocate that on a rollback
            "connect_timeout": 5,
            "application_name": "tuozhuang",
            "options": "-c TimeZone=UTC -c lock_timeout=15s -c idle_in_transaction_session_timeout=60s",
        },
    }


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def ping_when_idle(engine: Engine, idle_s: float = IDLE_S) -> None:
    """Ping a connection that lay in the pool for `idle_s`; a dead one is replaced before anybody notices."""

    @event.listens_for(engine, "checkin")
    def lay_down(_: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def take_up(raw: Any, record: Any, _: Any) -> None:
        if time.monotonic() - record.info.get("since", time.monotonic()) < idle_s:
            return
        try:
            alive = engine.dialect.do_ping(raw)
        except engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]  # psycopg always has one
            raise DisconnectionError from error
        if not alive:
            raise DisconnectionError


def fetch_one(engine: Engine, statement: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The only row of a SELECT in psycopg's own form (`%(name)s`), or None, on a pooled connection in autocommit.

    For what every request asks: 40 µs of CPU where the same row through SQLAlchemy takes 145. A connection that
    turns out dead takes the whole pool with it, and the question is asked once more on a new one.
    """
    try:
        return _fetch_one(engine, statement, values)
    except DisconnectionError:
        return _fetch_one(engine, statement, values)


def _fetch_one(engine: Engine, statement: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    pooled = engine.raw_connection()
    line = line_of(pooled)
    driver = line.driver
    try:
        driver.autocommit = True
        rows, _ = line.run(statement, values)
        driver.autocommit = False
        return rows[0] if rows else None
    except BaseException as error:
        lost = driver.closed
        pooled.invalidate(error)  # trap: whatever it was, the connection may still be in autocommit
        if not lost:
            raise
        engine.dispose()
        raise DisconnectionError from error
    finally:
        pooled.close()
