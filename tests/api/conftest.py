"""The application over a fresh database, a client that checks the contract, and a quick way to be somebody."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from services.config import Config
from services.queries.sessions import hashed
from tests import warm
from tests.api.contract import StrictClient
from tests.api.sample import register
from tests.reuse import Reused
from tests.worlds import MONDAY

SignIn = Callable[..., dict[str, str]]


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Settings of a test process."""
    return Config(
        mode="test",
        database_url=database_url,
        secret_key=secrets.token_bytes(32),
        personal_key=secrets.token_bytes(32),
        lookup_key=secrets.token_bytes(32),
        pack_key=secrets.token_bytes(32),
        public_url="http://localhost",
        photo_root=tmp_path / "photos",
        sms_log=tmp_path / "sms.log",
        wechat_app_id="wx0000000000000000",
        wechat_app_secret="0" * 32,
        wechat_api_base="http://127.0.0.1:9/",
        wechat_push_token="push-token",
        wechat_push_aes_key="A" * 43,
        requests_per_minute=100_000,
    )


class Clock:
    """The time as the application reads it, ten in the morning whatever the hour is here; tests move it."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        """forward(minutes=5)"""
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The application's clock."""
    return Clock()


@pytest.fixture
def app(config: Config, clock: Clock, reused: Reused) -> Iterator[Flask]:
    """The whole application, pushed, over this test's own database."""
    made = create_app(config, clock=clock)
    made.test_client_class = StrictClient
    with made.app_context(), warm.connections(reused):
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Checks every answer against the OpenAPI document."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def rows(database_url: str, connection: psycopg.Connection[Any]) -> Callable[..., Any]:
    """rows("SELECT …", 1) runs one statement at once and returns its first row, or None."""
    connection.autocommit = True

    def run(statement: str, *values: object) -> Any:
        cursor = connection.execute(statement, values)
        return cursor.fetchone() if cursor.description else None

    return run


@pytest.fixture
def insert(rows: Callable[..., Any]) -> Callable[..., Any]:
    """insert("dealer", code="d1", name="…") returns the new row's id (or first column)."""

    def run(table: str, **values: object) -> Any:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        return rows(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *", *values.values())[0]

    return run


@pytest.fixture
def sign_in(insert: Callable[..., Any], clock: Clock) -> SignIn:
    """sign_in("dispatcher", dealer_id=3) → headers of a fresh person in that role.

    Also "guest" (an unbound WeChat identity). `kind="console"` gives cookie and CSRF headers instead of a
    bearer token; `person_id` adds a role to a person; further names are columns of the session.
    """

    def make(
        role: str, dealer_id: int | None = None, desk_id: int | None = None, **more: Any
    ) -> dict[str, str]:
        person_id = binding_id = identity_id = None
        if role == "guest":
            identity_id = insert(
                "wechat_identity",
                app_id="wx",
                openid=secrets.token_hex(8),
                first_seen=clock(),
                last_login=clock(),
            )
        else:
            if role in ("installer", "dispatcher", "dealer_owner") and dealer_id is None:
                dealer_id = insert("dealer", code=secrets.token_hex(6), name="示例经销商")
            person_id = more.pop("person_id", None) or insert(
                "person", subject_id=insert("subject", erased_at=None)
            )
            binding_id = insert(
                "role_binding",
                person_id=person_id,
                role=role,
                dealer_id=dealer_id,
                desk_id=desk_id,
                status="active",
            )
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        session = {
            "token_hash": hashed(token),
            "kind": "phone",
            "role": role,
            "person_id": person_id,
            "identity_id": identity_id,
            "binding_id": binding_id,
            "csrf_hash": hashed(csrf),
            "created_at": clock(),
            "last_seen": clock(),
            "idle_expires_at": clock() + timedelta(days=7),
            "expires_at": clock() + timedelta(days=30),
        }
        insert("session", **{**session, **more})
        if more.get("kind") == "console":
            return {"Cookie": f"tz_session={token}", "X-CSRF-Token": csrf}
        return {"Authorization": f"Bearer {token}"}

    return make


@pytest.fixture
def sample(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The application with the sample area of `tests/api/sample.py`."""
    register(app, monkeypatch)
    return app.test_client(use_cookies=False)
