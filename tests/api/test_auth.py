"""Who is calling: tokens, the console's cookie, and shop systems' signatures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from api.signatures import PLACE, sign
from services.personal import seal_secret
from tests.api.conftest import Clock, SignIn

Rows = Callable[..., Any]
LIST = "/sample/list/x"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer short",
        "Bearer " + "x" * 43,
        "Bearer " + "x" * 5000,
        "Bearer 中文",
        "Basic YTpi",
        "TZ-HMAC",
        "TZ-HMAC key_id=x, ts=1, signature=" + "0" * 64,
        "TZ-HMAC key_id=x, ts=99999999999, signature=" + "0" * 64,
    ],
)
def test_anything_but_living_credentials_is_one_and_the_same_401(sample: FlaskClient, header: str) -> None:
    """Unknown, malformed and expired look alike."""
    answer = sample.get(LIST, headers={"Authorization": header.encode("utf-8").decode("latin-1")})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE session SET revoked_at = now()",
        "UPDATE person SET status = 'suspended'",
        "UPDATE person SET status = 'ended'",
        "UPDATE role_binding SET status = 'suspended'",
        "UPDATE role_binding SET status = 'ended'",
        "UPDATE role_binding SET status = 'pending'",
        "UPDATE role_binding SET role = 'finance'",
        "UPDATE session SET idle_expires_at = created_at",
        "UPDATE session SET expires_at = created_at",
        "UPDATE session SET binding_id = NULL",
    ],
)
def test_a_session_ends_at_once_when_what_it_stands_on_does(
    sample: FlaskClient, sign_in: SignIn, rows: Rows, ending: str
) -> None:
    """Instant revocation is why the tokens are opaque."""
    headers = sign_in("installer")
    assert sample.get(LIST, headers=headers).status_code == 200
    rows(ending)
    assert sample.get(LIST, headers=headers).status_code == 401


def test_a_session_lives_while_it_is_used_and_dies_of_idleness(
    sample: FlaskClient, sign_in: SignIn, clock: Clock
) -> None:
    """Seven idle days end it; use extends it; thirty days end it whatever happens."""
    used, idle = sign_in("installer"), sign_in("installer")
    for _ in range(5):
        clock.forward(days=5)
        assert sample.get(LIST, headers=used).status_code == 200
    assert sample.get(LIST, headers=idle).status_code == 401
    clock.forward(days=5, seconds=1)
    assert sample.get(LIST, headers=used).status_code == 401


def test_last_seen_is_written_once_a_minute_at_most(
    sample: FlaskClient, sign_in: SignIn, clock: Clock, rows: Rows
) -> None:
    """A write per request would double its cost."""
    headers, seen = sign_in("installer"), []
    for seconds in (59, 1, 30, 29, 1):
        clock.forward(seconds=seconds)
        sample.get(LIST, headers=headers)
        seen.append(rows("SELECT last_seen, xmin::text FROM session"))
    assert len(set(seen)) == 3
    assert seen[-1][0] == clock.now


def test_a_token_in_the_address_is_not_looked_at(sample: FlaskClient, sign_in: SignIn) -> None:
    """Addresses end up in logs."""
    token = sign_in("installer")["Authorization"].removeprefix("Bearer ")
    assert sample.get(f"{LIST}?access_token={token}").status_code == 401


def test_the_console_changes_nothing_without_its_csrf_token(sample: FlaskClient, sign_in: SignIn) -> None:
    """The cookie comes along by itself, the header does not."""
    headers = sign_in("agent", kind="console")
    cookie = {"Cookie": headers["Cookie"]}
    assert sample.post("/sample/count", json={"name": "a"}, headers=headers).status_code == 200
    assert sample.get(LIST, headers=cookie).status_code == 200
    for csrf in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guess"}):
        answer = sample.post("/sample/count", json={"name": "a"}, headers={**cookie, **csrf})
        assert (answer.status_code, answer.json["code"]) == (403, "csrf")


def test_a_phones_token_does_not_work_as_a_cookie(sample: FlaskClient, sign_in: SignIn) -> None:
    """Only console sessions come by cookie."""
    token = sign_in("installer")["Authorization"].removeprefix("Bearer ")
    assert sample.get(LIST, headers={"Cookie": f"tz_session={token}"}).status_code == 401


def test_a_link_session_lasts_as_long_as_its_link(
    sample: FlaskClient, sign_in: SignIn, rows: Rows, clock: Clock
) -> None:
    """A customer by signed link has no binding; revoking the link ends every session that came by it."""
    rows("SET session_replication_role = replica")  # the job itself is of no interest here
    link = rows(
        "INSERT INTO customer_link (token_hash, job_id, created_at, expires_at) VALUES ('x', 5, %s, %s) RETURNING id",
        clock(),
        clock() + timedelta(days=1),
    )[0]
    by_link = {"kind": "link", "link_id": link, "job_id": 5, "binding_id": None}
    headers, elsewhere = sign_in("customer", **by_link), sign_in("customer", **{**by_link, "job_id": 6})
    assert sample.get(LIST, headers=headers).status_code == 200
    assert sample.get(LIST, headers=elsewhere).status_code == 401
    rows("UPDATE customer_link SET revoked_at = now()")
    assert sample.get(LIST, headers=headers).status_code == 401


class Shop:
    """A shop system that signs its requests."""

    def __init__(self, client: FlaskClient, clock: Clock) -> None:
        self.client, self.clock = client, clock

    def post(self, name: str, key: str = "k1", *, late_s: float = 0, **tampered: Any) -> Any:
        """Sign one request to count `name`, then send it with `tampered` parts instead of what was signed."""
        body = orjson.dumps({"name": name})
        ts = int(self.clock().timestamp() + late_s)
        signature = sign("secret-of-the-shop", "POST", "/sample/count", ts, key, body)
        headers = {
            "Authorization": f"TZ-HMAC key_id=shop-1, ts={tampered.get('ts', ts)}, signature={signature}"
        }
        headers["Idempotency-Key"] = tampered.get("sent_key", key)
        return self.client.post(
            tampered.get("path", "/sample/count"),
            data=tampered.get("body", body),
            headers={name: value for name, value in headers.items() if value},
            content_type="application/json",
        )


@pytest.fixture
def shop(sample: FlaskClient, insert: Callable[..., Any], clock: Clock) -> Shop:
    """A shop system whose key is known."""
    channel = insert("channel", code="tm", name="天猫旗舰店", platform="tmall")
    secret = seal_secret(PLACE, "secret-of-the-shop")
    insert("api_key", key_id="shop-1", secret=secret, channel_id=channel, created_at=clock())
    return Shop(sample, clock)


def test_a_signed_request_acts_for_the_shops_channel(shop: Shop) -> None:
    """It acts like an agent, where the permission names shops."""
    answer = shop.post("a")
    assert (answer.status_code, answer.json["role"]) == (200, "agent")
    assert shop.client.get(LIST).status_code == 401


@pytest.mark.parametrize(
    "tampered",
    [
        {"body": b'{"name":"b"}'},
        {"sent_key": "another"},
        {"path": "/sample/count?x=1"},
        {"ts": int(time.time()) + 7},
        {"late_s": 301},
        {"late_s": -301},
    ],
)
def test_a_signature_covers_all_of_the_request_and_five_minutes(shop: Shop, tampered: dict[str, Any]) -> None:
    """Another body, key, address or time than was signed is refused."""
    assert shop.post("a", **tampered).status_code == 401


def test_a_replayed_signature_only_brings_back_the_first_answer(shop: Shop) -> None:
    """Whoever recorded a request cannot do anything a second time."""
    first, again = shop.post("a"), shop.post("a")
    assert (first.json, again.json) == (first.json, first.json)
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_signed_change_without_idempotency_key_is_refused(shop: Shop) -> None:
    """Without a key it could be replayed."""
    answer = shop.post("a", key="")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_revoked_key_signs_nothing(shop: Shop, rows: Rows) -> None:
    """From the moment it is revoked."""
    rows("UPDATE api_key SET revoked_at = now()")
    assert shop.post("a").status_code == 401
