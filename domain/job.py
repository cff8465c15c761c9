"""What a job is: its kinds and statuses, with the words people read (domain.md §1, §2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of work. A return visit is made by telephone: no check-in."""

    INSTALL = "install"
    DELIVER_INSTALL = "deliver_install"
    REPAIR = "repair"
    SECOND_VISIT = "second_visit"
    RETURN_VISIT = "return_visit"


class Status(StrEnum):
    """Where a job stands. `held` is a flag beside it, not a status."""

    NEW = "new"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    BOOKED = "booked"
    ON_SITE = "on_site"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    REWORK = "rework"
    UNSERVED = "unserved"
    CANCELLED = "cancelled"


KIND_NAMES = {
    Kind.INSTALL: "安装",
    Kind.DELIVER_INSTALL: "送装一体",
    Kind.REPAIR: "维修",
    Kind.SECOND_VISIT: "二次上门",
    Kind.RETURN_VISIT: "回访",
}

STATUS_NAMES = {
    Status.NEW: "待派单",
    Status.OFFERED: "待接单",
    Status.ACCEPTED: "已接单",
    Status.BOOKED: "已预约",
    Status.ON_SITE: "安装中",
    Status.SUBMITTED: "待验收",
    Status.CONFIRMED: "已验收",
    Status.CLOSED: "已完结",
    Status.SUSPENDED: "已挂起",
    Status.REWORK: "待返工",
    Status.UNSERVED: "无网点",
    Status.CANCELLED: "已取消",
}


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as locked for a deed: what rules ask about. Field names are the columns of `models.job.Job`."""

    id: int
    kind: str
    status: str
    order_line_id: int
    parent_id: int | None
    fault: str | None
    channel_id: int
    subject_id: int
    sku: str
    category_code: str
    units: int
    division_code: str | None
    zone: str
    scheme: str
    checklist_id: int | None
    price_list_id: int | None
    distance_m: int | None
    dealer_id: int | None
    installer_id: int | None
    visit_id: int | None
    window_start: datetime | None
    window_end: datetime | None
    wanted_at: datetime | None
    delivered_at: datetime | None
    held: str | None
    queue: str | None
    silence_confirms: bool
    dispute_open: bool
    remote_open: bool
    open_charges: int
    open_complaints: int
    open_children: int
    audit: str
    complaints_until: datetime | None
    checked_in_at: datetime | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    last_occurred_at: datetime
    version: int
    event_seq: int
    event_hash: bytes
