"""Limits that must hold exactly across all processes: sign-in, links, invitations, codes entered by hand.

Counted in fixed windows in PostgreSQL, in a statement of its own that stays even when the request is refused:
a wrong guess must count although everything else it did is rolled back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert

from domain.errors import TooMany
from models.session import RateWindow
from services.uow import query

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def hit(key: str, limit: int, window: timedelta, now: datetime) -> None:
    """Count one attempt under `key`; `TooMany` (with seconds until the window ends) once above `limit`.

    hit("login:13…", 5, timedelta(minutes=15), now) lets five through per quarter of an hour. `key` holds ids
    and hashes, never a phone number.
    """
    start = EPOCH + (now - EPOCH) // window * window
    if _count(key, start) > limit:
        left = start + window - now
        raise TooMany(max(1, -(-left // timedelta(seconds=1))))


@query
def _count(connection: Connection, key: str, start: datetime) -> int:
    new = insert(RateWindow).values(key=key, window_start=start, count=1)
    counted = new.on_conflict_do_update(
        index_elements=[RateWindow.key, RateWindow.window_start], set_={"count": RateWindow.count + 1}
    ).returning(RateWindow.count)
    return connection.execute(counted).scalar_one()


@query
def purge(connection: Connection, before: datetime) -> int:
    """Delete windows that started before `before`; returns how many. For a sweep."""
    return connection.execute(delete(RateWindow).where(RateWindow.window_start < before)).rowcount
