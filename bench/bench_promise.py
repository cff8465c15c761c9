"""Promises under load: p99 at 32 clients over thousands of dealers, beside the bare route under the same gunicorn.

Every request asks for another place and product and is kept; nothing is cached between them but what never changes.
The bare route is asked before and after, in the same run: on a shared machine only the ratio means something.

    python -m bench.bench_promise [--dealers 3000] [--coverage 100000] [--requests 8000] [--clients 32]

DATABASE_URL names another server than the embedded one.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.app import create_app
from bench import bare_caller, house, promise_stage
from bench.bench_requests import Speed
from bench.crowd import Crowd
from bench.promise_asker import Asker


def nothing() -> None:
    """A client needs nothing before it asks."""


def speed(web: house.Web, clients: int, requests: int, stories: list[Any]) -> Speed:
    """So many clients asking one after the other, after a little warming up."""
    crowd = Crowd(web.port, clients, stories, nothing)
    crowd.do(*["ask"] * 20)
    began = web.cpu_s()
    timings = crowd.do(*["ask"] * max(1, requests // clients))
    found = Speed.of(clients, timings, web.cpu_s() - began)
    crowd.leave()
    return found


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one run; figures by name."""
    with tempfile.TemporaryDirectory() as name, house.database("promise") as url:
        folder, clients = Path(name), asked.clients
        os.environ.update(house.environment(url, folder))
        with create_app().app_context():
            places = promise_stage.build(asked.dealers, asked.coverage, datetime.now(UTC))
            dealers, coverage = promise_stage.counts()
        skus = [f"SKU-{code}" for code in promise_stage.CATEGORIES]
        bare = [_bare(folder, clients, asked.requests)]
        with house.web("wsgi:app", folder, {}) as web:
            askers = [Asker(seed, skus, places) for seed in range(clients)]
            ours = speed(web, clients, asked.requests, askers)
            rss = web.largest_mb()
        bare.append(_bare(folder, clients, asked.requests))
    return {
        "dealers": dealers,
        "coverage": coverage,
        "ours": _rounded(ours),
        "bare": [_rounded(one) for one in bare],
        "p99_times_bare": round(ours.p99_ms / min(one.p99_ms for one in bare), 1),
        "cpu_times_bare": round(ours.cpu_ms / min(one.cpu_ms for one in bare), 1),
        "rss_mb": round(rss, 1),
    }


def _bare(folder: Path, clients: int, requests: int) -> Speed:
    with house.web("bench.bare:app", folder, {}) as web:
        return speed(web, clients, requests, [bare_caller.Caller() for _ in range(clients)])


def _rounded(found: Speed) -> dict[str, float]:
    return {name: round(getattr(found, name), 2) for name in Speed.__slots__}


def report(found: dict[str, Any]) -> None:
    """A table for people and a last line for programs."""
    print(f"\n{found['dealers']:,} dealers, {found['coverage']:,} coverage rows")
    print(f"{'':22}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}")
    for name, one in (("POST /promises", found["ours"]), *(("bare route", one) for one in found["bare"])):
        print(
            f"  {name:20}{one['per_second']:9.0f}{one['p50_ms']:9.1f}{one['p99_ms']:9.1f}{one['cpu_ms']:9.2f}"
        )
    times = f"p99 {found['p99_times_bare']} × bare, web CPU {found['cpu_times_bare']} × bare"
    print(f"{times}; largest worker {found['rss_mb']} MB")
    print(json.dumps({"bench": "promise", **found}))


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="p99 of promises beside the bare route")
    parser.add_argument("--dealers", type=int, default=3000)
    parser.add_argument("--coverage", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=8000)
    parser.add_argument("--clients", type=int, default=32)
    began = time.monotonic()
    found = measure(parser.parse_args())
    report(found | {"seconds": round(time.monotonic() - began, 1)})


if __name__ == "__main__":
    main()
