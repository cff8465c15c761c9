"""When the goods were there: how far back that may be told, and from when a dealer is measured by it.

Two clocks start at delivery, and the past is treated differently by each, because they answer different questions.
The platform's clock measures what the channel will measure: it counts from the delivery itself, though we heard of it
late; it costs the dealer nothing, and the levels it had passed before anybody heard are raised against nobody (it
begins at that level, with no breach and no notice). The dealer's clock carries money: it counts from when that dealer
could have acted, the latest of delivery, the wanted day, the moment we heard of it, and the dealer's own acceptance.
Otherwise an order file a week late, a customer's "it came ages ago", or a job that lay in the pool would make whoever
helps out severely late in the minute of accepting. So nobody is late for time in which nobody could have come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.calendar import local_date
from domain.errors import Fault

BACK = timedelta(days=60)
"""Default of the setting DELIVERED_DAYS_BACK."""


def faults(
    moment: datetime, ordered_at: datetime | None, now: datetime, back: timedelta = BACK
) -> Iterator[Fault]:
    """What speaks against a delivery told now: before the day of the order, or further back than anybody remembers.

    Ordered on 1 March, "delivered on 28 February" is refused; so is, on 2 March, "delivered 900 days ago".
    """
    if ordered_at is not None and local_date(moment) < local_date(ordered_at):
        yield Fault("moment", "before_order", "送达时间早于下单日期")
    if moment < now - back:
        yield Fault("moment", "too_far_back", f"送达时间不能早于 {back.days} 天前，请核对")


def ready_at(delivered_at: datetime | None, wanted_at: datetime | None = None) -> datetime | None:
    """When the goods wait: from delivery, or later if the customer asked for later; None while undelivered."""
    return delivered_at and max(delivered_at, wanted_at or delivered_at)


def measured_from(ready: datetime, heard_at: datetime, *, platform: bool, told: bool) -> datetime:
    """Where a finish clock begins that is started now, at `heard_at`.

    `told`: by the delivery itself, not by an acceptance or a reopening. Delivered on Monday, told and accepted on
    Thursday: the platform counts from Monday, the dealer from Thursday.
    """
    return ready if platform and told else max(ready, heard_at)
