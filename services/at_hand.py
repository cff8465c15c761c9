"""Connections that lie open, the one used last on top: taking it up is a pop.

A turn at SQLAlchemy's pool is 60 Python calls, as many as six statements, and a request takes two. The pool goes on
making, counting, pinging and renewing connections; a few of them rest here in between, unless somebody may be waiting
for one at the pool.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from models import db
from services.config import extensions
from services.direct import Direct

IDLE_S = 5.0  # one that lay for longer goes by way of the pool, which pings it
RENEW_S = 300.0  # and so does one in steady use now and then: the pool knows which are too old
_NAME = "connections"


class Connections:
    """The open connections of one engine. Safe from many threads; a connection belongs to one at a time."""

    def __init__(self, engine: Engine, idle_s: float = IDLE_S) -> None:
        self._engine = engine
        self._idle_s = idle_s
        self._open: list[Direct] = []
        pool: Any = engine.pool
        self._most = pool.size()
        self._all = self._most + pool._max_overflow
        event.listen(engine, "engine_disposed", self._let_go)

    def take(self) -> Direct:
        """A connection without a transaction; OperationalError, or the pool's TimeoutError when all are taken."""
        try:
            connection = self._open.pop()
        except IndexError:
            return self._another()
        now = time.monotonic()
        if now - connection.since < self._idle_s and now < connection.until:
            return connection
        connection.close()
        return self._another()

    def _another(self) -> Direct:
        connection = Direct(self._engine)
        connection.until = time.monotonic() + RENEW_S
        return connection

    def give(self, connection: Direct) -> None:
        """Lay it down again; what is not committed is undone."""
        if not connection.undo():
            connection.invalidate()
        elif self._may_rest():
            connection.since = time.monotonic()
            self._open.append(connection)
            return
        connection.close()

    def _may_rest(self) -> bool:
        pool: Any = self._engine.pool
        return bool(len(self._open) < self._most and pool.checkedout() < self._all)

    def _let_go(self, _: Engine) -> None:
        while self._open:
            connection = self._open.pop()
            connection.invalidate()
            connection.close()


def connections() -> Connections:
    """Those of the running application."""
    known = extensions()
    found: Connections | None = known.get(_NAME)
    if found is None:
        found = known.setdefault(_NAME, Connections(db.engine))
    return found


def fetch_one(statement: str, values: Mapping[str, Any]) -> Any:
    """The only row of a SELECT in psycopg's own form (`%(name)s`), or None: for what every request asks first.

    A connection that turns out dead takes all that lie idle with it, and the question is asked once more on a new one.
    """
    try:
        return _fetch_one(statement, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _fetch_one(statement, values)


def _fetch_one(statement: str, values: Mapping[str, Any]) -> Any:
    shared = connections()
    connection = shared.take()
    try:
        return connection.look(statement, values)
    finally:
        shared.give(connection)
