"""What a job pays: base, remote, extras, trip and timeliness, each with its arithmetic in words.

A `FeeRule` is data: one version, effective from a day, read from JSON with every fault named (`read_rule`).
Prices are worked out once per rule, so many jobs are look-ups, and a promise before the purchase (`price_of`)
says the same words and the same fen as the fee line after it (`lines`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any

from domain.clocks import ClockKind, Family, Level, Owner, Zone
from domain.errors import DomainError, Fault, Invalid
from domain.job import Kind
from domain.ledger import FeeLine, Party
from domain.money import BP, ROUNDINGS, half_up_fen, percent, share_of, yuan

ANY = "*"
DISTANCES = ("road", "straight")
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


class Scheme(StrEnum):
    """How a channel sells a product: profit shared, shipped by the dealer, or exclusive online."""

    SHARE = "share"
    DEALER_SHIPS = "dealer_ships"
    EXCLUSIVE = "exclusive"


class CollectedBy(StrEnum):
    """Into whose hands the customer's money went."""

    BRAND = "brand"
    DEALER = "dealer"
    INSTALLER = "installer"


class Outcome(StrEnum):
    """How far the work got: done, or given up before check-in, after it, or after submit."""

    COMPLETED = "completed"
    BEFORE_CHECK_IN = "before_check_in"
    AFTER_CHECK_IN = "after_check_in"
    AFTER_SUBMIT = "after_submit"


class Blame(StrEnum):
    """Whose fault a second or a lost visit is."""

    DEALER = "dealer"
    GOODS = "goods"
    LOGISTICS = "logistics"
    BRAND = "brand"
    CUSTOMER = "customer"


class Kept(StrEnum):
    """How a clock ended, for money: kept, breached, or breached severely."""

    MET = "met"
    BREACH = "breach"
    SEVERE = "severe"


# Bound once: looking up an enum's member is slow in Python 3.11, and these are asked for every job.
_COMPLETED, _BEFORE_CHECK_IN, _AFTER_CHECK_IN = (
    Outcome.COMPLETED,
    Outcome.BEFORE_CHECK_IN,
    Outcome.AFTER_CHECK_IN,
)
_CUSTOMER, _DEALER, _BRAND_HANDS = Party.CUSTOMER, Party.DEALER, CollectedBy.BRAND
_BY_BRAND, _OF_DEALER = Family.DEALER, Owner.DEALER
_BONUS, _PENALTY = (Party.BONUS, Party.DEALER), (Party.DEALER, Party.PENALTY)


class NoFee(DomainError):
    """The rule has no base fee for this work; finance must add one."""

    code = "no_base_fee"
    title = "收费规则中没有对应的基础费"


class RemoteFeeNotAgreed(DomainError):
    """The distance is beyond the formula, and nobody wrote down what was agreed."""

    code = "remote_fee_not_agreed"
    title = "超出计价距离，远程费需先协商"


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
class RemoteRate:
    """Fen per km beyond the free metres, one way. A zone without a row has no remote fee.

    The distance is rounded first, to `km_step_m` by the named rounding; `distance` labels what was measured.
    """

    zone: Zone
    free_m: int
    per_km_fen: int
    category: str = ANY
    cap_fen: int | None = None
    negotiated_beyond_m: int = 80_000
    distance: str = "road"
    km_step_m: int = 100
    km_rounding: str = "half_up"


@dataclass(frozen=True, slots=True)
class TimelinessRate:
    """Fen of bonus (met) or penalty (breach, severe) for a clock. No row for severe: as breach."""

    clock: ClockKind
    level: Kept
    fen: int


@dataclass(frozen=True, slots=True)
class Part:
    """One price: fen and how they came about."""

    kind: str
    amount_fen: int
    text: str


@dataclass(frozen=True, slots=True)
class FeeRule:
    """One version of all fee rules. Rates are fen, distances metres, shares basis points."""

    version: int
    effective_from: date
    categories: tuple[Category, ...]
    base: tuple[BaseRate, ...]
    remote: tuple[RemoteRate, ...] = ()
    timeliness: tuple[TimelinessRate, ...] = ()
    exclusive_markup_bp: int = 1_000
    trip_bp: int = 5_000
    _base: dict[tuple[str, str, str, str], Part] = field(init=False, repr=False, compare=False)
    _rates: dict[tuple[str, str], RemoteRate] = field(init=False, repr=False, compare=False)
    _timely: dict[tuple[str, str | None], Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_base", _base_parts(self))
        object.__setattr__(self, "_rates", _remote_rates(self))
        object.__setattr__(self, "_timely", _timely_parts(self))

    def base_part(self, kind: Kind, category: str, zone: Zone, scheme: Scheme) -> Part:
        """The base fee of one unit: `基础安装费 电热水器 免费区 ¥80.00`; `NoFee` without a rate."""
        part = self._base.get((kind, category, zone, scheme))
        if part is None:
            raise NoFee(f"{category} {zone} {scheme} {kind}")
        return part

    def remote_part(
        self, category: str, zone: Zone, distance_m: int | None, agreed_fen: int | None
    ) -> Part | None:
        """The remote fee of a visit: `远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80`. None within the free radius.

        Nor is there one without a measured distance: it could not be explained.
        """
        rate = self._rates.get((category, zone))
        if rate is None or distance_m is None:
            return None
        rounded = ROUNDINGS[rate.km_rounding](distance_m, rate.km_step_m) * rate.km_step_m
        if rounded <= rate.free_m:
            return None
        if rounded <= rate.negotiated_beyond_m:
            return _remote_by_km(rate, rounded)
        if agreed_fen is None:
            raise RemoteFeeNotAgreed(f"{km(rounded)} 超过 {km(rate.negotiated_beyond_m)}")
        text = f"远程费 {km(rounded)}，超过 {km(rate.negotiated_beyond_m)}，协商价 {yuan(agreed_fen)}"
        return Part("remote_fee", agreed_fen, text)

    def timely_part(self, clock: ClockFact) -> Part | None:
        """Bonus or penalty of a clock, if it has one, the brand measures it, the dealer owns it, unexcused."""
        part = self._timely.get((clock.kind, clock.level))
        if part is None or clock.excused or clock.family != _BY_BRAND or clock.owner != _OF_DEALER:
            return None
        return part


def km(metres: int) -> str:
    """A distance as people read it: 23,400 → "23.4 km", 20,000 → "20 km"."""
    return f"{metres // 1000}.{metres % 1000:03d}".rstrip("0").rstrip(".") + " km"


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


def _remote_rates(rule: FeeRule) -> dict[tuple[str, str], RemoteRate]:
    """Each category's own rate, else the one for any category."""
    rows = {(rate.category, rate.zone): rate for rate in rule.remote}
    found = {}
    for category, zone in product(rule.categories, Zone):
        rate = rows.get((category.code, zone), rows.get((ANY, zone)))
        if rate is not None:
            found[category.code, zone.value] = rate
    return found


@lru_cache(maxsize=16_384)
def _remote_by_km(rate: RemoteRate, rounded_m: int) -> Part:
    fen = half_up_fen((rounded_m - rate.free_m) * rate.per_km_fen, 1000)
    text = f"远程费 ({km(rounded_m)} − {km(rate.free_m)}) × {yuan(rate.per_km_fen)} = {yuan(fen)}"
    if rate.cap_fen is not None and fen > rate.cap_fen:
        fen, text = rate.cap_fen, f"{text}，封顶 {yuan(rate.cap_fen)}"
    return Part("remote_fee", fen, text)


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


@dataclass(frozen=True, slots=True)
class Price:
    """What a visit costs by the rule: the base of one unit, how many, and the remote fee once.

    `negotiated`: beyond the formula, and nothing agreed yet; there is no total then.
    """

    base: Part
    units: int
    remote: Part | None
    negotiated: bool

    @property
    def total_fen(self) -> int | None:
        """Base of all units and the remote fee: 2 × ¥80.00 + ¥6.80 → 16680."""
        remote_fen = 0 if self.remote is None else self.remote.amount_fen
        return None if self.negotiated else self.base.amount_fen * self.units + remote_fen


def price_of(
    rule: FeeRule,
    category: str,
    zone: Zone,
    scheme: Scheme = Scheme.SHARE,
    kind: Kind = Kind.INSTALL,
    units: int = 1,
    distance_m: int | None = None,
    agreed_remote_fen: int | None = None,
) -> Price:
    """The price before the purchase, by the very look-ups that make the fee lines."""
    base = rule.base_part(kind, category, zone, scheme)
    try:
        remote = rule.remote_part(category, zone, distance_m, agreed_remote_fen)
    except RemoteFeeNotAgreed:
        return Price(base, units, None, negotiated=True)
    return Price(base, units, remote, negotiated=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """An extra the customer agreed to and paid, at that day's unit price. `type` is one of Tmall's ten."""

    charge_id: int
    type: int
    name: str
    unit: str
    quantity: int
    unit_fen: int
    collected_by: CollectedBy


@dataclass(frozen=True, slots=True)
class ClockFact:
    """How a clock of the job ended: the highest level reached. `turn` tells clocks of one kind apart."""

    kind: ClockKind
    family: Family
    owner: Owner
    level: Level | None = None
    excused: bool = False
    turn: int = 1


@dataclass(frozen=True, slots=True)
class JobFacts:
    """All that decides a job's fees. `blame` overrides who was promised to pay.

    `collected_by` is for base and remote fees the customer pays. On a shared visit only one job
    `carries_remote`: see `dearest`.
    """

    job_id: int
    dealer_id: int
    kind: Kind
    category: str
    zone: Zone
    scheme: Scheme
    units: int = 1
    outcome: Outcome = Outcome.COMPLETED
    visit_id: int | None = None
    distance_m: int | None = None
    agreed_remote_fen: int | None = None
    carries_remote: bool = True
    payer: Party = Party.OPERATOR
    remote_payer: Party = Party.OPERATOR
    collected_by: CollectedBy = CollectedBy.BRAND
    blame: Blame | None = None
    dealer_at_fault_id: int | None = None
    base_forfeited: bool = False
    charges: tuple[Charge, ...] = ()
    clocks: tuple[ClockFact, ...] = ()


def lines(job: JobFacts, rule: FeeRule) -> tuple[FeeLine, ...]:
    """Every fee line of a job: ¥80.00 base, ¥6.80 remote, ¥5.00 bonus. Nothing is a line of ¥0.00.

    Given up before check-in it pays nothing; after check-in half the base (`trip_bp`) and the remote fee;
    after submit as if completed, without bonus. A visit made necessary by the serving dealer pays nothing.
    """
    found: list[FeeLine] = []
    payer = _payer(job, job.payer)
    if payer is not None and job.outcome != _BEFORE_CHECK_IN:
        _add_work(found, job, rule, payer)
        if job.carries_remote:
            _add_remote(found, job, rule)
    for charge in job.charges:
        key = f"job:{job.job_id}:extra:charge:{charge.charge_id}"
        _add(found, job, rule, key, _charge_part(charge), _CUSTOMER, charge.collected_by)
    if job.clocks:
        _add_timeliness(found, job, rule, payer is not None and job.outcome == _COMPLETED)
    return tuple(found)


def dearest(jobs: Iterable[JobFacts], rule: FeeRule) -> int | None:
    """Of the jobs of one visit, the one that carries the remote fee: the dearest, the lowest id on a tie."""
    fees = []
    for job in jobs:
        part = rule.remote_part(job.category, job.zone, job.distance_m, job.agreed_remote_fen)
        if part is not None:
            fees.append((-part.amount_fen, job.job_id))
    return min(fees)[1] if fees else None


def _payer(job: JobFacts, promised: Party) -> Party | None:
    """Who pays for the visit: without blame the promised one; None: nobody, it is the dealer's own fault."""
    if job.blame is None:
        return promised
    if job.blame == Blame.DEALER:
        first = job.dealer_at_fault_id
        return None if first is None or first == job.dealer_id else Party.DEALER_AT_FAULT
    return Party.CUSTOMER if promised == Party.CUSTOMER else Party.BRAND


def _add(
    found: list[FeeLine],
    job: JobFacts,
    rule: FeeRule,
    key: str,
    part: Part,
    payer: Party,
    collected_by: CollectedBy,
) -> None:
    """A line to the serving dealer; money its people took from the customer themselves is a memo."""
    if not part.amount_fen:
        return
    memo = payer == _CUSTOMER and collected_by != _BRAND_HANDS
    debit, credit = (None, None) if memo else (payer, _DEALER)
    found.append(FeeLine(key, job.job_id, part.kind, part.amount_fen, debit, credit, rule.version, part.text))


def _add_work(found: list[FeeLine], job: JobFacts, rule: FeeRule, payer: Party) -> None:
    base = rule.base_part(job.kind, job.category, job.zone, job.scheme)
    if job.outcome == _AFTER_CHECK_IN:
        key = f"job:{job.job_id}:trip_fee:visit:{_visit(job)}"
        _add(found, job, rule, key, _trip_part(base, job.units, rule.trip_bp), payer, job.collected_by)
    elif not job.base_forfeited:
        for unit in range(1, job.units + 1):
            key = f"job:{job.job_id}:base_fee:unit:{unit}"
            _add(found, job, rule, key, base, payer, job.collected_by)


def _add_remote(found: list[FeeLine], job: JobFacts, rule: FeeRule) -> None:
    part = rule.remote_part(job.category, job.zone, job.distance_m, job.agreed_remote_fen)
    payer = _payer(job, job.remote_payer)
    if part is None or payer is None:
        return
    key = f"job:{job.job_id}:remote_fee"
    if job.outcome == _AFTER_CHECK_IN:  # the job may be driven to again: this journey has its own key
        key = f"{key}:visit:{_visit(job)}"
    _add(found, job, rule, key, part, payer, job.collected_by)


def _visit(job: JobFacts) -> int:
    if job.visit_id is None:
        raise ValueError(f"job {job.job_id} was given up on site, but names no visit")
    return job.visit_id


def _add_timeliness(found: list[FeeLine], job: JobFacts, rule: FeeRule, bonus_due: bool) -> None:
    """One line per clock: its highest level replaces the lower ones."""
    for clock in job.clocks:
        part = rule.timely_part(clock)
        if part is None or (part.kind == "bonus" and not bonus_due):
            continue
        debit, credit = _BONUS if part.kind == "bonus" else _PENALTY
        key = f"job:{job.job_id}:timeliness:{clock.kind}:{clock.turn}"
        found.append(
            FeeLine(key, job.job_id, part.kind, part.amount_fen, debit, credit, rule.version, part.text)
        )


@lru_cache(maxsize=4096)
def _trip_part(base: Part, units: int, trip_bp: int) -> Part:
    fen = share_of(base.amount_fen * units, trip_bp)
    label = base.text.partition(" ¥")[
        0
    ]  # not how the base came about: a chain of "=" would be wrong arithmetic
    times = f" × {units} 台" if units > 1 else ""
    words = f"空跑费 {label} {yuan(base.amount_fen)}{times} × {percent(trip_bp)} = {yuan(fen)}"
    return Part("trip_fee", fen, words)


def _charge_part(charge: Charge) -> Part:
    fen = charge.unit_fen * charge.quantity
    what = f"{CHARGE_TYPES[charge.type]} {charge.name}"
    return Part(
        "extra", fen, f"{what} {yuan(charge.unit_fen)} × {charge.quantity} {charge.unit} = {yuan(fen)}"
    )


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if type(value) is not int:
            raise ValueError("应为整数")
        if not low <= value <= high:
            raise ValueError(f"应在 {low} 到 {high} 之间")
        return value

    return read


def _one_of(options: Iterable[str]) -> Callable[[object], Any]:
    known = {str(option): option for option in options}

    def read(value: object) -> Any:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"应为其中之一：{'、'.join(known)}")
        return known[value]

    return read


def _word(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 40 or not value.isprintable():
        raise ValueError("应为 1 到 40 个字")
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError("应为日期，例如 2026-01-01") from None


_FEN, _METRES = _whole(0, 100_000_000), _whole(0, 10_000_000)
_READERS: Mapping[str, Callable[[object], Any]] = {
    "version": _whole(1, 2_147_483_647),
    "effective_from": _day,
    "exclusive_markup_bp": _whole(0, BP),
    "trip_bp": _whole(0, BP),
    "code": _word,
    "name": _word,
    "category": _word,
    "zone": _one_of(Zone),
    "scheme": _one_of(Scheme),
    "kind": _one_of((ANY, *Kind)),
    "fen": _FEN,
    "free_m": _METRES,
    "per_km_fen": _FEN,
    "cap_fen": lambda value: None if value is None else _FEN(value),
    "negotiated_beyond_m": _METRES,
    "distance": _one_of(DISTANCES),
    "km_step_m": _whole(1, 10_000),
    "km_rounding": _one_of(ROUNDINGS),
    "clock": _one_of(CLOCK_NAMES),
    "level": _one_of(Kept),
}
_TABLES: Mapping[str, type[Any]] = {
    "categories": Category,
    "base": BaseRate,
    "remote": RemoteRate,
    "timeliness": TimelinessRate,
}
_UNIQUE: Mapping[str, Callable[[Any], object]] = {
    "categories": lambda row: row.code,
    "base": lambda row: (row.kind, row.category, row.zone, row.scheme),
    "remote": lambda row: (row.category, row.zone),
    "timeliness": lambda row: (row.clock, row.level),
}


def read_rule(data: object) -> FeeRule:
    """A rule from plain JSON data, or `Invalid` with every fault: its path `base[3].zone`, code, words."""
    faults: list[Fault] = []
    rule: FeeRule | None = _read_row(FeeRule, data, "", faults)
    if rule is not None:
        faults.extend(_contradictions(rule))
    if rule is None or faults:
        raise Invalid("收费规则有误", errors=faults)
    return rule


def _read_row(row_type: type[Any], data: object, path: str, faults: list[Fault]) -> Any:
    """A row, or None after its faults were noted. Fields without a default are required."""
    if not isinstance(data, dict):
        faults.append(Fault(path, "not_an_object", "应为对象"))
        return None
    before = len(faults)
    prefix = f"{path}." if path else ""
    names = {column.name: column for column in fields(row_type) if column.init}
    faults.extend(
        Fault(f"{prefix}{name}", "unknown_field", "没有这个字段") for name in data if name not in names
    )
    values = {}
    for name, column in names.items():
        if name in data:
            values[name] = _read_value(name, data[name], prefix + name, faults)
        elif column.default is MISSING:
            faults.append(Fault(prefix + name, "required", "必填"))
    return row_type(**values) if len(faults) == before else None


def _read_value(name: str, value: object, path: str, faults: list[Fault]) -> Any:
    if name in _TABLES:
        if not isinstance(value, list):
            faults.append(Fault(path, "not_a_list", "应为列表"))
            return None
        return tuple(_read_row(_TABLES[name], row, f"{path}[{i}]", faults) for i, row in enumerate(value))
    try:
        return _READERS[name](value)
    except ValueError as error:
        faults.append(Fault(path, "bad_value", str(error)))
        return None


def _contradictions(rule: FeeRule) -> Iterable[Fault]:
    """What each row alone cannot know: doubles, unknown categories, a radius beyond the formula's end."""
    for name, key_of in _UNIQUE.items():
        seen = set()
        for i, row in enumerate(getattr(rule, name)):
            if key_of(row) in seen:
                yield Fault(f"{name}[{i}]", "duplicate", "与前面的行重复")
            seen.add(key_of(row))
    codes = {category.code for category in rule.categories}
    for i, base in enumerate(rule.base):
        if base.category not in codes:
            yield Fault(f"base[{i}].category", "unknown_category", "没有这个品类")
    for i, rate in enumerate(rule.remote):
        if rate.category not in {*codes, ANY}:
            yield Fault(f"remote[{i}].category", "unknown_category", "没有这个品类")
        if rate.free_m >= rate.negotiated_beyond_m:
            yield Fault(f"remote[{i}].free_m", "beyond_negotiated", "免费里程应小于协商里程")
    if not rule.base:
        yield Fault("base", "required", "至少要有一条基础费")
