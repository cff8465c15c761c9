"""The control plane's part about money: what the customer, the payee and the merchant's console do."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import Blueprint, Response, jsonify, request

from wechat.stand_in.merchant import orders, transfers
from wechat.stand_in.merchant.book import BillFaults, Merchant, Notifying, PayError
from wechat.stand_in.merchant.doors import Doors
from wechat.stand_in.state import User

Json = dict[str, Any]


class Console:
    """Handlers over the doors' world; behind the control plane's key."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.world = doors.world

    def blueprint(self, guard: Any) -> Blueprint:
        """All routes, behind `guard`."""
        routes = Blueprint("merchant_control", __name__, url_prefix="/__sim__/merchant")
        routes.before_request(guard)
        routes.errorhandler(PayError)(lambda no: (jsonify(code=no.code, message=no.message), no.status))
        for error in (ValueError, TypeError, KeyError):
            routes.errorhandler(error)(lambda wrong: (jsonify(error=f"{type(wrong).__name__}: {wrong}"), 400))
        for rule, method, view in (
            ("", "POST", self.set_up),
            ("", "GET", self.show),
            ("/orders/<number>/pay", "POST", self.pay),
            ("/transfers/<number>/confirm", "POST", self.confirm),
            ("/refunds/<number>/finish", "POST", self.finish_refund),
            ("/bill-faults", "POST", self.bill_faults),
            ("/tick", "POST", self.tick),
        ):
            routes.add_url_rule(rule, view_func=view, methods=[method], endpoint=f"{view.__name__}_{method}")
        return routes

    def set_up(self) -> Response:
        """Create or change the merchant: its fields, `notify` with its own."""
        body = _body()
        with self.world.lock:
            book = self.world.pay
            notifying = body.pop("notify", {})
            if book.merchant is None:
                book.merchant = Merchant(**body)
            else:
                _change(book.merchant, body)
            _change(book.merchant.notify, notifying)
        if not book.merchant.notify.out_of_order:
            self.doors.courier.flush()
        return jsonify(ok=True)

    def show(self) -> Response:
        """Balance, orders, refunds and transfers as they stand."""
        with self.world.lock:
            self.doors.tick()
            book, merchant = self.world.pay, self._merchant()
            return jsonify(
                balance_fen=merchant.balance_fen,
                orders=[orders.told(merchant, one) for one in book.orders.values()],
                refunds=[orders.refund_told(one) for one in book.refunds.values()],
                transfers=[transfers.told(one, merchant) for one in book.transfers.values()],
            )

    def pay(self, number: str) -> Response:
        """`{"user": alias}` pays an order."""
        with self.world.lock:
            merchant, user = self._merchant(), self._user()
            openid = self.world.openid(merchant.appid, user.alias)
            said = orders.pay(self.world, self.world.pay, merchant, self.doors.notes, number, openid)
        return jsonify(said)

    def confirm(self, number: str) -> Response:
        """`{"user": alias}` takes a transfer."""
        with self.world.lock:
            self.doors.tick()
            given = self._merchant(), self.doors.notes, number, self._user()
            said = transfers.confirm(self.world, self.world.pay, *given)
        return jsonify(said)

    def finish_refund(self, number: str) -> Response:
        """`{"state": "ABNORMAL"}`: a refund that cannot arrive."""
        with self.world.lock:
            made = self.world.pay.refunds[number]
            state = str(_body().get("state", "SUCCESS"))
            orders.finish_refund(self.world, self._merchant(), self.doors.notes, made, state)
        return jsonify(ok=True)

    def bill_faults(self) -> Response:
        """`{"drop": [number], "amounts": {number: fen}, "extra": {number: fen}}` in bills made from now on."""
        with self.world.lock:
            self.world.pay.bill_faults = BillFaults(**_body())
        return jsonify(ok=True)

    def tick(self) -> Response:
        """Let what is due by the clock happen."""
        with self.world.lock:
            self.doors.tick()
        return jsonify(ok=True)

    def _merchant(self) -> Merchant:
        if self.world.pay.merchant is None:
            raise PayError(404, "NO_MERCHANT")
        return self.world.pay.merchant

    def _user(self) -> User:
        return self.world.users[str(_body()["user"])]


def _change(target: Merchant | Notifying, values: Json) -> None:
    known = {field.name for field in fields(target)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown option {name}, known are {sorted(known)}")
        setattr(target, name, value)


def _body() -> Json:
    found = request.get_json(silent=True)
    return dict(found) if isinstance(found, dict) else {}
