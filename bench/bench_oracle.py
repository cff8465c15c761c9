"""The fee run against the oracle, to the fen: `make bench-oracle JOBS=10000`, by itself 2,000 jobs; SEED= for others.

The oracle (tests/oracles/fees.py and its neighbours) reads what befell, slowly, and shares no code with the product.
Printed are how many sums of which kind agree and the first jobs where they do not, with what befell them; then it
ends with 1.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter

from bench.bench_fees import settings
from bench.house import database
from services.command_line import application
from tests.oracles import fee_comparing
from tests.oracles.fee_comparing import Disagreement, Where
from tests.oracles.fee_playing import random_month
from tests.oracles.fee_stories import Month
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


def befallen(made: Month) -> Counter[str]:
    """How many of what befell."""
    seen = Counter(story.kind for story in made.stories)
    for story in made.stories:
        seen["fraud"] += story.fraud
        seen["verdict taken back"] += story.overturned or (story.fraud and story.back_late)
        seen["verdict taken back after the fees"] += story.back_late
        seen["way ruled"] += story.ruling is not None
        seen["extra disputed"] += sum(extra.quarrel is not None for extra in story.extras)
        seen["complaint settled with money"] += sum(one.said_late for one in story.complaints)
        seen["overcharge"] += sum(one.overcharged is not None for one in story.complaints)
    seen["dealers' years"] = len(made.alliance.members)
    return seen


def month(seed: int, jobs: int) -> tuple[Month, Counter[str], Counter[str]]:
    """One database of its own: what befell, sums compared and sums that differ, by kind."""
    with database("oracle") as url, application("bench_oracle", settings(url)):
        made, found = random_month(seed, jobs)
    compared = Counter(_kind(where) for where in fee_comparing.by_oracle(made))
    differ = Counter(_kind(one.where) for one in found)
    print(f"seed {seed}: {jobs} jobs, {compared.total()} sums, {differ.total()} differ", flush=True)
    for number in sorted({one.where.job for one in found if one.where.job})[:SHOWN]:
        show(made.stories[number - 1], found)
    for one in [one for one in found if not one.where.job][:SHOWN]:
        print(one)
    return made, compared, differ


def _kind(where: Where) -> str:
    return "share held" if where.account == "held" else where.kind


def main() -> int:
    """Months of at most two thousand jobs, each with rules of its own, until there were enough."""
    jobs, seed = int(os.environ.get("JOBS") or AT_ONCE), int(os.environ.get("SEED") or 1)
    befell, compared, differ, began = Counter[str](), Counter[str](), Counter[str](), time.perf_counter()
    for first in range(0, jobs, AT_ONCE):
        made, sums, wrong = month(seed + first // AT_ONCE, min(jobs - first, AT_ONCE))
        befell, compared, differ = befell + befallen(made), compared + sums, differ + wrong
    for what, many in befell.most_common():
        print(f"{many:>8} × {what}")
    for kind, many in compared.most_common():
        print(f"{many:>8} sums of {kind}, {differ[kind]} differ")
    told = {"jobs": jobs, "compared": compared.total(), "differ": differ.total(), "differ_by_kind": differ}
    print(json.dumps({"bench": "oracle", **told, "seconds": round(time.perf_counter() - began, 1)}))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
