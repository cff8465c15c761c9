"""Online prices that hurt those who sell in shops: below the floor, or of what was another channel's alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.fee_facts import Scheme
from domain.money import yuan


class Breach(StrEnum):
    """What an order line did to the price guard."""

    BELOW_FLOOR = "below_floor"
    EXCLUSIVE_ELSEWHERE = "exclusive_elsewhere"


@dataclass(frozen=True, slots=True)
class Guard:
    """Of one SKU from a day on: the least a piece may cost online, the one channel that may sell it. None: no bound."""

    floor_fen: int | None = None
    exclusive_channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """A breach with the words people read."""

    breach: Breach
    text: str


def scheme_of(channel_scheme: Scheme, channel_id: int, guard: Guard) -> Scheme:
    """One scheme per channel × SKU: its own channel sells an exclusive product without a share, any other shares it."""
    if guard.exclusive_channel_id is None:
        return channel_scheme
    if guard.exclusive_channel_id == channel_id:
        return Scheme.EXCLUSIVE
    return Scheme.SHARE if channel_scheme == Scheme.EXCLUSIVE else channel_scheme


def alerts(sku: str, channel_id: int, paid_fen: int | None, quantity: int, guard: Guard) -> tuple[Alert, ...]:
    """What is wrong with a sale: two pieces for ¥1,800.00 above a floor of ¥1,000.00 each → below the floor."""
    found = []
    if guard.floor_fen is not None and paid_fen is not None and paid_fen < guard.floor_fen * quantity:
        text = f"{sku} {quantity} 件成交 {yuan(paid_fen)}，低于底价 {yuan(guard.floor_fen)} × {quantity}"
        found.append(Alert(Breach.BELOW_FLOOR, text))
    if guard.exclusive_channel_id not in (None, channel_id):
        found.append(Alert(Breach.EXCLUSIVE_ELSEWHERE, f"{sku} 为其他渠道独家销售"))
    return tuple(found)
