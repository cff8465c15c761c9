"""Extras as people read them: the price list of a job, and the sheet of what was proposed, agreed, paid, disputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import charge_actions, charges, lifecycle
from domain.actions import Action
from domain.actors import Actor, Role
from domain.charge_actions import ChargeState
from domain.charge_disputes import STAGE_NAMES, Dispute
from domain.charges import Quote
from domain.errors import NotFound
from domain.fee_rules import CHARGE_TYPES
from domain.job import JobState
from services.config import config
from services.deeds.loading import COLUMNS
from services.parts import job_prices, quote_codes, whose_yes
from services.queries import scope
from services.uow import query


@dataclass(frozen=True, slots=True)
class JobPriceLine:
    """An item of the job's price list; `shown`: the customer's promise named it at this price or more."""

    code: str
    name: str
    unit: str
    price_fen: int
    charge_type: int
    type_name: str
    shown: bool
    needs_photo: bool


@dataclass(frozen=True, slots=True)
class JobPriceList:
    """The version of the price list that this job was made with; `quote` where lines were asked for."""

    version: int
    effective_from: datetime
    items: tuple[JobPriceLine, ...]
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class ChargeCard:
    """A charge with its arithmetic and where it stands; `answer_by`: after that silence decides.

    `ruled_how`: agent, dealer, silence, remote; `refund_at`: at whose cost it goes back, dealer or brand.
    `told`: what comes back and when, or that it has; `returned_fen`: what WeChat or the bank has given back of it.
    `available_actions`: what the reader may do about it now.
    `after_work`: proposed when photos of the finished work were already there; the yes should come before it.
    """

    id: int
    item: str
    name: str
    type: int
    type_name: str
    unit: str
    quantity: int
    unit_fen: int
    amount_fen: int
    text: str
    status: str
    status_name: str
    tmall_status: int
    shown: bool
    photo_id: int | None
    collected_by: str
    agreed_how: str | None
    settled: bool
    ruling: str | None
    refund_fen: int | None
    ruled_how: str | None
    refund_at: str | None
    proposed_at: datetime
    after_work: bool
    answer_by: datetime | None
    returned_fen: int
    told: str | None
    available_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChargeSheet:
    """All extras of a job; `code`, for the customer alone, says yes to what waits when told to the installer.

    None also where the reader may be one of the dealer's people: the SMS brings it (`whose_yes.reads_code`).
    Texts say 您 to the customer and 客户 to everybody else. Of `agreed_fen` and what was paid though withdrawn,
    `refund_fen` goes back by rulings; `returned_fen`: what of all charges has gone back.
    """

    job_id: int
    price_list_version: int | None
    charges: tuple[ChargeCard, ...]
    waiting_fen: int
    agreed_fen: int
    refund_fen: int
    returned_fen: int
    code: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reader may do on the job of the sheet."""

    job: JobState
    actions: tuple[Action, ...]
    role: Role


_STATE = f"SELECT {COLUMNS} FROM job WHERE id = %(id)s"
_JOB = "SELECT job.id, job.price_list_id FROM job WHERE job.id = %(id)s AND {condition}"
_CARDS = """
SELECT charge.id, charge.item_code, coalesce(item.name, '远程费') AS name, charge.charge_type,
       coalesce(item.unit, '次') AS unit, charge.quantity, charge.unit_fen, charge.amount_fen, charge.status,
       charge.shown, charge.photo_id, charge.collected_by, charge.agreed_how,
       charge.settled_at IS NOT NULL AS settled, charge.ruling, charge.created_at,
       coalesce(charge.refund_fen, back.unsettled_fen) AS refund_fen,
       charge.ruled_how, charge.refund_at, charge.disputed_at, charge.answered_at,
       back.returned_fen,
       EXISTS (SELECT 1 FROM photo JOIN job ON job.id = photo.job_id
                 JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = photo.slot_code
                WHERE photo.job_id = charge.job_id AND slot.phase = 'after' AND photo.received_at < charge.created_at)
           AS after_work
  FROM charge LEFT JOIN price_item item ON item.price_list_id = %(list)s AND item.code = charge.item_code
  CROSS JOIN LATERAL (
       SELECT max(amount_fen) FILTER (WHERE cause LIKE 'charge:%%') AS unsettled_fen,
              coalesce(sum(amount_fen) FILTER (WHERE state = 'paid' OR entry_id IS NOT NULL), 0)::bigint
                AS returned_fen
         FROM wechat_bill bill WHERE bill.job_id = charge.job_id AND kind = 'refund'
          AND (cause = format('charge:%%s:unsettled', charge.id)
               OR cause LIKE format('job:%%s:charge:%%s:refund%%%%', charge.job_id, charge.id))) back
 WHERE charge.job_id = %(id)s ORDER BY charge.id
"""
_VERSION = "SELECT version FROM price_list WHERE id = %(list)s"


def job_of(connection: Connection, actor: Actor, job_id: int) -> Any:
    """(id, price_list_id) of a job within the actor's horizon; NotFound."""
    condition, params = scope.jobs(actor)
    row = connection.exec_driver_sql(_JOB.format(condition=condition), params | {"id": job_id}).first()
    if row is None:
        raise NotFound
    return row


@query
def price_list(
    connection: Connection, actor: Actor, job_id: int, wanted: Sequence[tuple[str, int]]
) -> JobPriceList:
    """What may be proposed on site and at which price; `wanted` (code, quantity) each is priced, kept nowhere."""
    job = job_of(connection, actor, job_id)
    found = job_prices.of(connection, job_id, job.price_list_id)
    if found is None:
        raise NotFound("该工单没有价目表")
    items = tuple(
        JobPriceLine(
            item.code, item.name, item.unit, item.price_fen, item.charge_type, CHARGE_TYPES[item.charge_type],
            item.shown, not item.shown,
        )
        for item in found.items
    )  # fmt: skip
    made = charges.quote(found.version, found.items, wanted) if wanted else None
    return JobPriceList(found.version, found.effective_from, items, made)


@query
def sheet(connection: Connection, actor: Actor, job_id: int) -> ChargeSheet:
    """The page a customer opens by the link of the notice, and everybody else's view of the same."""
    job = job_of(connection, actor, job_id)
    to_customer = actor.role == Role.CUSTOMER
    state = JobState(*connection.exec_driver_sql(_STATE, {"id": job_id}).one())
    may = Offer(state, lifecycle.available_actions(state, actor.role), actor.role)
    found = cards(connection, job_id, job.price_list_id, to_customer, may)
    waiting = [card for card in found if card.status == "proposed"]
    agreed = [card for card in found if card.status == "approved"]
    told_code = bool(waiting) and whose_yes.reads_code(connection, actor, state.dealer_id)
    code = quote_codes.code_of(connection, job_id) if told_code else None
    version = connection.exec_driver_sql(_VERSION, {"list": job.price_list_id}).scalar()
    kept = [card for card in found if card.status == "disputed" and card.ruling]
    sums = sum(card.amount_fen for card in waiting), sum(card.amount_fen for card in (*agreed, *kept))
    back = sum(card.refund_fen or 0 for card in found)
    told = charges.sheet_told(len(waiting), *sums, to_customer)
    returned = sum(card.returned_fen for card in found)
    if back_told := _refund_told(back, returned, to_customer):
        told += "。" + back_told
    return ChargeSheet(job_id, version, found, *sums, back, returned, code, told)


def cards(
    connection: Connection,
    job_id: int,
    list_id: int | None,
    to_customer: bool = False,
    may: Offer | None = None,
) -> tuple[ChargeCard, ...]:
    """Every charge of a job, oldest first; with `may` what its reader may do about each."""
    rows = connection.exec_driver_sql(_CARDS, {"id": job_id, "list": list_id})
    return tuple(_card(row, to_customer, may) for row in rows)


def _offered(row: Any, may: Offer | None) -> tuple[str, ...]:
    if may is None:
        return ()
    state = ChargeState(
        row.status, row.settled, row.ruling is not None, row.answered_at is not None, row.collected_by
    )
    merchant = bool(config().wechat_mch_id)
    return charge_actions.of_charge(may.job, may.actions, state, may.role, through_wechat=merchant)


def _card(row: Any, to_customer: bool, may: Offer | None) -> ChargeCard:
    dispute = _dispute(row)
    text = charges.arithmetic(row.charge_type, row.name, row.unit_fen, row.quantity, row.unit)
    return ChargeCard(
        id=row.id,
        item=row.item_code,
        name=row.name,
        type=row.charge_type,
        type_name=CHARGE_TYPES[row.charge_type],
        unit=row.unit,
        quantity=row.quantity,
        unit_fen=row.unit_fen,
        amount_fen=row.amount_fen,
        text=text,
        status=row.status,
        status_name=_status_name(row, dispute, to_customer),
        tmall_status=charges.tmall_state(row.status, row.ruling, row.settled, row.ruled_how == "silence"),
        shown=row.shown,
        photo_id=row.photo_id,
        collected_by=row.collected_by,
        agreed_how=row.agreed_how,
        settled=row.settled,
        ruling=row.ruling,
        refund_fen=row.refund_fen,
        ruled_how=row.ruled_how,
        refund_at=row.refund_at,
        proposed_at=row.created_at,
        after_work=row.after_work,
        answer_by=_answer_by(row, dispute),
        returned_fen=row.returned_fen,
        told=_refund_told(row.refund_fen or 0, row.returned_fen, to_customer),
        available_actions=_offered(row, may),
    )


def _refund_told(back_fen: int, returned_fen: int, to_customer: bool) -> str | None:
    days = config().refund_days
    return charges.refund_told(back_fen, days, to_customer, returned_fen) if back_fen else None


def _dispute(row: Any) -> Dispute | None:
    """The dispute that is going on, if any."""
    if row.status != "disputed" or row.ruling is not None or row.disputed_at is None:
        return None
    return Dispute(row.disputed_at, row.answered_at, row.shown)


def _status_name(row: Any, dispute: Dispute | None, to_customer: bool) -> str:
    if dispute is not None:
        return f"有异议，{STAGE_NAMES[dispute.stage]}"
    if row.status == "disputed" and row.ruling is not None:
        return f"已裁定，{charges.RULING_NAMES[row.ruling]}"
    return charges.state_name(row.status, to_customer)


def _answer_by(row: Any, dispute: Dispute | None) -> datetime | None:
    if dispute is not None:
        return dispute.answer_by
    waiting: datetime = row.created_at + charges.ANSWER_WITHIN
    return waiting if row.status == "proposed" else None
