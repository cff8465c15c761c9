"""Each report over four weeks and over the whole half year, beside a bare count(*) of the rows it is made of.

make bench-reports            # 200,000 jobs
python -m bench.bench_reports --jobs 20000 --explain on-time
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from api.app import create_app
from api.reports import REPORTS
from bench.house import database, environment
from bench.report_rows import DAYS, NOW, fill
from demo import postgres
from domain.actors import Actor, Role
from domain.reports import Period
from models import db
from services.queries.reports import asking
from services.queries.reports.asking import Asked, Report

ADMIN = Actor(Role.ADMIN, person_id=1)
LIMIT = 101
# The rows each report looks at first.
FLOORS = {
    "on-time": "clock WHERE due_at >= %(from)s AND due_at < %(until)s",
    "promised": "clock WHERE kind = 'arrive' AND starts_at >= %(from)s AND starts_at < %(until)s",
    "fairness": "job WHERE accepted_at >= %(from)s AND accepted_at < %(until)s",
    "complaint-reasons": "job WHERE submitted_at >= %(from)s AND submitted_at < %(until)s",
    "damage": "job WHERE delivered_at >= %(from)s AND delivered_at < %(until)s",
    "coverage-holes": "job WHERE created_at >= %(from)s AND created_at < %(until)s",
}


def wanted(report: Report[Any], days: int) -> Asked:
    """The last `days` of the history, by all dimensions."""
    last = NOW.date() - timedelta(days=3)
    return Asked(Period(last - timedelta(days=days - 1), last), tuple(report.dims))


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """(median milliseconds, the last result) after one round to warm up."""
    took, found = [], work()
    for _ in range(rounds):
        began = time.perf_counter()
        found = work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), found


def measured(
    connection: psycopg.Connection[Any], report: Report[Any], days: int, rounds: int
) -> dict[str, Any]:
    """One report over so many days."""
    asked = wanted(report, days)
    floor_sql = f"SELECT count(*) FROM {FLOORS[report.name]}"
    bounds = {"from": asked.period.start, "until": asked.period.end}
    floor, [(rows,)] = timed(lambda: connection.execute(floor_sql.encode(), bounds).fetchall(), rounds)
    page, found = timed(lambda: asking.page(ADMIN, report, asked, None, LIMIT, NOW), rounds)
    return {
        "report": report.name, "days": days, "rows": rows, "count_ms": round(floor, 1), "report_ms": round(page, 1),
        "ratio": round(page / floor, 1), "lines": len(found),
    }  # fmt: skip


def explain(connection: psycopg.Connection[Any], name: str) -> None:
    """The plan of one report over four weeks."""
    report = next(report for report in REPORTS if report.name == name)
    sql, values = asking.statement(ADMIN, report, wanted(report, 28), None, LIMIT, NOW)
    for (line,) in connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {sql}".encode(), values):
        print(line)


def main() -> None:
    """Fill, measure, print a table and a last line for programs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--explain", action="append", default=[])
    asked = parser.parse_args()
    with database("reports") as url, tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(url, Path(folder)))
        app = create_app()
        with app.app_context(), psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            fill(connection, asked.jobs)
            for name in asked.explain:
                explain(connection, name)
            lines = [measured(connection, r, days, asked.rounds) for r in REPORTS for days in (28, DAYS - 3)]
            heads = ("report", "days", "rows", "count(*) ms", "report ms", "ratio", "lines")
            print("\n{:20} {:>4} {:>9} {:>12} {:>10} {:>6} {:>6}".format(*heads))
            for line in lines:
                print("{:20} {:4} {:9,} {:12.1f} {:10.1f} {:6.1f} {:6}".format(*line.values()))
            print(json.dumps({"bench": "reports", "jobs": asked.jobs, "reports": lines}))
            db.engine.dispose()


if __name__ == "__main__":
    main()
