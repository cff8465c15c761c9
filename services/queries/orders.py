"""Orders as staff read them: whose contact is masked, and only of the channels the reader may know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import BRAND_ROLES, Actor, Role
from domain.errors import NotFound
from domain.masking import mask_address, mask_name, mask_phone
from services.direct import together
from services.parts.order_book import SEALED
from services.personal import Erased, reveal, unwrap
from services.queries import places
from services.queries.places import Place
from services.uow import query


@dataclass(frozen=True, slots=True)
class OrderJob:
    """A job of an order line; `queue` says why an agent must look."""

    id: int
    kind: str
    status: str
    units: int
    queue: str | None


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """What changed in a line's life, when and from where; which fields, never what they held."""

    kind: str
    at: datetime
    source: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinePage:
    """One line of an order with its jobs and its life."""

    id: int
    line_number: int
    sku: str
    title: str
    quantity: int
    paid_fen: int | None
    refunded_fen: int
    state: str
    delivered_at: datetime | None
    wanted_on: date | None
    jobs: tuple[OrderJob, ...]
    events: tuple[ToldEvent, ...]


@dataclass(frozen=True, slots=True)
class MaskedContact:
    """Enough to recognise the customer, not enough to call. A job's reveal opens it, logged."""

    name: str
    phone: str
    phone_kind: str | None
    address: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order. `contact` is null after the customer's erasure. `resolution` other than resolved: nobody is sent."""

    id: int
    channel_id: int
    number: str
    contact: MaskedContact | None
    division_code: str | None
    resolution: str
    resolution_candidates: tuple[Place, ...]
    ordered_at: datetime | None
    created_at: datetime
    lines: tuple[LinePage, ...]


@dataclass(frozen=True, slots=True)
class OrderKnown(OrderPage):
    """The same of an order that was placed before it was placed now."""


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order in a list; `states` are those of its lines, `open_jobs` those not closed or cancelled."""

    id: int
    channel_id: int
    number: str
    division_code: str | None
    resolution: str
    ordered_at: datetime | None
    created_at: datetime
    states: tuple[str, ...]
    open_jobs: int


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """What the list may be narrowed to."""

    channel_id: int | None = None
    number: str | None = None
    state: str | None = None


def horizon(actor: Actor) -> tuple[str, dict[str, Any]]:
    """(condition over `o`, parameters): an agent's channels, a dealer's own shops, all for the brand."""
    if actor.role in BRAND_ROLES:
        if actor.channel_ids is None:
            return "true", {}
        return "o.channel_id = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}
    if actor.role in (Role.DEALER_OWNER, Role.DISPATCHER) and actor.dealer_id is not None:
        own = "o.channel_id IN (SELECT id FROM channel WHERE operator_dealer_id = %(dealer)s)"
        return own, {"dealer": actor.dealer_id}
    return "false", {}


_CARDS = """
SELECT o.id, o.channel_id, o.number, o.division_code, o.resolution, o.ordered_at, o.created_at,
       ARRAY(SELECT DISTINCT state FROM order_line WHERE order_id = o.id ORDER BY state) AS states,
       (SELECT count(*) FROM order_line line JOIN job ON job.order_line_id = line.id
         WHERE line.order_id = o.id AND job.status NOT IN ('closed', 'cancelled')) AS open_jobs
  FROM customer_order o WHERE {conditions} ORDER BY o.id DESC LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection, actor: Actor, filters: OrderFilters, before: int | None, limit: int
) -> list[OrderCard]:
    """Orders within the actor's horizon, newest first, ids below `before`."""
    condition, params = horizon(actor)
    conditions = [condition]
    for name, sql in (
        ("channel_id", "o.channel_id = %(channel_id)s"),
        ("number", "o.number = %(number)s"),
        ("state", "EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.state = %(state)s)"),
    ):
        value = getattr(filters, name)
        if value is not None:
            conditions.append(sql)
            params = params | {name: value}
    if before is not None:
        conditions.append("o.id < %(before)s")
    sql = _CARDS.format(conditions=" AND ".join(conditions))
    rows = connection.exec_driver_sql(sql, params | {"before": before, "limit": limit})
    return [OrderCard(**row | {"states": tuple(row["states"])}) for row in map(dict, rows.mappings())]


_PAGE = """
SELECT o.*, subject.wrapped_key FROM customer_order o JOIN subject ON subject.id = o.subject_id
 WHERE {which} AND {condition}
"""
_LINES = """
SELECT id, line_number, sku, title, quantity, paid_fen, refunded_fen, state, delivered_at, wanted_on
  FROM order_line WHERE order_id = ({order}) ORDER BY line_number
"""
_JOBS = """
SELECT job.order_line_id, job.id, job.kind, job.status, job.units, job.queue
  FROM job JOIN order_line line ON line.id = job.order_line_id WHERE line.order_id = ({order}) ORDER BY job.id
"""
_EVENTS = """
SELECT event.order_line_id, event.kind, event.at, event.source, event.data->'fields'
  FROM order_event event JOIN order_line line ON line.id = event.order_line_id
 WHERE line.order_id = ({order}) ORDER BY event.id
"""


@query
def page(connection: Connection, actor: Actor, order_id: int) -> OrderPage:
    """One order; `NotFound` outside the actor's horizon."""
    return read(connection, actor, order_id)


def read(connection: Connection, actor: Actor, order_id: int) -> OrderPage:
    """The same inside a caller's transaction."""
    return _read(connection, actor, "o.id = %(id)s", {"id": order_id})


def named(
    connection: Connection, actor: Actor, channel_id: int, number: str, shape: type[OrderPage]
) -> OrderPage:
    """The same by its number in its channel, as an `OrderPage` or an `OrderKnown`."""
    which = {"channel": channel_id, "number": number}
    return _read(connection, actor, "o.channel_id = %(channel)s AND o.number = %(number)s", which, shape)


def _read(
    connection: Connection,
    actor: Actor,
    which: str,
    values: dict[str, Any],
    shape: type[OrderPage] = OrderPage,
) -> OrderPage:
    condition, params = horizon(actor)
    order = f"SELECT o.id FROM customer_order o WHERE {which}"
    asked = [_PAGE.format(which=which, condition=condition)]
    asked += [part.format(order=order) for part in (_JOBS, _EVENTS, _LINES)]
    orders, *parts = together(connection, *((one, params | values) for one in asked))
    row = orders.first()
    if row is None:
        raise NotFound
    return shape(
        row.id,
        row.channel_id,
        row.number,
        _contact(row),
        row.division_code,
        row.resolution,
        places.named(connection, row.resolution_candidates),
        row.ordered_at,
        row.created_at,
        _lines(*parts, brand=actor.role in BRAND_ROLES),
    )


def _lines(job_rows: Any, event_rows: Any, lines: Any, *, brand: bool) -> tuple[LinePage, ...]:
    jobs: dict[int, list[OrderJob]] = {}
    for row in job_rows:
        queue = row.queue if brand else None
        job = OrderJob(row.id, row.kind, row.status, row.units, queue)
        jobs.setdefault(row.order_line_id, []).append(job)
    events: dict[int, list[ToldEvent]] = {}
    for line_id, kind, at, source, changed in event_rows:
        events.setdefault(line_id, []).append(ToldEvent(kind, at, source, tuple(changed or ())))
    return tuple(
        LinePage(**row, jobs=tuple(jobs.get(row["id"], ())), events=tuple(events.get(row["id"], ())))
        for row in lines.mappings()
    )


def _contact(row: Any) -> MaskedContact | None:
    try:
        known = reveal(unwrap(row.wrapped_key), SEALED, row.personal)
    except Erased:
        return None
    return MaskedContact(
        mask_name(known.get("name")),
        mask_phone(known.get("phone")),
        known.get("phone_kind"),
        mask_address(known.get("address")),
    )
