"""Every file of a folder through the photos' real way in: `make bench-hostile HOSTILE=folder`.

Each file must get an answer: taken, or a refusal whose code docs/photos-in.md explains. A helper that died is a crash,
anything else raised is a hole; either makes this end with 1. Memory is the peak of one file, over the idle helper.

    python -m bench.bench_hostile FOLDER... [--list truncated_image]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.processes import cpu_seconds, forget_peak, peak_mb, rss_mb
from domain.errors import DomainError
from uploads.decode import Decoder
from uploads.intake import take
from uploads.limits import Limits
from uploads.store import LocalStore

TAKEN, HOLE = "taken", "HOLE"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one file got: the format or the refusal's code, and what it cost its helper."""

    path: Path
    code: str
    said: str
    crashed: bool
    cpu_ms: float
    wall_ms: float
    peak_mb: float


class Gate:
    """The way in over a store of its own, with one helper that is watched."""

    def __init__(self, folder: Path) -> None:
        self.decoder = Decoder(Limits(), helpers=1)
        self.store = LocalStore(folder)
        self.idle_mb = 0.0
        self._pid = 0

    def answer(self, path: Path) -> Answer:
        """Give it the file as an upload would."""
        pid = self._watched()
        used, began = cpu_seconds(pid) if pid else 0.0, time.monotonic()
        code, said = self._take(path)
        wall = time.monotonic() - began
        alive = next(iter(self.decoder.pids()), 0)
        cpu = cpu_seconds(alive) - (used if alive == pid else 0.0) if alive else wall
        return Answer(path, code, said, not alive, cpu * 1000, wall * 1000, peak_mb(alive) if alive else 0.0)

    def _watched(self) -> int:
        pid = next(iter(self.decoder.pids()), 0)
        if pid:
            self.idle_mb = self.idle_mb if pid == self._pid else rss_mb(pid)
            forget_peak(pid)
        self._pid = pid
        return pid

    def _take(self, path: Path) -> tuple[str, str]:
        try:
            with path.open("rb") as file:
                taken = take(file, store=self.store, decoder=self.decoder)
        except DomainError as refused:
            return refused.code, refused.detail or refused.title
        except Exception as error:
            return HOLE, f"{type(error).__name__}: {error}"
        return TAKEN, f"{taken.facts.format} {taken.facts.width}x{taken.facts.height}"


def files(folders: Iterable[str]) -> list[Path]:
    """Every file below the folders, in order of their names."""
    return sorted(path for folder in folders for path in Path(folder).rglob("*") if path.is_file())


def undocumented(codes: Iterable[str]) -> list[str]:
    """Codes that docs/photos-in.md has no row for."""
    page = (Path(__file__).parents[1] / "docs" / "photos-in.md").read_text()
    return sorted(code for code in set(codes) - {TAKEN} if f"`{code}`" not in page)


def table(answers: Sequence[Answer]) -> Iterator[str]:
    """One line per code, with what it said most often."""
    for code, count in Counter(a.code for a in answers).most_common():
        said = Counter(a.said.split()[0] if code == TAKEN else a.said for a in answers if a.code == code)
        most = ", ".join(f"{words} {times}" for words, times in said.most_common(4))
        yield f"{code:22}{count:6}   {most}"


def told(answers: Sequence[Answer], gate: Gate, parent: tuple[float, float]) -> dict[str, object]:
    """The figures as one JSON line carries them."""
    slowest, dearest = max(answers, key=lambda a: a.cpu_ms), max(answers, key=lambda a: a.peak_mb)
    codes = Counter(a.code for a in answers)
    return {
        "bench": "hostile",
        "files": len(answers),
        "codes": dict(codes.most_common()),
        "crashes": sum(a.crashed for a in answers),
        "holes": codes[HOLE],
        "undocumented": undocumented(codes),
        "slowest_cpu_ms": round(slowest.cpu_ms),
        "slowest": slowest.path.name,
        "helper_idle_mb": round(gate.idle_mb),
        "helper_peak_mb": round(dearest.peak_mb),
        "dearest": dearest.path.name,
        "parent_before_mb": round(parent[0]),
        "parent_peak_mb": round(parent[1]),
        "scratch_left": len(list(gate.store.scratch().iterdir())),
    }


def main() -> int:
    """Ends with 1 when a file crashed a helper, escaped as an exception, or got an answer no page explains."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="*", default=[os.environ.get("HOSTILE", "")])
    asked.add_argument("--list", metavar="CODE", help="also name every file with this answer")
    options = asked.parse_args()
    if not all(options.folder):
        print("left out, it needs a folder: make bench-hostile HOSTILE=folder")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        gate, before = Gate(Path(folder) / "store"), rss_mb(os.getpid())
        answers = [gate.answer(path) for path in files(options.folder)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures = told(answers, gate, (before, peak))
        gate.decoder.close()
    print("\n".join(table(answers)))
    for a in answers:
        if a.code == options.list or a.crashed or a.code == HOLE:
            print(f"{a.code}: {a.path.name}: {a.said}")
    print(json.dumps(figures, ensure_ascii=False))
    return 1 if figures["crashes"] or figures["holes"] or figures["undocumented"] else 0


if __name__ == "__main__":
    sys.exit(main())
