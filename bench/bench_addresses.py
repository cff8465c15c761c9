"""How often an address leads to its division, and how often wrongly without anybody being asked.

`make bench-addresses ADDRESSES=file.json` runs the resolver and a plain longest-name look-up over the given addresses
(as a list of {kind, text, province, city, district}: what counts as right) and over nasty ones made here
(COUNT, SEED). Last line JSON. *Right*: resolved to the truth; a question where the truth is to ask; the successor
offered for a former name. *Silent wrong*: resolved elsewhere, what a person would never see.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.nasty_addresses import ASK, EITHER, HISTORICAL, RESOLVE, Nasty, nasty
from channels.division_aliases import FORMER
from channels.division_source import division_rows
from domain.divisions import DivisionTable, Resolution, ResolutionStatus, resolve

Resolver = Callable[[str, dict[str, str]], Resolution]
Judge = Callable[[Nasty, Resolution], str]
RIGHT, ASKED, COARSE, WRONG = "right", "asked", "coarse", "silent_wrong"


def plain(table: DivisionTable) -> Resolver:
    """The baseline: the longest district name found anywhere in columns and text, the first of its name."""
    names = {row.name: code for code, row in reversed(list(table.rows.items())) if row.level in (2, 3)}
    longest = max(map(len, names))

    def look_up(text: str, columns: dict[str, str]) -> Resolution:
        whole = "".join(columns.values()) + text
        spans = (
            (at, end) for at in range(len(whole)) for end in range(at + 2, min(at + longest, len(whole)) + 1)
        )
        found = [(end - at, names[whole[at:end]]) for at, end in spans if whole[at:end] in names]
        deep = [entry for entry in found if table.rows[entry[1]].level == 3] or found
        if not deep:
            return Resolution(ResolutionStatus.NONE, None, (), "")
        return Resolution(ResolutionStatus.RESOLVED, max(deep)[1], (), "")

    return look_up


def judged(table: DivisionTable, case: Nasty, got: Resolution, to_the_street: bool) -> str:
    """Right, asked (no harm but work), coarse (the right district, not its street), or silently wrong."""
    resolved = got.status is ResolutionStatus.RESOLVED
    if resolved:
        assert got.division_code is not None
        wanted = case.accept if to_the_street else {c[:6] for c in case.accept}
        same = got.division_code in wanted or (not to_the_street and got.division_code[:6] in wanted)
        if same and case.want in (RESOLVE, EITHER):
            return RIGHT
        above = any(got.division_code in table.path(code)[:-1] for code in case.accept)
        return COARSE if above and case.want != ASK else WRONG
    if case.want == HISTORICAL:
        return (
            RIGHT
            if got.status is ResolutionStatus.HISTORICAL and case.accept <= set(got.candidates)
            else ASKED
        )
    return RIGHT if case.want != RESOLVE else ASKED


def written(table: DivisionTable, path: Path) -> list[Nasty]:
    """The addresses of a file, as cases: `district` lists what is right; `?` means that a question is."""
    by_name: dict[str, list[str]] = {}
    for code, row in table.rows.items():
        if row.level <= 3:
            by_name.setdefault(row.name, []).append(code)
    cases = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        if "?" in (entry["province"], *entry["city"], *entry["district"]):
            cases.append(Nasty(entry["kind"], entry["text"], ASK, frozenset(), _told(entry)))
            continue
        place = [name for name in (entry["province"], *entry["city"]) if name]
        names = entry["district"] or entry["city"]
        codes = [code for name in names for code in by_name.get(name, ()) if _under(table, code, place)]
        cases.append(Nasty(entry["kind"], entry["text"], RESOLVE, frozenset(codes), _told(entry)))
    return cases


def _told(entry: dict[str, Any]) -> dict[str, str]:
    return dict(entry.get("columns", {}))


def _under(table: DivisionTable, code: str, place: list[str]) -> bool:
    names = {table.rows[c].name for c in table.path(code)}
    return all(name in names for name in place)


def of_written(table: DivisionTable, case: Nasty, got: Resolution) -> str:
    """A written truth is a district: any street below it is right, and so is a former name led there."""
    if got.status is ResolutionStatus.RESOLVED and got.division_code is not None:
        if case.want == ASK:
            return WRONG
        return RIGHT if case.accept & set(table.path(got.division_code)) else WRONG
    if case.want == ASK:
        return RIGHT
    led = got.status is ResolutionStatus.HISTORICAL and any(
        case.accept & set(table.path(code)) for code in got.candidates
    )
    return RIGHT if led else ASKED


def measure(cases: list[Nasty], ask: Resolver, judge: Judge, show: int) -> dict[str, Any]:
    """Counts by kind, and microseconds of CPU per address."""
    for case in cases[:50]:
        ask(case.text, case.columns)
    begun = time.process_time()
    answers = [ask(case.text, case.columns) for case in cases]
    spent = time.process_time() - begun
    kinds: dict[str, Counter[str]] = {}
    for case, got in zip(cases, answers, strict=True):
        verdict = judge(case, got)
        kinds.setdefault(case.kind, Counter())[verdict] += 1
        if show and verdict != RIGHT:
            show -= 1
            print(f"  {verdict:12} {case.kind}: {case.text} {case.columns or ''}")
            found = f"{got.status} {got.division_code} {got.reason[:50]}"
            print(f"      want {case.want} {sorted(case.accept)[:3]} got {found}")
    total = sum(kinds.values(), Counter())
    count = max(1, len(cases))
    return {
        "n": len(cases),
        "right_pct": round(100 * total[RIGHT] / count, 2),
        "asked": total[ASKED],
        "coarse": total[COARSE],
        "silent_wrong": total[WRONG],
        "us": round(spent / count * 1e6, 1),
        "kinds": {name: dict(counts) for name, counts in kinds.items()},
    }


def _line(of: dict[str, Any]) -> str:
    return f"right {of['right_pct']:6} %   silent wrong {of['silent_wrong']:5}   {of['us']:6} us"


def table_of(title: str, ours: dict[str, Any], base: dict[str, Any]) -> None:
    """By kind: how many, right, asked, coarse, silently wrong; beside the baseline's right and silently wrong."""
    print(f"\n{title}: {ours['n']} addresses\n  resolver       {_line(ours)}\n  plain look-up  {_line(base)}")
    print(
        f"  {'n':>5} {'right':>6} {'asked':>6} {'coarse':>6} {'wrong':>6} | {'right':>6} {'wrong':>6}  kind"
    )
    for name, counts in ours["kinds"].items():
        told = [counts.get(verdict, 0) for verdict in (RIGHT, ASKED, COARSE, WRONG)]
        plainly = [base["kinds"][name].get(verdict, 0) for verdict in (RIGHT, WRONG)]
        figures = (
            " ".join(f"{figure:6}" for figure in told) + " | " + " ".join(f"{figure:6}" for figure in plainly)
        )
        print(f"  {sum(counts.values()):5} {figures}  {name}")


def ours(table: DivisionTable) -> Resolver:
    """The resolver, asked as the platform's columns are."""

    def ask(text: str, told: dict[str, str]) -> Resolution:
        province, city, district, town = (told.get(name) for name in ("province", "city", "district", "town"))
        return resolve(table, text, province=province, city=city, district=district, town=town)

    return ask


def main() -> int:
    """Both sets against both resolvers; exit 1 when anything was silently wrong."""
    rows = list(division_rows())
    table = DivisionTable(rows)
    look_up = plain(table)
    show = int(os.environ.get("SHOW", "0"))
    sets: list[tuple[str, list[Nasty], Judge]] = []
    if path := os.environ.get("ADDRESSES"):
        sets.append(("written", written(table, Path(path)), lambda case, got: of_written(table, case, got)))
    made = nasty(rows, FORMER, int(os.environ.get("SEED", "1")), int(os.environ.get("COUNT", "6000")))
    sets.append(("nasty", made, lambda case, got: judged(table, case, got, to_the_street=True)))
    result: dict[str, Any] = {}
    for title, cases, judge in sets:
        got = measure(cases, ours(table), judge, show)
        floor = (
            judge if title == "written" else (lambda case, got: judged(table, case, got, to_the_street=False))
        )
        base = measure(cases, look_up, floor, 0)
        table_of(title, got, base)
        result[title] = got | {"plain": {key: base[key] for key in ("right_pct", "silent_wrong", "us")}}
    print(json.dumps(result, ensure_ascii=False))
    return 1 if any(found["silent_wrong"] for found in result.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
