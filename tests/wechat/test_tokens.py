"""The access token: fetched once for everybody, replaced once when refused, never in circles."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from wechat.errors import Meaning, SetupFault, Unreachable
from wechat.gateway import Gateway, SubscribeMessage
from wechat.settings import WeChatSettings
from wechat.stand_in.remote import Remote
from wechat.tokens import Token

STABLE = "cgi-bin/stable_token"
SEND = "cgi-bin/message/subscribe/send"


def forced(sim: Remote) -> list[bool]:
    return [entry["body"]["force_refresh"] for entry in sim.journal(STABLE)]


def test_eight_threads_of_two_processes_and_a_cold_store_fetch_one_token(
    settings: WeChatSettings, store: Any, now: Callable[[], datetime], sim: Remote, message: SubscribeMessage
) -> None:
    """Two gateways stand for two processes; the token call is slow on purpose."""
    sim.fault("delay", path=STABLE, ms=150)
    for _ in range(8):
        sim.grant("wang", TID_ASSIGNED="accept")
    both = [Gateway(settings, store, now), Gateway(settings, store, now)]
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda i: both[i % 2].send(message), range(8)))
    assert len({one.msgid for one in sent}) == 8
    assert (len(sim.journal(STABLE)), len(sim.journal(SEND))) == (1, 8)


def test_a_token_with_less_than_a_minute_left_is_not_used(
    gateway: Gateway, sim: Remote, store: Any, now: Callable[[], datetime]
) -> None:
    """It is replaced before it can fail, and used while it has more."""
    gateway.url_link("pages/index", "", 1)
    first = store.token.value
    sim.advance(7200 - 65)
    gateway.url_link("pages/index", "", 1)
    assert store.token.value == first
    sim.advance(10)
    gateway.url_link("pages/index", "", 1)
    assert store.token.value != first
    assert store.token.expires_at - now() > timedelta(hours=1)


def test_the_whole_length_of_a_token_is_kept(gateway: Gateway, sim: Remote, store: Any) -> None:
    """WeChat asks for 512 characters of room."""
    gateway.url_link("pages/index", "", 1)
    assert len(store.token.value) == 512


@pytest.mark.parametrize(("action", "errcode"), [("rotate_token_silently", 40001), ("expire_token", 42001)])
def test_a_token_that_died_early_is_replaced_once(
    gateway: Gateway, sim: Remote, message: SubscribeMessage, action: str, errcode: int
) -> None:
    """Send, refused, one plain token call, send again: delivered once."""
    sim.grant("wang", TID_ASSIGNED="accept")
    gateway.url_link("pages/index", "", 1)
    sim.fault(action, path=SEND, times=1)
    gateway.send(message)
    first, second = sim.journal(SEND)
    assert first["reply"]["errcode"] == errcode
    assert second["reply"]["errcode"] == 0
    assert forced(sim) == [False, False]
    assert len(sim.inbox()) == 1


def test_a_token_replaced_by_another_process_is_taken_from_the_store(
    settings: WeChatSettings, store: Any, now: Callable[[], datetime], sim: Remote, message: SubscribeMessage
) -> None:
    """Four threads whose token died together cost one token call, not four."""
    for _ in range(4):
        sim.grant("wang", TID_ASSIGNED="accept")
    both = [Gateway(settings, store, now), Gateway(settings, store, now)]
    store.token = Token("a-token-wechat-does-not-know", now() + timedelta(hours=1))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: both[i % 2].send(message), range(4)))
    assert forced(sim) == [False]
    assert len(sim.inbox()) == 4


def test_endless_40001_ends_after_a_few_calls(
    gateway: Gateway, sim: Remote, message: SubscribeMessage
) -> None:
    """Send, plain token, forced token, send: then the error, which is an alarm and may be tried later."""
    sim.grant("wang", TID_ASSIGNED="accept")
    sim.preset("endless-40001")
    with pytest.raises(SetupFault) as caught:
        gateway.send(message)
    assert (caught.value.errcode, caught.value.meaning) == (40001, Meaning.TOKEN)
    assert (caught.value.retryable, caught.value.alarm) == (True, True)
    assert (len(sim.journal(SEND)), forced(sim)) == (2, [False, False, True])


def test_a_refresh_is_forced_at_most_every_thirty_seconds(
    settings: WeChatSettings, store: Any, now: Callable[[], datetime], sim: Remote, message: SubscribeMessage
) -> None:
    """Also when another process did it: WeChat allows twenty a day."""
    sim.preset("endless-40001")
    for gateway in (Gateway(settings, store, now), Gateway(settings, store, now)):
        for _ in range(3):
            with pytest.raises(SetupFault):
                gateway.send(message)
    assert forced(sim).count(True) == 1
    sim.advance(31)
    with pytest.raises(SetupFault):
        gateway.send(message)
    assert forced(sim).count(True) == 2


def test_a_hanging_token_endpoint_is_left_in_bounded_time(
    hasty: Gateway, sim: Remote, message: SubscribeMessage
) -> None:
    """Eight threads share one time-out instead of queueing for eight, and nothing is sent."""
    sim.preset("token-hangs")
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(hasty.send, message) for _ in range(8)]
        assert all(isinstance(one.exception(), Unreachable) for one in waiting)
    assert time.monotonic() - started < 2
    assert [entry["path"] for entry in sim.journal()] == [STABLE]


@pytest.mark.parametrize(
    ("secret", "whitelist", "errcode"), [("another-secret", None, 40125), (None, ["203.0.113.9"], 40164)]
)
def test_a_refused_token_is_an_alarm_and_nothing_was_done(
    gateway: Gateway, sim: Remote, message: SubscribeMessage, secret: str | None, whitelist: Any, errcode: int
) -> None:
    """A reset secret or a missing whitelist entry: one call, definite, and somebody is woken."""
    change = {"secret": secret} if secret else {"ip_whitelist": whitelist}
    sim.setup(apps=[{"appid": "wx0000000000000001", **change}])
    with pytest.raises(Unreachable) as caught:
        gateway.send(message)
    assert (caught.value.errcode, caught.value.alarm, caught.value.meaning) == (errcode, True, Meaning.CONFIG)
    assert len(sim.journal()) == 1


def test_a_senseless_token_reply_is_no_token(gateway: Gateway, sim: Remote, store: Any) -> None:
    """Whatever comes back, only a token with a lifetime is stored."""
    sim.fault("bad_json", path=STABLE)
    with pytest.raises(Unreachable):
        gateway.ping()
    with pytest.raises(Unreachable):
        gateway.url_link("pages/index", "", 1)
    assert store.token is None
