"""Extras on site: proposed from the job's price list, answered by the customer, settled or withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import charge_actions
from domain.actions import Action
from domain.charges import REMOTE_ITEM, REMOTE_TYPE, Item
from domain.errors import Fault, Forbidden, Invalid, NotFound
from domain.facts import Facts
from domain.job import Status
from domain.money import yuan
from services.config import config
from services.deeds import remote
from services.deeds.customer import how_said
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import job_prices, quote_codes, whose_yes

COLLECTORS = ("brand", "dealer", "installer")

_ADD = """
INSERT INTO charge (job_id, item_code, charge_type, quantity, unit_fen, amount_fen, photo_id, collected_by, created_at,
                    shown, status, decided_at, agreed_how)
VALUES (%(job)s, %(code)s, %(type)s, %(quantity)s, %(unit_fen)s, %(amount_fen)s, %(photo)s, %(collected_by)s, %(at)s,
        %(shown)s, %(status)s, %(decided_at)s, %(how)s)
RETURNING id
"""
_READ = """
SELECT status, settled_at IS NOT NULL AS settled, ruling IS NOT NULL AS ruled, collected_by FROM charge
 WHERE id = %(id)s AND job_id = %(job)s
"""
_DECIDE = """
UPDATE charge SET status = %(status)s, decided_at = %(at)s, agreed_how = coalesce(%(how)s::text, agreed_how)
 WHERE id = %(id)s
"""
_DISPUTED = "UPDATE charge SET disputed_at = %(at)s WHERE id = %(id)s"
_SETTLE = "UPDATE charge SET settled_at = %(at)s WHERE id = %(id)s"


def _priced(deed: Deed) -> Prepared:
    """The item as the price list of the job has it, or the way as the verdict has it."""
    command = deed.command
    if not command.item or not command.quantity:
        return Prepared(Facts(now=deed.at))
    if command.item == REMOTE_ITEM:
        item = remote.priced(deed)
    else:
        found = job_prices.item(deed.tx, deed.job.id, command.item)
        if found is None:
            raise Invalid(errors=[Fault("item", "not_on_price_list", "价目表中没有该项目")])
        item = found
    return Prepared(Facts(now=deed.at, charge_shown=item.shown), item)


@handles(Action.ADD_CHARGE, prepare=_priced)
def add_charge(deed: Deed, _to: Status, item: Item) -> Effect:
    """An item times a quantity; nobody types an amount. To the way, as shown, buying it was the yes."""
    command = deed.command
    if command.collected_by not in COLLECTORS:
        raise Invalid(errors=[Fault("collected_by", "unknown_value", f"可选：{'、'.join(COLLECTORS)}")])
    agreed = item.charge_type == REMOTE_TYPE and item.shown
    amount_fen = _amount(item, command.quantity or 0)
    values = {
        "job": deed.job.id,
        "code": item.code,
        "type": item.charge_type,
        "quantity": command.quantity,
        "unit_fen": item.price_fen,
        "amount_fen": amount_fen,
        "photo": command.photo_id,
        "collected_by": command.collected_by,
        "at": deed.at,
        "shown": item.shown,
        "status": "approved" if agreed else "proposed",
        "decided_at": deed.at if agreed else None,
        "how": "promise" if agreed else None,
    }
    charge_id = deed.tx.exec_driver_sql(_ADD, values).scalar_one()
    said = {"charge_id": charge_id, "amount_fen": amount_fen, "shown": item.shown, "how": values["how"]}
    return Effect({"open_charges": deed.job.open_charges + 1}, said)


def _amount(item: Item, quantity: int) -> int:
    most, fen = config().extra_most_fen, item.price_fen * quantity
    if item.charge_type != REMOTE_TYPE and fen > most:
        ask = "请核对数量" if item.price_fen <= most else "请由客服处理"
        words = f"一项最多 {yuan(most)}，这里是 {yuan(fen)}，{ask}"
        raise Invalid(errors=[Fault("quantity", "above_most", words)])
    return fen


def _the_charge(deed: Deed) -> Prepared:
    asked = {"id": deed.command.charge_id, "job": deed.job.id}
    row = deed.tx.exec_driver_sql(_READ, asked).first()
    if row is None:
        raise NotFound
    facts = Facts(now=deed.at, charge_status=row.status, charge_settled=row.settled, charge_ruled=row.ruled)
    return Prepared(facts, row.status)


def _whose_yes(deed: Deed) -> Prepared:
    """The charge, and whether the yes comes from the dealer's own device; an installer needs the customer's code."""
    known = _the_charge(deed)
    code = None
    if whose_yes.by_code(deed.actor, deed.command):
        code = quote_codes.matches(deed.tx, deed.job.id, deed.command.code)
    of_dealer = whose_yes.on_dealers_device(deed.tx, deed.actor, deed.job.dealer_id)
    facts = replace(known.facts, device_of_dealer=of_dealer, code_matches=code)
    return replace(known, facts=facts)


def _decided(deed: Deed, status: str, how: str | None = None) -> dict[str, Any]:
    asked = {"status": status, "at": deed.at, "id": deed.command.charge_id, "how": how}
    deed.tx.exec_driver_sql(_DECIDE, asked)
    return {"charge_id": deed.command.charge_id}


@handles(Action.APPROVE_CHARGE, prepare=_whose_yes)
def approve(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The customer's yes; silence never is one, and one from an unnamed device sends the job to the audit."""
    flag = {"audit_flag": whose_yes.UNVERIFIED} if whose_yes.from_nowhere(deed.tx, deed.actor) else {}
    how = how_said(deed)
    return Effect(flag, _decided(deed, "approved", how) | {"how": how, "flag": flag.get("audit_flag")})


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
    bar = charge_actions.settle_bar(hands, deed.actor.role, through_wechat=bool(config().wechat_mch_id))
    if bar is not None:
        raise Forbidden(bar)
    return known


@handles(Action.LAPSE_CHARGE, prepare=_the_charge)
def lapse(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The customer said nothing: that is no yes, and nothing is taken."""
    return Effect({"open_charges": deed.job.open_charges - 1}, _decided(deed, "lapsed"))


@handles(Action.SETTLE_CHARGE, prepare=_whose_money)
def settle(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Paid to the brand, or recorded as collected by dealer or installer."""
    deed.tx.exec_driver_sql(_SETTLE, {"at": deed.at, "id": deed.command.charge_id})
    return Effect({"open_charges": deed.job.open_charges - 1}, {"charge_id": deed.command.charge_id})


@handles(Action.DISPUTE_CHARGE, prepare=_the_charge)
def dispute(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Afterwards the customer thinks otherwise: the dealer answers, an agent rules, and nothing closes before."""
    data = _decided(deed, "disputed")
    deed.tx.exec_driver_sql(_DISPUTED, {"at": deed.now, "id": deed.command.charge_id})
    columns = {"dispute_open": True, "auto_confirm_at": None, "queue": "dispute", "queued_at": deed.now}
    return Effect(columns, data)
