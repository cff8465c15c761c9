"""Runners as they live and die: several at once, killed, stopped, and without their database for a while."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from demo import postgres
from tests.databases import DurablePostgres
from tests.jobs.conftest import Start, wait_until
from tests.worlds import World

Ask = Callable[..., Any]
EFFECT = "CREATE TABLE effect (pid int)"


def asking(connection: psycopg.Connection[Any]) -> Ask:
    """ask("SELECT …") → its first row."""
    connection.autocommit = True

    def ask(statement: str, *values: object) -> Any:
        cursor = connection.execute(statement, values)
        return cursor.fetchone() if cursor.description else None

    return ask


def test_two_runners_do_each_tick_once(
    database_url: str, connection: psycopg.Connection[Any], runner: Start
) -> None:
    """Both tick every second for several seconds: as many effects as runs, no slot twice, none missing between."""
    ask = asking(connection)
    ask(EFFECT)
    for _ in range(2):
        runner(database_url, "tick")

    wait_until(lambda: ask("SELECT count(*) FROM run WHERE finished_at IS NOT NULL")[0] >= 8)
    one, two = (process.pid for process in _processes(runner))
    for process in _processes(runner):
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    runs, slots, first, last = ask("SELECT count(*), count(DISTINCT slot), min(slot), max(slot) FROM run")
    assert runs == slots == ask("SELECT count(*) FROM effect")[0]
    assert {pid for (pid,) in connection.execute("SELECT DISTINCT pid FROM effect")} <= {one, two}
    assert last - first <= timedelta(seconds=runs + 2)
    assert first.microsecond == last.microsecond == 0


def test_a_runner_killed_in_a_sweep_is_followed_by_one_that_finishes_it(
    database_url: str, connection: psycopg.Connection[Any], runner: Start, world: World
) -> None:
    """kill -9 between two batches: what was raised stands, the rest follows, nothing twice, each told once."""
    ask = asking(connection)
    clocks = 8_000
    ask(
        "INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, notice_at, due_at,"
        " severe_at, next_at, turn) SELECT %s, 'contact', 'dealer', 'dealer', %s, 'wall', 36000, t, t, t,"
        " t + interval '9 years', t, turn FROM generate_series(1, %s) AS turn,"
        " (SELECT now() - interval '1 day' AS t) AS start",
        world.job(delivered=False), world.dealers[0], clocks,
    )  # fmt: skip
    raised = "SELECT count(*) FROM breach"

    first = runner(database_url, "sweep")
    wait_until(lambda: ask(raised)[0] > 0)
    first.send_signal(signal.SIGKILL)
    first.wait()
    then = ask(raised)[0]
    runner(database_url, "sweep")
    wait_until(lambda: ask("SELECT count(*) FROM clock WHERE level < 2")[0] == 0)

    assert 0 < then < 2 * clocks
    assert ask("SELECT count(*), count(DISTINCT (clock_id, level)) FROM breach") == (2 * clocks, 2 * clocks)
    told = ask(
        "SELECT sum((payload->'values'->>'count')::int) FROM outbox WHERE payload->>'template' = 'breach_digest'"
    )
    assert told[0] == clocks
    wait_until(
        lambda: ask("SELECT count(*) FROM run WHERE error = 'interrupted' OR finished_at IS NULL")[0] <= 2
    )


def test_sigterm_lets_a_task_end_and_begins_no_other(
    database_url: str, connection: psycopg.Connection[Any], runner: Start
) -> None:
    """Asked to stop in the middle of four seconds' work: it ends with its second row, on record, with status 0."""
    ask = asking(connection)
    ask(EFFECT)
    process = runner(database_url, "slow")
    wait_until(lambda: ask("SELECT count(*) FROM effect")[0] == 1)

    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 0
    assert ask("SELECT count(*) FROM effect")[0] == 2
    assert ask("SELECT count(*) FROM run WHERE finished_at IS NOT NULL AND error IS NULL")[0] == 1


def test_a_task_that_fails_is_on_record_and_disturbs_no_other(
    database_url: str, connection: psycopg.Connection[Any], runner: Start
) -> None:
    """Each failing run ends with its error; the next tick comes, and the other task goes on beside it."""
    ask = asking(connection)
    ask(EFFECT)
    runner(database_url, "fail")

    wait_until(
        lambda: ask("SELECT count(*) FROM run WHERE task = 'fail' AND finished_at IS NOT NULL")[0] >= 2
    )
    wait_until(lambda: ask("SELECT count(*) FROM run WHERE task = 'tick' AND error IS NULL")[0] >= 2)

    (error,) = ask("SELECT error FROM run WHERE task = 'fail' AND finished_at IS NOT NULL LIMIT 1")
    assert error.startswith("ValueError: no good\n")
    assert "program.py" in error


def test_a_runner_outlives_its_database(durable_postgres: DurablePostgres, runner: Start) -> None:
    """PostgreSQL is killed and comes back: the same process ticks again, and no slot was done twice."""
    url = durable_postgres.database_url
    with psycopg.connect(postgres.libpq(url)) as before:
        before.execute(EFFECT)
    process = runner(url, "tick")
    wait_until(lambda: _finished(url) >= 2)

    durable_postgres.kill()
    time.sleep(3)
    durable_postgres.start()
    back = datetime.now(UTC)
    wait_until(lambda: _finished(url, back) >= 2)

    assert process.poll() is None
    with psycopg.connect(postgres.libpq(url)) as after:
        [runs, slots, effects] = after.execute(
            "SELECT count(*) FILTER (WHERE finished_at IS NOT NULL), count(DISTINCT slot)"
            " FILTER (WHERE finished_at IS NOT NULL), (SELECT count(*) FROM effect) FROM run"
        ).fetchone()
    assert runs == slots
    assert effects - runs in (0, 1)  # killed between an effect and its record, or during a tick just now


def _finished(url: str, since: datetime | None = None) -> int:
    with psycopg.connect(postgres.libpq(url)) as connection:
        counted = connection.execute(
            "SELECT count(*) FROM run WHERE finished_at IS NOT NULL AND slot >= coalesce(%s, slot)", (since,)
        ).fetchone()
        return int(counted[0])


def _processes(runner: Start) -> list[Any]:
    return runner.started  # type: ignore[attr-defined]
