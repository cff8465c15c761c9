"""What a subscribe message's values may be, by the type in their key's name, and how to make text fit.

WeChat refuses the whole message with 47003 for one bad value, so values are checked before anything is sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from domain.errors import Fault, Invalid

THING_LIMIT = 20
_ZERO_WIDTH_JOINER = "\u200d"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_TIME = rf"(?:{_DAY} ?)?{_CLOCK}"
_DATE = rf"{_DAY}(?: ?{_CLOCK})?"
_RANGE = r" ?~ ?"

# Full-match patterns; a type that is missing here (`enum`) is only checked for being non-empty and clean.
PATTERNS: dict[str, re.Pattern[str]] = {
    "thing": re.compile(rf".{{1,{THING_LIMIT}}}"),
    "number": re.compile(r"(?=.{1,32}$)-?\d+(?:\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[!-~]{1,32}"),
    "time": re.compile(rf"{_TIME}(?:{_RANGE}{_TIME})?"),
    "date": re.compile(rf"{_DATE}(?:{_RANGE}{_DATE})?"),
    "amount": re.compile(r"[¥￥$€£]?\d{1,10}(?:\.\d+)?元?"),
    "phone_number": re.compile(r"[0-9 !-/:-@\[-`{-~]{1,17}"),
    "car_number": re.compile(rf"[{_HAN}A-Za-z0-9][A-Za-z0-9]{{0,6}}[{_HAN}A-Za-z0-9]?"),
    "phrase": re.compile(rf"[{_HAN}]{{1,5}}"),
}
LIMITS: dict[str, str] = {
    "thing": "不超过20个字",
    "number": "应为数字，不超过32位",
    "letter": "应为字母，不超过32个",
    "symbol": "应为符号，不超过5个",
    "character_string": "应为数字、字母或符号，不超过32个",
    "time": "应为24小时制时间，如 2026-11-21 09:00",
    "date": "应为日期，如 2026-11-21",
    "amount": "应为金额，如 ¥100.00",
    "phone_number": "应为电话号码，不超过17位",
    "car_number": "应为车牌号，不超过8位",
    "name": "不超过10个汉字或20个字母",
    "phrase": "应为5个以内汉字",
}
_KEY = re.compile(r"([a-z_]+?)(\d+)")


def kind_of(key: str) -> str:
    """The type in a template key: `phone_number12` → `phone_number`; `""` if it isn't a key."""
    found = _KEY.fullmatch(key)
    return found.group(1) if found else ""


def fit(kind: str, text: str) -> str:
    """`text` made acceptable for `kind` where that is honest, else `Invalid`.

    Line breaks and control characters become spaces. `thing` is cut to 20 code points with `…`, `name` to its
    limit. Nothing else is cut: half a date or phrase says something else.
    `fit("thing", "上门安装" * 6)` has 20 code points and ends in `…`.
    """
    clean = " ".join(_without_controls(text).split())
    if kind == "thing":
        clean = _cut(clean, THING_LIMIT)
    elif kind == "name":
        clean = clean[: _name_limit(clean)]
    reason = _reason(kind, clean)
    if reason:
        raise Invalid(errors=[Fault(kind, *reason)])
    return clean


def faults(template_keys: Collection[str], data: Iterable[tuple[str, str]]) -> list[Fault]:
    """Everything wrong with (key, value) pairs for a template with exactly `template_keys`, in their order.

    `faults(["phrase1"], [("phrase1", "ok")])[0].code` is `bad_value`.
    """
    given = dict(data)
    found = []
    for key in template_keys:
        reason = _reason(kind_of(key), given[key]) if key in given else ("missing_key", "缺少该字段")
        found += [Fault(key, *reason)] if reason else []
    return found + [
        Fault(key, "unknown_key", "模板中没有该字段") for key in given if key not in template_keys
    ]


def value_faults(data: Iterable[tuple[str, str]]) -> list[Fault]:
    """What is wrong with the values alone, without knowing the template."""
    checked = ((key, _reason(kind_of(key), value)) for key, value in data)
    return [Fault(key, *reason) for key, reason in checked if reason]


def _reason(kind: str, value: object) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "not_text", "应为文字"
    if not value.strip():
        return "empty", "不能为空"
    if _without_controls(value) != value:
        return "control_character", "不能包含换行或控制字符"
    if kind == "name":
        return None if len(value) <= _name_limit(value) else ("bad_value", LIMITS["name"])
    pattern = PATTERNS.get(kind)
    if pattern and not pattern.fullmatch(value):
        return "bad_value", LIMITS[kind]
    return None


def _without_controls(text: str) -> str:
    """Control characters, line separators and lone surrogates (not encodable) as spaces."""
    bad = {"Cc", "Cs", "Zl", "Zp"}
    return "".join(" " if unicodedata.category(char) in bad else char for char in text)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip(_ZERO_WIDTH_JOINER + " ") + "…"


def _name_limit(text: str) -> int:
    """20 for letters and symbols alone; with anything else in it, 10."""
    return 20 if text.isascii() else 10
