"""A real PostgreSQL for the tests: one cluster per pytest run, one migrated template, an empty clone for each test.

The controller (or the only process without xdist) owns a run folder; the first test that wants a database
starts the cluster and migrates the template, under a lock that all workers share. Runs of other checkouts and
other people have folders of their own, in memory where there is room. A run that was killed leaves its cluster behind:
the next run of that user stops it, recognising the dead by their released lock.

Nothing waits for the disk here (`fsync=off`). A test that kills PostgreSQL itself asks for
`durable_postgres`: a private cluster with full durability.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import psycopg
import pytest

from demo import postgres
from demo.places import data_folder
from tests import reuse
from tests.reuse import Reused

ROOT = Path(__file__).parents[1]
FAST = {
    "autovacuum": "off",  # no database lives long enough
    "bgwriter_lru_maxpages": "0",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
}
MEMORY, ROOM_BYTES = "/dev/shm", 4 * 1024**3  # a folder of our own is made there
TEMPLATE = "tuozhuang_template"
PREFIX = f"tuozhuang-test-{os.geteuid()}-"

Connect = Callable[[], "psycopg.Connection[Any]"]


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest migration, as a release does; the tests run on nothing else."""
    if importlib.util.find_spec("models.migrate") is None:
        return
    environ = {**os.environ, "DATABASE_URL": database_url}
    command = [sys.executable, "-m", "models.migrate"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"models.migrate failed:\n{done.stdout}{done.stderr}")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What the processes of one pytest run share: data, the lock around making it, and the outcome."""

    path: Path

    @property
    def data(self) -> Path:
        """The shared cluster's folder."""
        return self.path / "postgres"

    def template(self) -> str:
        """DSN of the server, whose template is ready; made by the first who asks, its failure told to all."""
        outcome = self.path / "outcome"
        with _flock(self.path / "making.lock"):
            if not outcome.exists():
                outcome.write_text(self._make() or "ready")
        if outcome.read_text() != "ready":
            pytest.fail(outcome.read_text(), pytrace=False)
        return postgres.dsn_of(self.data)

    def _make(self) -> str:
        try:
            dsn = postgres.start(self.data, FAST)
            template = postgres.create_database(dsn, TEMPLATE)
            migrate(template)
            reuse.prepare(template)
        except Exception as trouble:  # whatever it is, every test must hear it instead of trying again
            return str(trouble) or repr(trouble)
        return ""

    def remove(self) -> None:
        """Stop every cluster in here and take the folder away."""
        for pid_file in self.path.rglob("postmaster.pid"):
            with suppress(Exception):
                postgres.stop(pid_file.parent)
        shutil.rmtree(self.path, ignore_errors=True)


@contextmanager
def _flock(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _roomy() -> str:
    """Memory where there is plenty, else the temporary folder: a clone is 800 files, most of a test's time on disk."""
    with suppress(OSError):
        if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
            return MEMORY
    return tempfile.gettempdir()


class Owner:
    """The process that makes the run folder and removes it, also after Ctrl-C or a polite kill."""

    def __init__(self, config: pytest.Config) -> None:
        base = data_folder(Path(_roomy(), f"{PREFIX}probe")).parent
        self._sweep(base)
        self.folder = RunFolder(Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)))
        self.folder.path.chmod(0o711)  # ours; as root PostgreSQL runs as `nobody` and must pass through
        unnamed = self.folder.path / "alive"
        self._alive: IO[str] = unnamed.open("w")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        unnamed.rename(self.folder.path / "alive.lock")  # locked before another run's sweep can find it
        config.add_cleanup(self.folder.remove)
        signal.signal(signal.SIGTERM, signal.default_int_handler)

    @staticmethod
    def _sweep(base: Path) -> None:
        """Remove what killed runs left: the kernel released their lock."""
        for left in base.glob(f"{PREFIX}*/alive.lock"):
            with suppress(OSError), left.open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                RunFolder(left.parent).remove()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell each xdist worker where the run's folder is."""
        node.workerinput["run_folder"] = str(self.folder.path)


def pytest_configure(config: pytest.Config) -> None:
    """Decide who owns the cluster of this run; nothing is started until a test asks."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # PGPORT and the like of the person's shell mean another server
    shared = getattr(config, "workerinput", {}).get("run_folder")
    if shared:
        config.stash[RUN_FOLDER] = RunFolder(Path(shared))
    else:
        owner = Owner(config)
        config.stash[RUN_FOLDER] = owner.folder
        config.pluginmanager.register(owner, "postgres-owner")


RUN_FOLDER = pytest.StashKey[RunFolder]()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """DSN of the run's server; its template database is migrated."""
    return request.config.stash[RUN_FOLDER].template()


@pytest.fixture(scope="session")
def reused(postgres_server: str) -> Iterator[Reused]:
    """The database that this process's tests use in turn."""
    kept = Reused(postgres_server, TEMPLATE)
    yield kept
    kept.drop()


@pytest.fixture
def database_url(reused: Reused) -> Iterator[str]:
    """SQLAlchemy DSN of a migrated database without a row, this test's alone while it runs."""
    yield reused.take()
    reused.give_back()


@pytest.fixture
def connect(database_url: str) -> Iterator[Connect]:
    """Opens plain psycopg connections to this test's database; all are closed afterwards."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(_connection(database_url))


@pytest.fixture
def connection(connect: Connect) -> psycopg.Connection[Any]:
    """One plain psycopg connection to this test's database; nothing commits but the test."""
    return connect()


@contextmanager
def _connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    connection = psycopg.connect(postgres.libpq(database_url))
    try:
        yield connection
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class DurablePostgres:
    """A private, fully durable cluster that a test may kill."""

    data: Path
    database_url: str

    def kill(self) -> None:
        """`kill -9` of the server, sessions and all; what was acknowledged must survive."""
        pid = postgres.postmaster(self.data)
        assert pid is not None, "the server to kill isn't running"
        sessions = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(pid, signal.SIGKILL)
        for session in sessions:  # by itself a busy one lives on for a moment, and answers
            with suppress(ProcessLookupError):
                os.kill(int(session), signal.SIGKILL)

    def start(self) -> None:
        """Start again after `kill` or `stop`; returns when it answers."""
        postgres.start(self.data)

    def stop(self) -> None:
        """Stop politely, as an administrator does."""
        postgres.stop(self.data)


@pytest.fixture
def durable_postgres(request: pytest.FixtureRequest) -> Iterator[DurablePostgres]:
    """A migrated database in a cluster of this test's own, every commit on disk: for tests that kill it."""
    data = request.config.stash[RUN_FOLDER].path / f"durable-{uuid4().hex[:8]}"
    dsn = postgres.start(data)
    try:
        url = postgres.create_database(dsn, "tuozhuang")
        migrate(url)
        yield DurablePostgres(data, url)
    finally:
        postgres.stop(data)
        shutil.rmtree(data, ignore_errors=True)
