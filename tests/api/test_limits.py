"""How often anybody may knock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import limits
from api.app import create_app
from api.limits import Minutes, network
from domain.errors import TooMany
from models import db
from services.config import Config
from services.limits import hit, purge
from tests.api.conftest import Clock, SignIn
from tests.api.sample import register


def test_the_window_slides() -> None:
    """Ten a minute means ten in any minute, not ten before and ten after the full one."""
    now = 59.0
    minutes = Minutes(lambda: now)
    assert [minutes.hit("a", 10) for _ in range(11)] == [True] * 10 + [False]
    now = 61.0
    assert not minutes.hit("a", 10)
    now = 90.0
    assert [minutes.hit("a", 10) for _ in range(6)] == [True] * 5 + [False]
    now = 300.0
    assert minutes.hit("a", 10)


def test_one_key_does_not_use_up_anothers() -> None:
    """Each address and each identity has its own count."""
    minutes = Minutes(lambda: 0.0)
    assert minutes.hit("a", 1)
    assert not minutes.hit("a", 1)
    assert minutes.hit("b", 1)


def test_no_hit_is_lost_among_threads() -> None:
    """Sixteen threads of a worker count together."""
    minutes, allowed = Minutes(lambda: 0.0), []
    threads = [
        threading.Thread(target=lambda: allowed.extend(minutes.hit("a", 500) for _ in range(100)))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 500


def test_an_ipv6_customer_is_one_network() -> None:
    """A /64 has more addresses than any table could count."""
    assert network("2001:db8::1") == network("2001:db8::ffff:1")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("192.0.2.7") == "192.0.2.7"
    assert network("nonsense") == "unknown"


@pytest.mark.parametrize("storage", ["memory://", "async+none"])
def test_a_storage_is_chosen_by_the_setting(storage: str) -> None:
    """memory:// is ours; what the library does not know fails at start, not at the first request."""
    if storage == "memory://":
        assert limits._hit(storage)("a", 1)
    else:
        with pytest.raises(Exception, match="unknown storage"):
            limits._hit(storage)


@pytest.fixture
def tight(config: Config, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An application that allows three a minute."""
    app = register(
        create_app(replace(config, requests_per_minute=3, trusted_proxies=1), clock=clock), monkeypatch
    )
    with app.app_context():
        yield app.test_client(use_cookies=False)
        db.engine.dispose()


def test_the_public_is_limited_by_address(tight: FlaskClient) -> None:
    """429 with Retry-After; somebody else's address is not affected."""
    answers = [tight.get("/healthz", headers={"X-Forwarded-For": "192.0.2.1"}) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert answers[-1].get_json(force=True)["code"] == "too_many_requests"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert tight.get("/healthz", headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 200


@pytest.mark.parametrize("ask", ["json", "form"])
def test_promises_are_dearer_than_a_page_and_limited_more(tight: FlaskClient, ask: str) -> None:
    """Each is written down: a quarter of what an address may ask altogether, by the API and by the widget alike."""
    at = {"X-Forwarded-For": "192.0.2.1"}
    asked: dict[str, Any] = {"json": {"lines": [{"sku": "NONE"}], "division_code": "370602"}}
    path = "/api/v1/promises"
    if ask == "form":
        path = "/widget/promises"
        asked = {"data": {"sku": "NONE", "division_code": "370602"}, "content_type": "multipart/form-data"}
    answers = [tight.post(path, headers=at, **asked) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 429]
    assert tight.get("/healthz", headers=at).status_code == 200


def test_an_identity_is_limited_wherever_it_comes_from(tight: FlaskClient, sign_in: SignIn) -> None:
    """Changing the address does not help a token that is used too often."""
    headers = sign_in("agent")
    answers = [
        tight.get("/sample/list/x", headers={**headers, "X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(4)
    ]
    assert answers == [200, 200, 200, 429]


def test_guessing_tokens_is_limited_by_address(tight: FlaskClient) -> None:
    """Ten times the limit, because a carrier's gateway hides many phones; but not without end."""
    answers = [
        tight.get("/sample/list/x", headers={"Authorization": f"Bearer {'x' * 43}"}).status_code
        for _ in range(31)
    ]
    assert set(answers[:30]) == {401}
    assert answers[30] == 429


def test_only_the_last_trusted_hop_is_believed(tight: FlaskClient) -> None:
    """What stands before it in X-Forwarded-For was written by whoever sent the request."""
    answers = [
        tight.get("/healthz", headers={"X-Forwarded-For": f"198.51.100.{n}, 192.0.2.1"}).status_code
        for n in range(4)
    ]
    assert answers == [200, 200, 200, 429]


def test_an_exact_limit_holds_across_connections_and_rollbacks(app: Flask, clock: Clock) -> None:
    """Five per window; the sixth is told how long to wait; the next window starts anew."""
    window = timedelta(minutes=15)
    for _ in range(5):
        hit("login:7", 5, window, clock())
    with pytest.raises(TooMany) as refused:
        hit("login:7", 5, window, clock())
    assert 0 < refused.value.retry_after_s <= 900
    hit("login:8", 5, window, clock())
    hit("login:7", 5, window, clock.forward(minutes=15))


def test_an_exact_limit_lets_exactly_as_many_through_at_once(app: Flask, clock: Clock) -> None:
    """Twelve at the same moment, five pass."""
    passed: list[bool] = []

    def knock() -> None:
        with app.app_context():
            try:
                hit("code", 5, timedelta(hours=1), clock())
            except TooMany:
                passed.append(False)
            else:
                passed.append(True)

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 5


def test_what_was_counted_is_purged(app: Flask, clock: Clock, rows: Callable[..., Any]) -> None:
    """A sweep clears old windows."""
    hit("a", 1, timedelta(minutes=1), clock())
    assert purge(clock.forward(hours=1)) == 1
    assert rows("SELECT count(*) FROM rate_window") == (0,)
