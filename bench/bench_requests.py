"""Processor time and speed of the main story through the real gunicorn, beside its floors: `make bench-requests`.

Floors, in the same run: a bare Flask route that answers JSON under the same gunicorn (what the web costs when it
knows nothing), and the same rows written by plain psycopg in as many transactions (what the database asks of any
Python). Everything is on: permissions, limits, log lines, metrics, an Idempotency-Key on every changing request. Only
the limit per minute is set out of the clients' way. Photos are decoded in child processes, told apart.

CPU by kind is taken in several rounds and the quietest is told: on a machine that others use, too, every figure only
errs upwards (cold caches), and by as much for the floor.

    python -m bench.bench_requests [--stories 160] [--rounds 3] [--clients 1,8,32] [--rows 150]

DATABASE_URL names another server than the embedded one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.app import create_app
from bench import floor_rows, house, stage
from bench.bare_caller import Caller
from bench.crowd import Crowd, Timing
from bench.story import BEYOND_TWELVE, DATABASE, STEPS, Team, ready
from demo.postgres import libpq

SIDE_BY_SIDE = 8


@dataclass(frozen=True, slots=True)
class Speed:
    """What so many clients saw."""

    clients: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float  # per request, in the web's processes

    @classmethod
    def of(cls, clients: int, timings: Sequence[Timing], cpu_s: float) -> Speed:
        """From the requests' own begins and durations."""
        took = sorted(seconds for _, _, seconds in timings)
        span = max(begun + seconds for _, begun, seconds in timings) - min(begun for _, begun, _ in timings)
        p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
        return cls(
            clients, len(took) / span, statistics.median(took) * 1e3, p99 * 1e3, cpu_s * 1e3 / len(took)
        )


class Bench:
    """The running web and everything found out about it."""

    def __init__(self, web: house.Web, teams: Sequence[Team], photo: bytes) -> None:
        self.web, self.teams, self.photo = web, teams, photo
        self.told = 0
        self.kinds: dict[str, float] = {}
        self.decoding_ms = 0.0
        self.speeds: list[Speed] = []
        self.rss_mb = 0.0

    def crowd(self, clients: int, stories: int) -> Crowd:
        """Clients with new stories before them."""
        made = Crowd(self.web.port, clients, stage.stories(self.teams, self.told, stories, self.photo), ready)
        self.told += stories
        return made

    def warm_up(self) -> None:
        """Connections, caches, statement plans; not measured."""
        crowd = self.crowd(SIDE_BY_SIDE, 4 * SIDE_BY_SIDE)
        crowd.do(*STEPS)
        crowd.leave()

    def by_kind(self, stories: int) -> None:
        """One kind of request at a time, so that the processor time is that kind's; the quietest round stays."""
        crowd = self.crowd(SIDE_BY_SIDE, stories)
        for step in STEPS:
            began, children = self.web.cpu_s(), self.web.children_cpu_s()
            crowd.do(step)
            used = (self.web.cpu_s() - began) * 1e3 / stories
            self.kinds[step] = min(used, self.kinds.get(step, used))
            if step == "photo":
                self.decoding_ms = (self.web.children_cpu_s() - children) * 1e3 / stories
        crowd.leave()

    def mixed(self, clients: int, stories: int) -> None:
        """Whole stories, as they come."""
        crowd = self.crowd(clients, stories)
        began = self.web.cpu_s()
        timings = crowd.do(*STEPS)
        self.speeds.append(Speed.of(clients, timings, self.web.cpu_s() - began))
        crowd.leave()
        self.rss_mb = max(self.rss_mb, self.web.largest_mb())


def bare(folder: Path, clients: Sequence[int], requests: int) -> list[Speed]:
    """The floor of the web."""
    found = []
    with house.web("bench.bare:app", folder, {}) as web:
        for many in clients:
            crowd = Crowd(web.port, many, [Caller() for _ in range(many)], _nothing)
            crowd.do(*["ask"] * 20)
            began = web.cpu_s()
            timings = crowd.do(*["ask"] * (requests // many))
            found.append(Speed.of(many, timings, web.cpu_s() - began))
            crowd.leave()
    return found


def _nothing() -> None:
    """A bare client needs nothing."""


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one run; returns the figures by name."""
    clients = [int(part) for part in asked.clients.split(",")]
    with tempfile.TemporaryDirectory() as name, house.database("requests") as url:
        folder = Path(name)
        os.environ.update(house.environment(url, folder))
        os.environ[DATABASE] = libpq(url)
        with create_app().app_context():
            teams = stage.build(60, datetime.now(UTC))
            photo = stage.picture()
            with house.web("wsgi:app", folder, {}) as web:
                bench = Bench(web, teams, photo)
                bench.warm_up()
                floor = bare(folder, clients, 4000)
                for _ in range(asked.rounds):
                    bench.by_kind(asked.stories // asked.rounds)
                    floor += bare(folder, [SIDE_BY_SIDE], 2000)
                for many in clients:
                    bench.mixed(many, max(many, asked.stories * min(many, 8) // 8))
        rows = floor_rows.measure(libpq(url), asked.rows)
    return figures(bench, floor, len(clients), rows, len(photo))


def figures(
    bench: Bench, floor: list[Speed], first: int, rows: floor_rows.Floor, photo_bytes: int
) -> dict[str, Any]:
    """By name, for people and programs alike. The `first` of the floor's measurements go with the speeds."""
    whole = sum(bench.kinds.values())
    bare_ms = min(speed.cpu_ms for speed in floor if speed.clients == SIDE_BY_SIDE)
    return {
        "cpu_ms": {step: round(ms, 3) for step, ms in bench.kinds.items()},
        "lifecycle_12_cpu_ms": round(whole - bench.kinds[BEYOND_TWELVE], 2),
        "lifecycle_13_cpu_ms": round(whole, 2),
        "floor_bare_cpu_ms": round(bare_ms, 3),
        "floor_bare_13_cpu_ms": round(bare_ms * len(STEPS), 2),
        "floor_rows_cpu_ms": round(rows.cpu_ms, 2),
        "floor_rows_lifecycles_per_s": round(rows.per_second, 1),
        "photo_decoding_ms": round(bench.decoding_ms, 1),
        "photo_bytes": photo_bytes,
        "rss_mb": round(bench.rss_mb, 1),
        "mix": [_rounded(speed) for speed in bench.speeds],
        "bare": [_rounded(speed) for speed in floor[:first]],
    }


def _rounded(speed: Speed) -> dict[str, float]:
    return {name: round(getattr(speed, name), 2) for name in Speed.__slots__}


def report(found: dict[str, Any]) -> None:
    """A table for people and a last line for programs."""
    print(f"\n{'web CPU ms per request':28}{'ours':>8}{'bare':>8}")
    for step, ms in found["cpu_ms"].items():
        print(f"  {step:26}{ms:8.2f}{found['floor_bare_cpu_ms']:8.2f}")
    print(
        f"  {'the 12 without book':26}{found['lifecycle_12_cpu_ms']:8.2f}{found['floor_bare_cpu_ms'] * 12:8.2f}"
    )
    print(f"  {'all 13':26}{found['lifecycle_13_cpu_ms']:8.2f}{found['floor_bare_13_cpu_ms']:8.2f}")
    print(
        f"  the same rows by plain psycopg {found['floor_rows_cpu_ms']:.2f} ms per lifecycle"
        f" ({found['floor_rows_lifecycles_per_s']:.0f} lifecycles/s on one connection)"
    )
    print(
        f"\n{'clients':>7}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'bare/s':>10}{'p50 ms':>9}{'p99 ms':>9}"
    )
    for ours, bare_ in zip(found["mix"], found["bare"], strict=True):
        shown = (ours["per_second"], ours["p50_ms"], ours["p99_ms"], ours["cpu_ms"])
        floor = (bare_["per_second"], bare_["p50_ms"], bare_["p99_ms"])
        print(
            f"{ours['clients']:7.0f}{shown[0]:9.0f}{shown[1]:9.1f}{shown[2]:9.1f}{shown[3]:9.2f}"
            f"{floor[0]:10.0f}{floor[1]:9.2f}{floor[2]:9.2f}"
        )
    print(
        f"\nlargest web worker {found['rss_mb']:.0f} MB; decoding a photo of {found['photo_bytes']} bytes"
        f" {found['photo_decoding_ms']:.0f} ms in a child process (in the speeds, not in the CPU)"
    )
    print(json.dumps({"bench": "requests", **found}))


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="CPU and speed of the main story through gunicorn")
    parser.add_argument("--stories", type=int, default=160, help="stories per measurement")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the CPU by kind")
    parser.add_argument("--clients", default="1,8,32")
    parser.add_argument("--rows", type=int, default=150, help="lifecycles of the plain psycopg floor")
    began = time.monotonic()
    print(
        f"gunicorn.conf.py as deployed; REQUESTS_PER_MINUTE={house.REQUESTS_PER_MINUTE:,} (out of the way);"
        " everything else on. CPU: user + system of the web workers, children excluded.",
        flush=True,
    )
    found = measure(parser.parse_args())
    report(found | {"seconds": round(time.monotonic() - began, 1)})


if __name__ == "__main__":
    main()
