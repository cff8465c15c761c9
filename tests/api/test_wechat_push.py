"""WeChat's door over a real socket: the stand-in pushes, the application checks, takes once and never stumbles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from api.app import create_app
from models import db
from services.config import Config
from tests.api.contract import StrictClient
from wechat.push import MAX_BODY, signature_of
from wechat.stand_in.envelope import seal
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn
from wechat.stand_in.state import PushConfig
from wechat.stand_in.switch import Quiet

OWN, SECRET = "wx7777777777777777", "7" * 32
TOKEN, AES_KEY = "push-token", "A" * 43
DOOR = "/wechat/push"
TEMPLATE = {"id": "task", "title": "工单处理提醒", "keys": {"thing1": "说明"}}


@pytest.fixture
def sim(stand_in: StandIn) -> Remote:
    """A WeChat that knows our app (whose id is not the one of the stand-in's `wrong_appid`) and Wang."""
    remote = Remote(stand_in.control_url, "people")
    remote.reset()
    remote.setup(
        apps=[{"appid": OWN, "secret": SECRET, "templates": [TEMPLATE]}],
        users=[{"alias": "wang", "nickname": "wang", "phone": "13800138000"}],
    )
    return remote


@pytest.fixture
def app(config: Config, stand_in: StandIn) -> Iterator[Flask]:
    """The application, living in WeChat's own time."""
    ours = replace(config, wechat_app_id=OWN, wechat_app_secret=SECRET)
    made = create_app(ours, clock=stand_in.world.clock.now)
    made.test_client_class = StrictClient
    with made.app_context():
        yield made
        db.engine.dispose()


@pytest.fixture
def served(app: Flask, sim: Remote) -> Iterator[Remote]:
    """The application on a socket, known to the stand-in as the address of pushes."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    sim.push(url=f"http://127.0.0.1:{server.server_port}{DOOR}", token=TOKEN, aes_key=AES_KEY)
    yield sim
    server.shutdown()
    server.server_close()


@pytest.fixture
def account(insert: Callable[..., Any], sim: Remote, stand_in: StandIn) -> int:
    """Wang's account, seen before."""
    seen = stand_in.world.clock.now()
    openid = sim.user("wang")["openid"]
    return int(insert("wechat_identity", app_id=OWN, openid=openid, first_seen=seen, last_login=seen))


def attempts(sim: Remote, wanted: int) -> list[tuple[int, bool]]:
    """(status, accepted) of the deliveries, once there are as many as wanted."""
    end = time.monotonic() + 8
    while len(found := sim.deliveries()) < wanted and time.monotonic() < end:
        time.sleep(0.03)
    return [(one["status"], one["ok"]) for one in found]


def envelope(sim: Remote, stand_in: StandIn, payload: dict[str, Any], **spoilt: Any) -> tuple[str, bytes]:
    """Address and body of a push of this payload."""
    head = {
        "ToUserName": "gh_1",
        "FromUserName": sim.user("wang")["openid"],
        "CreateTime": int(stand_in.world.clock.stamp()),
        "MsgType": "event",
    }
    config = PushConfig(token=TOKEN, aes_key=AES_KEY, **spoilt)
    sealed = seal(config, OWN, head | payload, int(stand_in.world.clock.stamp()))
    return f"{DOOR}?{urlencode(sealed.query)}", sealed.body


@pytest.mark.parametrize(
    "options", [{}, {"format": "xml"}, {"single_as_object": True, "create_time_as_string": True}]
)
def test_a_tap_on_the_popup_is_a_grant_in_the_ledger(
    served: Remote, account: int, rows: Callable[..., Any], options: dict[str, Any]
) -> None:
    """JSON and XML, a list or a single object: answered at once with `success`, counted once."""
    served.push(**options, duplicate=True)
    served.grant("wang", task="accept")
    assert attempts(served, 2) == [(200, True), (200, True)]
    assert rows(
        'SELECT remaining FROM "grant" WHERE identity_id = %s AND template = %s', account, "task"
    ) == (1,)


@pytest.mark.parametrize("spoilt", ["bad_signature", "wrong_appid", "stale"])
def test_a_push_that_is_not_wechats_is_refused_and_changes_nothing(
    served: Remote, account: int, rows: Callable[..., Any], spoilt: str
) -> None:
    """403 each time it comes; nothing is remembered."""
    served.push(**{spoilt: True})
    served.grant("wang", task="accept")
    assert attempts(served, 1)[0] == (403, False)
    assert rows('SELECT count(*) FROM "grant"') == (0,)
    assert rows("SELECT count(*) FROM push_seen") == (0,)


def test_withdrawn_consent_reaches_the_consents_and_ends_the_sessions(
    served: Remote, account: int, insert: Callable[..., Any], rows: Callable[..., Any]
) -> None:
    """`user_authorization_revoke`: three times no, however often it is delivered at least once."""
    served.withdraw("wang")
    assert attempts(served, 1) == [(200, True)]
    assert rows("SELECT count(*), bool_or(given) FROM consent WHERE identity_id = %s", account) == (3, False)


def test_the_handshake_sends_the_word_back(client: FlaskClient, stand_in: StandIn) -> None:
    """The console's check of the address: the echo for a right signature, 403 for any other."""
    stamp = str(int(stand_in.world.clock.stamp()))
    asked = {"timestamp": stamp, "nonce": "n", "echostr": "hello-1"}
    good = client.get(DOOR, query_string={**asked, "signature": signature_of(TOKEN, stamp, "n")})
    bad = client.get(DOOR, query_string={**asked, "signature": "0" * 40})
    assert (good.status_code, good.data, good.mimetype) == (200, b"hello-1", "text/plain")
    assert (bad.status_code, bad.json["code"]) == (403, "wechat_push_refused")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"\x00\xff", b'{"Encrypt": 5}', b"<xml><a/></xml>", b"[" * 5000, b'{"Encrypt": "AAAA"}'],
)
def test_whatever_is_thrown_at_the_door_it_is_a_refusal(client: FlaskClient, body: bytes) -> None:
    """Never a 500, never a hint at what was wrong."""
    odd = {
        "msg_signature": "签名\x00",
        "timestamp": "١٢",
        "nonce": "\ud800".encode("utf-8", "replace").decode(),
    }
    answer = client.post(DOOR, query_string=odd, data=body)
    assert (answer.status_code, answer.json["title"]) == (403, "消息推送未通过验证")


def test_a_body_beyond_the_limit_is_cut_off(client: FlaskClient) -> None:
    """413 before anything is read into memory."""
    assert client.post(DOOR, data=b"x" * (MAX_BODY + 1)).status_code == 413


@pytest.mark.parametrize(
    "payload",
    [
        {
            "Event": "subscribe_msg_popup_event",
            "List": [{"TemplateId": "a\x00b", "SubscribeStatusString": "accept"}],
        },
        {
            "Event": "subscribe_msg_sent_event",
            "List": [{"TemplateId": "t", "MsgID": "1\x00", "ErrorStatus": "x"}],
        },
    ],
)
def test_a_genuine_push_we_cannot_store_is_asked_for_again(
    client: FlaskClient, account: int, sim: Remote, stand_in: StandIn, payload: dict[str, Any]
) -> None:
    """503 and not 500: WeChat repeats, the log knows why."""
    address, body = envelope(sim, stand_in, payload)
    assert client.post(address, data=body).status_code == 503


def test_an_event_of_a_kind_we_dont_know_is_accepted(
    client: FlaskClient, sim: Remote, stand_in: StandIn
) -> None:
    """Otherwise WeChat would repeat it for nothing."""
    address, body = envelope(sim, stand_in, {"Event": "brand_new_event"})
    assert client.post(address, data=body).data == b"success"


def test_without_push_settings_the_door_is_closed(client: FlaskClient, app: Flask) -> None:
    """Nothing is believed when there is nothing to check it with."""
    app.extensions["wechat_push"] = None
    assert (client.get(DOOR).status_code, client.post(DOOR, data=b"{}").status_code) == (403, 403)
