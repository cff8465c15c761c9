"""What a changed order does to its jobs (domain.md §2.4), through the one door by which jobs change.

Before the visit the system acts; from on_site on an agent decides, so the job goes into a queue; after the end only
money is left. The table of the lifecycle says what may be done: where it bars an act, the job goes before an agent too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from domain import lifecycle
from domain.actions import Action, Command
from domain.actors import SYSTEM, Actor, Role
from domain.errors import Conflict
from domain.job import JobState, Kind, Status
from domain.orders import OrderEventKind, OrderState
from models.session import CustomerLink, Session
from services.deeds import act
from services.deeds.loading import lock
from services.parts import access, outbox, queueing
from services.parts.order_book import Book, Order, Product
from services.parts.order_taking import Changed
from services.parts.order_writing import delivered, wanted

_BEFORE_VISIT = (Status.NEW, Status.OFFERED, Status.ACCEPTED, Status.BOOKED, Status.SUSPENDED)
_OVER = (Status.CLOSED, Status.CANCELLED)
_REPLANNED = (Kind.INSTALL, Kind.DELIVER_INSTALL)
_JOBS = "SELECT id FROM job WHERE order_line_id = %(line)s AND status <> 'cancelled' ORDER BY id DESC"
_ORDER_JOBS = """
SELECT job.id FROM job JOIN order_line line ON line.id = job.order_line_id
 WHERE line.order_id = %(order)s AND job.status <> 'cancelled' ORDER BY job.id DESC
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What all consequences of one batch share. `actor`: on whose word it was told."""

    tx: Connection
    book: Book
    actor: Actor
    now: datetime

    def desk(self) -> Actor:
        """Correcting an address is the desk's move in the table: done in the name of whoever brought it."""
        return Actor(Role.AGENT, person_id=self.actor.person_id)


def follow(round_: Round, change: Changed, event_ids: Sequence[int]) -> None:
    """Everything one changed line means for its jobs, children before parents."""
    kinds = {event.kind: event_id for event, event_id in zip(change.events, event_ids, strict=True)}
    asked = {"line": change.line.id}
    for job_id in round_.tx.exec_driver_sql(_JOBS, asked).scalars().all():
        _follow_job(round_, change, kinds, job_id)


def _follow_job(round_: Round, change: Changed, kinds: dict[OrderEventKind, int], job_id: int) -> None:
    off = next((kind for kind in (OrderEventKind.REFUND, OrderEventKind.CLOSED) if kind in kinds), None)
    if off is not None and _take_off(round_, change, off, kinds[off], lock(round_.tx, job_id)):
        return
    job = lock(round_.tx, job_id)
    if job.status in _OVER:
        return
    row = change.line.row
    moment = delivered(row, round_.now) if OrderEventKind.DELIVERY in kinds else None
    if moment is not None and job.delivered_at is None:
        told = Command(Action.DELIVERED, moment=moment)
        if not _try(round_, job, told) and told.action in lifecycle.available_actions(job, Role.SYSTEM):
            queueing.queue(round_.tx, job.id, "delivery_doubtful", round_.now, actor=round_.actor)
    day = wanted(row) if OrderEventKind.WANTED_DATE in kinds else None
    if day is not None:
        _try(round_, lock(round_.tx, job_id), Command(Action.WANTED_DATE_SET, moment=day))
    if kinds.keys() & {OrderEventKind.SKU, OrderEventKind.QUANTITY}:
        _replan(round_, change, lock(round_.tx, job_id))


def _try(round_: Round, job: JobState, command: Command, actor: Actor = SYSTEM) -> bool:
    """Do it where the table lets this actor; False where it doesn't or something bars it."""
    if command.action not in lifecycle.available_actions(job, actor.role):
        return False
    try:
        act(round_.tx, actor, job.id, command, round_.now)
    except Conflict:
        return False
    return True


# -- refunds


def _take_off(round_: Round, change: Changed, kind: OrderEventKind, event_id: int, job: JobState) -> bool:
    """The order is off, or money went back. True when nothing else need be done to this job.

    A part of the money back (a price difference, one piece of two) cancels nothing by itself: an agent looks.
    """
    row = change.line.row
    whole = row.state in (OrderState.REFUNDED, OrderState.CLOSED)
    if row.refund_fen and row.paid_fen and not row.order_amounts:
        whole = whole or row.refund_fen >= row.paid_fen
    data = {"order_event_id": event_id, "refund_fen": row.refund_fen, "whole": whole}
    if job.status in _OVER:
        if job.status == Status.CLOSED:
            _owe_reversal(round_, job, event_id, data)
        return True
    reason = "refund" if kind is OrderEventKind.REFUND else "customer"
    before = job.status in (*_BEFORE_VISIT, Status.UNSERVED)
    if whole and before and _try(round_, job, Command(Action.CANCEL, reason=reason)):
        return True
    queueing.queue(round_.tx, job.id, "refund", round_.now, data=data, actor=round_.actor)
    return whole


def _owe_reversal(round_: Round, job: JobState, event_id: int, data: dict[str, Any]) -> None:
    """Fees are final: the money part is a reversal in the open month, owed to the ledger."""
    payload = data | {"job_id": job.id, "order_line_id": job.order_line_id}
    key = f"refund_after_close:{job.id}:{event_id}"
    outbox.put(round_.tx, [outbox.Owed("refund_after_close", key, payload, job_id=job.id)], round_.now)


# -- another product, another number of pieces


def _replan(round_: Round, change: Changed, job: JobState) -> None:
    """Other pieces before the visit; from on_site on an agent looks. Another category is dispatched anew."""
    if job.kind not in _REPLANNED:
        return
    product = round_.book.products[change.line.row.sku or job.sku]
    units = change.line.row.quantity or 1
    if job.status not in (*_BEFORE_VISIT, Status.UNSERVED):
        queueing.queue(
            round_.tx, job.id, "order_changed", round_.now, data={"sku": product.sku, "units": units}
        )
    elif not product.needs_installation:
        _try(round_, job, Command(Action.CANCEL, reason="other"))
    else:
        if product.category_code != job.category_code:
            _try(round_, job, Command(Action.REDISPATCH, reason="other"))
        _rewrite(round_, lock(round_.tx, job.id), product, units)


_PIECES = """
WITH fewer AS (DELETE FROM job_unit WHERE job_id = %(job)s AND position > %(units)s)
INSERT INTO job_unit (job_id, position) SELECT %(job)s, n FROM generate_series(1, %(units)s) AS n
ON CONFLICT DO NOTHING
"""


def _rewrite(round_: Round, job: JobState, product: Product, units: int) -> None:
    columns: dict[str, Any] = {"units": units}
    if product.sku != job.sku:
        columns |= {
            "sku": product.sku,
            "category_code": product.category_code,
            "checklist_id": product.checklist_id,
            "kind": product.job_kind,
        }
    data = {"sku": product.sku, "units": units, "from_sku": job.sku, "from_units": job.units}
    queueing.record(
        round_.tx, job, "order_changed", round_.now, data=data, columns=columns, actor=round_.actor
    )
    round_.tx.exec_driver_sql(_PIECES, {"job": job.id, "units": units})


# -- another address, another telephone


def move_house(round_: Round, order: Order) -> None:
    """The order's address is another: its jobs are re-resolved and, outside the coverage, dispatched anew."""
    asked = {"order": order.id}
    for job_id in round_.tx.exec_driver_sql(_ORDER_JOBS, asked).scalars().all():
        job = lock(round_.tx, job_id)
        if job.status in _OVER:
            continue
        if job.status == Status.OFFERED and job.division_code != order.division_code:
            _try(round_, job, Command(Action.REDISPATCH, reason="other"))  # withdraws the open offers
            job = lock(round_.tx, job_id)
        fixed = Command(Action.FIX_ADDRESS, address=order.personal["address"])
        if _try(round_, job, fixed, round_.desk()):
            _after_fix(round_, order, lock(round_.tx, job_id))
        elif job.status in (Status.ON_SITE, Status.REWORK):
            queueing.queue(round_.tx, job_id, "address_changed", round_.now, actor=round_.actor)


def _after_fix(round_: Round, order: Order, job: JobState) -> None:
    """Only a resolved address is dispatched unseen; where nobody came, somebody may come now."""
    if order.division_code is None:
        queueing.queue(round_.tx, job.id, "address", round_.now, actor=round_.actor)
    elif job.status == Status.UNSERVED:
        _try(round_, job, Command(Action.REOPEN), round_.desk())


def forget_links(round_: Round, order: Order) -> None:
    """Another number of the customer's own: links sent to the old one open nothing any more."""
    jobs = round_.tx.exec_driver_sql(_ORDER_JOBS, {"order": order.id}).scalars().all()
    access.revoke(round_.tx, Session.job_id.in_(jobs) & Session.link_id.is_not(None), round_.now)
    links = CustomerLink.job_id.in_(jobs) & CustomerLink.revoked_at.is_(None)
    round_.tx.execute(update(CustomerLink).where(links).values(revoked_at=round_.now))
