"""The fee run against the oracle, to the fen: `make bench-oracle JOBS=10000`, by itself 2,000 jobs; SEED= for others.

The oracle (tests/oracles/fees.py) reads each job's list of events, slowly, and shares no code with the product. Printed
are how many sums agree and the first jobs where they do not, with what befell them.
"""

from __future__ import annotations

import json
import os
import time

from bench.bench_fees import settings
from bench.house import database
from services.command_line import application
from tests.oracles import fee_comparing
from tests.oracles.fee_comparing import Disagreement
from tests.oracles.fee_playing import random_month
from tests.oracles.fees import Story

AT_ONCE, SHOWN = 2_000, 10


def show(story: Story, found: list[Disagreement]) -> None:
    """One job, what befell it, and what both say."""
    print(
        f"\njob {story.id} {story.kind} {story.category} × {story.units} {story.scheme} operator {story.operator}"
    )
    print(f"  way paid by {story.remote_payer} ≤ {story.promised_remote_fen}, fault {story.fault}")
    for event in story.events:
        who = (
            f"dealer {event.dealer} {event.terms}"
            if event.terms
            else f"visit {event.visit}" * bool(event.visit)
        )
        print(f"  {event.at:%m-%d %H:%M} {event.what} {who} {event.fault or ''}")
    for where, ledger, oracle in found:
        if where.job == story.id:
            print(f"  {where.month:%Y-%m} {where.kind} {where.account}: ledger {ledger}, oracle {oracle} fen")


def month(seed: int, jobs: int) -> tuple[int, int, int]:
    """One database of its own: sums compared, sums that differ, jobs that differ."""
    with database("oracle") as url, application("bench_oracle", settings(url)):
        made, found = random_month(seed, jobs)
    compared = len(fee_comparing.by_oracle(made))
    wrong = sorted({one.where.job for one in found})
    print(f"seed {seed}: {jobs} jobs, {compared} sums, {len(found)} of {len(wrong)} jobs differ", flush=True)
    for number in wrong[:SHOWN]:
        show(made.stories[number - 1], found)
    return compared, len(found), len(wrong)


def main() -> None:
    """Months of at most two thousand jobs, each with rules of its own, until there were enough."""
    left, seed = int(os.environ.get("JOBS") or AT_ONCE), int(os.environ.get("SEED") or 1)
    sums = {"jobs": left, "compared": 0, "differ": 0, "jobs_differ": 0}
    began = time.perf_counter()
    while left > 0:
        found = month(seed, min(left, AT_ONCE))
        for name, count in zip(("compared", "differ", "jobs_differ"), found, strict=True):
            sums[name] += count
        left, seed = left - AT_ONCE, seed + 1
    print(json.dumps({"bench": "oracle", **sums, "seconds": round(time.perf_counter() - began, 1)}))


if __name__ == "__main__":
    main()
