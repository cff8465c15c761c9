"""No secret in any text: a fault on every path, and everything that could be printed is searched."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from wechat.errors import WeChatError
from wechat.gateway import Gateway, SubscribeMessage
from wechat.scrub import scrub
from wechat.stand_in.remote import Remote

FAULTS: list[dict[str, Any]] = [
    {"action": "errcode", "errcode": 40013},
    {"action": "errcode", "errcode": 40001},
    {"action": "http", "status": 502},
    {"action": "http", "status": 403},
    {"action": "reset"},
    {"action": "truncate"},
    {"action": "bad_json"},
]
CALLS: dict[str, Callable[[Gateway, str, str, SubscribeMessage], object]] = {
    "sns/jscode2session": lambda g, login, phone, m: g.code_to_session(login),
    "cgi-bin/stable_token": lambda g, login, phone, m: g.ping(),
    "wxa/business/getuserphonenumber": lambda g, login, phone, m: g.phone_number(phone),
    "cgi-bin/message/subscribe/send": lambda g, login, phone, m: g.send(m),
    "wxa/getwxacodeunlimit": lambda g, login, phone, m: g.qr_code("ok", "pages/index"),
    "wxa/msg_sec_check": lambda g, login, phone, m: g.check_text(m.openid, "你好"),
    "wxa/generate_urllink": lambda g, login, phone, m: g.url_link("pages/index", "", 1),
}


@pytest.mark.parametrize("path", CALLS)
def test_no_text_of_a_failure_holds_a_secret(
    path: str,
    gateway: Gateway,
    sim: Remote,
    message: SubscribeMessage,
    store: Any,
    stand_in: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Texts, reprs, whole tracebacks and logs at DEBUG of ours and urllib3's, even if WeChat echoes what we
    sent.
    """
    caplog.set_level(logging.DEBUG)
    gateway.url_link("pages/index", "", 1)
    gateway.code_to_session(sim.login_code("wang"))
    login, phone = sim.login_code("wang"), sim.phone_code("wang")
    session_key = next(iter(stand_in.world.users["wang"].session_keys.values()))
    secrets = ["0123456789abcdef-the-app-secret", login, phone, message.openid, session_key]
    printed = []
    for fault in FAULTS:
        sim.heal()
        echo = f"no: secret={secrets[0]} {login} {phone} {message.openid} {store.token.value}"
        sim.fault(path=path, **fault, **({"errmsg": echo} if fault["action"] == "errcode" else {}))
        with pytest.raises(WeChatError) as caught:
            CALLS[path](gateway, login, phone, message)
        secrets.append(store.token.value)
        printed += [str(caught.value), repr(caught.value), repr(vars(caught.value))]
        printed += traceback.format_exception(caught.value)
        assert caught.value.__context__ is None or isinstance(caught.value.__context__, WeChatError)
    everything = "\n".join([*printed, caplog.text])
    # What this call didn't send can't be known to be secret; what it did send must be gone.
    sent = {
        "sns/jscode2session": [secrets[0], login, session_key, *secrets[5:]],
        "cgi-bin/stable_token": [secrets[0], session_key],
        "wxa/business/getuserphonenumber": [secrets[0], phone, session_key, *secrets[5:]],
        "cgi-bin/message/subscribe/send": [secrets[0], message.openid, session_key, *secrets[5:]],
        "wxa/msg_sec_check": [secrets[0], message.openid, session_key, *secrets[5:]],
    }.get(path, [secrets[0], session_key, *secrets[5:]])
    assert len(everything) > 1000
    for secret in sent:
        assert secret not in everything


def test_results_may_be_printed(gateway: Gateway, sim: Remote, message: SubscribeMessage, store: Any) -> None:
    """openid, number, token and message values stay out of every repr."""
    login = gateway.code_to_session(sim.login_code("wang"))
    phone = gateway.phone_number(sim.phone_code("wang"))
    shown = repr([login, phone, message, store.token])
    for private in (login.openid, phone.number, store.token.value, "上门安装", str(login.unionid)):
        assert private not in shown


def test_sensitive_parameters_are_masked_by_name() -> None:
    """Also where their values aren't known."""
    url = "GET /sns/jscode2session?appid=wx1&secret=abc&js_code=0x&grant_type=y&access_token=t HTTP/1.1"
    masked = "GET /sns/jscode2session?appid=wx1&secret=***&js_code=***&grant_type=y&access_token=*** HTTP/1.1"
    assert scrub(url) == masked
    assert scrub("token 12345678 refused", ["12345678"]) == "token *** refused"
