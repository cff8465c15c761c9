"""What the verdicts of a sample say about all jobs, and how far two auditors agree.

Intervals are Wilson's. Risky jobs are all audited, the others by lot at known probabilities: the failures of the
first are counted, the rate of the others is estimated with weights (Horvitz–Thompson, Hájek), and both are put
together by the square-and-add rule for intervals (Zou and Donner's MOVER).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate and its bounds, 0 to 1."""

    rate: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of what lies between the bounds."""
        return (self.high - self.low) / 2


def wilson(failed: float, judged: float, z: float = Z95) -> Interval:
    """Wilson's score interval; nothing judged: from 0 to 1. 15 of 148: 0.1014, 0.0624 to 0.1605.

    `judged` may be an effective number: weights make it smaller than the count. Raises ValueError where impossible.
    """
    if judged < 0 or not 0 <= failed <= judged:
        raise ValueError(f"{failed} of {judged}")
    if judged == 0:
        return Interval(0.0, 0.0, 1.0)
    rate, square = failed / judged, z * z
    middle = (failed + square / 2) / (judged + square)
    half = z * sqrt(judged * rate * (1 - rate) + square / 4) / (judged + square)
    return Interval(rate, 0.0 if failed == 0 else middle - half, 1.0 if failed == judged else middle + half)


@dataclass(frozen=True, slots=True)
class Judged:
    """A job by lot with its verdict and the probability with which it was to be drawn."""

    failed: bool
    inclusion_bp: int

    @property
    def weight(self) -> float:
        """How many jobs it stands for: at 5 % twenty."""
        return 10_000 / self.inclusion_bp


def horvitz_thompson(sample: Iterable[Judged], population: int) -> float:
    """The unbiased estimate of the share that fails: one failure at 10 % and one at 100 %, of 100 jobs: 0.11."""
    return sum(job.weight for job in sample if job.failed) / population


def hajek(sample: Sequence[Judged]) -> float:
    """The same with the estimated number of jobs below the line: steadier where few are drawn. None drawn: 0."""
    whole = sum(job.weight for job in sample)
    return sum(job.weight for job in sample if job.failed) / whole if whole else 0.0


def effective(sample: Sequence[Judged]) -> float:
    """Kish's effective number: as many equally weighted jobs say as much. Weights 10, 10, 100: 14400 ÷ 10200 = 1.41."""
    squares = sum(job.weight**2 for job in sample)
    return sum(job.weight for job in sample) ** 2 / squares if squares else 0.0


@dataclass(frozen=True, slots=True)
class Sampled:
    """A dealer's jobs of a while: `risky` `risky_judged` of them with a verdict; of the `others`, `lot` were judged."""

    risky: int
    risky_judged: int
    risky_failed: int
    others: int
    lot: tuple[Judged, ...]

    @property
    def jobs(self) -> int:
        """All of them."""
        return self.risky + self.others


def failure_rate(found: Sampled, z: float = Z95) -> Interval:
    """The share of all jobs that would fail. No jobs: from 0 to 1.

    10 risky, all judged, 4 failed; 90 others, 30 drawn at equal odds, none failed: 4 ÷ 100 = 4 %; among the others
    0 to 11.4 %, so 4 % to 4 % + 0.9 × 11.4 % = 14.2 %.
    """
    if found.jobs == 0:
        return Interval(0.0, 0.0, 1.0)
    parts = []
    if found.risky:
        parts.append((found.risky / found.jobs, _risky(found, z)))
    if found.others:
        parts.append((found.others / found.jobs, _by_lot(found.lot, z)))
    rate = sum(share * part.rate for share, part in parts)
    below = sqrt(sum((share * (part.rate - part.low)) ** 2 for share, part in parts))
    above = sqrt(sum((share * (part.high - part.rate)) ** 2 for share, part in parts))
    return Interval(rate, max(rate - below, 0.0), min(rate + above, 1.0))


def _risky(found: Sampled, z: float) -> Interval:
    """Counted, not estimated, once each has its verdict."""
    if found.risky_judged < found.risky:
        return wilson(found.risky_failed, found.risky_judged, z)
    rate = found.risky_failed / found.risky
    return Interval(rate, rate, rate)


def _by_lot(lot: Sequence[Judged], z: float) -> Interval:
    number = effective(lot)
    return wilson(min(hajek(lot), 1.0) * number, number, z)


def sample_size(half_width: float, rate: float = 0.5, population: int | None = None, z: float = Z95) -> int:
    """How many to look at for a half-width (Cochran). ±5 points at worst: 385; ±3: 1068; of 2000 jobs ±3: 697."""
    endless = z * z * rate * (1 - rate) / half_width**2
    return ceil(endless if population is None else endless / (1 + (endless - 1) / population))


def still_needed(found: Sampled, half_width: float = 0.03, z: float = Z95) -> int:
    """How many more of the jobs by lot, at the rate found so far, until their part is as narrow as asked.

    Nothing failed among 30, of 1000 others, ±3 points: Wilson's half is 1.92 ÷ (n + 3.84), so 61 in all: 31 more.
    Never more than there are.
    """
    if not found.others:
        return 0
    share, rate = found.others / found.jobs, hajek(found.lot)
    low, high = 0, found.others
    while low < high:
        middle = (low + high) // 2
        if share * wilson(rate * middle, middle, z).half_width <= half_width:
            high = middle
        else:
            low = middle + 1
    have = effective(found.lot)
    return min(max(ceil(low - have), 0), found.others - len(found.lot))


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance: `value` 1 is full, 0 is what chance gives; None where chance alone explains all."""

    pairs: int
    observed: float
    by_chance: float
    value: float | None
    low: float | None
    high: float | None


def kappa(table: Mapping[tuple[str, str], int], z: float = Z95) -> Kappa | None:
    """Cohen's kappa of (first, second) verdicts and how often each pair came; None without pairs.

    20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 35 ÷ 50 = 0.7, by chance 0.5 × 0.6 + 0.5 × 0.4 = 0.5,
    kappa 0.2 ÷ 0.5 = 0.4. Its interval is the large-sample one.
    """
    pairs = sum(table.values())
    if not pairs:
        return None
    words = {word for pair in table for word in pair}
    observed = sum(table.get((word, word), 0) for word in words) / pairs
    by_chance = sum(_margin(table, word, 0) * _margin(table, word, 1) for word in words) / pairs**2
    if by_chance >= 1:
        return Kappa(pairs, observed, by_chance, None, None, None)
    value = (observed - by_chance) / (1 - by_chance)
    half = z * sqrt(observed * (1 - observed) / pairs) / (1 - by_chance)
    return Kappa(pairs, observed, by_chance, value, max(value - half, -1.0), min(value + half, 1.0))


def _margin(table: Mapping[tuple[str, str], int], word: str, place: int) -> int:
    return sum(count for pair, count in table.items() if pair[place] == word)
