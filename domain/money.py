"""Money is a whole number of fen, a rate is a whole number of basis points, and nothing here is ever a float.

A formula multiplies first and divides once, by a named rounding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from domain.errors import Invalid

BP = 10_000
_YUAN = re.compile(r"([-−]?)[¥￥]?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]{1,2}))?")


class NotMoney(Invalid):
    """The text is no amount in yuan with at most two decimals."""

    code = "not_money"
    title = "金额格式不正确"


def whole(value: object, what: str = "amount") -> int:
    """The value itself when it is an int; floats, bools and everything else are a TypeError."""
    if type(value) is not int:
        raise TypeError(f"{what} must be a whole number, not {type(value).__name__}")
    return value


def half_up(numerator: int, denominator: int) -> int:
    """The quotient to the nearest whole number, a half away from zero, so that reversals mirror: 5/2 → 3."""
    _check_ratio(numerator, denominator)
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def up(numerator: int, denominator: int) -> int:
    """The quotient away from zero: 21/10 → 3, −21/10 → −3."""
    _check_ratio(numerator, denominator)
    size = -(-abs(numerator) // denominator)
    return size if numerator >= 0 else -size


def down(numerator: int, denominator: int) -> int:
    """The quotient towards zero: 29/10 → 2, −29/10 → −2."""
    _check_ratio(numerator, denominator)
    size = abs(numerator) // denominator
    return size if numerator >= 0 else -size


Rounding = Callable[[int, int], int]
ROUNDINGS: Mapping[str, Rounding] = MappingProxyType({"half_up": half_up, "up": up, "down": down})

half_up_fen = half_up
"""The one rounding of money."""


def share_of(amount_fen: int, basis_points: int) -> int:
    """So many basis points of an amount: 5,000 of ¥80.01 is ¥40.01 (4000.5 fen, half up)."""
    return half_up_fen(whole(amount_fen) * whole(basis_points, "basis points"), BP)


def split_by_largest_remainder(total_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Parts in proportion to the weights that sum to the total exactly: 100 by 1:1:1 → 34, 33, 33.

    The fen left over go to the largest remainders, the earlier first. A negative total: the mirror.
    """
    if any(whole(weight, "weight") < 0 for weight in weights) or not sum(weights):
        raise ValueError("weights must be whole, none negative, not all zero")
    if whole(total_fen) < 0:
        return tuple(-part for part in split_by_largest_remainder(-total_fen, weights))
    shares = [divmod(total_fen * weight, sum(weights)) for weight in weights]
    parts = [part for part, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: -shares[i][1])
    for i in by_remainder[: total_fen - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


@lru_cache(maxsize=4096, typed=True)
def yuan(fen: int) -> str:
    """An amount as people read it: 680 → "¥6.80", −5 → "−¥0.05", 999999999 → "¥9,999,999.99"."""
    size = abs(whole(fen))
    return f"{'−' if fen < 0 else ''}¥{size // 100:,}.{size % 100:02d}"


def fen(text: str) -> int:
    """The inverse of `yuan`: "¥6.80" → 680. The ¥ may be missing, thousands may have commas."""
    found = _YUAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise NotMoney("请填写人民币金额，最多两位小数，例如 6.80")
    sign, units, cents = found.groups(default="")
    size = int(units.replace(",", "")) * 100 + int(cents.ljust(2, "0"))
    return -size if sign else size


@lru_cache(maxsize=256)
def percent(basis_points: int) -> str:
    """A rate as people read it: 5000 → "50%", 1250 → "12.5%"."""
    units, rest = divmod(whole(basis_points, "basis points"), 100)
    return f"{units}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def _check_ratio(numerator: int, denominator: int) -> None:
    if type(numerator) is not int or type(denominator) is not int:
        raise TypeError("a ratio is made of whole numbers")
    if denominator <= 0:
        raise ValueError("denominator must be positive")
