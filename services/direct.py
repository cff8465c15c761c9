"""A SQLAlchemy connection whose statements in text go straight to the server.

`exec_driver_sql` of SQLAlchemy costs 75 µs of Python around the 25 that psycopg takes: contexts, events and result
metadata that a finished statement does not need. A request runs five to fifteen of them. Here they take the short way
(`services/lines.py`) and give rows that are named tuples; everything else (pool, transactions, `execute` of what is
built from models) is SQLAlchemy's, on the same connection and in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound, PendingRollbackError

from services.lines import IDLE, Line, Row, line_of

Asked = tuple[str, Mapping[str, Any]]  # a statement and its parameters

_NOTHING: Mapping[str, Any] = {}


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


class Direct(Connection):
    """One connection of the pool, whoever has it at the time (`services/at_hand.py`)."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.since = self.until = 0.0  # laid down when, to be renewed when; kept by whoever lays it down
        self._line: Line | None = line_of(self.connection)
        self._last: tuple[str, Mapping[str, Any]] | None = None
        self._begins = True

    def exec_driver_sql(self, statement: str, parameters: Any = None, execution_options: Any = None) -> Any:
        """Run one statement in psycopg's own form (`%(name)s`); the DBAPIErrors that SQLAlchemy raises."""
        if isinstance(parameters, list) or execution_options is not None:
            return super().exec_driver_sql(statement, parameters, execution_options)
        line = self._line or self._gone()
        try:
            return Found(*line.run(statement, parameters or _NOTHING, begins=self._begins))
        except psycopg.Error as error:
            raise self._told(error, line.driver, statement) from error

    def several(self, *asked: Asked) -> list[Found]:
        """`exec_driver_sql` of each in this order, in one round trip; none may need what another gives."""
        line = self._line or self._gone()
        try:
            return [Found(*one) for one in line.run_several(asked, begins=self._begins)]
        except psycopg.Error as error:
            raise self._told(error, line.driver, "; ".join(statement for statement, _ in asked)) from error

    def look(self, statement: str, parameters: Mapping[str, Any]) -> Any:
        """The only row of a SELECT that stands for itself, or None."""
        self._begins = False
        try:
            return self.exec_driver_sql(statement, parameters).first()
        finally:
            self._begins = True

    def finish_with(self, statement: str, parameters: Mapping[str, Any]) -> None:
        """One last statement, sent together with the COMMIT; what it is refused with, `commit` raises.

        Asked a second time, the first is run now.
        """
        if self._last is not None:
            self.exec_driver_sql(*self._last)
        self._last = (statement, parameters)

    def commit(self) -> None:
        """Commit, after the statement of `finish_with` if there is one.

        Trap: PostgreSQL answers COMMIT of a transaction in which a statement failed with a rollback and no error. Who
        swallowed that failure would be told that all is well.
        """
        line = self._line or self._gone()
        if self._last is not None:
            (statement, parameters), self._last = self._last, None
            try:
                line.finish(statement, parameters)
            except psycopg.Error as error:
                raise self._told(error, line.driver, statement) from error
        elif line.has_failed():
            raise RuntimeError("a statement failed, and nobody said so: nothing can be committed")
        elif not self.in_transaction():
            if self.invalidated:
                self._gone()
            self.begin()  # our own statements began without SQLAlchemy's knowing
        if self.in_transaction():
            super().commit()

    def each_alone(self, alone: bool) -> None:
        """Autocommit: whether every statement stands for itself, also those that SQLAlchemy runs."""
        self._begins = not alone
        (self._line or self._gone()).driver.autocommit = alone

    def undo(self) -> bool:
        """Roll back whatever is not committed; False when the connection is lost, or in whatever state."""
        line, self._last = self._line, None
        if line is None:
            return False
        try:
            if self.in_transaction():
                self.rollback()
            if line.pgconn.transaction_status != IDLE:
                line.driver.rollback()
            if not self._begins:
                self.each_alone(False)
        except Exception:  # trap: left in autocommit, the next use case could take nothing back
            return False
        return True

    def _gone(self) -> Line:
        """Trap: SQLAlchemy would connect anew, and the second half of a transaction be committed without the first."""
        raise PendingRollbackError("the connection was lost under this transaction")

    def _told(self, error: psycopg.Error, driver: psycopg.Connection[Any], statement: str) -> BaseException:
        """The error as SQLAlchemy tells it. A connection that is lost takes all that lie idle with it."""
        lost = self.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
        if lost:
            self._line = None
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


def together(tx: Connection, *asked: Asked) -> list[Any]:
    """What each statement finds, in one round trip where the connection is ours: a third of the cost of as many."""
    if isinstance(tx, Direct):
        return tx.several(*asked)
    return [tx.exec_driver_sql(*one) for one in asked]
