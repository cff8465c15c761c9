"""The fee run over 100,000 ended jobs against the INSERT … SELECT it cannot beat: `make bench-fees`.

Floors, in the same run and database: the very same entries and legs copied from a table that has them ready,
(1) into the real tables with their keys, triggers and foreign keys, (2) into plain tables with none of them. The run
also reads jobs, clocks, extras and visits, works out every amount and its words, and marks each job.

With two workers one batch is priced while the database writes another; one worker shows the plain sum.

    python -m bench.bench_fees [--jobs 100000] [--rounds 3] [--batch 2000]      DATABASE_URL=… for a server of yours
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from api.app import create_app
from bench.fee_month import fill
from demo import postgres
from demo.places import data_folder
from models import db, migrate
from services.config import Config
from services.fees import BATCH, FeeRun, run_fees

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
EMPTY = """
SET session_replication_role = replica;
TRUNCATE ledger_leg, ledger_entry, charge_memo, statement_line;
RESET session_replication_role;
UPDATE job SET fees_posted_at = NULL WHERE fees_posted_at IS NOT NULL;
"""
KEEP = """
CREATE TABLE ready_entry AS SELECT * FROM ledger_entry;
CREATE TABLE ready_leg AS SELECT * FROM ledger_leg;
CREATE TABLE plain_entry AS SELECT * FROM ledger_entry WHERE false;
CREATE TABLE plain_leg AS SELECT * FROM ledger_leg WHERE false;
"""


@contextmanager
def database() -> Iterator[str]:
    """An empty migrated database: in a cluster of this run's own, or on the server of DATABASE_URL."""
    with tempfile.TemporaryDirectory() as folder:
        given, data = os.environ.get("DATABASE_URL"), data_folder(Path(folder) / "postgres")
        server = given or postgres.start(data, {"shared_buffers": "256MB", "max_wal_size": "4GB"})
        name = f"bench_fees_{secrets.token_hex(4)}"
        try:
            url = postgres.create_database(server, name)
            migrate.upgrade(url)
            yield url
        finally:
            postgres.drop(server, name)
            if not given:
                postgres.stop(data)
                shutil.rmtree(data, ignore_errors=True)


def settings(url: str) -> Config:
    """Enough of a configuration to open the database."""
    key, nowhere = secrets.token_bytes(32), Path(tempfile.gettempdir())
    return Config(
        "test", url, key, key, key, "http://localhost", nowhere, nowhere / "sms", "", "", "", "", ""
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and on this process's CPU."""
    began, cpu = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    work()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter() - began, used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime


class Bench:
    """One database, emptied before each measurement."""

    def __init__(self, connection: psycopg.Connection[Any], batch: int) -> None:
        self.connection, self.batch = connection, batch
        self.run = FeeRun()
        self.seconds: dict[str, list[float]] = {"run": [], "one": [], "cpu": [], "floor": [], "plain": []}

    def empty(self) -> None:
        """As before the first run: nothing posted, no dead rows of the round before."""
        self.connection.execute(EMPTY.encode())
        self.connection.execute("VACUUM ANALYZE job")
        self.connection.execute("VACUUM ANALYZE ledger_entry, ledger_leg")
        self.connection.execute("CHECKPOINT")

    def copy(self, kind: str) -> None:
        """The floor, in one transaction: every entry, then every leg."""
        with self.connection.transaction():
            self.connection.execute(f"INSERT INTO {kind}_entry SELECT * FROM ready_entry".encode())
            self.connection.execute(f"INSERT INTO {kind}_leg SELECT * FROM ready_leg".encode())

    def fees(self, workers: int) -> tuple[float, float]:
        """The product's own run: seconds on the wall and on Python's CPU."""
        self.empty()

        def run() -> None:
            self.run = run_fees(NOW, self.batch, workers)

        return timed(run)

    def round(self) -> None:
        """The runs and both floors, one after the other."""
        wall, _ = self.fees(2)
        one, cpu = self.fees(1)
        if not self.seconds["run"]:
            self.connection.execute(KEEP.encode())
            self.connection.execute("VACUUM ANALYZE ready_entry, ready_leg")
        self.empty()
        floor, _ = timed(lambda: self.copy("ledger"))
        self.connection.execute("TRUNCATE plain_entry, plain_leg")
        plain, _ = timed(lambda: self.copy("plain"))
        for name, value in (("run", wall), ("one", one), ("cpu", cpu), ("floor", floor), ("plain", plain)):
            self.seconds[name].append(value)
        print(
            f"  run {wall:.2f} s   one worker {one:.2f} s   floor {floor:.2f} s   plain {plain:.2f} s",
            flush=True,
        )


def report(bench: Bench, jobs: int) -> None:
    """A table for people and a last line for programs."""
    median = {name: statistics.median(values) for name, values in bench.seconds.items()}
    print(f"\n{'':44} {'seconds':>9} {'jobs/s':>9} {'to floor':>9}")
    for label, name in (
        ("fee run (read, price, explain, post, mark)", "run"),
        ("… with one worker instead of two", "one"),
        ("INSERT … SELECT, same tables, keys, triggers", "floor"),
        ("INSERT … SELECT, plain tables", "plain"),
    ):
        times = median[name] / median["floor"]
        print(f"{label:44} {median[name]:9.2f} {jobs / median[name]:9.0f} {times:8.2f}×")
    print(
        f"Python's share of the run: {median['cpu']:.2f} s CPU; entries {bench.run.entries}, held {bench.run.held}"
    )
    found = {"bench": "fees", "jobs": jobs, "entries": bench.run.entries, "batch": bench.batch}
    found |= {f"{name}_s": round(value, 3) for name, value in median.items()}
    for name, above, below in (
        ("ratio", "run", "floor"),
        ("ratio_one", "one", "floor"),
        ("ratio_plain", "run", "plain"),
    ):
        found[name] = round(median[above] / median[below], 2)
    print(json.dumps(found | {"target": 2.0}))


def main() -> None:
    """Make the month, warm up by one round's being the first of several, print medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=BATCH)
    asked = parser.parse_args()
    with database() as url:
        app = create_app(settings(url))
        with app.app_context(), psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            fill(connection, asked.jobs)
            bench = Bench(connection, asked.batch)
            for _ in range(asked.rounds):
                bench.round()
            db.engine.dispose()
        report(bench, asked.jobs)


if __name__ == "__main__":
    main()
