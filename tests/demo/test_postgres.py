"""The embedded PostgreSQL lives through what a developer's machine does to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from demo import postgres
from demo.places import PostgresTrouble
from tests.databases import ROOT, RUN_FOLDER, Connect, DurablePostgres


@pytest.fixture
def data(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder for a cluster, with spaces and an umlaut in its path; stopped and removed afterwards."""
    folder = request.config.stash[RUN_FOLDER].path / "Mein schönes Projekt" / f"{request.node.name} data"
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def start_in_a_process(data: Path) -> str:
    """Start as another process would; its printed DSN."""
    program = (
        "import sys, pathlib; from demo import postgres; print(postgres.start(pathlib.Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", program, str(data)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def test_four_processes_that_start_at_once_get_the_same_server(data: Path) -> None:
    """Concurrent starts end with one server and four equal addresses."""
    with ThreadPoolExecutor(4) as pool:
        addresses = list(pool.map(start_in_a_process, [data] * 4))
    assert addresses == [postgres.dsn_of(data)] * 4
    assert postgres.answers(data)


def test_a_killed_server_comes_back_with_all_that_was_acknowledged(durable_postgres: DurablePostgres) -> None:
    """After `kill -9` in the midst of commits, each acknowledged row is there after a restart."""
    url = postgres.libpq(durable_postgres.database_url)
    acknowledged: list[int] = []
    busy = threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE written (n int PRIMARY KEY)")
            for n in range(1_000_000):
                connection.execute("INSERT INTO written VALUES (%s)", (n,))
                acknowledged.append(n)
                if n == 50:
                    busy.set()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        assert busy.wait(30)
        durable_postgres.kill()
        assert isinstance(writer.exception(timeout=30), psycopg.OperationalError)
    durable_postgres.start()
    with psycopg.connect(url) as connection:
        kept = [row[0] for row in connection.execute("SELECT n FROM written ORDER BY n")]
    assert kept[: len(acknowledged)] == acknowledged


def test_a_pid_file_that_names_a_stranger_stops_nobody_and_hinders_nothing(data: Path) -> None:
    """A reused process id is neither taken for the server nor signalled by stop."""
    postgres.start(data)
    pid_file = data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server = postgres.postmaster(data)
    assert server is not None
    os.kill(server, signal.SIGKILL)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert not postgres.answers(data)
        postgres.stop(data)
        assert stranger.poll() is None
        postgres.start(data)
        assert postgres.answers(data)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_folder_replaced_under_a_running_server_gets_a_server_of_its_own(data: Path) -> None:
    """A server whose folder was deleted doesn't answer for the new one."""
    first = postgres.start(data)
    postgres.create_database(first, "old")
    orphan = postgres.postmaster(data)
    assert orphan is not None
    shutil.rmtree(data)
    try:
        dsn = postgres.start(data)
        with psycopg.connect(postgres.libpq(dsn)) as connection:
            names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        assert "old" not in names
    finally:
        os.kill(orphan, signal.SIGKILL)


def test_starting_again_goes_on_with_the_same_data_and_new_settings(data: Path) -> None:
    """Data outlives a stop; settings are those of the last start."""
    postgres.create_database(postgres.start(data, {"max_connections": "20"}), "kept")
    postgres.stop(data)
    assert not postgres.answers(data)
    dsn = postgres.start(data, {"max_connections": "30"})
    with psycopg.connect(postgres.libpq(postgres.named(dsn, "kept"))) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("30",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_folder_of_something_else_is_refused_and_left_alone(data: Path) -> None:
    """A wrong path never costs somebody's files."""
    data.mkdir(parents=True)
    (data / "thesis.txt").write_text("years")
    with pytest.raises(PostgresTrouble):
        postgres.start(data)
    assert (data / "thesis.txt").read_text() == "years"


def test_each_test_gets_an_empty_database_of_its_own(connect: Connect) -> None:
    """Two connections of one test see one database, named for this test alone."""
    names = {connect().execute("SELECT current_database()").fetchone() for _ in range(2)}
    assert len(names) == 1
    assert next(iter(names))[0].startswith("t_")
