"""The way to the customer: what it costs, with its arithmetic in words.

Beyond the free radius so many fen a kilometre, or first a fixed sum for the nearest kilometres; never above the cap or
below the zone's least; beyond a limit it is agreed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from domain.clocks import Zone
from domain.errors import DomainError
from domain.fee_parts import ANY, Part
from domain.money import ROUNDINGS, half_up_fen, yuan

ROAD, STRAIGHT = "road", "straight"
DISTANCES = (ROAD, STRAIGHT)


class RemoteFeeNotAgreed(DomainError):
    """The distance is beyond the formula, and nobody wrote down what was agreed."""

    code = "remote_fee_not_agreed"
    title = "超出计价距离，远程费需先协商"


class RoadUnknown(RemoteFeeNotAgreed):
    """The rule counts the road, which nobody has measured: its price is agreed like one beyond the formula."""

    title = "按实际道路里程计费，里程需先核实"


@dataclass(frozen=True, slots=True)
class RemoteRate:
    """Fen per km beyond the free metres, one way. A zone without a row has no remote fee.

    The distance is rounded first, to `km_step_m` by the named rounding. `distance` is what counts: straight metres
    are measured here, those of a road are not; a person finds them out and the price is agreed.
    `flat_within_m` beyond the free metres cost `flat_fen`; farther, every kilometre beyond the free ones is counted.
    `least_fen` is due in this zone however near the customer is.
    """

    zone: Zone
    free_m: int
    per_km_fen: int
    category: str = ANY
    cap_fen: int | None = None
    negotiated_beyond_m: int = 80_000
    distance: str = STRAIGHT
    km_step_m: int = 100
    km_rounding: str = "half_up"
    flat_within_m: int | None = None
    flat_fen: int | None = None
    least_fen: int | None = None


def km(metres: int) -> str:
    """A distance as people read it: 23,400 → "23.4 km", 20,000 → "20 km"."""
    return f"{metres // 1000}.{metres % 1000:03d}".rstrip("0").rstrip(".") + " km"


def by_category(codes: Iterable[str], rows: Iterable[RemoteRate]) -> dict[tuple[str, str], RemoteRate]:
    """By (category, zone): each category's own rate, else the one for any category."""
    given = {(rate.category, rate.zone): rate for rate in rows}
    found = {}
    for code, zone in product(codes, Zone):
        rate = given.get((code, zone), given.get((ANY, zone)))
        if rate is not None:
            found[code, zone.value] = rate
    return found


def part_of(rate: RemoteRate, distance_m: int | None, agreed_fen: int | None, as_ruled: bool) -> Part | None:
    """The fee by one rate: `远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80`; None for a free way.

    What was agreed counts where the rate has no answer: beyond its limit and where nobody measured the way, whose fee
    is else None. Metres are straight unless they are `as_ruled`, of the rate's own kind: `RoadUnknown` where that is
    the road.
    """
    if rate.distance == ROAD and not as_ruled:
        return _by_road(rate, agreed_fen)
    if distance_m is None:
        return None if agreed_fen is None else _agreed("距离未测得", agreed_fen)
    rounded = _rounded(rate, distance_m)
    if rounded <= max(rate.negotiated_beyond_m, rate.free_m):
        return _by_formula(rate, rounded)
    if agreed_fen is None:
        raise RemoteFeeNotAgreed(f"{km(rounded)} 超过 {km(rate.negotiated_beyond_m)}")
    return _agreed(f"{km(rounded)}，超过 {km(rate.negotiated_beyond_m)}", agreed_fen)


def carried_on_fen(rate: RemoteRate, distance_m: int) -> int:
    """What the formula gives beyond its limit: 87.6 km, 10 km free, ¥2.00 and a cap of ¥80.00 → 8000."""
    part = _by_formula(rate, _rounded(rate, distance_m))
    return 0 if part is None else part.amount_fen


def _rounded(rate: RemoteRate, distance_m: int) -> int:
    return ROUNDINGS[rate.km_rounding](distance_m, rate.km_step_m) * rate.km_step_m


def _by_road(rate: RemoteRate, agreed_fen: int | None) -> Part:
    if agreed_fen is None:
        raise RoadUnknown(f"{km(rate.free_m)} 以外每公里 {yuan(rate.per_km_fen)}")
    return _agreed("按实际道路里程", agreed_fen)


def _agreed(why: str, fen: int) -> Part:
    return Part("remote_fee", fen, f"远程费 {why}，协商价 {yuan(fen)}")


@lru_cache(maxsize=16_384)
def _by_formula(rate: RemoteRate, rounded_m: int) -> Part | None:
    fen, text = _beyond(rate, rounded_m)
    if rate.cap_fen is not None and fen > rate.cap_fen:
        fen, text = rate.cap_fen, f"{text}，封顶 {yuan(rate.cap_fen)}"
    if rate.least_fen is not None and fen < rate.least_fen:
        fen, text = rate.least_fen, f"{text}，最低 {yuan(rate.least_fen)}"
    return Part("remote_fee", fen, text) if text else None


def _beyond(rate: RemoteRate, rounded_m: int) -> tuple[int, str]:
    """Fen and words of the metres beyond the free ones; nothing within them, unless the zone has a least."""
    beyond_m = rounded_m - rate.free_m
    if beyond_m <= 0:
        return 0, f"远程费 {km(rounded_m)}，{km(rate.free_m)} 以内" if rate.least_fen else ""
    way = f"({km(rounded_m)} − {km(rate.free_m)})"
    if rate.flat_within_m is not None and rate.flat_fen is not None and beyond_m <= rate.flat_within_m:
        return rate.flat_fen, f"远程费 {way} 在 {km(rate.flat_within_m)} 以内，固定 {yuan(rate.flat_fen)}"
    fen = half_up_fen(beyond_m * rate.per_km_fen, 1000)
    return fen, f"远程费 {way} × {yuan(rate.per_km_fen)} = {yuan(fen)}"
