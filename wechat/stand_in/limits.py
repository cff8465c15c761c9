"""The value limits of subscribe messages, written from WeChat's table and apart from the product's own."""

from __future__ import annotations

import re
from collections.abc import Callable


def _all(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


_MOMENT = r"((\d{4}年\d{1,2}月\d{1,2}日|\d{4}([-/.])\d{1,2}\3\d{1,2})\s?)?\d{1,2}:\d{2}(:\d{2})?"
_DAY = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}([-/.])\d{1,2}\2\d{1,2})(\s?\d{1,2}:\d{2}(:\d{2})?)?"


def _range_of(pattern: str) -> Callable[[str], bool]:
    one = _all(pattern)
    return lambda value: 1 <= len(value.split("~")) <= 2 and all(one(p.strip()) for p in value.split("~"))


def _name(value: str) -> bool:
    return len(value) <= (20 if all(ord(char) < 128 for char in value) else 10)


CHECKS: dict[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= 20,
    "number": lambda value: len(value) <= 32 and _all(r"-?[0-9]+(\.[0-9]+)?")(value),
    "letter": _all(r"[a-zA-Z]{1,32}"),
    "symbol": lambda value: len(value) <= 5 and not any(char.isalnum() for char in value),
    "character_string": lambda value: len(value) <= 32 and all(32 < ord(char) < 127 for char in value),
    "time": _range_of(_MOMENT),
    "date": _range_of(_DAY),
    "amount": _all(r"[¥￥$€£]?[0-9]{1,10}(\.[0-9]+)?元?"),
    "phone_number": lambda value: len(value) <= 17 and not any(c.isalpha() or ord(c) > 126 for c in value),
    "car_number": lambda value: len(value) <= 8 and all(c.isalnum() for c in value),
    "name": _name,
    "phrase": lambda value: len(value) <= 5 and all(_is_han(char) for char in value),
}


def acceptable(key: str, value: object, enum_values: list[str]) -> bool:
    """Whether `value` may stand under `key` (`thing7`, `phrase1`). Empty and control characters never may."""
    if not isinstance(value, str) or not value.strip():
        return False
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u2028\u2029" for char in value):
        return False
    kind = key.rstrip("0123456789")
    if kind == "enum":
        return value in enum_values
    check = CHECKS.get(kind)
    return check is None or check(value)
