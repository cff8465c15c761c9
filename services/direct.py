"""A SQLAlchemy connection whose statements in text go straight to the driver.

`exec_driver_sql` of SQLAlchemy costs 75 µs of Python around the 25 that psycopg takes: contexts, events and result
metadata that a finished statement does not need. A request runs five to fifteen of them. Here it costs 30 µs
and gives rows that are named tuples; everything else (pool, transactions, `execute` of what is built from models) is
SQLAlchemy's, on the same connection and in the same transaction.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

_CURSOR = "direct"
Row = Any  # a named tuple of the statement's columns


class Found:
    """What a statement gave, all of it at hand: the part of SQLAlchemy's result that is in use here."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Row], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount  # how many rows the statement found or touched

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def all(self) -> list[Row]:
        """Every row."""
        return self._rows

    def first(self) -> Row | None:
        """The first row, if there is one."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Row | None:
        """The only row, or None; MultipleResultsFound."""
        if len(self._rows) > 1:
            raise MultipleResultsFound
        return self.first()

    def one(self) -> Row:
        """The only row; NoResultFound, MultipleResultsFound."""
        row = self.one_or_none()
        if row is None:
            raise NoResultFound
        return row

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The first column of the only row; NoResultFound, MultipleResultsFound."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """The first column of the only row, or None; MultipleResultsFound."""
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> Column:
        """The first column of every row."""
        return Column(row[0] for row in self._rows)

    def mappings(self) -> list[dict[str, Any]]:
        """Every row by the names of its columns."""
        return [row._asdict() for row in self._rows]


class Column(list[Any]):
    """The values of one column."""

    def all(self) -> list[Any]:
        """Themselves."""
        return self


def _rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """psycopg's row factory: named tuples, where a name that comes twice is reachable by its place only."""
    result = cursor.pgresult
    if result is None or not result.nfields:
        return tuple
    made: Callable[[Sequence[Any]], Row] = _kind(
        *[result.fname(place) for place in range(result.nfields)]
    )._make
    return made


@lru_cache(maxsize=1024)
def _kind(*names: bytes | None) -> Any:
    return namedtuple("Row", [(name or b"").decode() for name in names], rename=True)


def lasting_cursor(pooled: PoolProxiedConnection) -> psycopg.Cursor[Row]:
    """The one cursor that lives as long as its connection lies in the pool: a fresh one costs 9 µs a statement."""
    cursor: psycopg.Cursor[Row] | None = pooled.info.get(_CURSOR)
    if cursor is None:
        driver: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]
        cursor = pooled.info[_CURSOR] = driver.cursor(row_factory=_rows)
    return cursor


class Direct(Connection):
    """One connection of the pool; give it up by `with`."""

    def exec_driver_sql(self, statement: str, parameters: Any = None, execution_options: Any = None) -> Any:
        """Run one statement in psycopg's own form (`%(name)s`); the DBAPIErrors that SQLAlchemy raises."""
        if isinstance(parameters, list) or execution_options is not None:
            return super().exec_driver_sql(statement, parameters, execution_options)
        cursor = lasting_cursor(self.connection)
        if not cursor.connection.autocommit and not self.in_transaction():
            self.begin()  # otherwise SQLAlchemy would not know that there is something to commit
        try:
            cursor.execute(statement, parameters)
            gives = cursor.pgresult is not None and cursor.pgresult.nfields
            return Found(cursor.fetchall() if gives else [], cursor.rowcount)
        except psycopg.Error as error:
            raise self._told(error, cursor.connection, statement) from error

    def _told(self, error: psycopg.Error, driver: psycopg.Connection[Any], statement: str) -> BaseException:
        """The error as SQLAlchemy tells it. A connection that is lost takes the whole pool with it."""
        lost = self.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
        if lost:
            self.invalidate(error)
            self.engine.dispose()
        return DBAPIError.instance(
            statement,
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=self.dialect,
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Direct]:
    """A connection in autocommit: no BEGIN, no COMMIT, every statement stands for itself."""
    connection = Direct(engine)
    driver = lasting_cursor(connection.connection).connection
    try:
        driver.autocommit = True
        yield connection
    finally:
        if not driver.closed:
            driver.autocommit = False
        connection.close()
