"""Can the oracle fail? `make bench-mutants`: each mutant of bench/oracle_mutants.py must be noticed by `bench_oracle`.

A copy of the product is made wrong in one place and compared with the oracle, first over 200 jobs; who lives through
that, over 2,000 others. Ends with status 1 when a mutant lives, or its text no longer stands in the product.

    python -m bench.bench_mutants [--jobs 200 2000] [--only WORD]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.oracle_mutants import MUTANTS, Mutant

ROOT = Path(__file__).parent.parent
COPIED = ("api", "bench", "channels", "demo", "domain", "jobs", "migrations", "models", "services", "tests", "uploads",
          "wechat", "wsgi.py")  # fmt: skip


def says(folder: Path, jobs: int) -> str | None:
    """What the oracle says over so many jobs: the kinds of sums that differ, or a crash; None: nothing differs."""
    asked = {**os.environ, "JOBS": str(jobs), "SEED": str(jobs), "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "bench.bench_oracle"]
    done = subprocess.run(command, cwd=folder, env=asked, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    last = done.stdout.strip().splitlines()[-1:]
    differ = json.loads(last[0])["differ_by_kind"] if last and last[0].startswith("{") else {}
    return (
        ", ".join(f"{kind} {many}" for kind, many in differ.items()) or done.stderr.strip().splitlines()[-1]
    )


def noticed(mutant: Mutant, folder: Path, sizes: list[int]) -> int | None:
    """At how many jobs; None: it lives. The file is sound again afterwards."""
    file = folder / mutant.file
    sound = file.read_text()
    file.write_text(sound.replace(mutant.was, mutant.now))
    try:
        for jobs in sizes:
            if said := says(folder, jobs):
                print(f"✓ {mutant.wrong}: at {jobs} jobs, {said}", flush=True)
                return jobs
    finally:
        file.write_text(sound)
    print(f"✗ {mutant.wrong}", flush=True)
    return None


def main() -> int:
    """Every mutant, one after another; the sound product first, of which nothing may be said."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, nargs="+", default=[200, 2_000])
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if asked.only in mutant.wrong + mutant.file]
    gone = [mutant.wrong for mutant in chosen if (ROOT / mutant.file).read_text().count(mutant.was) != 1]
    began, found = time.perf_counter(), Counter[int]()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in COPIED:
            source = ROOT / name
            _ = (
                shutil.copytree(source, folder / name)
                if source.is_dir()
                else shutil.copy(source, folder / name)
            )
        if said := says(folder, asked.jobs[0]):
            raise SystemExit(f"the sound product differs: {said}")
        alive = [
            one.wrong
            for one in chosen
            if one.wrong not in gone and not _count(found, one, folder, asked.jobs)
        ]
    told = {"mutants": len(chosen), "noticed_at_jobs": found, "alive": alive, "text_gone": gone}
    print(
        json.dumps(
            {"bench": "mutants", **told, "seconds": round(time.perf_counter() - began, 1)}, ensure_ascii=False
        )
    )
    return 1 if alive or gone else 0


def _count(found: Counter[int], mutant: Mutant, folder: Path, sizes: list[int]) -> bool:
    jobs = noticed(mutant, folder, sizes)
    if jobs is not None:
        found[jobs] += 1
    return jobs is not None


if __name__ == "__main__":
    sys.exit(main())
