"""What people read about jobs: the answers of `services/queries/jobs.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.queries.places import AddressQuestion
from services.queries.said import Ground


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in a list. `zone`: as its dealer took it, or as offered to the reader; None while nobody has it.

    `queued_at` is for the brand; `place` is the division by its full name. `urged_until`: agents urge the dealer, who
    is to answer by then. `next_contact_at`: the customer could not be reached, or asked to be called again then.
    """

    id: int
    kind: str
    status: str
    category_code: str
    sku: str
    units: int
    zone: str | None
    dealer_id: int | None
    installer_id: int | None
    channel_id: int
    division_code: str | None
    window_start: datetime | None
    window_end: datetime | None
    held: str | None
    queue: str | None
    created_at: datetime
    version: int
    product_name: str
    dealer_name: str | None
    urged_until: datetime | None
    next_contact_at: datetime | None
    queued_at: datetime | None = None
    parent_id: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class SlotState:
    """A shot of the checklist and how far it is; `example` links a picture of how it should look, for anybody.

    `asked`: while an audit asks for photos again, what was wrong with those of this shot.
    """

    code: str
    name: str
    hint: str
    phase: str
    required: bool
    camera_only: bool
    photos: int
    waived: bool
    example: str | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """An extra of this job."""

    id: int
    item_code: str
    quantity: int
    unit_fen: int
    amount_fen: int
    status: str
    collected_by: str
    settled: bool


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock of this job: level 0 none, 1 notice, 2 breach, 3 severe."""

    kind: str
    family: str
    owner: str
    starts_at: datetime
    due_at: datetime | None
    level: int
    paused: bool
    stopped_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class CustomerContact:
    """The customer as this reader may see him; `masked` says that more can be revealed with a reason."""

    name: str
    phone: str
    address: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Assured:
    """What costs the customer nothing, and what the way and a visit in vain cost, in words.

    `promised`: told before the purchase; else it is what the product's guide says, and nobody was told of the way.
    """

    promised: bool
    free: tuple[str, ...]
    remote: str | None
    trip: str | None


@dataclass(frozen=True, slots=True)
class JobPage:
    """Everything about one job that this reader may know, and what he may do next.

    `guide` links the version of the product's guide that the customer was shown, else the one in force.
    `zone`, `distance_m`: as its dealer took it, or as offered to the reader; None while nobody has it.
    `promise_id`: what was promised before the purchase, for brand and customer, by its public name.
    `installer_name`: whole for staff, `王师傅` for the customer, whom a masked `installer_phone` tells who rings.
    `serial_pattern`: what its serial numbers look like (`domain.serials`); None: 5–40 letters, digits, hyphens.
    """

    id: int
    kind: str
    kind_name: str
    status: str
    status_name: str
    version: int
    order_number: str
    sku: str
    product_name: str
    category_code: str
    units: int
    zone: str | None
    distance_m: int | None
    dealer_id: int | None
    dealer_name: str | None
    installer_id: int | None
    installer_name: str | None
    installer_phone: str | None
    order_line_id: int
    parent_id: int | None
    fault: str | None
    window_start: datetime | None
    window_end: datetime | None
    delivered_at: datetime | None
    wanted_at: datetime | None
    held: str | None
    queue: str | None
    address_question: AddressQuestion | None
    dispute_open: bool
    remote_open: bool
    audit: str
    confirmed_by: str | None
    auto_confirm_at: datetime | None
    customer: CustomerContact | None
    confirm_code: str | None
    serial_numbers: tuple[str, ...]
    slots: tuple[SlotState, ...]
    charges: tuple[ChargeLine, ...]
    clocks: tuple[ClockLine, ...]
    rating: int | None
    available_actions: tuple[str, ...]
    action_names: dict[str, str]
    guide_version: int | None = None
    guide: str | None = None
    rating_text: str | None = None
    rating_tags: tuple[str, ...] = ()
    dispute: Ground | None = None
    promise_id: str | None = None
    assured: Assured | None = None
    serial_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One link of the chain; the hash in hexadecimal."""

    seq: int
    action: str
    from_status: str | None
    to_status: str
    actor_role: str
    occurred_at: datetime
    received_at: datetime
    reason: str | None
    data: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list may be narrowed to; None is no filter."""

    status: str | None = None
    queue: str | None = None
    kind: str | None = None
    dealer_id: int | None = None
    installer_id: int | None = None
    channel_id: int | None = None
    urged: bool | None = None
