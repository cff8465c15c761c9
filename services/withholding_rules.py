"""Withholding as data: bands added from this month on, never changed, so that what was paid keeps what was withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import withholding
from domain.actors import Actor
from domain.calendar import month_of
from domain.errors import Conflict, Invalid
from domain.tax import begin_faults
from domain.withholding import Band
from services.uow import query, use_case


class WithholdingExists(Conflict):
    """Bands of this month are there; the next ones begin in another month."""

    code = "withholding_exists"
    title = "该月份的代扣规则已存在"


@dataclass(frozen=True, slots=True)
class WithholdingLine:
    """Bands as they stand."""

    id: int
    since: date
    bands: tuple[Band, ...]
    made_by: int | None
    made_at: datetime


_ADD = """
INSERT INTO withholding_rule (since, bands, made_by, made_at) VALUES (%(since)s, %(bands)s::jsonb, %(by)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING id, since, bands, made_by, made_at
"""
_LIST = """
SELECT id, since, bands, made_by, made_at FROM withholding_rule WHERE id < coalesce(%(before)s, 9223372036854775807)
 ORDER BY id DESC LIMIT %(limit)s
"""


@use_case
def add(tx: Connection, actor: Actor, since: date, bands: Sequence[Band], now: datetime) -> WithholdingLine:
    """For what is paid from this month or a later one on. `WithholdingExists`; `Invalid` names every fault."""
    if found := [*withholding.faults(bands), *begin_faults(since, month_of(now))]:
        raise Invalid(errors=found)
    told = orjson.dumps([asdict(band) for band in bands]).decode()
    values = {"since": since, "bands": told, "by": actor.person_id, "now": now}
    row = tx.exec_driver_sql(_ADD, values).first()
    if row is None:
        raise WithholdingExists
    return _line(row)


@query
def listed(connection: Connection, before: int | None, limit: int) -> list[WithholdingLine]:
    """Newest first."""
    rows = connection.exec_driver_sql(_LIST, {"before": before, "limit": limit})
    return [_line(row) for row in rows]


def _line(row: Any) -> WithholdingLine:
    return WithholdingLine(
        row.id, row.since, tuple(Band(**band) for band in row.bands), row.made_by, row.made_at
    )
