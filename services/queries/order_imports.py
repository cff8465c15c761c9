"""How far an import is, and its bad rows on their way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from channels.errors_file import errors_csv
from channels.parsed import Bad
from domain.actors import Actor, Role
from domain.errors import NotFound
from services.parts import order_bad_rows
from services.personal import unwrap
from services.uow import query

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """An import: waiting, running, done or failed (then `error` says why, in Chinese). Rows as they are taken."""

    id: int
    channel_id: int
    filename: str
    size_bytes: int
    state: str
    rows_read: int
    rows_new: int
    rows_same: int
    rows_changed: int
    rows_bad: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


_COLUMNS = """i.id, i.channel_id, i.filename, i.size_bytes, i.state, i.rows_read, i.rows_new, i.rows_same,
    i.rows_changed, i.rows_bad, i.error, i.created_at, i.started_at, i.finished_at"""


def _horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    if actor.role == Role.SYSTEM or (actor.role in (Role.AGENT, Role.ADMIN) and actor.channel_ids is None):
        return "true", {}
    return "i.channel_id = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids or ())}


def progress(connection: Connection, actor: Actor, import_id: int) -> Progress:
    """One import, in a caller's transaction; `NotFound` outside the actor's channels."""
    condition, params = _horizon(actor)
    sql = f"SELECT {_COLUMNS} FROM order_import i WHERE i.id = %(id)s AND {condition}"
    row = connection.exec_driver_sql(sql, params | {"id": import_id}).first()
    if row is None:
        raise NotFound
    return Progress(*row)


@query
def page(connection: Connection, actor: Actor, import_id: int) -> Progress:
    """The same on its own."""
    return progress(connection, actor, import_id)


@query
def listed(
    connection: Connection, actor: Actor, channel_id: int | None, before: int | None, limit: int
) -> list[Progress]:
    """Imports of the actor's channels, newest first, ids below `before`."""
    condition, params = _horizon(actor)
    narrowed = "" if channel_id is None else " AND i.channel_id = %(channel)s"
    below = "" if before is None else " AND i.id < %(before)s"
    sql = f"SELECT {_COLUMNS} FROM order_import i WHERE {condition}{narrowed}{below} ORDER BY i.id DESC LIMIT %(limit)s"
    asked = params | {"channel": channel_id, "before": before, "limit": limit}
    return [Progress(*row) for row in connection.exec_driver_sql(sql, asked)]


_KEY = """
SELECT subject.wrapped_key, (SELECT cells FROM order_import_bad_row WHERE import_id = i.id AND row_number = 0) AS header
  FROM order_import i JOIN subject ON subject.id = i.subject_id WHERE i.id = %(id)s
"""
_BAD = """
SELECT row_number, cells FROM order_import_bad_row
 WHERE import_id = %(id)s AND row_number > %(after)s ORDER BY row_number LIMIT %(limit)s
"""


def bad_rows_csv(actor: Actor, import_id: int) -> Iterator[bytes]:
    """The bad rows with their reasons, piece by piece; raises at once `NotFound`, or `Erased` after the purge."""
    page(actor, import_id)
    key, header = _key(import_id)
    return errors_csv(_bads(import_id, key, header))


@query
def _key(connection: Connection, import_id: int) -> tuple[bytes, tuple[str, ...]]:
    row = connection.exec_driver_sql(_KEY, {"id": import_id}).one()
    key = unwrap(row.wrapped_key)
    return key, order_bad_rows.header_of(key, row.header)


def _bads(import_id: int, key: bytes, header: tuple[str, ...]) -> Iterator[Bad]:
    after = order_bad_rows.HEADER
    while rows := _some(import_id, after):
        for number, sealed in rows:
            yield order_bad_rows.bad_of(key, header, number, sealed)
        after = rows[-1][0]


@query
def _some(connection: Connection, import_id: int, after: int) -> list[tuple[int, bytes]]:
    asked = {"id": import_id, "after": after, "limit": _ROWS_AT_ONCE}
    return [(row.row_number, row.cells) for row in connection.exec_driver_sql(_BAD, asked)]
