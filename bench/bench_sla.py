"""The SLA sweep over 1,000,000 open jobs, 10,000 newly late, against the UPDATE it cannot beat: `make bench-sla`.

Side by side in one run, each over the next 10,000 clocks in time (same table, same number, scattered over it at
random), so that nothing need be restored: the bare UPDATE of level and instant; the same with its breach rows, the
least that leaves a record; the sweep's own steps one by one; the sweep. Medians of several rounds, on the wall and of
the server process's processor time, which a busy machine distorts less.

    python -m bench.bench_sla [--clocks 1000000] [--late 10000] [--rounds 7]    DATABASE_URL=… for a server of yours
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from api.app import create_app
from bench.house import database, environment
from demo import postgres
from models import db
from services.clocks import RAISE, TELL, raise_levels

FIRST = datetime(2026, 3, 2, tzinfo=UTC)  # the clocks become late one a second from here on
TARGET = 2.0
DEALERS = 2_000

FILL = (
    "SET session_replication_role = replica",  # one order for all: the checks of a million references are not asked
    "INSERT INTO subject DEFAULT VALUES",
    "INSERT INTO category (code, name) VALUES ('heater', '热水器')",
    "INSERT INTO channel (code, name, platform) VALUES ('shop', '商城', 'own')",
    f"INSERT INTO dealer (code, name) SELECT 'D' || i, '网点' || i FROM generate_series(1, {DEALERS}) AS i",
    f"""INSERT INTO job (kind, status, order_line_id, channel_id, subject_id, sku, category_code, units, scheme,
                         dealer_id, created_at, updated_at, last_occurred_at)
       SELECT 'install', 'accepted', 1, 1, 1, 'EWH', 'heater', 1, 'share', 1 + i %% {DEALERS}, t, t, t
         FROM generate_series(1, %(clocks)s) AS i, (SELECT %(first)s::timestamptz AS t) AS start""",
    """INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, notice_at, due_at,
                          severe_at, next_at, level)
       SELECT id, 'finish', 'dealer', 'dealer', dealer_id, 'wall', 172800, due - interval '48 hours',
              due - interval '9.6 hours', due, due + interval '1000 days', due, 1
         FROM (SELECT id, dealer_id, %(first)s + row_number() OVER (ORDER BY random()) * interval '1 second' AS due
                 FROM job ORDER BY id) AS planned""",
    "RESET session_replication_role",
)
BARE = """
UPDATE clock SET level = CASE WHEN severe_at <= %(now)s THEN 3 WHEN due_at <= %(now)s THEN 2 ELSE 1 END,
       next_at = CASE WHEN severe_at <= %(now)s THEN NULL WHEN due_at <= %(now)s THEN severe_at ELSE due_at END
 WHERE next_at <= %(now)s
"""
RECORDED = f"""
WITH raised AS ({BARE} RETURNING id, job_id, dealer_id, kind, family, level, due_at)
INSERT INTO breach (clock_id, job_id, dealer_id, kind, family, level, due_at, raised_at)
SELECT id, job_id, dealer_id, kind, family, level, due_at, %(now)s FROM raised
"""
RAISED = RAISE.rstrip().removesuffix(",") + " SELECT count(*) FROM raised"
TOLD = RAISE + TELL.format(unless="").rstrip().removesuffix(",") + " SELECT count(*) FROM told"
STATEMENTS = {"bare": BARE, "recorded": RECORDED, "raised": RAISED, "told": TOLD}
NAMES = {
    "bare": "one bare UPDATE",
    "recorded": "the same and its breach rows, nothing else",
    "raised": "sweep, step 1: claim, judge, UPDATE",
    "told": "sweep, steps 1-2: and breach rows",
    "sweep": "sweep as it runs: and digests, committed",
}


@dataclass(frozen=True)
class Took:
    """Milliseconds: on the wall, and of the server process (None where /proc does not tell)."""

    wall: float
    cpu: float | None


class Bench:
    """One filled database; time goes on by `late` seconds per measurement."""

    def __init__(self, connection: psycopg.Connection[Any], late: int) -> None:
        self.connection, self.late, self.moment = connection, late, FIRST
        self.took: dict[str, list[Took]] = {name: [] for name in NAMES}
        self.sweeper = self._own_backend()

    @staticmethod
    def _own_backend() -> int:
        with db.engine.connect() as pooled:
            return int(pooled.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    def round(self, number: int) -> None:
        """Every contestant once, each time beginning with another; the first round only warms up."""
        names = list(NAMES)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            self.moment += timedelta(seconds=self.late)
            took = self._sweep() if name == "sweep" else self._statement(name)
            if number:
                self.took[name].append(took)

    def _sweep(self) -> Took:
        done = []
        took = timed(self.sweeper, lambda: done.append(raise_levels(self.moment)))
        assert done[0].clocks == done[0].breaches == self.late, done
        return took

    def _statement(self, name: str) -> Took:
        values = {"now": self.moment, "batch": self.late + 1}
        found: list[int] = []

        def run() -> None:
            cursor = self.connection.execute(STATEMENTS[name].encode(), values)
            row = cursor.fetchone() if cursor.description else None
            found.append(row[0] if row else cursor.rowcount)

        took = timed(self.connection.info.backend_pid, run)
        assert found == [self.late], (name, found)
        return took

    def nothing(self) -> Took:
        """A sweep with nothing newly late."""
        return min(
            (timed(self.sweeper, lambda: raise_levels(self.moment)) for _ in range(20)), key=lambda t: t.wall
        )


def timed(pid: int, work: Callable[[], object]) -> Took:
    """What `work` costs, here and in the server process `pid`."""
    before, began = _processor_ms(pid), time.perf_counter()
    work()
    wall, after = (time.perf_counter() - began) * 1000, _processor_ms(pid)
    return Took(wall, None if before is None or after is None else after - before)


def _processor_ms(pid: int) -> float | None:
    with suppress(OSError, ValueError, IndexError):
        ran_ns = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
        return int(ran_ns) / 1e6
    return None


def fill(connection: psycopg.Connection[Any], clocks: int) -> None:
    """A million open jobs with one running clock each, in notice, which become late in no order of the table."""
    began = time.perf_counter()
    for statement in FILL:
        wanted = {"clocks": clocks, "first": FIRST} if "%(" in statement else None
        connection.execute(statement.encode(), wanted)
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")
    print(f"{clocks:,} clocks in {time.perf_counter() - began:.0f} s", flush=True)


def report(bench: Bench, clocks: int) -> None:
    """A table for people and a last line for programs."""
    rows = {name: (median(took.wall for took in all_), median(took.cpu for took in all_))
            for name, all_ in bench.took.items()}  # fmt: skip
    print(
        f"\n{bench.late:,} newly late of {clocks:,}{'':28} {'wall ms':>9} {'ratio':>7} {'server ms':>10} {'ratio':>7}"
    )
    for name, (wall, cpu) in rows.items():
        ratio = [shown(wall / rows["bare"][0]), shown(cpu / rows["bare"][1] if cpu else None)]
        print(f"{NAMES[name]:52} {wall:9.1f} {ratio[0]:>7} {shown(cpu, 1):>10} {ratio[1]:>7}")
    dirty = bench.nothing()
    bench.connection.execute("VACUUM clock")
    idle = bench.nothing()
    print(
        f"{'nothing newly late':52} {idle.wall:9.1f}   (before the vacuum that clears the index: {dirty.wall:.1f})"
    )
    found = {
        "bench": "sla",
        "clocks": clocks,
        "late": bench.late,
        **{f"{name}_ms": round(wall, 1) for name, (wall, _) in rows.items()},
        "idle_ms": round(idle.wall, 2),
        "ratio": round(rows["sweep"][0] / rows["bare"][0], 2),
        "ratio_recorded": round(rows["sweep"][0] / rows["recorded"][0], 2),
        "ratio_server": round(rows["sweep"][1] / rows["bare"][1], 2) if rows["bare"][1] else None,
        "target": TARGET,
    }
    print(json.dumps(found))


def median(values: Iterator[float | None]) -> float:
    """The median of what is known; 0 when nothing is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else 0.0


def shown(value: float | None, digits: int = 2) -> str:
    """A number for the table."""
    return "-" if not value else f"{value:.{digits}f}"


def main() -> None:
    """Fill, warm up by a round, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--late", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    if asked.late * len(NAMES) * (asked.rounds + 1) > asked.clocks:
        parser.error("too few clocks for so many rounds: each measurement takes --late of them")
    with database("sla") as url, tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(url, Path(folder)))
        app = create_app()
        with app.app_context(), psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            fill(connection, asked.clocks)
            connection.execute(
                "SET enable_seqscan = off"
            )  # the floor at its best, whatever the statistics say
            bench = Bench(connection, asked.late)
            for number in range(asked.rounds + 1):
                bench.round(number)
            report(bench, asked.clocks)
            db.engine.dispose()


if __name__ == "__main__":
    main()
