"""Finds copies among real photos, counts false accusations and what both cost: `make bench-photos PHOTOS=folder`.

Any folder, flat or nested. Below a folder named `same_scene` each subfolder shows one scene; everything else counts
as distinct photos. Photos that are copies of each other as they come (the eight orientations of one test picture, a
save by another program) are grouped by the fingerprint of the whole picture, named in the output, and never counted
as strangers. Every photo is in the store under its words; edits of a sample are looked up among all of them.

    python -m bench.bench_photos FOLDER [--sample 60] [--pairs 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import time
import zlib
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.photo_costs import timed_steps
from bench.photo_edits import EASY, HARD
from bench.photo_shelf import LEAST_SIDE, Entry, Shelf, entry, open_picture
from bench.photo_twins import twins
from domain.agreement import wilson
from uploads.likeness.canvas import Grey
from uploads.likeness.compare import Grade, Look, Verdict, compare, look

EDITS = EASY | HARD
CORES = 2
TWINS = 12
LARGE = 320  # pixels of the longer side; what is smaller is a thumbnail that some camera left behind
LOOKED_AT = 4  # candidates laid over a copy; the photo itself always, when the first stage has it


def chance_of(*names: object) -> np.random.Generator:
    """The same chance for the same photo and edit in every run."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, names)).encode()))


def grey_of(picture: Image.Image) -> Grey:
    return np.asarray(picture.convert("L"))


def looked_at(path: Path) -> Look:
    """As the second stage sees a stored photo."""
    return look(grey_of(open_picture(path)), mirror=False)


_shelf: Shelf
_groups: dict[Path, int]


def _share(shelf: Shelf, groups: dict[Path, int]) -> None:
    global _shelf, _groups
    _shelf, _groups = shelf, groups


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one photo and one edit: whether it came as a candidate, with how many votes, what the second look said."""

    photo: str
    edit: str
    candidate: bool
    votes: int
    grade: Grade
    accused: tuple[tuple[str, str, str], ...]


def edited(task: tuple[Path, int]) -> list[Outcome]:
    """One photo in all edits, each looked up among all photos."""
    path, seed = task
    picture, seen = open_picture(path), {}
    outcomes = []
    for name, edit in EDITS.items():
        copy = grey_of(edit(picture, chance_of(seed, path.name, name)))
        if min(copy.shape) < LEAST_SIDE:
            continue  # would be refused on its way in
        ranked = _shelf.ranked(copy)
        own = [(other, score) for other, score in ranked if _groups[other] == _groups[path]]
        strangers = [other for other, _ in ranked if _groups[other] != _groups[path]]
        mine, grade, accused = look(copy), Grade.STRANGER, []
        for other in [other for other, _ in own[:1]] + strangers[:LOOKED_AT]:
            if other not in seen:
                seen[other] = looked_at(other)
            verdict = compare(mine, seen[other])
            if _groups[other] == _groups[path]:
                grade = verdict.grade
            elif verdict.reused:
                accused.append((path.name, other.name, verdict.grade.value))
        outcomes.append(Outcome(path.name, name, bool(own), own[0][1] if own else 0, grade, tuple(accused)))
    return outcomes


def judged(pair: tuple[Path, Path]) -> Verdict:
    """The second look at two photos as they are."""
    one, other = pair
    return compare(look(grey_of(open_picture(one))), looked_at(other))


def pairs_to_judge(distinct: list[Entry], most: int) -> list[tuple[Path, Path]]:
    """The pairs of strangers that look most alike: by shared words first, then by the whole picture's fingerprint."""
    shelf = Shelf(distinct)
    votes: Counter[tuple[Path, Path]] = Counter()
    for one in distinct:
        for other, score in shelf.voted(one.asked, one.asked_whole).items():
            if _groups_of[one.path] != _groups_of[other]:
                votes[min(one.path, other), max(one.path, other)] += score
    by_words = [pair for pair, _ in votes.most_common(most // 2)]
    marks = np.array([np.frombuffer(one.mark, np.uint8) for one in distinct])
    near = []
    for row, one in enumerate(distinct):
        gaps = np.bitwise_count(marks[row + 1 :] ^ marks[row]).sum(axis=1)
        near += [(int(gap), one.path, distinct[row + 1 + i].path) for i, gap in enumerate(gaps)]
    by_whole = [(one, other) for _, one, other in sorted(near) if _groups_of[one] != _groups_of[other]]
    return list(dict.fromkeys(by_words + by_whole))[:most]


_groups_of: dict[Path, int] = {}


def grouped(entries: list[Entry]) -> dict[Path, int]:
    """Photos that are the same picture to begin with, in any orientation, get one number."""
    number = {one.path: place for place, one in enumerate(entries)}
    for one, other in combinations(entries, 2):
        if min(int.bit_count(form ^ int.from_bytes(other.mark)) for form in one.forms) <= 40:
            old, new = number[other.path], number[one.path]
            number = {path: new if group == old else group for path, group in number.items()}
    return number


def missed(outcomes: list[Outcome], sizes: dict[str, int]) -> None:
    """Names every photo and edit that was not seen again, and at which stage it was lost."""
    for row in outcomes:
        if row.grade == Grade.STRANGER:
            stage = "second" if row.candidate else "first"
            print(f"  lost: {row.edit} of {row.photo} ({sizes[row.photo]} pixels), {stage} stage")


def recall(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """Prints the table of edits: candidates, those seen again in any grade with their interval, those called a copy."""
    table: dict[str, dict[str, float]] = {}
    print(f"\n{'edit':24}{'photos':>7}{'candidate %':>12}{'seen again %':>13}{'95 %':>14}{'as copy %':>11}"
          f"{'votes':>7}{'aim':>5}")  # fmt: skip
    for name in EDITS:
        rows = [row for row in outcomes if row.edit == name]
        seen = wilson(sum(row.grade != Grade.STRANGER for row in rows), len(rows))
        candidate = sum(row.candidate for row in rows) / len(rows)
        copy = sum(row.grade == Grade.COPY for row in rows) / len(rows)
        aim, votes = 0.99 if name in EASY else 0.95, float(np.median([row.votes for row in rows]))
        reach = f"{100 * seen.low:.1f}-{100 * seen.high:.1f}"
        print(
            f"{name:24}{len(rows):7}{100 * candidate:12.1f}{100 * seen.rate:13.1f}{reach:>14}{100 * copy:11.1f}"
            f"{votes:7.0f}{100 * aim:5.0f}{'' if seen.rate >= aim else '  below'}"
        )
        table[name] = {
            "photos": len(rows), "candidate": candidate, "verdict": seen.rate, "low": seen.low, "high": seen.high,
            "copy": copy, "votes": votes, "aim": aim,
        }  # fmt: skip
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("PHOTOS") or None)
    parser.add_argument("--sample", type=int, default=60, help="photos that are edited")
    parser.add_argument(
        "--pairs", type=int, default=2000, help="most alike pairs of strangers laid over each other"
    )
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.folder is None or not Path(asked.folder).is_dir():
        parser.error("a folder of photos is needed: make bench-photos PHOTOS=folder")
    began = time.perf_counter()
    files = sorted(path for path in Path(asked.folder).rglob("*") if path.is_file())
    with ProcessPoolExecutor(CORES) as pool:
        entries = [one for one in pool.map(entry, files, chunksize=4) if one]
    scenes = [one for one in entries if "same_scene" in one.path.parts]
    distinct = [one for one in entries if "same_scene" not in one.path.parts]
    groups = grouped(entries)
    _groups_of.update(groups)
    report = run(asked, entries, distinct, scenes, groups)
    report["seconds"] = round(time.perf_counter() - began)
    print(json.dumps(report))


def run(
    asked: argparse.Namespace,
    entries: list[Entry],
    distinct: list[Entry],
    scenes: list[Entry],
    groups: dict[Path, int],
) -> dict[str, Any]:
    """The three parts, in one pool that shares the store."""
    sizes = Counter(groups[one.path] for one in distinct)
    same = [
        sorted(one.path.name for one in distinct if groups[one.path] == group)
        for group, n in sizes.items()
        if n > 1
    ]
    print(f"{len(entries)} photos, {len(sizes)} distinct, {len(scenes)} of scenes; words a photo "
          f"{np.mean([len(one.kept) for one in entries]):.0f}")  # fmt: skip
    for names in same:
        print("  the same picture as it comes:", ", ".join(names))
    chance = np.random.default_rng(asked.seed)
    chosen = [distinct[place] for place in chance.permutation(len(distinct))[: asked.sample]]
    with ProcessPoolExecutor(CORES, initializer=_share, initargs=(Shelf(entries), groups)) as pool:
        answers = list(pool.map(edited, [(one.path, asked.seed) for one in chosen]))
        outcomes = [row for answer in answers for row in answer]
        table = recall(outcomes)
        pixels = {one.path.name: max(open_picture(one.path).size) for one in chosen}
        missed(outcomes, pixels)
        print(f"\nof photos of {LARGE} pixels and more:", end="")
        table_large = recall([row for row in outcomes if pixels[row.photo] >= LARGE])
        wrong = sorted({pair for row in outcomes for pair in row.accused})
        alike = pairs_to_judge(distinct, asked.pairs)
        accused = convicted(alike, pool.map(judged, alike, chunksize=8))
        pairs = scene_pairs(scenes, groups)
        scene_accused = convicted(pairs, pool.map(judged, pairs, chunksize=4))
        made = {kind: Counter(pool.map(_judged_twins, [(kind, n) for n in range(TWINS)])) for kind in twins}
    print(f"\nstrangers taken for the same in {len(outcomes)} look-ups: {wrong}")
    print(f"in the {len(alike)} most alike pairs of strangers: {accused}")
    print(f"in {len(pairs)} pairs of one scene: {scene_accused}")
    for kind, grades in made.items():
        print(f"in {TWINS} made pairs, {kind}: {dict(grades)}")
    costs = timed_steps([grey_of(open_picture(one.path)) for one in chosen[:30]])
    return {
        "photos": len(entries), "distinct": len(sizes), "recall": table, "recall_large": table_large,
        "look_ups": len(outcomes),
        "false_look_ups": wrong, "stranger_pairs": len(alike), "strangers_accused": accused,
        "scene_pairs": len(pairs), "scene_accused": scene_accused, "made": made, "cpu_ms": costs,
    }  # fmt: skip


def scene_pairs(scenes: list[Entry], groups: dict[Path, int]) -> list[tuple[Path, Path]]:
    """Different photos of one scene."""
    return [
        (one.path, other.path)
        for one, other in combinations(scenes, 2)
        if one.path.parent == other.path.parent and groups[one.path] != groups[other.path]
    ]


def convicted(pairs: list[tuple[Path, Path]], verdicts: Iterable[Verdict]) -> list[tuple[str, str, str]]:
    """The pairs that are called anything but strangers."""
    judged_pairs = zip(pairs, verdicts, strict=True)
    return [(one.name, other.name, said.grade.value) for (one, other), said in judged_pairs if said.reused]


def _judged_twins(task: tuple[str, int]) -> str:
    one, other = twins[task[0]](task[1])
    return compare(look(grey_of(one)), look(grey_of(other), mirror=False)).grade.value


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
