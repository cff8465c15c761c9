"""How long each kind of personal data is kept after the last job of an order ended, and what keeps it longer (§9).

Erasures are recorded in a chain of their own, made like that of events: ids, hashes and counts, so that it can be
shown years later what went, when and by which rule, without keeping what went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from domain.calendar import SHANGHAI
from domain.events import sealed
from domain.warranty import months_later

ENGINE = 1
BY_REQUEST = f"{ENGINE}:request"  # the rule named where the person asked


class Kind(StrEnum):
    """What is erased together. The order is that of a run."""

    PHOTOS = "photos"
    POINTS = "points"
    WORDS = "words"
    MESSAGES = "messages"
    ADDRESSES = "addresses"


class Cause(StrEnum):
    """Why something was erased: its term was over, or the person asked for it."""

    TERM = "term"
    REQUEST = "request"


NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.PHOTOS: "现场照片（含缩略图、照片位置、查重指纹）",
        Kind.POINTS: "定位与设备标识（签到位置、照片拍摄位置与设备）",
        Kind.WORDS: "文字（备注、投诉、评价、报修描述）",
        Kind.MESSAGES: "站内消息",
        Kind.ADDRESSES: "姓名、电话、地址",
    }
)
MONTHS: Mapping[Kind, int] = MappingProxyType(
    {Kind.PHOTOS: 24, Kind.POINTS: 6, Kind.WORDS: 36, Kind.MESSAGES: 12, Kind.ADDRESSES: 36}
)
# Why data whose term is over is kept all the same; the conditions stand in `services.parts.holds`.
WHY_KEPT: Mapping[str, str] = MappingProxyType(
    {
        "job_open": "工单未完结",
        "complaint": "投诉处理中",
        "dispute": "争议处理中",
        "appeal": "申诉处理中",
        "audit": "稽核中",
        "safety": "安全事件处理中",
        "repair": "报修处理中",
        "hold": "依法保留",
        "match": "另一工单的重复照片证据",
    }
)
HOLD_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "complaint": "投诉",
        "safety": "安全事件",
        "dispute": "争议",
        "court": "诉讼或仲裁",
        "authority": "主管部门要求",
    }
)
LIFT_REASONS: Mapping[str, str] = MappingProxyType({"settled": "已了结", "mistake": "误设"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of data and the months it is kept."""

    kind: Kind
    months: int

    @property
    def version(self) -> str:
        """What a record of erasure names: "1:photos:24"."""
        return f"{ENGINE}:{self.kind}:{self.months}"

    def before(self, now: datetime) -> datetime:
        """What ended before this moment is due: Shanghai's midnight so many months ago.

        24 months on 2026-11-22: 2024-11-22 00:00 there.
        """
        day = months_later(now.astimezone(SHANGHAI).date(), -self.months)
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Erasure:
    """One batch that was erased. `data`: subject ids, [photo id, SHA-256] pairs, counts per table; nothing personal."""

    seq: int
    kind: str
    cause: str
    rule: str
    at: datetime
    data: Mapping[str, Any]


def digest(prev: bytes, erasure: Erasure) -> bytes:
    """The hash that seals a record after the one before it."""
    at = erasure.at.astimezone(UTC).isoformat(timespec="microseconds")
    return sealed(prev, [erasure.seq, erasure.kind, erasure.cause, erasure.rule, at, erasure.data])
