"""One version of all fee rules as values; prices are worked out once per rule, so that many jobs are look-ups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import product

from domain import fee_remote
from domain.clocks import ClockKind, Family, Owner, Zone
from domain.errors import DomainError
from domain.fee_facts import ClockFact, Scheme
from domain.fee_parts import ANY, Part
from domain.fee_quality import ComplaintRate, PromotionRate, RatingRate
from domain.fee_remote import RemoteRate
from domain.job import Kind
from domain.money import BP, percent, share_of, yuan
from domain.refunds import TIMES_OVERCHARGED

ZONE_NAMES = {Zone.FREE: "免费区", Zone.REMOTE: "远程区"}
BASE_NAMES = {
    Kind.INSTALL: "基础安装费",
    Kind.DELIVER_INSTALL: "送装费",
    Kind.REPAIR: "基础维修费",
    Kind.SECOND_VISIT: "二次上门费",
    Kind.RETURN_VISIT: "回访费",
}
CLOCK_NAMES = {
    ClockKind.ACCEPT: "接单",
    ClockKind.CONTACT: "首次联系",
    ClockKind.BOOK: "预约",
    ClockKind.ARRIVE: "上门",
    ClockKind.FINISH: "完工",
    ClockKind.SUPPLEMENT: "补充凭证",
    ClockKind.URGE_REPLY: "催办回复",
}
"""The clocks that may carry money: dealer family, owned by the dealer."""
_TYPES = ["配件费", "不符单费", "拆旧费", "二次上门", "胶费", "打孔费", "层高费", "远程费", "单外费", "其他"]
CHARGE_TYPES = dict(enumerate(_TYPES, start=1))
"""Tmall's ten types of adjustment, by its own numbers."""


class Kept(StrEnum):
    """How a clock ended, for money: kept, breached, or breached severely."""

    MET = "met"
    BREACH = "breach"
    SEVERE = "severe"


_BY_BRAND, _OF_DEALER = Family.DEALER, Owner.DEALER  # bound once: asked for every clock of every job


class NoFee(DomainError):
    """The rule has no base fee for this work; finance must add one."""

    code = "no_base_fee"
    title = "收费规则中没有对应的基础费"


@dataclass(frozen=True, slots=True)
class Category:
    """A product category and the name people read."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Fen per unit. With no row of its own, `exclusive` is `share` marked up, `dealer_ships` is `share`."""

    category: str
    zone: Zone
    fen: int
    scheme: Scheme = Scheme.SHARE
    kind: str = ANY


@dataclass(frozen=True, slots=True)
class TimelinessRate:
    """Fen of bonus (met) or penalty (breach, severe) for a clock. No row for severe: as breach."""

    clock: ClockKind
    level: Kept
    fen: int


@dataclass(frozen=True, slots=True)
class FeeRule:
    """One version of all fee rules. Rates are fen, distances metres, shares basis points.

    `first_time_fen`: for work done at the first visit. `overcharge_times`: of an overcharge so many times the
    difference goes back to the customer.
    """

    version: int
    effective_from: date
    categories: tuple[Category, ...]
    base: tuple[BaseRate, ...]
    remote: tuple[RemoteRate, ...] = ()
    timeliness: tuple[TimelinessRate, ...] = ()
    exclusive_markup_bp: int = 1_000
    trip_bp: int = 5_000
    rating: tuple[RatingRate, ...] = ()
    first_time_fen: int = 0
    complaints: tuple[ComplaintRate, ...] = ()
    promotion: tuple[PromotionRate, ...] = ()
    overcharge_times: int = TIMES_OVERCHARGED
    _base: dict[tuple[str, str, str, str], Part] = field(init=False, repr=False, compare=False)
    _rates: dict[tuple[str, str], RemoteRate] = field(init=False, repr=False, compare=False)
    _timely: dict[tuple[str, str | None], Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_base", _base_parts(self))
        codes = [category.code for category in self.categories]
        object.__setattr__(self, "_rates", fee_remote.by_category(codes, self.remote))
        object.__setattr__(self, "_timely", _timely_parts(self))

    def base_part(self, kind: Kind, category: str, zone: Zone, scheme: Scheme) -> Part:
        """The base fee of one unit: `基础安装费 电热水器 免费区 ¥80.00`; `NoFee` without a rate."""
        part = self._base.get((kind, category, zone, scheme))
        if part is None:
            raise NoFee(f"{category} {zone} {scheme} {kind}")
        return part

    def remote_rate(
        self, category: str, zone: str, free_m: int | None = None, per_km_fen: int | None = None
    ) -> RemoteRate | None:
        """The rate of a category and zone; `free_m` and `per_km_fen` are the coverage's own, where it has them."""
        rate = self._rates.get((category, zone))
        if free_m is None and per_km_fen is None:
            return rate
        if rate is None:
            return None if per_km_fen is None else RemoteRate(Zone(zone), free_m or 0, per_km_fen)
        own = rate.free_m if free_m is None else free_m
        return replace(rate, free_m=own, per_km_fen=rate.per_km_fen if per_km_fen is None else per_km_fen)

    def remote_part(
        self,
        category: str,
        zone: Zone,
        distance_m: int | None,
        agreed_fen: int | None,
        free_m: int | None = None,
        per_km_fen: int | None = None,
        *,
        as_ruled: bool = False,
    ) -> Part | None:
        """The remote fee of a visit: `远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80`. None within the free radius.

        Nor is there one without a measured distance, which could not be explained, unless it was agreed. Metres are
        straight unless they are `as_ruled`, of the rule's own kind; where that is the road, straight ones say nothing:
        `RoadUnknown`.
        """
        rate = self.remote_rate(category, zone, free_m, per_km_fen)
        return None if rate is None else fee_remote.part_of(rate, distance_m, agreed_fen, as_ruled)

    def carried_on_fen(
        self, category: str, zone: Zone, distance_m: int, free_m: int | None, per_km_fen: int | None
    ) -> int:
        """What the formula gives beyond its limit: 87.6 km, 10 km free, ¥2.00 and a cap of ¥80.00 → 8000."""
        rate = self.remote_rate(category, zone, free_m, per_km_fen)
        return 0 if rate is None else fee_remote.carried_on_fen(rate, distance_m)

    def timely_part(self, clock: ClockFact) -> Part | None:
        """Bonus or penalty of a clock, if it has one, the brand measures it, the dealer owns it, unexcused."""
        part = self._timely.get((clock.kind, clock.level))
        if part is None or clock.excused or clock.family != _BY_BRAND or clock.owner != _OF_DEALER:
            return None
        return part


def rule_on(rules: Iterable[FeeRule], day: date) -> FeeRule | None:
    """The rule in force on a day: the latest effective, the higher version on a tie."""
    begun = [rule for rule in rules if rule.effective_from <= day]
    return max(begun, key=lambda rule: (rule.effective_from, rule.version), default=None)


def _base_parts(rule: FeeRule) -> dict[tuple[str, str, str, str], Part]:
    """Every price there is, by (kind, category, zone, scheme)."""
    rates = {(rate.kind, rate.category, rate.zone, rate.scheme): rate.fen for rate in rule.base}
    parts = {}
    for kind, category, zone in product(Kind, rule.categories, Zone):
        place = (category.code, zone)
        fens = {s: rates.get((kind, *place, s), rates.get((ANY, *place, s))) for s in Scheme}
        label = f"{BASE_NAMES[kind]} {category.name} {ZONE_NAMES[zone]}"
        for scheme, own in fens.items():
            part = _base_part(rule, label, scheme, own, fens[Scheme.SHARE])
            if part is not None:
                parts[kind.value, category.code, zone.value, scheme.value] = part
    return parts


def _base_part(rule: FeeRule, label: str, scheme: Scheme, own: int | None, normal: int | None) -> Part | None:
    if own is not None:
        return Part("base_fee", own, f"{label} {yuan(own)}")
    if normal is None:
        return None
    if scheme != Scheme.EXCLUSIVE:
        return Part("base_fee", normal, f"{label} {yuan(normal)}")
    raised_bp = BP + rule.exclusive_markup_bp
    fen = share_of(normal, raised_bp)
    return Part("base_fee", fen, f"{label} 独家 {yuan(normal)} × {percent(raised_bp)} = {yuan(fen)}")


def _timely_parts(rule: FeeRule) -> dict[tuple[str, str | None], Part]:
    """By clock and highest level reached: none and notice are kept, severe without a row is a breach."""
    fen = {(rate.clock, rate.level): rate.fen for rate in rule.timeliness}
    parts: dict[tuple[str, str | None], Part] = {}
    for clock, name in CLOCK_NAMES.items():
        bonus, breach = fen.get((clock, Kept.MET), 0), fen.get((clock, Kept.BREACH), 0)
        severe = fen.get((clock, Kept.SEVERE), breach)
        met = Part("bonus", bonus, f"时效奖励 {name}按时 {yuan(bonus)}")
        parts[clock.value, None] = parts[clock.value, "notice"] = met
        parts[clock.value, "breach"] = Part("penalty", breach, f"时效扣款 {name}超时 {yuan(breach)}")
        parts[clock.value, "severe"] = Part("penalty", severe, f"时效扣款 {name}严重超时 {yuan(severe)}")
    return {key: part for key, part in parts.items() if part.amount_fen}
