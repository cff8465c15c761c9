"""What is withheld of a payment to a person: bands of the amount, each with its rate; without bands nothing is.

The bands are a setting, never a claim of ours about the law. An example: ¥0–800 nothing, up to ¥4,000 20 %, up to
¥25,000 16 %, above 24 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.errors import Fault
from domain.money import BP, half_up, whole

MOST_BP = 9_000  # something is left to be paid


@dataclass(frozen=True, slots=True)
class Band:
    """From this amount up to the next band's: a rate in basis points of what lies between."""

    from_fen: int
    rate_bp: int


def faults(bands: Sequence[Band]) -> Iterator[Fault]:
    """What is wrong with bands: they begin at zero and rise, and leave something to be paid."""
    if not bands or bands[0].from_fen != 0:
        yield Fault("bands.0.from_fen", "from_zero", "第一档应从 0 元开始")
    for at, (lower, upper) in enumerate(pairwise(bands), 1):
        if upper.from_fen <= lower.from_fen:
            yield Fault(f"bands.{at}.from_fen", "not_rising", "各档起点应依次递增")
    for at, band in enumerate(bands):
        if not 0 <= band.rate_bp <= MOST_BP:
            yield Fault(f"bands.{at}.rate_bp", "out_of_range", "比例应在 0 到 90% 之间")


def of(gross_fen: int, bands: Sequence[Band]) -> int:
    """¥5,000.00 by the example: 20 % of ¥3,200 and 16 % of ¥1,000 are ¥800.00. Half up, once; a fen is always left."""
    tops = [*(band.from_fen for band in bands[1:]), whole(gross_fen)]
    within = (max(0, min(gross_fen, top) - band.from_fen) for band, top in zip(bands, tops, strict=True))
    taken = sum(fen * band.rate_bp for fen, band in zip(within, bands, strict=True))
    return min(half_up(taken, BP), gross_fen - 1)
