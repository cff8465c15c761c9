"""1,000,000 due times in one run, against the oracle and against a bare loop: `make bench-clocks`.

The clocks are drawn as a brand has them: wall, service and working hours alike, one in four with pauses (some over each
other, some still open), starting in any minute of 2024-2026 under the State Council's calendar; from a seed, so that
two runs measure the same clocks. Side by side, interleaved in slices, on one processor:

    bare    start + window, the least that could be called a due time
    due     domain.clocks.due
    levels  domain.clocks.levels: notice, breach and severe, as every clock that starts or resumes costs
    oracle  tests/oracles/clock.py, minute by minute, over a sample; each answer of the sample must be the same

    python -m bench.bench_clocks [--clocks 1000000] [--oracle 300] [--seed 1]
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.calendar import Calendar, Counts
from domain.clocks import Pause, due, levels
from services.calendars import SEEDED, official
from tests.oracles import clock as oracle

FIRST, MINUTES = datetime(2024, 1, 1, tzinfo=UTC), 3 * 365 * 24 * 60
WINDOWS_H = (0.5, 1, 2, 4, 6, 24, 36, 48, 72)  # those of the table of policies
MINUTE = timedelta(minutes=1)
SLICES = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """A clock as the functions want it."""

    start: datetime
    window: timedelta
    counts: Counts
    pauses: tuple[Pause, ...]


def draw(dice: random.Random) -> Drawn:
    """One clock."""
    start = FIRST + dice.randrange(MINUTES) * MINUTE
    window = timedelta(hours=dice.choice(WINDOWS_H))
    pauses = tuple(_pause(dice, start) for _ in range(dice.randint(1, 3))) if dice.random() < 0.25 else ()
    return Drawn(start, window, dice.choice(tuple(Counts)), pauses)


def _pause(dice: random.Random, start: datetime) -> Pause:
    since = start + dice.randrange(0, 4000) * MINUTE
    return Pause(since, None if dice.random() < 0.02 else since + dice.randrange(1, 3000) * MINUTE)


def seconds(work: Callable[[Drawn], object], clocks: Sequence[Drawn]) -> float:
    """What it takes over these, without the loop's own cost being taken off: the bare loop has it too."""
    began = time.perf_counter()
    for clock in clocks:
        work(clock)
    return time.perf_counter() - began


def slices(dice: random.Random, count: int) -> Iterator[list[Drawn]]:
    """The clocks by slices: a million of them at once would measure the memory."""
    left = count
    while left:
        size = min(max(count // SLICES, 1), left)
        yield [draw(dice) for _ in range(size)]
        left -= size


def against_oracle(
    clocks: Sequence[Drawn], calendar: Calendar, exceptions: dict[date, bool]
) -> tuple[float, int]:
    """Seconds of the oracle, and how many of its answers are not ours."""
    published, wrong, took = set(SEEDED), 0, 0.0
    for clock in clocks:
        spans: list[oracle.Pause] = [(pause.since, pause.until) for pause in clock.pauses]
        began = time.perf_counter()
        found = oracle.read(clock.start, clock.window, clock.counts, exceptions, published, spans)
        took += time.perf_counter() - began
        wrong += found.due != due(clock.start, clock.window, clock.counts, calendar, clock.pauses).at
    return took, wrong


def main() -> None:
    """Draw, measure, compare, print; 1 when an answer differs from the oracle's."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--oracle", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    exceptions = {odd.day: odd.working for year in SEEDED for odd in official(year)}
    began = time.perf_counter()
    calendar = Calendar.from_rows(exceptions.items(), SEEDED)
    prepared = time.perf_counter() - began
    contestants: dict[str, Callable[[Drawn], object]] = {
        "bare": lambda c: c.start + c.window,
        "due": lambda c: due(c.start, c.window, c.counts, calendar, c.pauses),
        "levels": lambda c: levels(c.start, c.window, c.counts, calendar, c.pauses),
    }
    took, by_kind = dict.fromkeys(contestants, 0.0), dict.fromkeys(Counts, (0.0, 0))
    dice, sample = random.Random(asked.seed), []
    gc.disable()
    for clocks in slices(dice, asked.clocks):
        for name, work in contestants.items():
            took[name] += seconds(work, clocks)
        for counts in Counts:
            own = [clock for clock in clocks[:5000] if clock.counts == counts]
            before, number = by_kind[counts]
            by_kind[counts] = before + seconds(contestants["due"], own), number + len(own)
        sample += clocks[: -(-asked.oracle // SLICES)]
    gc.enable()
    sample = sample[: asked.oracle]
    walked, wrong = against_oracle(sample, calendar, exceptions)
    report(asked.clocks, took, by_kind, walked / max(len(sample), 1), len(sample), wrong, prepared)
    sys.exit(1 if wrong else 0)


def report(
    clocks: int,
    took: dict[str, float],
    by_kind: dict[Counts, tuple[float, int]],
    walk: float,
    sampled: int,
    wrong: int,
    prepared: float,
) -> None:
    """A table for people and a last line for programs; microseconds per clock."""
    each = {name: total / clocks * 1e6 for name, total in took.items()}
    each["oracle"] = walk * 1e6
    names = {
        "bare": "bare loop: start + window",
        "due": "due: one instant",
        "levels": "levels: notice, breach, severe",
        "oracle": f"oracle, minute by minute ({sampled} sampled)",
    }
    print(f"\n{clocks:,} clocks{'':27} {'µs each':>12} {'× bare':>12} {'× due':>9}")
    for name, text in names.items():
        print(
            f"{text:40} {each[name]:12.2f} {each[name] / each['bare']:12.1f} {each[name] / each['due']:9.2f}"
        )
    for counts, (total, number) in by_kind.items():
        cost = total / max(number, 1) * 1e6
        print(f"  due, {counts.value + ' hours':33} {cost:12.2f} {cost / each['bare']:12.1f}")
    print(f"calendar of {len(SEEDED)} years prepared in {prepared * 1000:.2f} ms; "
          f"{wrong} of {sampled} sampled due times differ from the oracle's")  # fmt: skip
    found = {
        "bench": "clocks",
        "clocks": clocks,
        **{f"{name}_us": round(cost, 3) for name, cost in each.items()},
        "due_to_bare": round(each["due"] / each["bare"], 1),
        "oracle_to_due": round(each["oracle"] / each["due"]),
        "million_due_s": round(each["due"], 2),
        "sampled": sampled,
        "wrong": wrong,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
