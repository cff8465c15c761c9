"""WeChat Pay's door and finance's view of it over HTTP: only what WeChat signed, minutes ago, for us."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import gateway
from services.config import Config
from tests import merchant, worlds
from tests.api.conftest import Clock
from tests.rows import rows
from tests.settings import APP
from tests.worlds import World
from wechat.stand_in.merchant import signing
from wechat.stand_in.merchant.book import Merchant

DOOR = "/wechat/pay/notify"
SAID = {
    "mchid": merchant.MCH, "appid": APP, "out_trade_no": "TZPNOBODYS", "transaction_id": "42", "trade_state": "SUCCESS",
    "amount": {"total": 500}, "success_time": "2026-03-02T10:00:00+08:00",
}  # fmt: skip


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """With a merchant, its keys in files."""
    (tmp_path / "ours.pem").write_text(merchant.pair("ours")[0])
    (tmp_path / "theirs.pem").write_text(merchant.pair("theirs")[1])
    return replace(
        config, wechat_mch_id=merchant.MCH, wechat_mch_serial=merchant.SERIAL, wechat_mch_key=tmp_path / "ours.pem",
        wechat_mch_public_key=tmp_path / "theirs.pem", wechat_mch_public_key_id=merchant.KEY_ID,
        wechat_mch_api_key=merchant.API_KEY,
    )  # fmt: skip


@pytest.fixture
def world(app: Flask) -> World:
    """The invented brand."""
    return worlds.build()


def note(at: float, **said: Any) -> dict[str, Any]:
    """A payment's notification as WeChat would post it."""
    told = Merchant(**merchant.account(APP))
    head = {"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource"}
    body = json.dumps(head | {"resource": signing.sealed(told, "transaction", SAID | said)}).encode()
    return {"data": body, "headers": signing.headers(told, body, at)}


def test_what_wechat_signed_is_taken_once_and_told_to_finance(
    client: FlaskClient, world: World, clock: Clock
) -> None:
    """204 each time; a number of nobody's is a difference, which finance explains; nobody else sees any of it."""
    finance, owner = world.sign_in("finance", clock.now), world.sign_in("owner1", clock.now)
    sent = note(clock.now.timestamp())
    answers = [client.post(DOOR, **sent) for _ in range(2)]
    found = client.get("/api/v1/payout-differences", headers=finance).json["differences"]
    memo = {"key": found[0]["key"], "memo": "另一系统的订单"}
    noted = client.post("/api/v1/payout-differences/notes", json=memo, headers=finance)

    assert [(answer.status_code, answer.data) for answer in answers] == [(204, b"")] * 2
    assert [(one["gap"], one["number"], one["theirs_fen"]) for one in found] == [
        ("unknown_number", "TZPNOBODYS", 500)
    ]
    assert (noted.status_code, noted.json["memo"]) == (201, "另一系统的订单")
    assert client.get("/api/v1/wechat-bills?state=paid", headers=finance).json["items"] == []
    assert client.get("/api/v1/transfers", headers=owner).json["transfers"] == []
    assert client.get("/api/v1/wechat-bills", headers=owner).status_code == 403


def test_a_stranger_an_old_one_and_another_accounts_note_are_refused(
    client: FlaskClient, clock: Clock
) -> None:
    """403 without a word why, and nothing is kept."""
    now = clock.now.timestamp()
    forged = note(now)
    forged["headers"]["Wechatpay-Signature"] = "AAAA"
    answers = [
        client.post(DOOR, **sent) for sent in (forged, note(now - 301), note(now, mchid="1"), {"data": b"{}"})
    ]

    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [
        (403, "wechat_note_refused")
    ] * 4
    assert rows("SELECT 1 FROM wechat_word") == []


def test_wrong_settings_stop_the_process_and_no_merchant_is_fine(config: Config) -> None:
    """A key file that is not there, a secret too short; the text repeats neither."""
    assert gateway.pay_settings(replace(config, wechat_mch_id="")) is None
    for wrong in ({"wechat_mch_key": Path("/nowhere.pem")}, {"wechat_mch_api_key": "short-secret"}):
        with pytest.raises(SystemExit) as refused:
            gateway.pay_settings(replace(config, **wrong))
        assert "short-secret" not in str(refused.value)
