"""Statements on their short way: what comes back, what is refused, and what a connection outlives."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError

from models import db
from services.at_hand import Connections, fetch_one
from services.direct import Direct, together
from services.uow import answering, query, use_case

OFTEN = 5  # more often than a statement runs unprepared


@query
def _ask(connection: Connection, statement: str, **values: object) -> list[tuple[object, ...]]:
    return list(connection.exec_driver_sql(statement, values))


@use_case
def _do(tx: Connection, *statements: str, **values: object) -> None:
    for statement in statements:
        tx.exec_driver_sql(statement, values)


@pytest.fixture
def shelf(app: Flask) -> None:
    """An empty table of the test's own."""
    _do("CREATE TABLE shelf (id bigint PRIMARY KEY, what text)")


def test_rows_have_names_and_a_name_given_twice_has_only_its_place(app: Flask) -> None:
    """Columns are reachable by name; a name that comes twice by its place."""
    row: Any = _ask("SELECT 1 AS one, 'a' AS word, 'b' AS word")[0]
    assert (row.one, row.word, row[2]) == (1, "a", "b")


def test_a_parameter_may_stand_at_several_places_and_a_percent_sign_is_doubled(app: Flask) -> None:
    """`%(name)s` is one parameter wherever it stands, `%%` a percent sign."""
    asked = "SELECT %(n)s::int + %(n)s::int, 'a%%' || %(word)s::text"
    assert _ask(asked, n=2, word="b", unused=None) == [(4, "a%b")]


def test_a_statement_that_has_been_prepared_takes_values_of_other_types(app: Flask) -> None:
    """A number beyond the first one's type is no error: types are part of what is prepared."""
    for _ in range(OFTEN):
        assert _ask("SELECT %(n)s::bigint + 1", n=1) == [(2,)]
    for n in (2**40, None, 1):
        assert _ask("SELECT %(n)s::bigint + 1", n=n) == [(None if n is None else n + 1,)]


def test_a_refused_statement_undoes_its_transaction_and_the_connection_goes_on(shelf: None) -> None:
    """The first statement travels with BEGIN, yet a later refusal undoes it; prepared or not."""
    for _ in range(OFTEN):
        with pytest.raises(IntegrityError):
            _do(*["INSERT INTO shelf VALUES (%(id)s)"] * 2, id=1)
        assert _ask("SELECT count(*) FROM shelf") == [(0,)]


def test_a_first_statement_that_is_refused_leaves_no_transaction_behind(shelf: None) -> None:
    """BEGIN succeeded in the same round trip; the connection is given back clean."""
    for _ in range(OFTEN):
        with pytest.raises(DBAPIError):
            _do("SELECT 1 / %(zero)s", zero=0)
        _do("INSERT INTO shelf SELECT max(id) + 1 FROM (SELECT 0 AS id UNION SELECT id FROM shelf) AS old")
    assert _ask("SELECT count(*) FROM shelf") == [(OFTEN,)]


def test_the_last_statement_commits_with_the_deed_or_undoes_it(shelf: None) -> None:
    """What is sent with COMMIT stands with the rest; refused, nothing of the transaction stands."""

    def keep(tx: Direct, _result: object) -> None:
        tx.finish_with("INSERT INTO shelf VALUES (%(id)s, 'kept')", {"id": 100})

    with answering(keep):
        _do("INSERT INTO shelf VALUES (1)")
        for _ in range(OFTEN):
            with pytest.raises(IntegrityError):
                _do("INSERT INTO shelf VALUES (2)")
    assert _ask("SELECT id FROM shelf ORDER BY id") == [(1,), (100,)]


def test_several_statements_in_one_round_trip_see_each_other_and_stand_or_fall_together(shelf: None) -> None:
    """Each sees what those before it did; after a refusal nothing stands. Prepared or not, and read alone as well."""

    @use_case
    def fill(tx: Connection, *ids: int) -> list[Any]:
        put = [("INSERT INTO shelf VALUES (%(id)s)", {"id": id}) for id in ids]
        *_, found = together(tx, *put, ("SELECT id FROM shelf ORDER BY id", {}))
        return list(found.scalars())

    for round_ in range(1, OFTEN + 1):
        assert fill(2 * round_, 2 * round_ + 1) == list(range(2, 2 * round_ + 2))
        with pytest.raises(IntegrityError):
            fill(1, 2)
    read = query(lambda connection: together(connection, *[("SELECT max(id) FROM shelf", {})] * 2))
    assert [found.scalar() for found in read()] == [2 * OFTEN + 1] * 2


def test_a_migration_under_a_prepared_statement_costs_one_error_at_most(shelf: None) -> None:
    """When columns changed under a prepared statement it is refused once, prepared anew, and right again."""
    _do("INSERT INTO shelf VALUES (1, 'a')")
    for _ in range(OFTEN):
        _ask("SELECT * FROM shelf")
    _do("ALTER TABLE shelf ADD COLUMN new bigint DEFAULT 7")
    with pytest.raises(DBAPIError):
        _ask("SELECT * FROM shelf")
    for _ in range(OFTEN):
        assert _ask("SELECT * FROM shelf") == [(1, "a", 7)]


def test_more_statements_than_a_connection_keeps_are_still_answered(app: Flask) -> None:
    """Beyond its share of prepared statements a connection gives them up and begins anew."""
    for number in range(260):
        for _ in range(OFTEN):
            assert _ask(f"SELECT {number}") == [(number,)]
    assert _ask("SELECT count(*) < 250 FROM pg_prepared_statements") == [(True,)]


def test_a_connection_that_is_lost_is_an_error_once(app: Flask) -> None:
    """The statement under which the server hung up fails; the next one has a new connection."""
    with pytest.raises(DBAPIError) as lost:
        _do("SELECT pg_terminate_backend(pg_backend_pid())")
    assert lost.value.connection_invalidated
    assert _ask("SELECT 1") == [(1,)]


def test_a_connection_lost_in_the_middle_commits_nothing_of_what_follows(shelf: None) -> None:
    """Whoever goes on after the loss is refused: the second half must not stand without the first."""

    @use_case
    def stubborn(tx: Connection) -> None:
        tx.exec_driver_sql("INSERT INTO shelf VALUES (1)")
        with pytest.raises(DBAPIError):
            tx.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        with suppress(PendingRollbackError):
            tx.exec_driver_sql("INSERT INTO shelf VALUES (2)")

    with pytest.raises(PendingRollbackError):
        stubborn()
    assert _ask("SELECT id FROM shelf") == []


def test_a_connection_is_laid_down_clean(shelf: None) -> None:
    """What was not committed is undone before the next one takes the connection up, however it was begun."""
    shared = Connections(db.engine)
    for begin in ("INSERT INTO shelf VALUES (1)", text("INSERT INTO shelf VALUES (1)")):
        first = shared.take()
        (first.exec_driver_sql if isinstance(begin, str) else first.execute)(begin)
        shared.give(first)
        second = shared.take()
        assert second is first
        assert second.exec_driver_sql("SELECT count(*) FROM shelf").scalar() == 0
        shared.give(second)


def test_a_connection_that_lay_idle_is_pinged_before_it_is_used(app: Flask) -> None:
    """It goes by way of the pool, which replaces a dead one before anybody notices."""
    shared = Connections(db.engine, idle_s=0)
    first = shared.take()
    gone = first.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    shared.give(first)
    _do("SELECT pg_terminate_backend(%(pid)s)", pid=gone)
    second = shared.take()
    assert second.exec_driver_sql("SELECT pg_backend_pid()").scalar() != gone
    shared.give(second)


def test_nobody_waits_at_the_pool_while_connections_rest(app: Flask) -> None:
    """When all connections of the pool are out, one that is given back goes to the pool, where somebody may wait."""
    shared = Connections(db.engine)
    most = db.engine.pool.size() + db.engine.pool._max_overflow  # type: ignore[attr-defined]  # a QueuePool
    taken = [shared.take() for _ in range(most)]
    shared.give(taken.pop())
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    for one in taken:
        shared.give(one)


def test_a_second_last_statement_does_not_take_the_place_of_the_first(shelf: None) -> None:
    """A use case with a last statement of its own, whose answer is kept: both stand, or neither."""

    def keep(tx: Direct, _result: object) -> None:
        tx.finish_with("INSERT INTO shelf VALUES (%(id)s, 'kept')", {"id": 100})

    @use_case
    def do(tx: Connection, first: int) -> None:
        assert isinstance(tx, Direct)
        tx.finish_with("INSERT INTO shelf VALUES (%(id)s, 'own')", {"id": first})

    with answering(keep):
        do(1)
        with pytest.raises(IntegrityError):
            do(2)
    assert _ask("SELECT id FROM shelf ORDER BY id") == [(1,), (100,)]


def test_whatever_goes_wrong_its_connection_is_not_left_in_autocommit(shelf: None) -> None:
    """Else the next use case could take nothing back: every statement would commit by itself."""
    for look in (fetch_one, lambda statement, values: _ask(statement, **values)):
        with pytest.raises(UnicodeEncodeError):
            look("SELECT %(word)s::text", {"word": "\ud800"})
        with pytest.raises(IntegrityError):
            _do(*["INSERT INTO shelf VALUES (1)"] * 2)
        assert _ask("SELECT count(*) FROM shelf") == [(0,)]


def test_a_refused_look_up_is_told_and_only_a_lost_connection_is_tried_again(app: Flask) -> None:
    """A refusal costs no connection that lies in the pool."""
    pool = db.engine.pool
    with pytest.raises(DBAPIError) as refused:
        fetch_one("SELECT 1 / %(zero)s", {"zero": 0})
    assert not refused.value.connection_invalidated
    assert db.engine.pool is pool
    with pytest.raises(DBAPIError) as lost:  # a second time, too
        fetch_one("SELECT pg_terminate_backend(pg_backend_pid())", {})
    assert lost.value.connection_invalidated
    assert fetch_one("SELECT 1", {}) == (1,)


@pytest.mark.parametrize("directly", [True, False])
def test_a_use_case_that_swallows_a_refusal_is_not_told_that_it_was_committed(
    shelf: None, directly: bool
) -> None:
    """PostgreSQL would roll back what it is asked to commit, and say nothing."""

    @use_case
    def swallows(tx: Connection) -> None:
        tx.exec_driver_sql("INSERT INTO shelf VALUES (1)")
        with suppress(DBAPIError):
            tx.exec_driver_sql("SELECT 1 / 0") if directly else tx.execute(text("SELECT 1 / 0"))

    @use_case
    def steps_back(tx: Connection) -> None:
        tx.exec_driver_sql("INSERT INTO shelf VALUES (2)")
        with suppress(DBAPIError), tx.begin_nested():
            tx.exec_driver_sql("SELECT 1 / 0")

    with pytest.raises(RuntimeError):
        swallows()
    steps_back()
    assert _ask("SELECT id FROM shelf") == [(2,)]
