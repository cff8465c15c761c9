"""A month's close at size: statements drawn, silence taken as a yes, the month closed: `make bench-month_close`.

Each step runs in a process of its own, as the runner does it, and tells its seconds and the peak of its memory
(VmHWM): at a quarter of the jobs and at all of them, so that memory is seen to be flat. Beside it in the same database:

- sum: `SELECT dealer, sum(fen) … GROUP BY dealer` over the same legs, which keeps nothing;
- plain: the very same lines and statements by INSERT … SELECT, into tables without keys or references;
- floor: the same into the real tables, with their keys and references.

    python -m bench.bench_month_close [--jobs 1000000] [--before 1] [--tax]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.closing_month import DEALERS, MONTH, fill
from bench.house import ROOT, database, environment
from demo import postgres

STEPS = {
    "statements": "2026-04-01T03:10:00+08:00",
    "statement_silence": "2026-04-09T03:40:00+08:00",
    "close_month": "2026-04-10T10:00:00+08:00",
}
SUM = """
SELECT account.dealer_id, -sum(leg.amount_fen)
  FROM ledger_leg leg JOIN ledger_account account ON account.id = leg.account_id
 WHERE account.kind = 'dealer_payable' AND leg.month = %(month)s GROUP BY account.dealer_id
"""
KEEP = """
CREATE TABLE ready_line AS SELECT line.* FROM statement_line line JOIN statement s ON s.id = statement_id
 WHERE month = '{month}' ORDER BY statement_id, entry_id;
CREATE TABLE ready AS SELECT * FROM statement WHERE month = '{month}';
CREATE TABLE plain_line AS SELECT * FROM statement_line WHERE false;
CREATE TABLE plain AS SELECT * FROM statement WHERE false;
SET session_replication_role = replica;
DELETE FROM statement_line WHERE statement_id IN (SELECT id FROM ready);
DELETE FROM statement WHERE id IN (SELECT id FROM ready);
RESET session_replication_role;
VACUUM ANALYZE statement_line; VACUUM ANALYZE statement; VACUUM ANALYZE ready_line; CHECKPOINT
"""
TAX = "INSERT INTO tax_rule (since, kind, rate_bp, inclusive, made_at) VALUES (%s, 'remote_fee', 600, false, now())"


@dataclass(frozen=True, slots=True)
class Close:
    """What one size came to; seconds by step and by what stands beside it."""

    jobs: int
    lines: int
    seconds: dict[str, float]
    peak_mb: dict[str, float]
    at_rest_mb: float

    @property
    def whole_s(self) -> float:
        """All steps of the close."""
        return sum(self.seconds[step] for step in STEPS)


def step(name: str, settings: dict[str, str]) -> dict[str, Any]:
    """One step, by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.month_hand", name, STEPS[name]],
        cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def beside(connection: psycopg.Connection[Any]) -> dict[str, float]:
    """Seconds of the floors; the lines drawn are written once more, into plain tables and into the real ones."""
    for statement in KEEP.format(month=MONTH).split(";"):
        connection.execute(statement.encode())
    seconds = {}
    for name, statements, lines in (
        ("plain", "plain", "plain_line"),
        ("floor", "statement", "statement_line"),
    ):
        began = time.perf_counter()
        with connection.transaction():
            connection.execute(f"INSERT INTO {statements} SELECT * FROM ready".encode())
            connection.execute(f"INSERT INTO {lines} SELECT * FROM ready_line".encode())
        seconds[name] = time.perf_counter() - began
    return seconds


def measure(jobs: int, before: int, tax: bool) -> Close:
    """A database of its own, filled, summed up, closed, and written once more."""
    with database("close") as url, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "metrics").mkdir()
        settings = environment(url, Path(folder))
        with psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            fill(connection, jobs, before)
            if tax:
                connection.execute(TAX, [MONTH])
            seconds, peaks = {}, {}
            for _ in range(2):  # the second time what it reads is at hand
                began = time.perf_counter()
                connection.execute(SUM, {"month": MONTH}).fetchall()
                seconds["sum"] = time.perf_counter() - began
            for name in STEPS:
                told = step(name, settings)
                seconds[name], peaks[name] = told["seconds"], told["peak_mb"]
                print(f"  {jobs:,} jobs: {name} {told['seconds']:.2f} s, {told['counts']}", flush=True)
            seconds |= beside(connection)
            lines = connection.execute("SELECT count(*) FROM ready_line").fetchone()
        assert lines
        return Close(jobs, lines[0], seconds, peaks, told["at_rest_mb"])


def report(closes: list[Close]) -> None:
    """A table for people and a last line for programs."""
    found: dict[str, Any] = {"bench": "month_close", "dealers": DEALERS, "target": 3.0, "sizes": []}
    for close in closes:
        print(f"\n{close.jobs:,} jobs, {DEALERS:,} dealers, {close.lines:,} lines")
        for name, seconds in close.seconds.items():
            peak = f"{close.peak_mb[name]:8.0f} MB" if name in close.peak_mb else ""
            print(f"  {name:20} {seconds:8.2f} s {peak}")
        ratios = {name: round(close.whole_s / close.seconds[name], 2) for name in ("sum", "plain", "floor")}
        print("  whole {:.2f} s: {sum}× sum, {plain}× plain, {floor}× floor".format(close.whole_s, **ratios))
        peak = round(max(close.peak_mb.values()), 1)
        size = {"jobs": close.jobs, "lines": close.lines, "whole_s": round(close.whole_s, 2), "peak_mb": peak}
        found["sizes"].append(size | {"at_rest_mb": round(close.at_rest_mb, 1)} | ratios)
    print(json.dumps(found))


def main() -> None:
    """A quarter of the jobs, then all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--before", type=int, default=1, help="closed months of the same size before it")
    parser.add_argument("--tax", action="store_true", help="with a tax that comes on top of the way")
    asked = parser.parse_args()
    report([measure(jobs, asked.before, asked.tax) for jobs in (asked.jobs // 4, asked.jobs)])


if __name__ == "__main__":
    main()
