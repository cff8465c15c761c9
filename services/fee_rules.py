"""Fee rules: a new version beside the old ones, and what a case would pay before anybody is bound by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, insert

from domain.actors import Actor, Role
from domain.calendar import SHANGHAI, local_date
from domain.clocks import Zone
from domain.errors import Fault, Forbidden, Invalid, NotFound
from domain.fee_facts import Scheme
from domain.fee_parts import Part
from domain.fee_reading import read_rule
from domain.fee_rules import FeeRule
from domain.fees import price_of
from domain.job import Kind
from models.money import FeeRule as Row
from services.parts import rules, versions
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the fee rules, in force from a day in Shanghai until a later one is."""

    id: int
    version: int
    effective_from: date


@dataclass(frozen=True, slots=True)
class Case:
    """Work as one could ask its price. Metres by the rule's kind of road; fen as agreed beyond the formula."""

    category: str
    zone: Zone
    kind: Kind = Kind.INSTALL
    scheme: Scheme = Scheme.SHARE
    units: int = 1
    distance_m: int | None = None
    agreed_remote_fen: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PricePart:
    """One price with its arithmetic, and how often it is paid."""

    kind: str
    amount_fen: int
    times: int
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a case pays; no total where the distance is negotiated. `version` is None for a rule not stored."""

    version: int | None
    parts: tuple[PricePart, ...]
    negotiated: bool
    total_fen: int | None


@use_case
def add(tx: Connection, actor: Actor, rule: Mapping[str, Any], now: datetime) -> Version:
    """Store the next version. The first may begin whenever, later ones today or later: the past was paid already.

    `rule` is plain data without a version. `Invalid` names every fault.
    """
    if actor.role != Role.FINANCE:
        raise Forbidden
    version = versions.next_of(tx, "fee_rule")
    read = read_rule({**rule, "version": version})
    if version > 1 and read.effective_from < local_date(now):
        raise Invalid(errors=[Fault("effective_from", "in_the_past", "新规则不能从过去的日期生效")])
    values = {
        "version": version,
        "effective_from": datetime.combine(read.effective_from, time(), SHANGHAI),
        "rule": dict(rule),
        "created_by": actor.person_id,
        "created_at": now,
    }
    row_id = tx.execute(insert(Row).values(values).returning(Row.id)).scalar_one()
    return Version(row_id, version, read.effective_from)


@query
def preview(connection: Connection, case: Case, rule: Mapping[str, Any] | None, now: datetime) -> Preview:
    """The price of a case by a rule as given, or by the one in force on its day (today).

    Two units at ¥80.00 and 23.4 km: 16680. `NotFound` without a rule, `NoFee` where it has no price.
    """
    if rule is not None:
        return _priced(None, read_rule({**rule, "version": 1}), case)
    in_force = rules.load(connection).on(case.day or local_date(now))
    if in_force is None:
        raise NotFound
    return _priced(in_force.version, in_force, case)


def _priced(version: int | None, rule: FeeRule, case: Case) -> Preview:
    price = price_of(
        rule,
        case.category,
        case.zone,
        case.scheme,
        case.kind,
        case.units,
        case.distance_m,
        case.agreed_remote_fen,
    )
    parts = [_part(price.base, case.units)]
    if price.remote is not None:
        parts.append(_part(price.remote, 1))
    return Preview(version, tuple(parts), price.negotiated, price.total_fen)


def _part(part: Part, times: int) -> PricePart:
    return PricePart(part.kind, part.amount_fen, times, part.text)
