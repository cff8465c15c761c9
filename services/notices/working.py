"""The loop both wires share: reserve a batch, send row by row, give back what was not begun."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.parts import notice_queue
from services.parts.notice_queue import Row
from services.uow import query, use_case

BATCH = 20
BREAK_S = 60  # the other side is away: nobody knocks for a minute


def work(wire: str, now: datetime, limit: int, send: Callable[[Row, datetime], bool]) -> None:
    """Send at most `limit` due rows; `send` is told when it is by now, and says whether to go on.

    A batch that takes longer than half its lease is cut short, so that nobody else believes it dead.
    """
    start = time.monotonic()
    while limit > 0:
        began = time.monotonic()
        rows = reserve(wire, now, min(limit, BATCH))
        for position, row in enumerate(rows):
            if time.monotonic() - began > notice_queue.LEASE.total_seconds() / 2:
                give_back(rows[position:], now)
                return
            if not send(row, now + timedelta(seconds=time.monotonic() - start)):
                give_back(rows[position + 1 :], now + timedelta(seconds=BREAK_S))
                return
        if len(rows) < BATCH:
            return
        limit -= len(rows)


@query
def is_due(tx: Connection, wire: str, now: datetime) -> bool:
    """Whether anything waits for this wire."""
    return notice_queue.is_due(tx, wire, now)


@use_case
def reserve(tx: Connection, wire: str, now: datetime, limit: int) -> list[Row]:
    """Take due rows for the time of a lease."""
    return notice_queue.reserve(tx, wire, now, limit)


@use_case
def give_back(tx: Connection, rows: Sequence[Row], next_at: datetime) -> None:
    """As if these had not been taken."""
    notice_queue.give_back(tx, rows, next_at)
