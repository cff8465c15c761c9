"""Keyset pages: a cursor is the sort key of the last row, opaque to callers, checked like any other input.

after = paging.key(query["cursor"], datetime, int)          # None for the first page
rows = services.queries.jobs.open_jobs(actor, after, query["limit"] + 1)
return paging.page(rows, query["limit"], lambda row: (row.created_at, row.id))
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

import orjson

from domain.errors import Fault, Invalid

T = TypeVar("T")
Key = tuple[int | str | datetime | date, ...]
BIGINT = 2**63


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list; `next_cursor` is null on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None


def page(rows: Sequence[T], limit: int, key_of: Callable[[T], Key]) -> Page[T]:
    """A page of `limit` rows made of `limit` + 1 rows: the one too many says that there are more."""
    shown = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(shown, cursor(key_of(shown[-1])) if more else None)


def cursor(key: Key) -> str:
    """The opaque form of a sort key."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


def key(text: str | None, *kinds: type[Any]) -> Key | None:
    """The sort key in a cursor, each part of its kind (int, str, datetime, date); `Invalid` for anything else."""
    if text is None:
        return None
    try:
        parts = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, binascii.Error, TypeError) as error:
        raise Invalid(errors=[Fault("cursor", "cursor", "翻页位置无效，请从头查询")]) from error


def number(text: str | None) -> int | None:
    """The one whole number in a cursor, None on the first page."""
    found = key(text, int)
    return None if found is None else int(str(found[0]))


def _part(part: object, kind: type[Any]) -> int | str | datetime | date:
    if kind is int and type(part) is int and -BIGINT <= part < BIGINT:
        return part
    if kind is str and isinstance(part, str) and "\x00" not in part:
        return part
    if kind is datetime and isinstance(part, str):
        moment = datetime.fromisoformat(part)
        if moment.tzinfo is not None and 1900 <= moment.year < 2200:
            return moment.astimezone(UTC)
    if kind is date and isinstance(part, str):
        return date.fromisoformat(part)
    raise ValueError
