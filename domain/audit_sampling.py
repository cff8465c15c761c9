"""Which jobs the brand's auditors look at: every risky one, and a share of each dealer's others by lot.

The lot is drawn from a seed and the job's id, so that anybody can draw it again; what the probability was is kept with
each job, drawn or not: without it no rate can be estimated from the verdicts (`domain.agreement`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

WHOLE_BP = 10_000


class Why(StrEnum):
    """Why a job is audited, or that it is not."""

    FLAGGED = "flagged"  # its photos weigh too much
    REQUIRED = "required"  # a slot was waived, or the yes is doubtful
    CHOSEN = "chosen"  # an auditor wished to see it
    RANDOM = "random"
    NOT_DRAWN = "not_drawn"


WHY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Why.FLAGGED: "照片风险高",
        Why.REQUIRED: "必审",
        Why.CHOSEN: "人工选审",
        Why.RANDOM: "随机抽中",
        Why.NOT_DRAWN: "未抽中",
    }
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in basis points. A dealer is new below `new_jobs` confirmed jobs.

    `low_score` and below: `most_bp`; `good_score` and above: `least_bp`; between them in proportion.
    """

    most_bp: int = 1_000
    least_bp: int = 100
    new_jobs: int = 50
    low_score: int = 70
    good_score: int = 95
    second_bp: int = 1_000


@dataclass(frozen=True, slots=True)
class Draw:
    """What the lot said. `inclusion_bp`: how probable it was that this job is audited; 10000 is certain."""

    job_id: int
    why: Why
    inclusion_bp: int
    rate_bp: int
    seed: str
    ticket: int
    second: bool
    text: str

    @property
    def drawn(self) -> bool:
        """Whether it is audited."""
        return self.why != Why.NOT_DRAWN


def rate_bp(confirmed: int, score: int, rates: Rates = Rates()) -> int:
    """The share of a dealer's unsuspicious jobs, in basis points, from its confirmed jobs and its score (0–100).

    49 jobs: 1000. Score 70: 1000. Score 95: 100. Score 80, 500 jobs: 1000 − 900 × 10 ÷ 25 = 640.
    """
    if confirmed < rates.new_jobs or score <= rates.low_score:
        return rates.most_bp
    if score >= rates.good_score:
        return rates.least_bp
    span, above = rates.good_score - rates.low_score, score - rates.low_score
    return rates.most_bp - (rates.most_bp - rates.least_bp) * above // span


def ticket(seed: str, job_id: int, purpose: str = "audit") -> int:
    """The job's number in the lot, 0 to 9999, even over jobs: the first 64 bits of SHA-256 over seed, purpose, id."""
    digest = sha256(f"{seed}:{purpose}:{job_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * WHOLE_BP >> 64


def draw(
    seed: str,
    job_id: int,
    share_bp: int,
    *,
    flagged: bool = False,
    required: bool = False,
    rates: Rates = Rates(),
) -> Draw:
    """Draw one job. The risky ones always, at a probability of 1; the others when the ticket is below the share."""
    number = ticket(seed, job_id)
    why, inclusion = Why.NOT_DRAWN, share_bp
    if required or flagged:
        why, inclusion = Why.REQUIRED if required else Why.FLAGGED, WHOLE_BP
    elif number < share_bp:
        why = Why.RANDOM
    second = why != Why.NOT_DRAWN and ticket(seed, job_id, "second") < rates.second_bp
    return Draw(job_id, why, inclusion, share_bp, seed, number, second, _words(why, share_bp, number))


def _words(why: Why, share_bp: int, number: int) -> str:
    if why == Why.FLAGGED:
        return "照片风险分超过阈值，必查"
    if why == Why.REQUIRED:
        return "有免拍项或验收存疑，必查"
    sign, said = ("<", "抽中") if why == Why.RANDOM else ("≥", "未抽中")
    return f"签号 {number} {sign} {share_bp}（抽查率 {share_bp / 100:g}%），{said}"
