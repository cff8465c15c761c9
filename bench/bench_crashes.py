"""kill -9 in the middle of a month's money, again and again: `make bench-crashes`.

Fee run, year's end, profit share, statements, silence and close run in a process that is killed at a random instant of
each in turn, and then once more to the end. The ledger, the statements and what hangs on them must be the same to the
fen and to the word as after a life that nobody disturbed. Ends with status 1 where they are not.

    python -m bench.bench_crashes [--kills 50] [--jobs 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from typing import Any

import psycopg

from bench.bench_fees import settings
from bench.house import database
from bench.lives import STEPS, Lives, buried, ground, lay, ledger_of, place
from demo import postgres

DEALERS = 60


def kill(connection: psycopg.Connection[Any], lives: Lives, kills: int, seed: int) -> dict[str, Any]:
    """The calm life, then the others; what each of them left against it."""
    lay(connection)
    seconds = lives.whole()
    calm, dice = ledger_of(connection), random.Random(seed)
    died: Counter[str] = Counter()
    differ, n = 0, 0
    while sum(died.values()) < kills:
        at, after_s = place(dice, seconds, n)
        n += 1
        lay(connection)
        if not lives.cut(at, after_s):
            continue
        died[STEPS[at][0]] += 1
        buried(connection)
        lives.whole()
        same = ledger_of(connection) == calm
        differ += not same
        print(
            f"  killed {after_s * 1000:5.0f} ms into {STEPS[at][0]:13} {'same' if same else 'DIFFERS'}",
            flush=True,
        )
    return {"legs": calm.legs, "killed_in": dict(died), "differ": differ}


def main() -> int:
    """A line for each death, and a last one for programs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with database("crashes") as url, psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
        ground(connection, asked.jobs, DEALERS)
        found = kill(connection, Lives(settings(url)), asked.kills, asked.seed)
    print(
        json.dumps({"bench": "crashes", "jobs": asked.jobs, "kills": asked.kills, "seed": asked.seed} | found)
    )
    return 1 if found["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
