"""A statement's short way to the server: prepared by us, one call to libpq, rows as named tuples.

psycopg's cursor asks some sixty Python calls per statement; a request runs five to fifteen of them. What it knows of
types (dumping, loading, errors, waiting) is used here as it is; left out are the cursor, its choice between ways to
run a statement, and BEGIN and COMMIT as round trips of their own: they travel with the first and the last statement.

psycopg itself prepares nothing on these connections (`engine.options`): it would deallocate our statements, too.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute, fetch_many
from sqlalchemy import PoolProxiedConnection

Row = Any  # a named tuple of the statement's columns

_LINE = "line"
_OFTEN = 3  # so many times a statement runs before it is prepared
_MOST = 200  # kept by the server for one connection; then all are given up and it begins anew
_OUTDATED = frozenset({"0A000", "26000"})  # its columns changed, or it is gone: a migration passed under us
_NAMED = re.compile(r"%(?:%|\((\w+)\)s)")
_TEXT = pq.Format.TEXT
IDLE = pq.TransactionStatus.IDLE
_GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class Plan:
    """A statement with parameters of these types: how often it ran, its name once prepared, how its rows are made."""

    __slots__ = ("make", "name", "runs")

    def __init__(self) -> None:
        self.runs = 0
        self.name: bytes | None = None
        self.make: Callable[[Sequence[Any]], Row] | None = None


class Line:
    """One connection of the pool, as long as it lives there; used by one thread at a time."""

    __slots__ = ("_dump", "_named", "_outdated", "_plans", "driver", "pgconn")

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self.driver = driver
        self.pgconn = driver.pgconn
        self._dump = Transformer.from_context(driver)
        self._plans: dict[tuple[str, tuple[int, ...]], Plan] = {}
        self._named = 0
        self._outdated = False

    def run(self, statement: str, parameters: Mapping[str, Any], *, begins: bool) -> tuple[list[Row], int]:
        """(rows, how many rows it found or touched) of a statement in psycopg's form; psycopg.Error.

        `begins`: it opens a transaction where none is open; otherwise it stands for itself.
        """
        begin = begins and self.pgconn.transaction_status == IDLE
        return self._run(statement, parameters, begin, commit=False)

    def run_several(
        self, asked: Sequence[tuple[str, Mapping[str, Any]]], *, begins: bool
    ) -> list[tuple[list[Row], int]]:
        """`run` of each, in one round trip; psycopg.Error of the first that is refused, and the rest did not run."""
        begin = begins and self.pgconn.transaction_status == IDLE
        if self._outdated or len(self._plans) + len(asked) > _MOST:
            self._renew()
        plans, asks = zip(*(self._asking(*one) for one in asked), strict=True)
        results = self._together(asks, begin=begin, commit=False)
        return [self._rows(plan, result) for plan, result in zip(plans, results, strict=True)]

    def finish(self, statement: str, parameters: Mapping[str, Any]) -> None:
        """Run it and commit, in one round trip; psycopg.Error, and then nothing is committed."""
        self._run(statement, parameters, self.pgconn.transaction_status == IDLE, commit=True)

    def has_failed(self) -> bool:
        """Whether a statement of the transaction was refused: all that is left to it is a rollback."""
        return bool(self.pgconn.transaction_status == pq.TransactionStatus.INERROR)

    def _run(
        self, statement: str, parameters: Mapping[str, Any], begin: bool, *, commit: bool
    ) -> tuple[list[Row], int]:
        if self._outdated or len(self._plans) > _MOST:
            self._renew()
        plan, ask = self._asking(statement, parameters)
        if begin or commit:
            (result,) = self._together((ask,), begin=begin, commit=commit)
        else:
            ask()
            (result,) = self.driver.wait(execute(self.pgconn))
            if result.status not in _GOOD:
                raise self._error(result)
        return self._rows(plan, result)

    def _asking(self, statement: str, parameters: Mapping[str, Any]) -> tuple[Plan, Callable[[], None]]:
        """Its plan, and what sends it."""
        text, names, formats = _shape(statement)
        dump, pgconn = self._dump, self.pgconn
        values = dump.dump_sequence([*map(parameters.__getitem__, names)], formats)
        types, wires = dump.types or (), dump.formats
        plan = self._plans.get((statement, types))
        if plan is None or plan.name is None:
            plan = self._plan(statement, text, types)
        if plan.name is None:
            return plan, partial(pgconn.send_query_params, text, values, types, wires, _TEXT)
        return plan, partial(pgconn.send_query_prepared, plan.name, values, wires, _TEXT)

    def _plan(self, statement: str, text: bytes, types: tuple[int, ...]) -> Plan:
        plan = self._plans.setdefault((statement, types), Plan())
        plan.runs += 1
        if plan.runs > _OFTEN:
            self._prepare(plan, text, types)
            self._plans[statement, types] = plan
        return plan

    def _prepare(self, plan: Plan, text: bytes, types: tuple[int, ...]) -> None:
        """Trap: not inside a failed transaction; there the statement itself is going to say so."""
        if self.pgconn.transaction_status == pq.TransactionStatus.INERROR:
            return
        self._named += 1
        name = b"s%d" % self._named
        self._only(self.driver.wait(self._asked(partial(self.pgconn.send_prepare, name, text, types))))
        plan.name = name

    def _renew(self) -> None:
        """Give up what is prepared, before any statement of a round trip is looked up."""
        if self.pgconn.transaction_status != pq.TransactionStatus.INERROR:
            self._only(self.driver.wait(self._asked(partial(self.pgconn.send_query, b"DEALLOCATE ALL"))))
            self._plans.clear()
            self._outdated = False

    def _asked(self, ask: Callable[[], None]) -> Any:
        ask()
        return execute(self.pgconn)

    def _only(self, results: Sequence[pq.abc.PGresult]) -> None:
        if results[0].status not in _GOOD:
            raise self._error(results[0])

    def _together(
        self, asks: Sequence[Callable[[], None]], *, begin: bool, commit: bool
    ) -> list[pq.abc.PGresult]:
        """Statements with BEGIN before and COMMIT after them. After a failure the server skips what follows."""
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        try:
            if begin:
                pgconn.send_query_params(b"BEGIN", None)
            for ask in asks:
                ask()
            if commit:
                pgconn.send_query_params(b"COMMIT", None)
            pgconn.pipeline_sync()
            found: list[pq.abc.PGresult] = self.driver.wait(_first_of(len(asks) + begin + commit, pgconn))
            pgconn.exit_pipeline_mode()
        except BaseException:
            pgconn.finish()  # somewhere in the middle: nobody can go on with this connection
            raise
        for result in found:
            if result.status not in _GOOD:
                raise self._error(result)
        return found[begin : begin + len(asks)]

    def _error(self, result: pq.abc.PGresult) -> psycopg.Error:
        error = error_from_result(result, encoding="utf-8")
        if error.sqlstate in _OUTDATED:
            self._plans.clear()
            self._outdated = True
        return error

    def _rows(self, plan: Plan, result: pq.abc.PGresult) -> tuple[list[Row], int]:
        many = result.ntuples
        if not result.nfields:
            return [], result.command_tuples or 0
        if plan.make is None:
            plan.make = _maker(*[result.fname(place) for place in range(result.nfields)])
        if not many:
            return [], 0
        self._dump.set_pgresult(result)
        return self._dump.load_rows(0, many, plan.make), many


def _first_of(many: int, pgconn: pq.abc.PGconn) -> PQGen[list[pq.abc.PGresult]]:
    """The results of so many statements in a pipeline, up to its end; waited for at once."""
    found = []
    for _ in range(many):
        [result] = yield from fetch_many(pgconn)
        found.append(result)
    yield from fetch_many(pgconn)  # the end of the pipeline
    return found


@lru_cache(maxsize=2048)
def _shape(statement: str) -> tuple[bytes, tuple[str, ...], tuple[PyFormat, ...]]:
    """The statement as the server takes it ($1, $2 …), the names of its parameters in that order, their formats."""
    places: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else f"${places.setdefault(name, len(places) + 1)}"

    text = _NAMED.sub(place, statement)
    return text.encode(), tuple(places), (PyFormat.AUTO,) * len(places)


@lru_cache(maxsize=1024)
def _maker(*names: bytes | None) -> Callable[[Sequence[Any]], Row]:
    """Named tuples, where a name that comes twice is reachable by its place only; made without a Python call each."""
    known = tuple((name or b"").decode() for name in names)
    kind: Any = namedtuple("Row", known, rename=True)  # type: ignore[misc]  # names known only here
    return partial(tuple.__new__, kind)


def line_of(pooled: PoolProxiedConnection) -> Line:
    """The line of a pooled connection; it lasts as long as the connection lies in the pool."""
    line: Line | None = pooled.info.get(_LINE)
    if line is None:
        line = pooled.info[_LINE] = Line(pooled.driver_connection)  # type: ignore[arg-type]
    return line
