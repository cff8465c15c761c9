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
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.fee_month import fill
from bench.house import database
from demo import postgres
from domain.actors import Actor, Role
from services import fee_previews
from services.command_line import application
from services.config import Config
from services.fee_previews import Previewed
from services.fees import BATCH, FeeRun, run_fees

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
EMPTY = """
SET session_replication_role = replica;
TRUNCATE ledger_leg, ledger_entry, charge_memo, statement_line CASCADE;
RESET session_replication_role;
UPDATE job SET fees_posted_at = NULL WHERE fees_posted_at IS NOT NULL;
"""
KEEP = """
CREATE TABLE ready_entry AS SELECT * FROM ledger_entry;
CREATE TABLE ready_leg AS SELECT * FROM ledger_leg;
CREATE TABLE plain_entry AS SELECT * FROM ledger_entry WHERE false;
CREATE TABLE plain_leg AS SELECT * FROM ledger_leg WHERE false;
"""


DEARER = 2
NEXT = """
INSERT INTO fee_rule (version, effective_from, rule)
SELECT %s, '2026-12-31 16:00Z', jsonb_set(rule, '{effective_from}', '"2027-01-01"') || jsonb_build_object('base',
       (SELECT jsonb_agg(jsonb_set(base, '{fen}', to_jsonb((base->>'fen')::int + 500)))
          FROM jsonb_array_elements(rule->'base') base))
  FROM fee_rule WHERE version = 1
"""


def settings(url: str) -> Config:
    """Enough of a configuration to open the database."""
    key, nowhere = secrets.token_bytes(32), Path(tempfile.gettempdir())
    return Config(
        "test", url, key, key, key, "http://localhost", nowhere, nowhere / "sms", "", "", "", "", ""
    )


def server_cpu(connection: psycopg.Connection[Any]) -> float:
    """CPU seconds that PostgreSQL has used so far with all its processes; 0 where /proc doesn't show them."""
    here = Path(f"/proc/{connection.info.backend_pid}/stat")
    if connection.info.host[:1] != "/" or not here.exists():
        return 0.0
    postmaster = here.read_text().rpartition(")")[2].split()[1]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == postmaster:
                ticks += sum(map(int, fields[11:15]))  # its own and those of its children that have ended
            elif fields[1] == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


LABELS = {
    "run": "fee run (read, price, explain, post, mark)",
    "one": "… with one worker instead of two",
    "floor": "INSERT … SELECT, same tables, keys, triggers",
    "plain": "INSERT … SELECT, plain tables",
    "preview": "preview of a version (price twice, compare)",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the wall, of this process's CPU, and of the server's."""

    wall: float
    python: float
    server: float


class Bench:
    """One database, emptied before each measurement."""

    def __init__(self, connection: psycopg.Connection[Any], batch: int) -> None:
        self.connection, self.batch = connection, batch
        self.run, self.previewed = FeeRun(), Previewed()
        self.costs: dict[str, list[Cost]] = {name: [] for name in LABELS}

    def measure(self, name: str, work: Callable[[], object]) -> float:
        """Do it and keep what it cost."""
        began, cpu, server = time.perf_counter(), time.process_time(), server_cpu(self.connection)
        work()
        wall, python = time.perf_counter() - began, time.process_time() - cpu
        self.costs[name].append(Cost(wall, python, server_cpu(self.connection) - server))
        return wall

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

    def fees(self, workers: int) -> None:
        """The product's own run."""
        self.run = run_fees(NOW, self.batch, workers)

    def round(self) -> None:
        """The runs and both floors, one after the other."""
        walls = []
        for name, workers in (("run", 2), ("one", 1)):
            self.empty()
            walls.append(self.measure(name, partial(self.fees, workers)))
        if len(self.costs["run"]) == 1:
            self.connection.execute(KEEP.encode())
            self.connection.execute("VACUUM ANALYZE ready_entry, ready_leg")
        self.empty()
        walls.append(self.measure("floor", lambda: self.copy("ledger")))
        self.connection.execute("TRUNCATE plain_entry, plain_leg")
        walls.append(self.measure("plain", lambda: self.copy("plain")))
        walls.append(self.measure("preview", self.preview))
        told = "  two workers {:.2f} s   one {:.2f} s   floor {:.2f} s   plain {:.2f} s   preview {:.2f} s"
        print(told.format(*walls), flush=True)

    def preview(self) -> None:
        """The month's jobs priced twice, by the rules in force and by a version with dearer bases; posts nothing."""
        fee_previews.ask(Actor(Role.FINANCE), DEARER, NOW.date().replace(month=3), NOW)
        before = self.posted()
        self.previewed = fee_previews.work(NOW, self.batch)
        assert self.posted() == before

    def posted(self) -> Any:
        """How many entries there are, and the last one."""
        return self.connection.execute("SELECT count(*), max(id) FROM ledger_entry").fetchone()


def report(bench: Bench, jobs: int) -> None:
    """A table for people and a last line for programs; medians of each column."""
    found: dict[str, Any] = {
        "bench": "fees",
        "jobs": jobs,
        "entries": bench.run.entries,
        "batch": bench.batch,
    }
    for name, costs in bench.costs.items():
        found[f"{name}_s"] = round(statistics.median(cost.wall for cost in costs), 3)
        found[f"{name}_cpu_s"] = round(statistics.median(cost.python + cost.server for cost in costs), 3)
    print(f"\n{'':45} {'seconds':>8} {'jobs/s':>8} {'to floor':>9} {'CPU s':>7} {'to floor':>9}")
    for name, label in LABELS.items():
        wall, cpu = found[f"{name}_s"], found[f"{name}_cpu_s"]
        times, more = wall / found["floor_s"], cpu / (found["floor_cpu_s"] or 1)
        print(f"{label:45} {wall:8.2f} {jobs / wall:8.0f} {times:8.2f}× {cpu:7.2f} {more:8.2f}×")
    python = statistics.median(cost.python for cost in bench.costs["one"])
    print(
        f"of the run's CPU {python:.2f} s are Python's; {bench.run.entries} entries, {bench.run.held} jobs held"
    )
    found |= {
        "ratio": round(found["run_s"] / found["floor_s"], 2),
        "ratio_one": round(found["one_s"] / found["floor_s"], 2),
    }
    found |= {"ratio_plain": round(found["run_s"] / found["plain_s"], 2), "target": 2.0}
    print(f"preview: {bench.previewed.jobs} jobs, nothing posted")
    print(json.dumps(found))


def main() -> None:
    """Make the month, warm up by one round's being the first of several, print medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=BATCH)
    asked = parser.parse_args()
    with database("fees") as url:
        connected = psycopg.connect(postgres.libpq(url), autocommit=True)
        with application("bench_fees", settings(url)), connected as connection:
            fill(connection, asked.jobs)
            connection.execute(NEXT.encode(), [DEARER])
            bench = Bench(connection, asked.batch)
            for _ in range(asked.rounds):
                bench.round()
        report(bench, asked.jobs)


if __name__ == "__main__":
    main()
