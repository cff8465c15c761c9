"""`/v3/…`: every request's signature is checked, every reply signed, every refusal a status with a code."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from wechat.stand_in.courier import Courier
from wechat.stand_in.merchant import bills, orders, signing, transfers
from wechat.stand_in.merchant.book import Book, Merchant, PayError
from wechat.stand_in.merchant.notes import Notes
from wechat.stand_in.state import World

Json = dict[str, Any]
_BILLS = "/fund-app/mch-transfer/transfer-bills"


class Doors:
    """The merchant's interface over one world."""

    def __init__(self, world: World, courier: Courier) -> None:
        self.world = world
        self.courier = courier
        self.notes = Notes(world, courier)

    @property
    def book(self) -> Book:
        """As it stands; a reset makes another."""
        return self.world.pay

    def blueprint(self) -> Blueprint:
        """All routes."""
        routes = Blueprint("merchant", __name__, url_prefix="/v3")
        for rule, method, handler in self._table():
            endpoint = f"{method}{rule}".replace("/", "_").replace(".", "_")
            routes.add_url_rule(rule, endpoint, self._served(handler), methods=[method])
        routes.add_url_rule("/billdownload/file", "download", self.download)
        return routes

    def _table(self) -> list[tuple[str, str, Callable[..., Json | None]]]:
        world, notes = self.world, self.notes
        trade, number = "/pay/transactions", "/out-trade-no/<number>"
        return [
            (f"{trade}/jsapi", "POST", lambda m: orders.create(world, self.book, m, _body())),
            (f"{trade}{number}", "GET", lambda m, number: orders.show(self.book, m, number)),
            (f"{trade}{number}/close", "POST", lambda _m, number: orders.close(self.book, number)),
            ("/refund/domestic/refunds", "POST", self._refund),
            (
                "/refund/domestic/refunds/<number>",
                "GET",
                lambda _m, number: orders.show_refund(self.book, number),
            ),
            (_BILLS, "POST", lambda m: transfers.create(world, self.book, m, _body())),
            (f"{_BILLS}/out-bill-no/<number>", "GET", lambda m, number: transfers.show(self.book, m, number)),
            (
                f"{_BILLS}/out-bill-no/<number>/cancel",
                "POST",
                lambda m, number: transfers.cancel(world, self.book, m, notes, number),
            ),
            ("/bill/tradebill", "GET", lambda _m: self._bill("trade")),
            ("/bill/fundflowbill", "GET", lambda _m: self._bill("funds")),
        ]

    def _served(self, handler: Callable[..., Json | None]) -> Callable[..., Response]:
        def serve(**where: str) -> Response:
            with self.world.lock:
                merchant = self.book.merchant
                if merchant is None:
                    return Response("no merchant", status=404)
                try:
                    self._verify(merchant)
                    self.tick()
                    reply, status = handler(merchant, **where), 200
                except PayError as no:
                    reply, status = {"code": no.code, "message": no.message, "detail": {}}, no.status
                return self._signed(merchant, reply, status)

        return serve

    def _verify(self, merchant: Merchant) -> None:
        target = request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
        said = request.headers.get("Authorization", "")
        # The library signs with the real time, whatever this world's clock says.
        signing.verify(merchant, said, request.method, target, request.get_data(), time.time())

    def _signed(self, merchant: Merchant, reply: Json | None, status: int) -> Response:
        body = b"" if reply is None else json.dumps(reply, ensure_ascii=False).encode()
        answer = Response(body, status=204 if reply is None else status, content_type="application/json")
        answer.headers.update(signing.headers(merchant, body, self.world.clock.wall_stamp()))
        return answer

    def tick(self) -> None:
        """What time alone does: transfers nobody took end, refunds arrive. Call with the lock held."""
        merchant, now = self.book.merchant, self.world.clock.stamp()
        if merchant is None:
            return
        for made in self.book.transfers.values():
            if transfers.overdue(made, now):
                transfers.finish(self.world, merchant, self.notes, made, "FAIL", "OVERDUE_CLOSE")
        for refund in self.book.refunds.values():
            if refund.state == "PROCESSING" and now >= refund.made_at + merchant.refund_s:
                orders.finish_refund(self.world, merchant, self.notes, refund, "SUCCESS")

    def _refund(self, merchant: Merchant) -> Json:
        said = orders.refund(self.world, self.book, _body())
        self.courier.later(merchant.refund_s, self._ticking)
        return said

    def _ticking(self) -> None:
        with self.world.lock:
            self.tick()

    def _bill(self, which: str) -> Json:
        day, zipped = request.args.get("bill_date", ""), request.args.get("tar_type") == "GZIP"
        said = bills.make(self.world, self.book, which, day, zipped=zipped)
        token = said.pop("token")
        return {**said, "download_url": f"{request.host_url}v3/billdownload/file?token={token}"}

    def download(self) -> Response:
        """A bill's bytes; unsigned, as WeChat's are. The request is signed like any other."""
        with self.world.lock:
            merchant, found = self.book.merchant, self.book.files.get(request.args.get("token", ""))
            if merchant is None or found is None:
                return Response(status=404)
            try:
                self._verify(merchant)
            except PayError as no:
                return Response(no.message, status=no.status)
            return Response(found, content_type="application/octet-stream")


def _body() -> Json:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise PayError(400, "PARAM_ERROR", "请求不是 JSON")
    return found
