"""Whose time counts when a phone was offline (domain.md §2.2).

A phone's `occurred_at` counts if it is at most 24 hours old, not before the last event of that job nor before the last
one acknowledged to that phone, and not in the future beyond a clock's ordinary error. Otherwise the time of receipt
counts; the phone's word stays on record.

How far a phone's clock is off is estimated from what it says about the very moment it sends: it sends `sent_at`, we
know when we received it. That needs no memory, follows a clock that is set, and tells "offline for three hours" from
"three hours slow", which the age of one event never could.
"""

from __future__ import annotations

from datetime import datetime, timedelta

OLDEST = timedelta(hours=24)
SKEW = timedelta(minutes=5)
NETWORK = timedelta(minutes=1)


def on_our_clock(
    occurred_at: datetime | None, sent_at: datetime | None, received_at: datetime
) -> datetime | None:
    """The phone's time as our clock would have shown it; None: nothing it says about time is believed.

    A clock three hours slow says: happened 05:00, sent 07:00. Received at 10:00, it happened at 08:00. Up to a
    minute is the network's. Happened after it was sent, or a clock more than a day off, is no time at all. A phone
    that doesn't say when it sends is taken to be right: the skew is then bounded by `SKEW` alone.
    """
    if occurred_at is None or sent_at is None:
        return occurred_at
    skew = received_at - sent_at
    if occurred_at > sent_at + SKEW or abs(skew) > OLDEST:
        return None
    return occurred_at + skew if abs(skew) > NETWORK else occurred_at


def judged(
    occurred_at: datetime | None,
    received_at: datetime,
    last_of_job: datetime,
    last_of_phone: datetime | None = None,
) -> datetime:
    """The time that counts: a check-in of 10:00 received at 10:40, after an event of 9:30, counts as 10:00.

    Had the same phone meanwhile reported something of 10:20 from another door, it would count as 10:40.
    """
    if occurred_at is None or occurred_at > received_at + SKEW:
        return received_at
    last = last_of_job if last_of_phone is None else max(last_of_job, last_of_phone)
    if received_at - occurred_at > OLDEST or occurred_at < last:
        return received_at
    return min(occurred_at, received_at)
