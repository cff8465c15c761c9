"""What dispatch is told: a dealer's wish to take a category's jobs at once, and how a category is dispatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from domain.errors import Fault, Invalid
from models.catalogue import Category
from models.offer import AutoAccept, DispatchRule
from services.parts.changed import Changed
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class Wish:
    """One category: `wanted`, the dealer accepts what it is offered at once, while it has room on the asked days."""

    category_code: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class RuleGiven:
    """How many dealers are asked together where no owner is to be asked (抢单), and for how many service minutes."""

    category_code: str
    asked_at_once: int
    offer_minutes: int


@query
def wishes(connection: Connection, dealer_id: int) -> tuple[Wish, ...]:
    """A dealer's wishes by category; what is not named follows the dealer's own `auto_accept`."""
    named = select(AutoAccept.category_code, AutoAccept.wanted).where(AutoAccept.dealer_id == dealer_id)
    return tuple(Wish(*row) for row in connection.execute(named.order_by(AutoAccept.category_code)))


@use_case
def set_wishes(tx: Connection, dealer_id: int, lines: Sequence[Wish], now: datetime) -> Changed:
    """Set the wishes named; the others stay. Invalid for unknown categories."""
    _refuse_unknown(tx, [line.category_code for line in lines])
    for line in lines:
        values = asdict(line) | {"dealer_id": dealer_id, "changed_at": now}
        made = insert(AutoAccept).values(values)
        renewed = {"wanted": line.wanted, "changed_at": now}
        tx.execute(made.on_conflict_do_update(index_elements=["dealer_id", "category_code"], set_=renewed))
    return Changed(dealer_id, 0, len(lines))


@query
def rules(connection: Connection) -> tuple[RuleGiven, ...]:
    """The categories that are not dispatched by the defaults: one dealer at a time, two service hours."""
    columns = (DispatchRule.category_code, DispatchRule.asked_at_once, DispatchRule.offer_minutes)
    return tuple(RuleGiven(*row) for row in connection.execute(select(*columns).order_by(columns[0])))


@use_case
def set_rule(tx: Connection, given: RuleGiven, now: datetime) -> RuleGiven:
    """How one category is dispatched from now on; offers already made stay as they are."""
    _refuse_unknown(tx, [given.category_code])
    made = insert(DispatchRule).values(asdict(given) | {"changed_at": now})
    renewed = {name: made.excluded[name] for name in ("asked_at_once", "offer_minutes", "changed_at")}
    tx.execute(made.on_conflict_do_update(index_elements=["category_code"], set_=renewed))
    return given


def _refuse_unknown(tx: Connection, codes: Sequence[str]) -> None:
    known = set(tx.execute(select(Category.code).where(Category.code.in_(codes))).scalars())
    faults = [
        Fault(f"lines.{at}.category_code", "unknown_category", "没有这个品类")
        for at, code in enumerate(codes)
        if code not in known
    ]
    if faults:
        raise Invalid(errors=faults)
