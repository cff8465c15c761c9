"""What is remembered of each phone's clock: one number a day for two weeks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.phone_clock import KEPT, UNKNOWN, DayLeast, Skew, estimate, worth_keeping
from services.direct import Asked

_KNOWN = "SELECT day, least_ms FROM phone_clock WHERE device_id = %(device)s AND day > %(since)s"
_HEARD = """
WITH old AS (DELETE FROM phone_clock WHERE device_id = %(device)s AND day <= %(since)s)
INSERT INTO phone_clock (device_id, day, least_ms, stamps) VALUES (%(device)s, %(day)s, %(ms)s, 1)
ON CONFLICT (device_id, day) DO UPDATE
   SET least_ms = least(phone_clock.least_ms, excluded.least_ms), stamps = phone_clock.stamps + 1
"""


def skew_of(tx: Connection, device_id: str | None, now: datetime) -> Skew:
    """How far this phone's clock is off by its last two weeks; unknown for a session without a device."""
    return UNKNOWN if device_id is None else skew_from(tx.exec_driver_sql(*asking(device_id, now)), now)


def asking(device_id: str | None, now: datetime) -> Asked:
    """The statement of `skew_of`, for who asks more at once; `skew_from` reads what it finds."""
    return _KNOWN, {"device": device_id, "since": now.astimezone(UTC).date() - KEPT}


def skew_from(rows: Iterable[Any], now: datetime) -> Skew:
    """See `asking`."""
    known = [DayLeast(row.day, timedelta(milliseconds=row.least_ms)) for row in rows]
    return estimate(known, now.astimezone(UTC).date())


def hearing(device_id: str | None, told: datetime | None, now: datetime) -> tuple[Asked, ...]:
    """What remembers what a phone said about when something happened, by the day it was received; or nothing."""
    difference = None if device_id is None or told is None else worth_keeping(told, now)
    if difference is None:
        return ()
    today = now.astimezone(UTC).date()
    values = {
        "device": device_id,
        "since": today - KEPT,
        "day": today,
        "ms": int(difference / timedelta(milliseconds=1)),
    }
    return ((_HEARD, values),)
