"""The banks' file templates as data: added by finance, never changed, so that a batch's file stays what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.actors import Actor
from domain.bank_files import FORMULA, Column, Template, lacking
from domain.errors import Fault, Invalid
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A template; `data` is the whole of it."""

    id: int
    name: str
    data: dict[str, Any]
    made_by: int | None
    made_at: datetime


_COLUMNS = ", ".join(TemplateLine.__slots__)
_ADD = f"""
INSERT INTO bank_template (name, data, made_by, made_at) VALUES (%(name)s, %(data)s::jsonb, %(by)s, %(now)s)
RETURNING {_COLUMNS}
"""


@use_case
def add(tx: Connection, actor: Actor, name: str, data: Mapping[str, Any], now: datetime) -> TemplateLine:
    """`Invalid` where a bank could not pay, payments could not be found again, or a word means both paid and failed."""
    columns = tuple(Column(**column) for column in data["columns"])
    template = Template(**{**data, "columns": columns})
    faults = []
    if missing := lacking(columns):
        faults.append(Fault("columns", "column_missing", f"模板缺少列：{'、'.join(missing)}"))
    if any(cell.startswith(FORMULA) for column in columns for cell in (column.head, column.text)):
        faults.append(Fault("columns", "formula", "列名和固定文字不能以 = + - @ 开头"))
    if set(template.paid_words) & set(template.failed_words):
        faults.append(Fault("failed_words", "both", "同一状态词不能既表示成功又表示失败"))
    if faults:
        raise Invalid(faults[0].message, errors=faults)
    values = {
        "name": name,
        "data": orjson.dumps(asdict(template)).decode(),
        "by": actor.person_id,
        "now": now,
    }
    return TemplateLine(*tx.exec_driver_sql(_ADD, values).one())


@query
def listed(connection: Connection, before: int | None, limit: int) -> list[TemplateLine]:
    """Newest first."""
    sql = f"""SELECT {_COLUMNS} FROM bank_template WHERE id < coalesce(%(before)s, 9223372036854775807)
               ORDER BY id DESC LIMIT %(limit)s"""
    return [TemplateLine(*row) for row in connection.exec_driver_sql(sql, {"before": before, "limit": limit})]
