"""Who should be asked first, and why (domain.md §3): territory, alliance, capacity, distance, score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Covering:
    """A dealer whose coverage names the job's division. `capacity_left` None: no limit was set."""

    dealer_id: int
    zone: str
    territory_owner: bool
    alliance: bool
    score: int
    active: bool
    capacity_left: int | None
    distance_m: int | None
    refused: bool
    auto_accept: bool
    authorised: bool = True
    free_m: int | None = None
    per_km_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line of the funnel: where the dealer stands and the reasons, in Chinese."""

    dealer_id: int
    zone: str
    distance_m: int | None
    reasons: tuple[str, ...]
    auto_accept: bool = False
    free_m: int | None = None
    per_km_fen: int | None = None


def rank(seen: Iterable[Covering]) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """(in, out): those to be asked, best first, and those that fell out, each with its reasons."""
    kept, dropped = [], []
    for dealer in seen:
        why_not = _why_not(dealer)
        if why_not:
            dropped.append(_line(dealer, why_not))
        else:
            kept.append(dealer)
    kept.sort(key=_order)
    return tuple(_line(dealer, _why(dealer)) for dealer in kept), tuple(dropped)


def unlimited(dealer: Covering) -> Covering:
    """The same dealer, had nobody set it a limit."""
    return replace(dealer, capacity_left=None)


def _why_not(dealer: Covering) -> tuple[str, ...]:
    reasons = []
    if not dealer.active:
        reasons.append("网点已停止接单")
    if dealer.zone == "none":
        reasons.append("该品类在此区域不服务")
    if not dealer.authorised:
        reasons.append("没有该品类的有效授权")
    if dealer.refused:
        reasons.append("已拒绝、未按时响应或已被改派")
    if dealer.capacity_left is not None and dealer.capacity_left <= 0:
        reasons.append("近期产能已满")
    return tuple(reasons)


def _why(dealer: Covering) -> tuple[str, ...]:
    reasons = ["本区域属地网点" if dealer.territory_owner else "可服务网点"]
    if dealer.alliance:
        reasons.append("服务联盟成员")
    reasons.append("免费上门区" if dealer.zone == "free" else "远程区")
    if dealer.capacity_left is not None:
        reasons.append(f"剩余产能 {dealer.capacity_left}")
    if dealer.distance_m is not None:
        reasons.append(f"距离 {dealer.distance_m / 1000:.1f} km")
    reasons.append(f"服务分 {dealer.score}")
    return tuple(reasons)


def _order(dealer: Covering) -> tuple[bool, bool, bool, float, int, int]:
    """Owner of the territory, alliance, free zone, nearest, best score; the id makes it total."""
    far = float("inf") if dealer.distance_m is None else dealer.distance_m
    return (
        not dealer.territory_owner,
        not dealer.alliance,
        dealer.zone != "free",
        far,
        -dealer.score,
        dealer.dealer_id,
    )


def _line(dealer: Covering, reasons: tuple[str, ...]) -> Candidate:
    return Candidate(
        dealer.dealer_id,
        dealer.zone,
        dealer.distance_m,
        reasons,
        dealer.auto_accept,
        dealer.free_m,
        dealer.per_km_fen,
    )
