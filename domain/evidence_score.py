"""One number per job: how much speaks against its evidence, and whether somebody must look (domain.md §5).

A code counts at most twice on its photos: ten dark ones are one dark flat. All that can be mended, a check-in outside
with its reason, and a picture that may have been retaken stay together below the threshold: they alone never flag a
job. What spoke against a photo that was replaced before submit still counts, unless a retake mends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.evidence_policy import Policy
from domain.finding_words import QUALITY, Code

SOFT = QUALITY | {Code.CHECKED_IN_OUTSIDE, Code.RETAKEN}
FULL = 100
TIMES = 2


@dataclass(frozen=True, slots=True)
class Weighed:
    """One finding as stored; `counts` False: its photo was superseded."""

    code: str
    weight: int
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """0–100, and whether the job is flagged."""

    score: int
    flagged: bool


def score(findings: Iterable[Weighed], policy: Policy) -> Score:
    """Dark twice (10, 10), blurred (10), outside (15), reused (60): min(30, 45) + 60 = 90, flagged at 40."""
    soft = hard = 0
    per_code: dict[str, list[int]] = {}
    for one in findings:
        if one.counts or one.code not in QUALITY:
            per_code.setdefault(one.code, []).append(one.weight)
    for code, weights in per_code.items():
        total = sum(sorted(weights, reverse=True)[:TIMES])
        if code in SOFT:
            soft += total
        else:
            hard += total
    points = min(FULL, min(soft, policy.soft_cap) + hard)
    return Score(points, points >= policy.flag_at)
