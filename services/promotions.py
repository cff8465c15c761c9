"""Promotion days as data (domain.md §3): 618, Double 11; promised lead times and dealers' units bend on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.promise import PromotionDay
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class PromotionGiven:
    """A day, its name, and how many days later orders of that day are promised."""

    day: date
    name: str
    extra_lead_days: int = 0


@dataclass(frozen=True, slots=True)
class Promotions:
    """All days, in order."""

    items: tuple[PromotionGiven, ...]


@use_case
def edit(tx: Connection, days: Sequence[PromotionGiven], gone: Sequence[date]) -> Promotions:
    """Add or change days, take others away; returns all."""
    if gone:
        tx.execute(delete(PromotionDay).where(PromotionDay.day.in_(gone)))
    for one in days:
        made = upsert(PromotionDay).values(asdict(one))
        renewed = {name: made.excluded[name] for name in ("name", "extra_lead_days")}
        tx.execute(made.on_conflict_do_update(index_elements=["day"], set_=renewed))
    return _all(tx)


@query
def listed(connection: Connection) -> Promotions:
    """All days."""
    return _all(connection)


def _all(tx: Connection) -> Promotions:
    columns = (PromotionDay.day, PromotionDay.name, PromotionDay.extra_lead_days)
    return Promotions(
        tuple(PromotionGiven(*row) for row in tx.execute(select(*columns).order_by(PromotionDay.day)))
    )
