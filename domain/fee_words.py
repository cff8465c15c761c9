"""A version of the fee rules row by row, in the words of a finance person, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from domain.actions import CATEGORY_NAMES
from domain.fee_facts import Scheme
from domain.fee_parts import ANY
from domain.fee_remote import ROAD, STRAIGHT, km
from domain.fee_rules import BASE_NAMES, CLOCK_NAMES, ZONE_NAMES, FeeRule, Kept
from domain.money import percent, yuan

TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # table: (what people call it, the columns that tell its rows apart, in the order they are read)
    "categories": ("品类", ("code",)),
    "base": ("基础费", ("kind", "category", "zone", "scheme")),
    "remote": ("远程费", ("category", "zone")),
    "timeliness": ("时效", ("clock", "level")),
    "rating": ("好评奖励", ("overall",)),
    "complaints": ("投诉扣款", ("about",)),
    "promotion": ("大促补贴", ("category",)),
}
COLUMNS: Mapping[str, str] = {
    "effective_from": "生效日期",
    "exclusive_markup_bp": "独家加价",
    "trip_bp": "空跑费比例",
    "name": "",  # the one column of its row needs no name
    "fen": "",
    "free_m": "免费里程",
    "per_km_fen": "每公里",
    "cap_fen": "封顶",
    "negotiated_beyond_m": "协商起点",
    "distance": "里程",
    "km_step_m": "里程取整单位",
    "km_rounding": "里程取整方式",
    "flat_within_m": "固定费里程",
    "flat_fen": "固定费",
    "least_fen": "最低",
    "first_time_fen": "一次完工奖励",
    "overcharge_times": "多收退赔",
}
KEPT_NAMES = {Kept.MET: "按时奖励", Kept.BREACH: "超时扣款", Kept.SEVERE: "严重超时扣款"}
_WORDS: Mapping[str, str] = {
    **{zone.value: name for zone, name in ZONE_NAMES.items()},
    **{kind.value: name for kind, name in BASE_NAMES.items()},
    **{clock.value: name for clock, name in CLOCK_NAMES.items()},
    **{about: f"{name}投诉" for about, name in CATEGORY_NAMES.items()},
    **{str(stars): f"{stars} 星" for stars in range(1, 6)},
    **{kept.value: name for kept, name in KEPT_NAMES.items()},
    Scheme.SHARE.value: "",  # the usual one
    Scheme.DEALER_SHIPS.value: "网上订单制",
    Scheme.EXCLUSIVE.value: "网上独家制",
    ROAD: "道路里程",
    STRAIGHT: "直线里程",
    "half_up": "四舍五入",
    "up": "进位",
    "down": "舍去",
}
NONE = "无"
_OF_LINE: Mapping[str, tuple[str, ...]] = {
    "base_fee": ("base", "exclusive_markup_bp"),
    "trip_fee": ("base", "trip_bp"),
    "remote_fee": ("remote",),
    "bonus": ("timeliness",),
    "penalty": ("timeliness",),
    "promotion": ("promotion",),
    "rating_bonus": ("rating",),
    "first_time_bonus": ("first_time_fen",),
    "complaint_penalty": ("complaints",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a rule: where it stands, its label, and each of its columns by name and value in words.

    `("base", "*", "water_heater", "free", "share")`, 基础费 电热水器 免费区, `{"": "¥80.00"}`.
    """

    key: tuple[str, ...]
    label: str
    said: Mapping[str, str]

    @property
    def text(self) -> str:
        """The whole row: `远程费 免费区 免费里程 20 km，每公里 ¥2.00，…`."""
        return f"{self.label} {_joined(self.said)}"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One difference. `was` None: the row is new; `now` None: it is gone."""

    label: str
    was: str | None
    now: str | None
    text: str


def rows(rule: FeeRule) -> tuple[Row, ...]:
    """Everything a version says, in the order of its fields."""
    names = {category.code: category.name for category in rule.categories} | {ANY: ""}
    found: list[Row] = []
    for column in fields(rule):
        value = getattr(rule, column.name)
        if isinstance(value, tuple):
            found += [_row(column.name, one, names) for one in value]
        elif column.init and column.name != "version":
            label = COLUMNS.get(column.name, column.name)
            found.append(Row((column.name,), label, {"": _said(column.name, value)}))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fee line stands: the job's category, zone, scheme and kind, and the clock of a bonus or penalty."""

    category: str
    zone: str
    scheme: str
    kind: str
    clock: str | None = None


def of_line(rule: FeeRule, line: str, place: Place) -> tuple[str, ...]:
    """What the version says about a kind of fee line at a place; nothing where it says nothing.

    A remote fee in the free zone: `远程费 免费区 免费里程 20 km，每公里 ¥2.00，…`.
    """
    wanted = set(_OF_LINE.get(line, ()))
    if place.scheme != Scheme.EXCLUSIVE:
        wanted.discard("exclusive_markup_bp")
    fits = {
        "category": (place.category, ANY),
        "zone": (place.zone,),
        "scheme": (place.scheme, Scheme.SHARE),  # without a row of its own a scheme is paid by the usual one
        "kind": (place.kind, ANY),
        "clock": (place.clock,),
    }
    return tuple(
        row.text
        for row in rows(rule)
        if row.key[0] in wanted
        and all(
            part in fits.get(column, (part,)) for column, part in zip(_columns(row), row.key[1:], strict=True)
        )
    )


def changes(old: FeeRule, new: FeeRule) -> tuple[RuleChange, ...]:
    """What `new` says otherwise than `old`: `基础费 电热水器 免费区 ¥80.00 → ¥85.00`. Gone rows come last."""
    before, after = ({row.key: row for row in rows(rule)} for rule in (old, new))
    found: list[RuleChange] = []
    for key, row in after.items():
        found += _changed(before[key], row) if key in before else [_new(row)]
    return (*found, *(_gone(row) for key, row in before.items() if key not in after))


def _row(table: str, one: Any, names: Mapping[str, str]) -> Row:
    title, columns = TABLES.get(table, (table, ()))
    key = [str(getattr(one, column)) for column in columns]
    parts = [names.get(part, _WORDS.get(part, part)) for part in key]
    said = {
        COLUMNS.get(column.name, column.name): _said(column.name, getattr(one, column.name))
        for column in fields(one)
        if column.name not in columns
    }
    if table == "categories":
        parts = key  # its name may be what changed
    if table == "base" and parts[0]:
        title = ""  # the kind of work has a name of its own: 送装费
    return Row((table, *key), " ".join(filter(None, [title, *parts])), said)


def _columns(row: Row) -> tuple[str, ...]:
    return TABLES[row.key[0]][1] if row.key[0] in TABLES else ()


def _said(column: str, value: Any) -> str:
    """A value as its column's unit wants it read."""
    if value is None:
        return NONE
    if isinstance(value, date):
        return value.isoformat()
    if column.endswith("fen"):
        return yuan(value)
    if column.endswith("_bp"):
        return percent(value)
    if column.endswith("_times"):
        return f"{value} 倍"
    return km(value) if column.endswith("_m") else _WORDS.get(str(value), str(value))


def _changed(old: Row, new: Row) -> Iterator[RuleChange]:
    for column, value in new.said.items():
        was = old.said[column]
        if was != value:
            label = f"{new.label} {column}".rstrip()
            yield RuleChange(label, was, value, f"{label} {was} → {value}")


def _new(row: Row) -> RuleChange:
    told = _joined(row.said)
    return RuleChange(row.label, None, told, f"{row.label} 新增 {told}")


def _gone(row: Row) -> RuleChange:
    told = _joined(row.said)
    return RuleChange(row.label, told, None, f"{row.label} 取消（原 {told}）")


def _joined(said: Mapping[str, str]) -> str:
    return "，".join(f"{column} {value}".lstrip() for column, value in said.items() if value != NONE)
