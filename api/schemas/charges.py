"""Queries about extras."""

from __future__ import annotations

from api.schemas import base

_LINE = "[A-Za-z0-9_-]{1,40}:[0-9]{1,3}"


class QuoteQuery(base.Query):
    """`lines=drill:2,hose:1` is priced: item code and quantity each."""

    lines = base.PlainText(2000, pattern=f"{_LINE}(,{_LINE})*", load_default=None)


def wanted(lines: str | None) -> tuple[tuple[str, int], ...]:
    """`drill:2,hose:1` → (("drill", 2), ("hose", 1))."""
    pairs = (line.split(":") for line in (lines or "").split(",") if line)
    return tuple((code, int(quantity)) for code, quantity in pairs)
