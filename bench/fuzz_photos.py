"""Broken photos through the real way in, for as long as one likes: `make fuzz-photos MINUTES=10`.

Files as tests/uploads/mutations.py makes them, each from a number of its own, so that a finding can be made again. One
helper serves all of them and is never replaced, so a leak shows. Ends with 1 when a helper died, an answer was no
answer, or a process has grown by more than 15 MB since the middle of the run; the files at fault are kept.

    python -m bench.fuzz_photos [--minutes 10] [--seed 1] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import peak_mb, rss_mb
from domain.errors import DomainError
from tests.uploads import mutations
from uploads.decode import Decoder
from uploads.intake import take
from uploads.limits import Limits
from uploads.store import LocalStore

MOST_GROWTH_MB = 15
NO_ANSWER = frozenset({"unavailable", "decode_timeout"})


@dataclass
class Run:
    """What came of it so far."""

    decoder: Decoder
    store: LocalStore
    keep: Path
    codes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)  # helper, parent
    slowest_ms: float = 0.0

    def one(self, number: int) -> None:
        """The file of this number."""
        name, data = mutations.mutated(random.Random(number))
        began = time.monotonic()
        code = self._answer(data)
        self.slowest_ms = max(self.slowest_ms, (time.monotonic() - began) * 1000)
        self.codes[code] += 1
        fault = code if code in NO_ANSWER or code.startswith("HOLE") else ""
        fault = fault or ("" if self.decoder.pids() else "helper died")
        if fault:
            self.faults[fault] += 1
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / f"{number}-{name}").write_bytes(data)

    def _answer(self, data: bytes) -> str:
        try:
            taken = take(io.BytesIO(data), store=self.store, decoder=self.decoder)
        except DomainError as refused:
            return refused.code
        except Exception as error:
            return f"HOLE {type(error).__name__}"
        for key in (taken.original_key, *(kept.key for kept in taken.renditions)):
            self.store.delete(key)
        return "taken"

    def look(self) -> None:
        """How large both processes are now."""
        for pid in self.decoder.pids():
            self.memory.append((rss_mb(pid), rss_mb(os.getpid())))

    def tenths(self) -> list[int]:
        """The helper's largest in each tenth of the run: whether it still grows at the end."""
        size = -(-len(self.memory) // 10)
        return [
            round(max(m[0] for m in self.memory[at : at + size])) for at in range(0, len(self.memory), size)
        ]

    def grown(self) -> tuple[float, float]:
        """Helper and parent: the largest of the last tenth over that of the fifth, in MB."""
        size = max(1, len(self.memory) // 10)
        middle, last = self.memory[4 * size : 5 * size] or self.memory, self.memory[-size:]
        helper, parent = (max(m[which] for m in last) - max(m[which] for m in middle) for which in (0, 1))
        return helper, parent


def main() -> int:
    """Prints how many of which answer, and the memory."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=float(os.environ.get("MINUTES") or 10))
    asked.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    asked.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    options = asked.parse_args()
    limits, end, number = (
        Limits(photos_per_helper=10**9),
        time.monotonic() + 60 * options.minutes,
        options.seed,
    )
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Decoder(limits, helpers=1), LocalStore(Path(folder)), options.keep)
        while time.monotonic() < end:
            run.one(number := number + 1)
            if number % 100 == 0:
                run.look()
        run.look()
        peak = max((peak_mb(pid) for pid in run.decoder.pids()), default=0.0)
        left = len(list(run.store.scratch().iterdir()))
        run.decoder.close()
    grown = run.grown()
    print("\n".join(f"{code:28}{count:9}" for code, count in run.codes.most_common()))
    print(
        f"faults: {dict(run.faults) or 'none'}; helper and parent grown by {grown[0]:.1f} and {grown[1]:.1f} MB"
    )
    found = {
        "bench": "fuzz-photos",
        "files": number - options.seed,
        "seed": options.seed,
        "codes": dict(run.codes),
        "faults": dict(run.faults),
        "slowest_ms": round(run.slowest_ms),
        "helper_mb": [round(run.memory[0][0]), round(run.memory[-1][0])],
        "helper_tenths_mb": run.tenths(),
        "helper_peak_mb": round(peak),
        "parent_mb": [round(run.memory[0][1]), round(run.memory[-1][1])],
        "grown_mb": [round(grown[0], 1), round(grown[1], 1)],
        "scratch_left": left,
    }
    print(json.dumps(found))
    return 1 if run.faults or left or max(grown) > MOST_GROWTH_MB else 0


if __name__ == "__main__":
    sys.exit(main())
