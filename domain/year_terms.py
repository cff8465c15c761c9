"""What a year pays beside the fees: the alliance's reward, its standard, the tiers of the rebate; in versions by year.

A version holds from a year on until a later one does. Without any the defaults of the agreement hold: 1.5 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from domain.errors import Fault, Invalid
from domain.money import BP

MOST_FEN = 10**15
"""¥10,000,000,000,000.00: above it nobody sells."""


class Applies(StrEnum):
    """A tier's rate holds for the whole amount, or only for the slice above its threshold."""

    WHOLE = "whole"
    SLICE = "slice"


@dataclass(frozen=True, slots=True)
class Tier:
    """From `from_fen` on the rate is `bp` basis points."""

    from_fen: int
    bp: int


@dataclass(frozen=True, slots=True)
class YearTerms:
    """`on_time_bp`: share of jobs without a breach; `complaints_most`: upheld ones a year. Tiers rise.

    Paid no earlier than `pay_after_days` after 31 December: what December's jobs bring is known then.
    """

    version: int = 0
    from_year: int = 0
    reward_bp: int = 150
    on_time_bp: int = 9_000
    complaints_most: int = 3
    tiers: tuple[Tier, ...] = ()
    applies: Applies = Applies.WHOLE
    pay_after_days: int = 31

    @property
    def name(self) -> str:
        """How a line names them: 年度政策第 2 版; nobody having made any, 默认年度政策."""
        return f"年度政策第 {self.version} 版" if self.version else "默认年度政策"

    def pays_from(self, year: int) -> date:
        """The first day on which the year is paid: of 2026, 1 February 2027."""
        return date(year + 1, 1, 1) + timedelta(days=self.pay_after_days)


def terms_for(versions: Iterable[YearTerms], year: int) -> YearTerms:
    """The newest version among those that hold for the year; the defaults where none does."""
    fit = [terms for terms in versions if terms.from_year <= year]
    return max(fit, key=lambda terms: (terms.from_year, terms.version), default=YearTerms())


def read_terms(data: Mapping[str, Any], version: int) -> YearTerms:
    """Terms from plain data; `Invalid` names every fault.

    {"from_year": 2026, "tiers": [{"from_fen": 50000000, "bp": 100}]} → 1 % of all from ¥500,000 on.
    """
    faults: list[Fault] = []

    def number(source: Mapping[str, Any], name: str, most: int, default: int | None, place: str = "") -> int:
        value = source.get(name, default)
        if type(value) is not int or not 0 <= value <= most:
            faults.append(Fault(f"{place}{name}", "out_of_range", f"须为 0 至 {most} 的整数"))
            return 0
        return value

    given = data.get("tiers", [])
    tiers = tuple(
        Tier(
            number(one, "from_fen", MOST_FEN, None, f"tiers.{n}."), number(one, "bp", BP, None, f"tiers.{n}.")
        )
        for n, one in enumerate(given)
    )
    if any(above.from_fen <= below.from_fen for below, above in pairwise(tiers)):
        faults.append(Fault("tiers", "not_rising", "各档起点须从低到高"))
    applies = data.get("applies", Applies.WHOLE)
    if applies not in tuple(Applies):
        faults.append(Fault("applies", "unknown_value", "可选：whole、slice"))
        applies = Applies.WHOLE
    year = number(data, "from_year", 9_999, None)
    standard = YearTerms()
    terms = YearTerms(
        version,
        year,
        number(data, "reward_bp", BP, standard.reward_bp),
        number(data, "on_time_bp", BP, standard.on_time_bp),
        number(data, "complaints_most", 1_000_000, standard.complaints_most),
        tiers,
        Applies(applies),
        number(data, "pay_after_days", 365, standard.pay_after_days),
    )
    if faults:
        raise Invalid(errors=faults)
    return terms
