"""Double 11 as a whole: orders come in while dispatch, dealers and customers are at it: `make bench-double11`.

Half of the divisions have not the room for what is ordered there. Importer, two runners and four dealers' desks are
processes of their own; promises are asked before, meanwhile and afterwards; then a day of clocks and messages passes.
What must hold is counted by statements of this file's own, that share nothing with the product's.

    python -m bench.bench_double11 [--orders 50000] [--desks 4]      DATABASE_URL=… for a server of yours
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg

from api.app import create_app
from bench import double11_checks as checks
from bench.double11_hands import Clock, answer, bring_in, tasks_of, tick
from bench.double11_stage import SKU, START, District, build, order_file
from bench.house import database, environment
from demo import postgres
from domain.calendar import SHANGHAI, local_date
from models import db
from services import promises
from services.dispatching import dispatch_waiting
from services.promises import Asked, AskedLine

SPEED = 10.0  # of the bench's clock while orders come in: ten minutes are a hundred
STEP, AFTERWARDS = timedelta(minutes=10), timedelta(hours=26)
BEYOND = 30  # days; no window within the horizon counts as that many
ALONE = 10  # a tenth of the orders comes first, with nothing else going on


@dataclass
class Asking:
    """Days until the first window promised, by phase and kind of division; milliseconds of each question."""

    districts: Sequence[District]
    leads: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)

    def ask(self, phase: str, place: District, now: datetime) -> None:
        """One customer before the purchase."""
        began = time.perf_counter()
        page = promises.make(Asked((AskedLine(SKU),), division_code=place.code), now)
        self.ms.append((time.perf_counter() - began) * 1000)
        windows = page.answer.lines[0].windows
        days = (windows[0].start.astimezone(SHANGHAI).date() - local_date(now)).days if windows else BEYOND
        self.leads.setdefault((phase, place.kind), []).append(days)

    def everywhere(self, phase: str, now: datetime) -> None:
        """In up to 40 divisions of each kind."""
        for kind in ("out", "tight", "free"):
            for place in [one for one in self.districts if one.kind == kind][:40]:
                self.ask(phase, place, now)

    def meanwhile(self, app: Any, clock: Clock, over: Event) -> None:
        """Until it is over, ten times a second."""
        drawn = random.Random(11)
        with app.app_context():
            while not over.wait(0.1):
                self.ask("during", drawn.choice(self.districts), clock.now())


@dataclass
class Rush:
    """What came of it."""

    alone: dict[str, float]
    busy: dict[str, float]
    hands: Counter[str]
    settled_s: float
    ended: datetime


def rush(
    app: Any, environ: dict[str, str], files: Sequence[Path], channel: int, desks: int, asking: Asking
) -> Rush:
    """Everything at once, until nothing is left to answer."""
    spawned = multiprocessing.get_context("spawn")
    with spawned.Manager() as manager, ProcessPoolExecutor(desks + 3, mp_context=spawned) as pool:
        alone = pool.submit(bring_in, environ, str(files[0]), channel, START).result()
        db.engine.dispose()
        over, quiet = manager.Event(), Event()
        clock = Clock(START, time.time(), SPEED)
        hands = [pool.submit(tick, environ, clock, over) for _ in range(2)]
        hands += [pool.submit(answer, environ, clock, over, number, desks) for number in range(desks)]
        began = time.perf_counter()
        asker = Thread(target=asking.meanwhile, args=(app, clock, quiet))
        asker.start()
        busy = pool.submit(bring_in, environ, str(files[1]), channel, START).result()
        checks.wait_until_settled(hands, clock)
        settled = time.perf_counter() - began
        over.set()
        done: Counter[str] = Counter()
        for hand in hands:
            done.update(hand.result())
        quiet.set()
        asker.join()
        return Rush(alone, busy, done, settled, clock.now())


def afterwards(environ: dict[str, str], begin: datetime) -> Counter[str]:
    """A day and two hours in steps of ten minutes: offers run out, clocks are missed, messages leave."""
    done: Counter[str] = Counter()
    tasks = tasks_of(Path(environ["SMS_LOG"]))
    now = begin
    while now < begin + AFTERWARDS:
        now += STEP
        for name in ("expire", "dispatch", "sla"):
            done.update(tasks[name](now))
        if now.minute < 10:
            dispatch_waiting(now)
        for _ in range(120):  # the drain runs every five seconds
            if not tasks["notices"](now)["told"]:
                break
    return done


def main() -> None:
    """Build, rush, let a day pass, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--desks", type=int, default=4)
    given = parser.parse_args()
    with database("double11") as url, tempfile.TemporaryDirectory() as folder:
        environ = environment(url, Path(folder)) | {"DATABASE_URL": url}
        os.environ.update(environ)
        app = create_app()
        with app.app_context(), psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
            channel, districts = build(given.orders, environ["WECHAT_APP_ID"])
            connection.execute("VACUUM ANALYZE")
            files = [Path(folder) / "alone.csv", Path(folder) / "orders.csv"]
            order_file(files[0], given.orders // ALONE, 0, districts)
            size = order_file(files[1], given.orders, given.orders, districts)
            asking = Asking(districts)
            asking.everywhere("before", START)
            done = rush(app, environ, files, channel, given.desks, asking)
            asking.everywhere("after", done.ended)
            floors = checks.floors(connection, given.orders // ALONE)
            over_booked = checks.over_booked(connection)
            later = afterwards(environ, done.ended)
            found = checks.counted(connection) | {
                "over_booked": max(over_booked, checks.over_booked(connection))
            }
            db.engine.dispose()
        report(given.orders, size, len(districts), done, later, asking, floors, found)


def report(
    orders: int, size: int, districts: int, done: Rush, later: Counter[str], asking: Asking,
    floors: dict[str, float], found: dict[str, int],
) -> None:  # fmt: skip
    """A table for people and a last line for programs."""
    first = orders // ALONE
    print(f"\n{orders:,} orders ({size / 1e6:.1f} MB), {districts} divisions, {2 * districts} dealers")
    print(f"{'orders a minute':52} {'all':>9} {'ms each':>8} {'× INSERT':>9}")
    each = {
        "bare COPY of the same rows, a table at a time": floors["copy"] / first,
        "bare INSERT of the same rows, 500 orders a commit": floors["insert"] / first,
        "import with nothing else going on": done.alone["s"] / first,
        "  of it in the importer's process, alone": done.alone["cpu_s"] / first,
        "import while everything else goes on": done.busy["s"] / orders,
        "  of it in the importer's process, meanwhile": done.busy["cpu_s"] / orders,
    }
    base = floors["insert"] / first
    for name, took in each.items():
        print(f"{name:52} {60 / took:9,.0f} {took * 1000:8.2f} {took / base:9.2f}")
    peak = done.busy["peak_mb"]
    print(f"importer's memory at most {peak:.0f} MB, before it read {done.busy['before_mb']:.0f} MB")
    print(
        f"file in after {done.busy['s']:.0f} s, everything dispatched, answered and told after {done.settled_s:.0f} s"
    )
    print("\ndays to the first window promised (median, most)")
    leads = {}
    for kind in ("out", "tight", "free"):
        told = {phase: asking.leads.get((phase, kind), [0]) for phase in ("before", "during", "after")}
        leads[kind] = {phase: statistics.median(days) for phase, days in told.items()}
        print(
            f"  {kind:6}"
            + "".join(f"  {phase} {leads[kind][phase]:4.0f} {max(told[phase]):3d}" for phase in told)
        )
    ms = sorted(asking.ms)
    print(
        f"  a promise: p50 {ms[len(ms) // 2]:.1f} ms, p99 {ms[len(ms) * 99 // 100]:.1f} ms, {len(ms)} asked"
    )
    for title, counts in (("hands", done.hands), ("a day later", later), ("counted", found)):
        print(f"\n{title}: " + ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items())))
    line = {
        "bench": "double11",
        "orders": orders,
        "orders_a_minute": round(60 / each["import while everything else goes on"]),
    }
    line |= {
        "alone_x_insert": round(done.alone["s"] / floors["insert"], 2),
        "peak_mb": round(peak),
        "lead_days": leads,
    }
    line |= {name: found[name] for name in ("over_booked", "over_accepted", "most_digests", "most_messages")}
    line["faults"] = sum(number for name, number in done.hands.items() if name.startswith("FAULT"))
    print(json.dumps(line))


if __name__ == "__main__":
    main()
