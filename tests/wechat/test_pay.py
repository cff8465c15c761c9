"""WeChat Pay over a socket: bills sent once, words verified, notifications fresh and ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.calendar import local_date
from domain.payments import Kind
from tests import merchant
from tests.merchant import Notified, notified
from tests.wechat.conftest import APP
from wechat.errors import Uncertain, Unreachable
from wechat.pay import PayGateway
from wechat.pay_terms import Ask, BadNote, PayRefused
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn

BILLS = "v3/fund-app/mch-transfer/transfer-bills"


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[str, Notified]]:
    """Our door for notifications, on a socket."""
    with notified() as found:
        yield found


@pytest.fixture
def door(listening: tuple[str, Notified]) -> Notified:
    """The same, empty."""
    while not listening[1].came.empty():
        listening[1].came.get()
    listening[1].answers.clear()
    return listening[1]


@pytest.fixture(scope="module")
def gateway_to_money(stand_in: StandIn, listening: tuple[str, Notified]) -> PayGateway:
    """The product's gateway to the stand-in's merchant."""
    told = merchant.settings(APP, stand_in.base_url, listening[0], timeouts=(0.5, 0.6))
    return PayGateway(told, stand_in.world.clock.now)


@pytest.fixture
def pay(gateway_to_money: PayGateway, sim: Remote, door: Notified) -> PayGateway:
    """The same, with the merchant set up anew."""
    sim.merchant(**merchant.account(APP))
    return gateway_to_money


@pytest.fixture
def wang(sim: Remote) -> str:
    """Wang's openid."""
    return str(sim.user("wang")["openid"])


def transfer(openid: str, fen: int = 8000, number: str = "TZT20260302AAAA", **more: Any) -> Ask:
    """¥80.00 for Wang."""
    return Ask(number, fen, "2026-03 安装服务费", openid, **more)


def test_a_transfer_waits_for_its_payee_and_ends_with_his_tap(
    pay: PayGateway, sim: Remote, door: Notified, wang: str
) -> None:
    """Sent, known under its number, taken, told: the same number, amount and person everywhere."""
    sent = pay.send(Kind.TRANSFER, transfer(wang))
    sim.take(sent.number, "wang")
    told, asked = pay.heard(*door.came.get(timeout=5)).word, pay.ask(Kind.TRANSFER, sent.number)
    assert (sent.state, told.state) == ("WAIT_USER_CONFIRM", "SUCCESS")
    assert sent.ticket
    assert told == asked
    assert (told.amount_fen, told.openid) == (8000, wang)


def test_a_name_is_sealed_for_wechat_and_compared(pay: PayGateway, sim: Remote, wang: str) -> None:
    """From ¥2,000.00 on; another person's name ends the transfer."""
    sim.setup(users=[{"alias": "wang", "real_name": "王建国"}])
    right = pay.send(Kind.TRANSFER, transfer(wang, 200_000, "TZTRIGHT01", name="王建国"))
    wrong = pay.send(Kind.TRANSFER, transfer(wang, 200_000, "TZTWRONG01", name="王小明"))
    assert sim.take(right.number, "wang")["state"] == "SUCCESS"
    assert sim.take(wrong.number, "wang")["fail_reason"] == "NAME_NOT_CORRECT"
    assert "王建国" not in str(sim.journal(BILLS))


def test_a_transfer_nobody_takes_ends_after_a_day_and_the_money_is_back(
    pay: PayGateway, sim: Remote, wang: str
) -> None:
    """24 hours of WeChat's own clock."""
    sent = pay.send(Kind.TRANSFER, transfer(wang))
    assert sim.money()["balance_fen"] == 10_000_000 - 8000
    sim.advance(24 * 3600)
    asked = pay.ask(Kind.TRANSFER, sent.number)
    assert asked is not None
    assert (asked.state, asked.reason) == ("FAIL", "OVERDUE_CLOSE")
    assert sim.money()["balance_fen"] == 10_000_000


@pytest.mark.parametrize(
    ("action", "more"), [("hang", {}), ("reset", {}), ("truncate", {}), ("http", {"status": 500})]
)
def test_a_lost_answer_leaves_one_bill_under_one_number(
    pay: PayGateway, sim: Remote, wang: str, action: str, more: Any
) -> None:
    """The effect is there, the answer is not: `Uncertain`; asked and sent again it is the same bill."""
    sim.fault(action, path=BILLS, phase="after_effect", times=1, **more)
    with pytest.raises(Uncertain):
        pay.send(Kind.TRANSFER, transfer(wang))
    asked, again = pay.ask(Kind.TRANSFER, "TZT20260302AAAA"), pay.send(Kind.TRANSFER, transfer(wang))
    assert asked is not None
    assert asked.their_number == again.their_number
    assert len(sim.money()["transfers"]) == 1


def test_a_no_counts_only_when_wechat_signed_it(pay: PayGateway, sim: Remote, wang: str) -> None:
    """No funds is a refusal with a code; a gateway's 404 page is not "unknown number"; a closed port sent nothing."""
    sim.merchant(balance_fen=10)
    with pytest.raises(PayRefused) as no:
        pay.send(Kind.TRANSFER, transfer(wang))
    assert no.value.said == "NOT_ENOUGH"
    assert pay.ask(Kind.TRANSFER, "TZT20260302AAAA") is None
    sim.fault("http", path=f"{BILLS}/*", status=404, html='{"code": "NOT_FOUND"}')
    with pytest.raises(Uncertain):
        pay.ask(Kind.TRANSFER, "TZT20260302AAAA")
    sim.preset("down")
    with pytest.raises(Unreachable):
        pay.send(Kind.TRANSFER, transfer(wang))


def test_the_same_number_for_something_else_is_refused(pay: PayGateway, wang: str) -> None:
    """A number is one bill for ever."""
    pay.send(Kind.TRANSFER, transfer(wang))
    with pytest.raises(PayRefused) as no:
        pay.send(Kind.TRANSFER, transfer(wang, 9000))
    assert no.value.said == "INVALID_REQUEST"


def test_a_customer_pays_an_order_and_is_refunded(
    pay: PayGateway, sim: Remote, door: Notified, wang: str
) -> None:
    """Order, thumb, notification, partial refund, its notification; more than was paid is refused."""
    order = Ask("TZP20260302AAAA", 10_000, "安装收费", wang)
    prepay = pay.send(Kind.PAYMENT, order)
    assert pay.send(Kind.PAYMENT, order).ticket == prepay.ticket
    assert pay.phone(str(prepay.ticket)).package == f"prepay_id={prepay.ticket}"
    sim.pay(order.number, "wang")
    assert pay.heard(*door.came.get(timeout=5)).word.state == "SUCCESS"
    back = Ask("TZR20260302AAAA", 4000, "多收退回", of_number=order.number, of_fen=10_000)
    assert pay.send(Kind.REFUND, back).state == "PROCESSING"
    told = pay.heard(*door.came.get(timeout=5)).word
    assert (told.state, told.amount_fen, told.number) == ("SUCCESS", 4000, back.number)
    with pytest.raises(PayRefused):
        pay.send(Kind.REFUND, replace(back, number="TZR20260302BBBB", amount_fen=6001))


def test_a_closed_order_cannot_be_paid_and_a_paid_one_not_closed(
    pay: PayGateway, sim: Remote, wang: str
) -> None:
    """The close and the thumb: one of them wins."""
    for number in ("TZPCLOSED1", "TZPPAID001"):
        pay.send(Kind.PAYMENT, Ask(number, 100, "安装收费", wang))
    pay.close(Kind.PAYMENT, "TZPCLOSED1")
    sim.pay("TZPPAID001", "wang")
    with pytest.raises(PayRefused):
        pay.close(Kind.PAYMENT, "TZPPAID001")
    states = [pay.ask(Kind.PAYMENT, number) for number in ("TZPCLOSED1", "TZPPAID001")]
    assert [word.state for word in states if word] == ["CLOSED", "SUCCESS"]


@pytest.mark.parametrize(("how", "reason"), [("bad_signature", "signature"), ("stale", "stale")])
def test_a_forged_or_old_notification_is_refused(
    pay: PayGateway, sim: Remote, door: Notified, wang: str, how: str, reason: str
) -> None:
    """A signature that is not WeChat's, and one that is an hour old."""
    sim.merchant(notify={how: True})
    pay.send(Kind.TRANSFER, transfer(wang))
    sim.take("TZT20260302AAAA", "wang")
    with pytest.raises(BadNote) as refused:
        pay.heard(*door.came.get(timeout=5))
    assert refused.value.reason == reason


def test_a_notification_is_for_one_account_and_for_unchanged_bytes(
    pay: PayGateway, sim: Remote, door: Notified, wang: str
) -> None:
    """Another app's, one byte changed, and one replayed a day later are refused; nothing is fetched for a serial."""
    pay.send(Kind.TRANSFER, transfer(wang))
    sim.take("TZT20260302AAAA", "wang")
    headers, body = door.came.get(timeout=5)
    assert pay.heard(headers, body).word.state == "SUCCESS"
    later = PayGateway(pay.settings, lambda: datetime.now().astimezone() + timedelta(days=1))
    other = PayGateway(replace(pay.settings, app_id="wxother"), later._now)
    asked = len(sim.journal())
    for gateway, told, data, reason in (
        (pay, headers, body + b" ", "signature"),
        (pay, headers | {"Wechatpay-Serial": "5157F09E"}, body, "signature"),
        (pay, headers | {"Wechatpay-Timestamp": "x"}, body, "malformed"),
        (later, headers, body, "stale"),
        (PayGateway(other.settings, pay._now), headers, body, "foreign"),
    ):
        with pytest.raises(BadNote) as refused:
            gateway.heard(told, data)
        assert refused.value.reason == reason
    assert len(sim.journal()) == asked


def test_the_bills_of_a_day_are_fetched_and_checked(
    pay: PayGateway, sim: Remote, wang: str, now: Callable[[], datetime]
) -> None:
    """Payments and refunds in one, transfers in the other; a day without any has none; no bill of today."""
    pay.send(Kind.TRANSFER, transfer(wang))
    sim.take("TZT20260302AAAA", "wang")
    pay.send(Kind.PAYMENT, Ask("TZP20260302AAAA", 10_000, "安装收费", wang))
    sim.pay("TZP20260302AAAA", "wang")
    day = local_date(now())
    with pytest.raises(PayRefused):
        pay.bill("trade", day.isoformat())
    sim.advance(24 * 3600)
    assert "TZP20260302AAAA" in (pay.bill("trade", day.isoformat()) or b"").decode()
    assert "TZT20260302AAAA" in (pay.bill("funds", day.isoformat()) or b"").decode()
    assert pay.bill("funds", (day - timedelta(days=9)).isoformat()) is None


def test_settings_refuse_what_would_leak_or_cannot_work(pay: PayGateway) -> None:
    """Plain HTTP beyond loopback, a query in the address, a short key; no secret in the repr."""
    for wrong in (
        {"api_base": "http://pay.example"},
        {"notify_url": "https://a.example/?x=1"},
        {"api_key": "short"},
    ):
        with pytest.raises(ValueError, match="must be"):
            replace(pay.settings, **wrong)
    assert "PRIVATE" not in repr(pay.settings)
    assert merchant.API_KEY not in repr(pay.settings)
