"""Who sees how much of a customer (domain.md §9): masked by default for staff, full while one goes there."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from domain.actors import BRAND_ROLES, Actor, Role
from domain.masking import mask_address, mask_name, mask_phone

AFTER_CLOSE = timedelta(days=7)
_ON_THE_WAY = ("accepted", "booked", "on_site", "submitted", "confirmed", "rework", "suspended")


class Sight(StrEnum):
    """How much of the customer's name, phone and address is shown."""

    NOTHING = "nothing"
    MASKED = "masked"
    FULL = "full"


def sight_of(actor: Actor, status: str, closed_at: datetime | None, now: datetime) -> Sight:
    """The customer sees himself; the dealer's side while the job runs and 7 days after; staff sees masks."""
    if actor.role == Role.CUSTOMER:
        return Sight.FULL
    if actor.role in BRAND_ROLES:
        return Sight.MASKED
    if status in _ON_THE_WAY:
        return Sight.FULL
    if status == "closed" and closed_at is not None and now - closed_at < AFTER_CLOSE:
        return Sight.FULL
    return Sight.MASKED if status == "offered" else Sight.NOTHING


def shown(name: str, phone: str, address: str, sight: Sight) -> tuple[str, str, str]:
    """Name, phone and address as this sight has them."""
    if sight == Sight.FULL:
        return name, phone, address
    return mask_name(name), mask_phone(phone), mask_address(address)
