"""The year-end rebate: tiers on offline sales plus the online sales a dealer shipped itself (S1 网上订单制)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.alliance import brand_pays
from domain.ledger import Entry
from domain.money import BP, half_up_fen, percent, whole, yuan
from domain.year_terms import Applies, YearTerms


@dataclass(frozen=True, slots=True)
class Rebate:
    """What a year's sales bring back, with the arithmetic in words."""

    fen: int
    text: str


def rebate(year: int, offline_fen: int, online_fen: int, terms: YearTerms) -> Rebate:
    """The rebate on both sums in fen. Tiers ¥500,000 at 1 % and ¥1,000,000 at 2 %, sales ¥800,000 + ¥300,000:

    `whole`: ¥1,100,000 × 2 % = ¥22,000; `slice`: ¥500,000 × 1 % + ¥100,000 × 2 % = ¥7,000. Rounded once, at the end.
    """
    total = whole(offline_fen) + whole(online_fen)
    sums = f"{year} 年终返利 线下 {yuan(offline_fen)} + 计入的线上 {yuan(online_fen)} = {yuan(total)}"
    parts = _parts(total, terms)
    if not parts:
        return Rebate(0, f"{sums}，未达返利档位（{terms.name}）")
    fen = half_up_fen(sum(base * bp for base, bp in parts), BP)
    words = " + ".join(f"{yuan(base)} × {percent(bp)}" for base, bp in parts)
    return Rebate(fen, f"{sums}；{words} = {yuan(fen)}（{terms.name}）")


def _parts(total: int, terms: YearTerms) -> list[tuple[int, int]]:
    """Amounts and the rate of each, from the lowest tier up."""
    reached = [tier for tier in terms.tiers if tier.from_fen <= total and total > 0]
    if terms.applies == Applies.WHOLE:
        return [(total, tier.bp) for tier in reached[-1:]]
    ends = [*(tier.from_fen for tier in reached[1:]), total]
    slices = [(end - tier.from_fen, tier.bp) for tier, end in zip(reached, ends, strict=False)]
    return [(size, bp) for size, bp in slices if size]


def rebate_key(year: int, dealer_id: int) -> str:
    """Once per dealer and year, whatever the version of the terms."""
    return f"year_rebate:{year}:dealer:{dealer_id}"


def rebate_entry(year: int, dealer_id: int, due: Rebate, month: date) -> Entry:
    """¥7,000.00 → rebate_expense +700000, dealer_payable:7 −700000."""
    return brand_pays(rebate_key(year, dealer_id), "year_rebate", dealer_id, due.fen, due.text, month)
