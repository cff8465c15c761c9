"""The versions of the fee rules as finance reads them, as data and in words, and what changed between two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import fee_words
from domain.calendar import local_date
from domain.errors import NotFound
from domain.fee_reading import read_rule
from domain.fee_rules import FeeRule
from domain.fee_words import RuleChange
from services.uow import query


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One version of the fee rules; `rule` is the whole of it as data."""

    id: int
    version: int
    effective_from: date
    created_by: int | None
    created_at: datetime
    rule: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RulePage:
    """A version as data, and everything it says in words: 基础费 电热水器 免费区 ¥80.00."""

    line: RuleLine
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """What version `now` says otherwise than version `was`, in words."""

    was: int
    was_from: date
    now: int
    now_from: date
    changes: tuple[RuleChange, ...]


_COLUMNS = "id, version, effective_from, created_by, created_at, rule"
_LISTED = f"""
SELECT {_COLUMNS} FROM fee_rule WHERE version < coalesce(%(before)s, 2147483648) ORDER BY version DESC LIMIT %(limit)s
"""
_ONE = f"SELECT {_COLUMNS} FROM fee_rule WHERE version = %(version)s"


@query
def listed(connection: Connection, before: int | None, limit: int) -> list[RuleLine]:
    """Versions, newest first, below `before`."""
    rows = connection.exec_driver_sql(_LISTED, {"before": before, "limit": limit})
    return [_line(row) for row in rows]


@query
def page(connection: Connection, version: int) -> RulePage:
    """One version; `NotFound`."""
    line = _one(connection, version)
    return RulePage(line, tuple(row.text for row in fee_words.rows(_read(line))))


@query
def difference(connection: Connection, was: int, now: int) -> RuleDifference:
    """Between two versions; `NotFound`."""
    old, new = (_read(_one(connection, version)) for version in (was, now))
    told = fee_words.changes(old, new)
    return RuleDifference(was, old.effective_from, now, new.effective_from, told)


def _one(connection: Connection, version: int) -> RuleLine:
    row = connection.exec_driver_sql(_ONE, {"version": version}).first()
    if row is None:
        raise NotFound
    return _line(row)


def _line(row: Any) -> RuleLine:
    return RuleLine(row[0], row[1], local_date(row[2]), *row[3:])


def _read(line: RuleLine) -> FeeRule:
    return read_rule({**line.rule, "version": line.version})
