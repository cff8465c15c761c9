"""Whose time counts when a phone was offline (domain.md §2.2).

A phone's `occurred_at` counts if it is at most 24 hours old, not before the job's last event, and not in the
future beyond a clock's ordinary error. Otherwise the time of receipt counts; the phone's word stays on record.
"""

from __future__ import annotations

from datetime import datetime, timedelta

OLDEST = timedelta(hours=24)
SKEW = timedelta(minutes=5)


def judged(occurred_at: datetime | None, received_at: datetime, last_event_at: datetime) -> datetime:
    """The time that counts: a check-in of 10:00 received at 10:40, after an event of 9:30, counts as 10:00."""
    if occurred_at is None or occurred_at > received_at + SKEW:
        return received_at
    if received_at - occurred_at > OLDEST or occurred_at < last_event_at:
        return received_at
    return min(occurred_at, received_at)
