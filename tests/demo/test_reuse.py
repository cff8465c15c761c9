"""What one test leaves in the database that tests use in turn, no other finds."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from demo.postgres import libpq
from tests.databases import TEMPLATE
from tests.reuse import Reused

MADE = "INSERT INTO subject (wrapped_key) VALUES ('') RETURNING id"


@pytest.fixture
def turns(postgres_server: str) -> Iterator[Reused]:
    """A database apart from the one this process's tests use."""
    made = Reused(postgres_server, TEMPLATE)
    yield made
    made.drop()


def did(turns: Reused, statement: str) -> int:
    """One test's turn with one statement that answers a number."""
    with psycopg.connect(libpq(turns.take())) as connection:
        [number] = connection.execute(statement).fetchone()
    turns.give_back()
    return int(number)


def test_rows_of_one_turn_are_gone_in_the_next_and_numbers_begin_anew(turns: Reused) -> None:
    """In the same database."""
    url = turns.take()
    assert did(turns, MADE) == did(turns, MADE) == 1
    assert did(turns, "SELECT count(*) FROM subject") == 0
    assert turns.take() == url


def test_what_was_kept_is_put_back_with_its_numbers(turns: Reused) -> None:
    """As `worlds.build()` left it, without building it; what comes afterwards gets the next number."""
    with psycopg.connect(libpq(turns.take())) as connection:
        connection.execute(MADE)
    turns.keep("one")
    turns.give_back()
    turns.take()
    assert turns.put_back() == "one"
    assert did(turns, MADE) == 2


def test_a_changed_schema_or_a_session_left_open_reaches_nobody_else(turns: Reused) -> None:
    """The one costs the database; the other is ended."""
    url = turns.take()
    with psycopg.connect(libpq(url)) as left_open:
        turns.give_back()
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
    assert turns.take() == url
    with psycopg.connect(libpq(url)) as connection:
        connection.execute("CREATE TABLE mine (n int)")
    turns.give_back()
    assert turns.take() != url
