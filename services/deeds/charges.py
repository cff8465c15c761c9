"""Extras on site: proposed from the job's price list, answered by the customer, settled or withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.actions import Action
from domain.actors import DEALER_ROLES
from domain.errors import Fault, Forbidden, Invalid, NotFound
from domain.facts import Facts
from domain.job import Status
from services.deeds.customer import UNVERIFIED, from_nowhere, on_dealers_device
from services.deeds.handling import Deed, Effect, Prepared, handles

COLLECTORS = ("brand", "dealer", "installer")

_ADD = """
INSERT INTO charge (job_id, item_code, charge_type, quantity, unit_fen, amount_fen, photo_id, collected_by, created_at)
SELECT %(job)s, code, charge_type, %(quantity)s, price_fen, price_fen * %(quantity)s, %(photo)s, %(collected_by)s,
       %(at)s
  FROM price_item WHERE price_list_id = %(list)s AND code = %(item)s RETURNING id, amount_fen
"""
_READ = """
SELECT status, settled_at IS NOT NULL AS settled, collected_by FROM charge WHERE id = %(id)s AND job_id = %(job)s
"""
_DECIDE = "UPDATE charge SET status = %(status)s, decided_at = %(at)s WHERE id = %(id)s"
_SETTLE = "UPDATE charge SET settled_at = %(at)s WHERE id = %(id)s"


@handles(Action.ADD_CHARGE)
def add_charge(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """A price list item times a quantity; nobody types an amount."""
    command = deed.command
    if command.collected_by not in COLLECTORS:
        raise Invalid(errors=[Fault("collected_by", "unknown_value", f"可选：{'、'.join(COLLECTORS)}")])
    values = {
        "job": deed.job.id,
        "quantity": command.quantity,
        "photo": command.photo_id,
        "collected_by": command.collected_by,
        "at": deed.at,
        "list": deed.job.price_list_id,
        "item": command.item,
    }
    row = deed.tx.exec_driver_sql(_ADD, values).first()
    if row is None:
        raise Invalid(errors=[Fault("item", "not_on_price_list", "价目表中没有该项目")])
    return Effect(
        {"open_charges": deed.job.open_charges + 1}, {"charge_id": row.id, "amount_fen": row.amount_fen}
    )


def _the_charge(deed: Deed) -> Prepared:
    asked = {"id": deed.command.charge_id, "job": deed.job.id}
    row = deed.tx.exec_driver_sql(_READ, asked).first()
    if row is None:
        raise NotFound
    return Prepared(Facts(now=deed.at, charge_status=row.status, charge_settled=row.settled), row.status)


def _whose_yes(deed: Deed) -> Prepared:
    """The charge, and whether the yes comes from the dealer's own device."""
    known = _the_charge(deed)
    return replace(known, facts=replace(known.facts, device_of_dealer=on_dealers_device(deed)))


def _decided(deed: Deed, status: str) -> dict[str, Any]:
    deed.tx.exec_driver_sql(_DECIDE, {"status": status, "at": deed.at, "id": deed.command.charge_id})
    return {"charge_id": deed.command.charge_id}


@handles(Action.APPROVE_CHARGE, prepare=_whose_yes)
def approve(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The customer's yes; silence never is one, and one from an unnamed device sends the job to the audit."""
    flag = {"audit_flag": UNVERIFIED} if from_nowhere(deed) else {}
    return Effect(flag, _decided(deed, "approved") | {"flag": flag.get("audit_flag")})


@handles(Action.REFUSE_CHARGE, prepare=_the_charge)
def refuse(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The customer's no settles it: nothing is taken."""
    return Effect({"open_charges": deed.job.open_charges - 1}, _decided(deed, "refused"))


@handles(Action.WITHDRAW_CHARGE, prepare=_the_charge)
def withdraw(deed: Deed, _to: Status, was: str) -> Effect:
    """Taken back by the dealer's side; a refused one was no longer open."""
    fewer = 0 if was == "refused" else 1
    return Effect({"open_charges": deed.job.open_charges - fewer}, _decided(deed, "withdrawn"))


def _whose_money(deed: Deed) -> Prepared:
    """What is paid to the brand is not for the dealer's side to say: it would be paid out to it."""
    known = _the_charge(deed)
    asked = {"id": deed.command.charge_id, "job": deed.job.id}
    hands = deed.tx.exec_driver_sql(_READ, asked).one().collected_by
    if hands == "brand" and deed.actor.role in DEALER_ROLES:
        raise Forbidden("付给品牌的费用由客服确认到账")
    return known


@handles(Action.SETTLE_CHARGE, prepare=_whose_money)
def settle(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Paid to the brand, or recorded as collected by dealer or installer."""
    deed.tx.exec_driver_sql(_SETTLE, {"at": deed.at, "id": deed.command.charge_id})
    return Effect({"open_charges": deed.job.open_charges - 1}, {"charge_id": deed.command.charge_id})


@handles(Action.DISPUTE_CHARGE, prepare=_the_charge)
def dispute(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Afterwards the customer thinks otherwise: an agent rules, and nothing closes before."""
    data = _decided(deed, "disputed")
    columns = {"dispute_open": True, "auto_confirm_at": None, "queue": "dispute", "queued_at": deed.now}
    return Effect(columns, data)
