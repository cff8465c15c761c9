"""Message push: only what WeChat signed, freshly and for us, becomes an event."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from wechat.gateway import Gateway, SubscribeMessage
from wechat.push import BadPush, PushReceiver, signature_of
from wechat.push_events import (
    AuthorizationRevoked,
    ChangeEvent,
    MediaCheck,
    Other,
    PopupEvent,
    PushEvent,
    SentEvent,
    TemplateAnswer,
    TemplateReport,
    build,
)
from wechat.settings import WeChatSettings
from wechat.stand_in.envelope import seal
from wechat.stand_in.remote import Remote
from wechat.stand_in.state import PushConfig

GOLDEN = json.loads((Path(__file__).parent / "fixtures" / "pushes.json").read_text("utf-8"))
APP = "wx0000000000000001"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
CONFIG = PushConfig(token="PushTokenOfTheConsole", aes_key=AES_KEY)


def read(receiver: PushReceiver, query: dict[str, str], body: bytes) -> PushEvent:
    return receiver.receive(
        body, msg_signature=query["msg_signature"], timestamp=query["timestamp"], nonce=query["nonce"]
    )


@pytest.mark.parametrize(
    ("timestamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_official_handshake_vectors_pass(
    settings: WeChatSettings, timestamp: str, nonce: str, signature: str
) -> None:
    """Token AAAAA of the documentation; any other signature is refused, and so is an old one."""
    assert signature_of("AAAAA", timestamp, nonce) == signature
    at_the_time = PushReceiver(
        replace(settings, push_token="AAAAA"), lambda: datetime.fromtimestamp(int(timestamp), UTC)
    )
    shake = {"timestamp": timestamp, "nonce": nonce, "echostr": "4375120948345356249"}
    assert at_the_time.handshake(signature=signature, **shake) == "4375120948345356249"
    for wrong in (signature[::-1], "", "中文"):
        with pytest.raises(BadPush) as caught:
            at_the_time.handshake(signature=wrong, **shake)
        assert caught.value.reason == "signature"
    today = PushReceiver(replace(settings, push_token="AAAAA"), lambda: datetime.now(UTC))
    with pytest.raises(BadPush) as caught:
        today.handshake(signature=signature, **shake)
    assert caught.value.reason == "stale"


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("odd", [False, True])
def test_taps_and_sends_arrive_as_events(
    sim: Remote,
    callback: Any,
    receiver: PushReceiver,
    gateway: Gateway,
    message: SubscribeMessage,
    form: str,
    odd: bool,
) -> None:
    """Popup, delivery, settings and withdrawal, in both formats, with a lone List as object and CreateTime
    as text.
    """
    sim.push(format=form, single_as_object=odd, create_time_as_string=odd)
    sim.grant("wang", TID_ASSIGNED="accept", TID_OTHER="reject")
    popup = read(receiver, *callback.next())
    assert isinstance(popup, PopupEvent)
    assert popup.openid == message.openid
    assert popup.answers == (TemplateAnswer("TID_ASSIGNED", "accept"), TemplateAnswer("TID_OTHER", "reject"))
    sent = gateway.send(message)
    report = read(receiver, *callback.next())
    assert isinstance(report, SentEvent)
    assert report.reports == (TemplateReport("TID_ASSIGNED", str(sent.msgid), 0, "success"),)
    sim.revoke("wang", "TID_ASSIGNED")
    change = read(receiver, *callback.next())
    assert isinstance(change, ChangeEvent)
    assert change.answers == (TemplateAnswer("TID_ASSIGNED", "reject"),)
    sim.withdraw("wang")
    withdrawn = read(receiver, *callback.next())
    assert isinstance(withdrawn, AuthorizationRevoked)
    assert withdrawn.openid == message.openid
    assert len({popup.dedupe_key, report.dedupe_key, change.dedupe_key, withdrawn.dedupe_key}) == 4


@pytest.mark.parametrize(
    ("spoil", "reason"), [("bad_signature", "signature"), ("wrong_appid", "appid"), ("stale", "stale")]
)
def test_a_spoilt_push_is_refused(
    sim: Remote, callback: Any, receiver: PushReceiver, spoil: str, reason: str
) -> None:
    """A wrong signature, an hour-old stamp, or an envelope for another app."""
    sim.push(**{spoil: True})
    sim.grant("wang", TID_ASSIGNED="accept")
    with pytest.raises(BadPush) as caught:
        read(receiver, *callback.next())
    assert caught.value.reason == reason


def test_an_unanswered_push_comes_three_times_and_dedupes(
    sim: Remote, callback: Any, receiver: PushReceiver
) -> None:
    """The same envelope each time, so the same dedupe key."""
    callback.answers += [500, 500, 500]
    sim.grant("wang", TID_ASSIGNED="accept")
    events = [read(receiver, *callback.next()) for _ in range(3)]
    assert len({event.dedupe_key for event in events}) == 1
    assert callback.received.empty()


def test_a_duplicate_has_the_same_key_and_a_second_tap_another(
    sim: Remote, callback: Any, receiver: PushReceiver
) -> None:
    """A repeated delivery is one grant, two taps are two."""
    sim.push(duplicate=True)
    sim.grant("wang", TID_ASSIGNED="accept")
    first, again = (read(receiver, *callback.next()) for _ in range(2))
    sim.advance(1)
    sim.grant("wang", TID_ASSIGNED="accept")
    second = read(receiver, *callback.next())
    assert first == again
    assert second.dedupe_key != first.dedupe_key


def test_events_can_overtake_each_other(sim: Remote, callback: Any, receiver: PushReceiver) -> None:
    """Out of order, the later event comes first and both are read."""
    sim.push(out_of_order=True)
    sim.grant("wang", TID_ASSIGNED="accept")
    sim.revoke("wang", "TID_ASSIGNED")
    assert [type(read(receiver, *callback.next())) for _ in range(2)] == [ChangeEvent, PopupEvent]


def seal_it(payload: dict[str, Any], at: datetime, **options: Any) -> tuple[dict[str, str], bytes]:
    envelope = seal(replace(CONFIG, **options), APP, payload, int(at.timestamp()))
    return envelope.query, envelope.body


@pytest.mark.parametrize(("minutes", "fine"), [(9, True), (-9, True), (11, False), (-11, False)])
def test_ten_minutes_either_way_are_fresh(
    receiver: PushReceiver, now: Callable[[], datetime], minutes: int, fine: bool
) -> None:
    """Clocks differ a little; a recorded push is not accepted later."""
    query, body = seal_it(GOLDEN["popup"], datetime.fromtimestamp(now().timestamp() + minutes * 60, UTC))
    if fine:
        assert isinstance(read(receiver, query, body), PopupEvent)
    else:
        with pytest.raises(BadPush, match="stale"):
            read(receiver, query, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        b"<xml><a>",
        b'<!DOCTYPE x [<!ENTITY e "e">]><xml><Encrypt>&e;</Encrypt></xml>',
        b'{"Encrypt": 7}',
        b"[" * 100_000,
        b"\xff\xfe",
        b" " * 300_000,
    ],
)
def test_rubbish_is_refused_as_malformed(
    receiver: PushReceiver, now: Callable[[], datetime], body: bytes
) -> None:
    """Whatever is posted to the callback, the answer is a refusal and not a crash."""
    with pytest.raises(BadPush) as caught:
        receiver.receive(body, msg_signature="x", timestamp=str(int(now().timestamp())), nonce="1")
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("odd", ["\ud800", "中文", "9" * 5000, "-1", ""])
def test_a_strangers_parameters_are_refused_not_choked_on(receiver: PushReceiver, odd: str) -> None:
    """Anybody can post to the callback, before any signature is known to be right."""
    for values in ((odd, "1714036504", "1"), ("x", odd, "1"), ("x", "1714036504", odd)):
        body = json.dumps({"Encrypt": odd}).encode()
        with pytest.raises(BadPush, match="signature"):
            receiver.receive(body, msg_signature=values[0], timestamp=values[1], nonce=values[2])
    signed = signature_of(CONFIG.token, odd, "1")
    with pytest.raises(BadPush, match="malformed"):
        receiver.handshake(signature=signed, timestamp=odd, nonce="1", echostr="x")


@pytest.mark.parametrize("encrypted", ["", "AAAA", "not base64!", "QUJD" * 16])
def test_signed_rubbish_is_refused_too(
    receiver: PushReceiver, now: Callable[[], datetime], encrypted: str
) -> None:
    """A right signature over something that doesn't decrypt."""
    stamp = str(int(now().timestamp()))
    signature = signature_of(CONFIG.token, stamp, "1", encrypted)
    with pytest.raises(BadPush):
        receiver.receive(
            json.dumps({"Encrypt": encrypted}).encode(), msg_signature=signature, timestamp=stamp, nonce="1"
        )


@pytest.mark.parametrize(
    "change",
    [{"CreateTime": "soon"}, {"CreateTime": 10**30}, {"List": "x"}, {"List": [{"TemplateId": "T1"}]}],
)
def test_a_senseless_event_is_refused(
    receiver: PushReceiver, now: Callable[[], datetime], change: dict[str, Any]
) -> None:
    """Genuine but unreadable is malformed."""
    with pytest.raises(BadPush, match="malformed"):
        read(receiver, *seal_it({**GOLDEN["popup"], **change}, now()))


def test_the_documented_events_are_read() -> None:
    """Golden payloads as the documentation shows them."""
    popup, single = build(GOLDEN["popup"]), build(GOLDEN["popup_single"])
    assert isinstance(popup, PopupEvent)
    assert isinstance(single, PopupEvent)
    assert popup.answers[1] == TemplateAnswer("T2", "reject")
    assert single.answers == (TemplateAnswer("T1", "accept"),)
    assert popup.at == single.at == datetime.fromtimestamp(1610969440, UTC)
    sent, text = build(GOLDEN["sent"]), build(GOLDEN["text"])
    assert isinstance(sent, SentEvent)
    assert sent.reports[0].msgid == "1864323726461255680"
    assert isinstance(text, Other)
    assert text.name == "text"
    checked, unfetched = build(GOLDEN["media"]), build(GOLDEN["media_unfetched"])
    assert isinstance(checked, MediaCheck)
    assert isinstance(unfetched, MediaCheck)
    assert (checked.suggest, checked.label) == ("pass", 100)
    assert (unfetched.suggest, unfetched.errcode) == (None, -1008)


def test_an_event_may_be_printed() -> None:
    """The openid is in neither repr nor dedupe key."""
    for payload in GOLDEN.values():
        event = build(payload)
        assert payload["FromUserName"] not in repr(event) + event.dedupe_key


def test_a_receiver_without_keys_cannot_be_made(
    settings: WeChatSettings, now: Callable[[], datetime]
) -> None:
    """An empty token would make every signature computable."""
    with pytest.raises(ValueError, match="push_token"):
        PushReceiver(replace(settings, push_token=""), now)
