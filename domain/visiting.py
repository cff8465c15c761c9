"""At which hours of the day somebody may come: nobody rings at 03:00 because a form had the wrong half-day.

The hours are a setting, of the customer's day in Shanghai; a window lies within them on one day. What is booked
already stays as it is when they change. `capacity.PARTS`, the parts of a day that customers choose from, must fit in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from domain.calendar import DAY_US, HOUR_US, to_us
from domain.capacity import PARTS
from domain.errors import Fault

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_MINUTE_US = HOUR_US // 60


@dataclass(frozen=True, slots=True)
class VisitingHours:
    """From `opens` to `closes`, minutes after midnight in Shanghai; 07:00 to 21:00 are (420, 1260)."""

    opens: int = 420
    closes: int = 1260

    @classmethod
    def parse(cls, span: str) -> VisitingHours:
        """`07:00-21:00`, at most `00:00-24:00`; else `ValueError`, as where a part of a day does not fit."""
        found = _SPAN.fullmatch(span)
        if found is None:
            raise ValueError("visiting hours are written like 07:00-21:00")
        hours = [int(part) for part in found.groups()]
        made = cls(hours[0] * 60 + hours[1], hours[2] * 60 + hours[3])
        if made.opens > _minutes(PARTS[0][1]) or not _minutes(PARTS[-1][2]) <= made.closes <= 24 * 60:
            raise ValueError(
                f"visiting hours must hold {PARTS[0][1]:%H:%M}-{PARTS[-1][2]:%H:%M} and end by 24:00"
            )
        return made

    def hold(self, start: datetime, end: datetime) -> bool:
        """Whether all of it lies within the hours of one day: 20:00–21:00 does, 20:00–21:01 and 02:00–04:00 do not."""
        day = to_us(start) // DAY_US * DAY_US
        return to_us(start) >= day + self.opens * _MINUTE_US and to_us(end) <= day + self.closes * _MINUTE_US

    def faults(self, start: datetime, end: datetime) -> Iterator[Fault]:
        """What speaks against a window."""
        if not self.hold(start, end):
            yield Fault("window", "window_out_of_hours", f"上门时间应在同一天的 {self}（北京时间）之内")

    def __str__(self) -> str:
        opens, closes = divmod(self.opens, 60), divmod(self.closes, 60)
        return f"{opens[0]:02d}:{opens[1]:02d}–{closes[0]:02d}:{closes[1]:02d}"


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


USUAL = VisitingHours()
"""Default of the setting VISITING_HOURS."""
