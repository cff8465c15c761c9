"""10,000 new jobs find their dealers in one run, against the INSERT it cannot beat: `make bench-dispatch`.

3,000 dealers, 33,000 lines of coverage, 6,000 installers. Floors, afterwards in the same database: the very same
offers, events, clocks and outbox rows copied by psycopg into tables of the same shape and indexes, without one
reference to check: (1) one statement and one transaction per job, where the run has a statement per job and a
transaction per ten, (2) the same waiting for the disk each time, (3) by 200 jobs, as nothing that locks each job can.

    python -m bench.bench_dispatch [--jobs 10000]      DATABASE_URL=… for a server of yours
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from api.app import create_app
from bench.dispatch_rows import CATEGORIES, DISTRICTS, NOW, fill
from bench.house import database, environment
from demo import postgres
from models import db
from services.dispatching import BATCH, dispatch_batch

TABLES = {"offer": "job_id", "job_event": "job_id", "clock": "job_id", "outbox": "job_id"}
Rows = dict[str, list[tuple[Any, ...]]]


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """(seconds on the wall, of this process's processor, the answer)"""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def written(connection: psycopg.Connection[Any]) -> tuple[Rows, dict[str, str]]:
    """What the run wrote, by table, and the INSERT that copies a row of each into its empty twin."""
    rows: Rows = {}
    inserts = {}
    for table, key in TABLES.items():
        connection.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)".encode())
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY {key}".encode())
        names = [column.name for column in cursor.description or ()]
        rows[table] = [tuple(map(plain, row)) for row in cursor]
        holes = ", ".join(["%s"] * len(names))
        inserts[table] = (
            f"INSERT INTO floor_{table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE VALUES ({holes})"
        )
    return rows, inserts


def plain(value: Any) -> Any:
    """JSON as a parameter again."""
    return Jsonb(value) if isinstance(value, dict | list) else value


def singly(connection: psycopg.Connection[Any], rows: Rows, inserts: dict[str, str], flush: str) -> None:
    """One statement, one transaction, one round trip per job; the tables hold one row of each job."""
    connection.execute(f"SET synchronous_commit = {flush}".encode())
    named = list(inserts.values())
    parts = ", ".join(f"part{n} AS ({insert})" for n, insert in enumerate(named[:-1]))
    statement = f"WITH {parts} {named[-1]}".encode()
    with connection.cursor() as cursor:
        for job in zip(*rows.values(), strict=True):
            cursor.execute(statement, [value for row in job for value in row])


def together(connection: psycopg.Connection[Any], rows: Rows, inserts: dict[str, str]) -> None:
    """The rows of 200 jobs at a time, in psycopg's pipeline."""
    with connection.cursor() as cursor:
        for first in range(0, len(rows["offer"]), BATCH):
            with connection.transaction():
                for table, held in rows.items():
                    cursor.executemany(inserts[table].encode(), held[first : first + BATCH])


def main() -> None:
    """Fill, warm up by one batch, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=10_000)
    jobs = parser.parse_args().jobs
    with database("dispatch") as url, tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(url, Path(folder)))
        app = create_app()
        with app.app_context(), psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            with db.engine.begin() as tx:
                fill(tx, jobs + BATCH)
            connection.execute("VACUUM ANALYZE")
            dispatch_batch(NOW, BATCH)
            wall, cpu, done = timed(lambda: dispatch_batch(NOW))
            assert done.offered == jobs, done
            rows, inserts = written(connection)
            contestants: dict[str, Callable[[], None]] = {
                "flushed": lambda: singly(connection, rows, inserts, "on"),
                "bare": lambda: singly(connection, rows, inserts, "off"),
                "bulk": lambda: together(connection, rows, inserts),
            }
            floors = {}
            for name, work in contestants.items():
                connection.execute(f"TRUNCATE {', '.join(f'floor_{table}' for table in TABLES)}".encode())
                connection.execute("CHECKPOINT")
                floors[name] = timed(work)[0] * jobs / (jobs + BATCH)
            report(jobs, wall, cpu, floors)
            db.engine.dispose()


def report(jobs: int, wall: float, cpu: float, floors: dict[str, float]) -> None:
    """A table for people and a last line for programs."""
    print(f"\n{jobs:,} new jobs, {3 * DISTRICTS:,} dealers, {3 * DISTRICTS * CATEGORIES:,} lines of coverage")
    lines = {
        "bare INSERT of the same rows, 200 jobs a transaction": floors["bulk"],
        "bare INSERT of the same rows, a transaction per job": floors["bare"],
        "the same, each waiting for the disk": floors["flushed"],
        "dispatch, ten offers a transaction": wall,
    }
    for name, took in lines.items():
        print(f"{name:54} {took:7.2f} s {took / jobs * 1000:7.3f} ms a job {took / floors['bare']:6.2f} ×")
    print(f"{'  of it in this process':54} {cpu:7.2f} s")
    found = {"bench": "dispatch", "jobs": jobs, "s": round(wall, 2), "cpu_s": round(cpu, 2)}
    ratios = {f"ratio_{name}": round(wall / took, 2) for name, took in floors.items()}
    print(json.dumps(found | ratios))


if __name__ == "__main__":
    main()
