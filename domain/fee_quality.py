"""What good work earns beside its fee and bad work costs: stars, done at the first visit, complaints, promotion days.

Each is one line of its own, with its words; what no row of the rule names pays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.actions import CATEGORY_NAMES
from domain.fee_facts import Upheld
from domain.fee_parts import ANY, Part
from domain.money import yuan


@dataclass(frozen=True, slots=True)
class RatingRate:
    """Fen of bonus for a job whose customer gave so many stars in all."""

    overall: int
    fen: int


@dataclass(frozen=True, slots=True)
class ComplaintRate:
    """Fen of penalty for a complaint that was upheld; `about` is its category, whose own row goes before "*"."""

    fen: int
    about: str = ANY


@dataclass(frozen=True, slots=True)
class PromotionRate:
    """Fen per unit for work done on a promotion day; a category's own row goes before "*"."""

    fen: int
    category: str = ANY


def rated(rates: tuple[RatingRate, ...], stars: int | None) -> Part | None:
    """Five stars: `好评奖励 5 星 ¥5.00`; None where the rule has nothing for them."""
    fen = next((rate.fen for rate in rates if rate.overall == stars), 0)
    return Part("rating_bonus", fen, f"好评奖励 {stars} 星 {yuan(fen)}") if fen else None


def first_time(fen: int) -> Part | None:
    """`一次完工奖励 ¥3.00`; None where the rule has none."""
    return Part("first_time_bonus", fen, f"一次完工奖励 {yuan(fen)}") if fen else None


def complained(rates: tuple[ComplaintRate, ...], upheld: Upheld) -> Part | None:
    """`投诉扣款 服务态度投诉成立 ¥50.00`; None where the rule has nothing for it."""
    fens = {rate.about: rate.fen for rate in rates}
    fen = fens.get(upheld.category, fens.get(ANY, 0))
    words = f"投诉扣款 {CATEGORY_NAMES[upheld.category]}投诉成立 {yuan(fen)}"
    return Part("complaint_penalty", fen, words) if fen else None


def promoted(rates: tuple[PromotionRate, ...], category: str, day: str, units: int) -> Part | None:
    """`大促补贴 双11 ¥15.00 × 2 台 = ¥30.00`; `day` is the promotion's name."""
    fens = {rate.category: rate.fen for rate in rates}
    fen = fens.get(category, fens.get(ANY, 0))
    words = f"大促补贴 {day} {yuan(fen)} × {units} 台 = {yuan(fen * units)}"
    return Part("promotion", fen * units, words) if fen else None
