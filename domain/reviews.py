"""What a customer wrote on a platform: its limits, when it is told anew, and what others than the brand may read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import Conflict, Fault

LONGEST_TEXT, LONGEST_NUMBER, LONGEST_ID, LONGEST_SKU = 5000, 64, 64, 64
BAD_STARS = 2
_AHEAD = timedelta(days=1)
_CALLED = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)\d{7,}(?!\d)")


class ReviewLinked(Conflict):
    """It is about the very line named already, or its complaint binds it to its job."""

    code = "review_linked"
    title = "该评价已关联"


class ReviewLoose(Conflict):
    """Nobody knows yet which job it is about."""

    code = "review_loose"
    title = "该评价尚未关联工单"


class ComplaintMade(Conflict):
    """One review makes one complaint."""

    code = "complaint_made"
    title = "该评价已转为投诉"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as a platform tells it; `score` 1–5, times aware UTC. No name: we do not take one."""

    platform_id: str
    score: int
    reviewed_at: datetime
    text: str = ""
    order_number: str | None = None
    line_number: int | None = None
    sku: str | None = None
    follow_up: str | None = None
    follow_up_at: datetime | None = None

    def told(self) -> str:
        """All of it as one text: told again with another print, something is new."""
        parts = (
            self.score,
            self.reviewed_at.isoformat(),
            self.text,
            self.order_number,
            self.line_number,
            self.sku,
        )
        return "\x1f".join(map(str, (*parts, self.follow_up, self.follow_up_at)))

    def words(self) -> str:
        """What was written, at once and later."""
        return f"{self.text}\n{self.follow_up}" if self.follow_up else self.text


def faults(row: ReviewRow, now: datetime) -> Iterator[Fault]:
    """Everything wrong with a row that was read."""
    if not 1 <= row.score <= 5:
        yield Fault("score", "score_range", "评分应为 1 到 5")
    if row.reviewed_at > now + _AHEAD:
        yield Fault("reviewed_at", "in_future", "评价时间在将来")
    if row.follow_up_at is not None and row.follow_up_at < row.reviewed_at:
        yield Fault("follow_up_at", "before_review", "追评时间早于评价时间")


def masked(text: str, name: str | None, address: str | None = None) -> str:
    """For dealers: without the customer's name, the door and numbers one could call: `张三` → 客户.

    Of the address goes what agrees in four characters or more: 我家建设路1号漏水 → 我家***漏水.
    """
    shown = text.replace(name, "客户") if name and len(name) >= 2 else text
    return _CALLED.sub("***", _without(shown, "".join((address or "").split())))


def _without(text: str, address: str) -> str:
    windows = {r"\s*".join(map(re.escape, address[at : at + 4])) for at in range(len(address) - 3)}
    hit = {
        at for one in windows for found in re.finditer(f"(?=({one}))", text) for at in range(*found.span(1))
    }
    return re.sub("\0+", "***", "".join("\0" if at in hit else char for at, char in enumerate(text)))
