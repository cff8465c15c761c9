"""The invented brand with a merchant at WeChat: fixtures for transfers to persons and customers' payments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask

from domain.payments import Kind
from services import settling, transfers, wechat_bills
from services.statements import approve, confirm, draw
from tests import merchant
from tests.merchant import Notified
from tests.rows import rows
from tests.services.money import APRIL_1, MARCH
from tests.services.test_settling import invoice
from tests.services.test_statements import post, statement
from tests.settings import APP
from tests.worlds import World
from wechat.pay import PayGateway
from wechat.stand_in.clock import SimClock
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn

SEND = "v3/fund-app/mch-transfer/transfer-bills"
ASK = f"{SEND}/*"


@dataclass
class Till:
    """The merchant's two sides: our gateway, WeChat's console, and the door where notifications arrive."""

    world: World
    pay: PayGateway
    sim: Remote
    door: Notified
    stand_in: StandIn

    def now(self) -> datetime:
        """WeChat's time is ours."""
        return self.stand_in.world.clock.now()

    def work(self, seconds: float = 0) -> dict[str, int]:
        """The run, so many seconds later."""
        self.sim.advance(seconds)
        return wechat_bills.work(self.now())

    def hear(self, times: int = 1) -> None:
        """Take the next notification, so often."""
        note = self.pay.heard(*self.door.came.get(timeout=5))
        for _ in range(times):
            wechat_bills.heard(note, self.now())

    def openid(self, alias: str, person_id: int | None) -> str:
        """Somebody's account, known to us as this person's."""
        openid = str(self.sim.user(alias)["openid"])
        rows(
            "INSERT INTO wechat_identity (app_id, openid, person_id, first_seen, last_login)"
            " VALUES (:a, :o, :p, :n, :n)", a=APP, o=openid, p=person_id, n=self.now(),
        )  # fmt: skip
        return openid

    def invoiced(self, number: int = 1, fen: int = 8000) -> int:
        """A person's March, invoiced; the statement's id."""
        finance, dealer_id = self.world.actor("finance"), self.world.dealers[number - 1]
        rows("UPDATE dealer SET party = 'natural_person' WHERE id = :d", d=dealer_id)
        post(f"fee:{number}", dealer_id, fen)
        draw(MARCH, APRIL_1)
        row = statement(dealer_id)
        confirm(self.world.actor(f"owner{number}"), row.id, APRIL_1)
        approve(finance, row.id, APRIL_1)
        settling.record_invoice(finance, row.id, invoice(number, fen), APRIL_1)
        return int(row.id)

    def transfer(self, fen: int = 8000) -> str:
        """A transfer of a March to the first owner, made and not sent; its number."""
        statement_id = self.invoiced(fen=fen)
        self.openid("wang", self.world.people["owner1"])
        return transfers.make(self.world.actor("finance"), statement_id, self.now()).number


def states(kind: Kind = Kind.TRANSFER) -> list[tuple[str, str | None]]:
    """(state, reason) of our bills of a kind, in order."""
    found = rows("SELECT state, reason FROM wechat_bill WHERE kind = :k ORDER BY id", k=kind)
    return [(row.state, row.reason) for row in found]


@pytest.fixture(scope="session")
def wechats() -> Iterator[tuple[StandIn, Notified, PayGateway]]:
    """A stand-in with a clock that stands still, and our gateway to it."""
    clock = SimClock(lambda: APRIL_1)
    with StandIn(key="till", clock=clock) as running, merchant.notified() as (url, door):
        told = merchant.settings(APP, running.base_url, url, timeouts=(0.5, 0.5))
        yield running, door, PayGateway(told, clock.now)


@pytest.fixture
def till(app: Flask, world: World, wechats: tuple[StandIn, Notified, PayGateway]) -> Till:
    """Both sides, empty."""
    running, door, pay = wechats
    sim = Remote(running.control_url, "till")
    sim.reset()
    while not door.came.empty():
        door.came.get()
    sim.setup(apps=[{"appid": APP, "secret": "s"}], users=[{"alias": alias} for alias in ("wang", "li")])
    sim.merchant(**merchant.account(APP))
    app.extensions["wechat_pay"] = pay
    return Till(world, pay, sim, door, running)


MINUTE, HOUR = timedelta(minutes=1).total_seconds(), timedelta(hours=1).total_seconds()
