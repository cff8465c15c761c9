"""Promises under load, over thousands of dealers, beside the bare route under the same gunicorn in the same run.

Every request asks for another place and product and is kept. Twice, for both: `closed`, every client asks again as soon
as it was answered: what the machine can do, and how long the queue is then; `paced`, every client asks every
100 to 200 ms, counted from the instant it was due: what a customer waits. The bare route is asked before and after:
on a shared machine only the ratio means something.

    python -m bench.bench_promise [--dealers 3000] [--coverage 100000] [--requests 8000] [--clients 32] [--seconds 20]

DATABASE_URL names another server than the embedded one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.app import create_app
from bench import house, promise_asker, promise_load, promise_stage

EVERY_S = (0.1, 0.2)
WARM = 20  # requests of each client that are not counted
Asks = Callable[[int, int], list[bytes]]  # (seed, how many) → one client's requests


@dataclass(frozen=True, slots=True)
class Pace:
    """What the clients saw in one way of asking; CPU per request, of the web's workers and of the clients."""

    per_second: float
    p50_ms: float
    p99_ms: float
    web_cpu_ms: float
    client_cpu_ms: float


def pace(web: house.Web, asks: Asks, clients: int, each: int, every_s: tuple[float, float] | None) -> Pace:
    """So many clients, `each` requests of each."""
    made = [asks(seed, each) for seed in range(clients)]
    began = web.cpu_s()
    heard = promise_load.run(web.port, made, every_s)
    cpu, many = web.cpu_s() - began, len(heard.took)
    took = sorted(heard.took)
    figures = (
        many / heard.span_s,
        statistics.median(took) * 1e3,
        took[min(many - 1, int(many * 0.99))] * 1e3,
        cpu * 1e3 / many,
        heard.cpu_s * 1e3 / many,
    )
    return Pace(*(round(figure, 2) for figure in figures))


def both(web: house.Web, asks: Asks, asked: argparse.Namespace) -> dict[str, Pace]:
    """Closed and paced, after a little warming up."""
    promise_load.run(web.port, [asks(1000 + seed, WARM) for seed in range(asked.clients)])
    closed = pace(web, asks, asked.clients, max(1, asked.requests // asked.clients), None)
    each = max(1, round(asked.seconds / (sum(EVERY_S) / 2)))
    return {
        "closed": closed,
        "paced": pace(web, lambda seed, many: asks(seed + 500, many), asked.clients, each, EVERY_S),
    }


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one run; figures by name."""
    with tempfile.TemporaryDirectory() as name, house.database("promise") as url:
        folder = Path(name)
        os.environ.update(house.environment(url, folder))
        with create_app().app_context():
            places = promise_stage.build(asked.dealers, asked.coverage, datetime.now(UTC))
            dealers, coverage = promise_stage.counts()
        skus = [f"SKU-{code}" for code in promise_stage.CATEGORIES]
        before = _bare(folder, asked)
        with house.web("wsgi:app", folder, {}) as web:
            ours = both(web, lambda seed, many: promise_asker.questions(seed, skus, places, many), asked)
            rss = web.largest_mb()
        after = _bare(folder, asked)
    return {
        "dealers": dealers,
        "coverage": coverage,
        "clients": asked.clients,
        **{kind: _beside(ours[kind], before[kind], after[kind]) for kind in ours},
        "rss_mb": round(rss, 1),
    }


def _bare(folder: Path, asked: argparse.Namespace) -> dict[str, Pace]:
    with house.web("bench.bare:app", folder, {}) as web:
        return both(web, lambda _, many: promise_asker.bare(many), asked)


def _beside(ours: Pace, before: Pace, after: Pace) -> dict[str, Any]:
    """Ours and the quieter of the two bare runs, figure by figure."""
    return {
        "ours": asdict(ours),
        "bare": [asdict(before), asdict(after)],
        "p99_times_bare": round(ours.p99_ms / min(before.p99_ms, after.p99_ms), 1),
        "cpu_times_bare": round(ours.web_cpu_ms / min(before.web_cpu_ms, after.web_cpu_ms), 1),
    }


def report(found: dict[str, Any]) -> None:
    """A table for people and a last line for programs."""
    size = f"{found['dealers']:,} dealers, {found['coverage']:,} coverage rows, {found['clients']} clients"
    print(f"\n{size}; the largest web worker {found['rss_mb']} MB")
    for kind, told in (
        ("closed", "closed loop: the server is full"),
        ("paced", "paced: each every 100–200 ms"),
    ):
        one = found[kind]
        print(f"\n{told:34}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'web CPU':>9}{'clients':>9}")
        rows = (("POST /promises", one["ours"]), *((f"bare route, {n}", bare) for n, bare in _named(one)))
        for name, row in rows:
            figures = (
                row["per_second"],
                row["p50_ms"],
                row["p99_ms"],
                row["web_cpu_ms"],
                row["client_cpu_ms"],
            )
            print(f"  {name:32}" + "{:9.0f}{:9.1f}{:9.1f}{:9.2f}{:9.2f}".format(*figures))
        print(f"  p99 {one['p99_times_bare']} × bare, web CPU {one['cpu_times_bare']} × bare")
    print(json.dumps({"bench": "promise", **found}))


def _named(one: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    return list(zip(("before", "after"), one["bare"], strict=True))


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="p99 of promises beside the bare route")
    parser.add_argument("--dealers", type=int, default=3000)
    parser.add_argument("--coverage", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=8000, help="in the closed loop, over all clients")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20, help="of the paced run")
    began = time.monotonic()
    found = measure(parser.parse_args())
    report(found | {"seconds": round(time.monotonic() - began, 1)})


if __name__ == "__main__":
    main()
