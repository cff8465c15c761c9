"""Fee rules from plain JSON data: everything wrong is named at once, with its path and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any

from domain.actions import CATEGORY_NAMES
from domain.clocks import Zone
from domain.errors import Fault, Invalid
from domain.fee_facts import Scheme
from domain.fee_parts import ANY
from domain.fee_quality import ComplaintRate, PromotionRate, RatingRate
from domain.fee_remote import DISTANCES, RemoteRate
from domain.fee_rules import CLOCK_NAMES, BaseRate, Category, FeeRule, Kept, TimelinessRate
from domain.fee_words import TABLES
from domain.job import Kind
from domain.money import BP, ROUNDINGS
from domain.refunds import TIMES_OVERCHARGED


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


def _or_none(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None else read(value)


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
    "cap_fen": _or_none(_FEN),
    "flat_within_m": _or_none(_METRES),
    "flat_fen": _or_none(_FEN),
    "least_fen": _or_none(_FEN),
    "negotiated_beyond_m": _METRES,
    "distance": _one_of(DISTANCES),
    "km_step_m": _whole(1, 10_000),
    "km_rounding": _one_of(ROUNDINGS),
    "clock": _one_of(CLOCK_NAMES),
    "level": _one_of(Kept),
    "overall": _whole(1, 5),
    "about": _one_of((ANY, *CATEGORY_NAMES)),
    "first_time_fen": _FEN,
    "overcharge_times": _whole(TIMES_OVERCHARGED, 10),
}
_TABLES: Mapping[str, type[Any]] = {
    "categories": Category,
    "base": BaseRate,
    "remote": RemoteRate,
    "timeliness": TimelinessRate,
    "rating": RatingRate,
    "complaints": ComplaintRate,
    "promotion": PromotionRate,
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
    for name, (_, columns) in TABLES.items():
        seen = set()
        for i, row in enumerate(getattr(rule, name)):
            key = tuple(getattr(row, column) for column in columns)
            if key in seen:
                yield Fault(f"{name}[{i}]", "duplicate", "与前面的行重复")
            seen.add(key)
    codes = {category.code for category in rule.categories}
    for name, known in (("base", codes), ("remote", {*codes, ANY}), ("promotion", {*codes, ANY})):
        for i, row in enumerate(getattr(rule, name)):
            if row.category not in known:
                yield Fault(f"{name}[{i}].category", "unknown_category", "没有这个品类")
    for i, rate in enumerate(rule.remote):
        yield from _remote_contradictions(f"remote[{i}]", rate)
    if not rule.base:
        yield Fault("base", "required", "至少要有一条基础费")


def _remote_contradictions(path: str, rate: RemoteRate) -> Iterable[Fault]:
    if rate.free_m >= rate.negotiated_beyond_m:
        yield Fault(f"{path}.free_m", "beyond_negotiated", "免费里程应小于协商里程")
    if (rate.flat_within_m is None) != (rate.flat_fen is None):
        yield Fault(f"{path}.flat_fen", "flat_incomplete", "固定费须同时填写里程和金额")
    if rate.cap_fen is not None and (rate.least_fen or 0) > rate.cap_fen:
        yield Fault(f"{path}.least_fen", "least_above_cap", "最低收费应不高于封顶")
