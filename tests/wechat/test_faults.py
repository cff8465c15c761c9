"""Networks break: what is definite, what isn't, and that no message goes out twice."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from wechat.errors import Busy, Refused, Uncertain, Unreachable
from wechat.gateway import Gateway, SubscribeMessage
from wechat.settings import WeChatSettings
from wechat.stand_in.remote import Remote

SEND = "cgi-bin/message/subscribe/send"


@pytest.fixture
def ready(hasty: Gateway, sim: Remote, message: SubscribeMessage) -> SubscribeMessage:
    """A token is at hand and one grant given."""
    hasty.url_link("pages/index", "", 1)
    sim.grant("wang", TID_ASSIGNED="accept")
    return message


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("hang", {}),
        ("reset", {}),
        ("truncate", {}),
        ("bad_json", {}),
        ("slow_drip", {"ms": 60}),
        ("delay", {"ms": 900}),
        ("http", {"status": 500}),
        ("http", {"status": 502}),
        ("errcode", {"errcode": 40001}),
    ],
)
def test_a_lost_answer_is_never_followed_by_a_second_message(
    hasty: Gateway, sim: Remote, ready: SubscribeMessage, action: str, more: dict[str, Any]
) -> None:
    """The message arrived, the answer didn't:
    the inbox holds one delivered message, whatever the gateway says.
    """
    sim.fault(action, path=SEND, phase="after_effect", times=1, **more)
    started = time.monotonic()
    expected = Refused if action == "errcode" else Uncertain
    with pytest.raises(expected) as caught:
        hasty.send(ready)
    assert time.monotonic() - started < 2
    assert [entry["delivered"] for entry in sim.inbox()].count(True) == 1
    assert not caught.value.retryable
    if expected is Uncertain:
        assert len(sim.journal(SEND)) == 1


@pytest.mark.parametrize(
    ("action", "when"), [("reset", "before_body"), ("reset", "after_body"), ("hang", "")]
)
def test_silence_is_uncertain_even_when_nothing_happened(
    hasty: Gateway, sim: Remote, ready: SubscribeMessage, action: str, when: str
) -> None:
    """From outside, a request that was dropped looks like one whose answer was."""
    sim.fault(action, path=SEND, when=when)
    with pytest.raises(Uncertain):
        hasty.send(ready)
    assert sim.inbox() == []


def test_a_closed_port_is_definite(hasty: Gateway, sim: Remote, ready: SubscribeMessage) -> None:
    """While WeChat is down nothing was sent; when it is back the same message goes out, once."""
    sim.preset("down")
    with pytest.raises(Unreachable) as caught:
        hasty.send(ready)
    assert caught.value.retryable
    sim.preset("down", on=False)
    assert hasty.send(ready).msgid
    assert len(sim.inbox()) == 1


def test_too_many_requests_is_a_definite_not_now(
    hasty: Gateway, sim: Remote, ready: SubscribeMessage
) -> None:
    """HTTP 429 comes from the door, before any effect."""
    sim.fault("http", path=SEND, status=429)
    with pytest.raises(Busy):
        hasty.send(ready)


def test_a_bare_http_refusal_is_definite(hasty: Gateway, sim: Remote, ready: SubscribeMessage) -> None:
    """A 403 page from a gateway in between means WeChat never saw it; a redirect is not followed."""
    sim.fault("http", path=SEND, status=403)
    with pytest.raises(Refused) as caught:
        hasty.send(ready)
    assert caught.value.errcode == 403
    sim.heal()
    sim.fault("http", path=SEND, status=302)
    with pytest.raises(Uncertain):
        hasty.send(ready)


def test_the_content_type_of_a_reply_is_not_believed(
    hasty: Gateway, sim: Remote, ready: SubscribeMessage
) -> None:
    """WeChat sends JSON as text/plain now and then."""
    sim.fault("wrong_content_type", path=SEND)
    assert hasty.send(ready).msgid


def test_an_image_that_is_not_one_is_not_returned(hasty: Gateway, sim: Remote) -> None:
    """An HTML page or half a reply never ends up as a QR code."""
    for action in ("bad_json", "truncate"):
        sim.heal()
        sim.fault(action, path="wxa/getwxacodeunlimit")
        with pytest.raises(Uncertain):
            hasty.qr_code("ok", "pages/index")


def test_login_is_tried_once_however_it_fails(hasty: Gateway, sim: Remote) -> None:
    """The code is spent by trying: a repeat would only say so."""
    for action in ("reset", "hang", "http", "errcode"):
        sim.heal()
        sim.fault(action, path="sns/jscode2session")
        before = len(sim.journal())
        with pytest.raises((Uncertain, Busy)):
            hasty.code_to_session(sim.login_code("wang"))
        assert len(sim.journal()) == before + 1


def test_nobody_answering_at_all_is_definite(
    settings: WeChatSettings, store: Any, now: Callable[[], datetime], stand_in: Any
) -> None:
    """A wrong port or a missing network: the token could not be had, so nothing was done."""
    nowhere = Gateway(replace(settings, api_base="https://127.0.0.1:9"), store, now)
    with pytest.raises(Unreachable):
        nowhere.ping()
    # TLS against a plain port: the handshake fails.
    plain = Gateway(replace(settings, api_base=stand_in.base_url.replace("http", "https")), store, now)
    with pytest.raises(Unreachable):
        plain.ping()
