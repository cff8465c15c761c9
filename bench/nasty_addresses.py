"""Nasty addresses with a known truth, made from the division rows: every distortion people and platforms inflict.

    nasty(rows, FORMER, seed=1, count=6000)

goes round the kinds and the provinces, then through every former name once. The same seed makes the same addresses.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from bench import nasty_kinds, nasty_lies
from bench.nasty_atlas import ASK, EITHER, HISTORICAL, KINDS, RESOLVE, ROADS, TAILS, Atlas, Case, Nasty
from domain.division_names import DivisionRow

__all__ = ["ASK", "EITHER", "HISTORICAL", "RESOLVE", "Nasty", "nasty"]

Former = Iterable[tuple[int, str, str, tuple[str, ...]]]
SOURCES = (nasty_kinds, nasty_lies)  # importing them fills KINDS


def _former_names(atlas: Atlas, former: Former, dice: random.Random) -> Iterator[Nasty]:
    """Every former name of the list, in its place: never resolved, its successors offered."""
    paths = {
        "".join(r.name for r in atlas.line(row)): row.code for row in atlas.rows.values() if row.level <= 3
    }
    for _, place, name, successors in former:
        text = place.replace(" ", "") + name + dice.choice(ROADS) + "8号"
        accept = frozenset(paths[place.replace(" ", "") + successor] for successor in successors)
        yield Nasty("former name", text, HISTORICAL, accept)


def nasty(rows: Iterable[DivisionRow], former: Former, seed: int, count: int) -> list[Nasty]:
    """`count` addresses, the kinds and the provinces in turn, and the former names."""
    atlas, dice = Atlas(rows), random.Random(seed)
    provinces, makers = list(atlas.places), list(KINDS.items())
    made: list[Nasty] = []
    turn = 0
    while len(made) < count:
        name, make = makers[turn % len(makers)]
        province = provinces[turn // len(makers) % len(provinces)]
        turn += 1
        road = f"{dice.choice(ROADS)}{dice.randrange(1, 900)}号{dice.choice(TAILS)}"
        got = make(Case(atlas, dice, dice.choice(atlas.places[province]), road))
        if got is not None:
            text, want, accept, columns = got
            made.append(Nasty(name, text, want, frozenset(accept), columns))
    return made + list(_former_names(atlas, former, dice))
