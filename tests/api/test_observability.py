"""What the operators see: one line per request, metrics, health; and what they never see."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.queries.readiness import head
from tests.api.conftest import SignIn


def test_every_request_leaves_one_line_and_no_secret(
    capfdbinary: Any, sample: FlaskClient, sign_in: SignIn, rows: Callable[..., Any]
) -> None:
    """Ids, route, status and milliseconds; no body, no query value, no token, no cookie."""
    headers = {**sign_in("agent"), "Idempotency-Key": "very-secret-key"}
    capfdbinary.readouterr()
    sample.post("/sample/count", json={"name": "张三 13800138000"}, headers=headers)
    sample.get("/sample/list/private-name?cursor=c2VjcmV0", headers=headers)
    text = capfdbinary.readouterr().err.decode()
    lines = [orjson.loads(line) for line in text.splitlines()]
    assert [(li["route"], li["status"], li["caller"], li["session"], li["code"]) for li in lines] == [
        ("/sample/count", 200, "agent", 1, None),
        ("/sample/list/<string:name>", 422, "agent", 1, "invalid"),
    ]
    assert all(line["ms"] >= 0 and line["request_id"] and line["level"] == "info" for line in lines)
    token = headers["Authorization"].removeprefix("Bearer ")
    for secret in ("张三", "13800138000", "private-name", "c2VjcmV0", "very-secret-key", token):
        assert secret not in text


def test_a_proxys_request_id_is_kept_when_it_is_one(client: FlaskClient) -> None:
    """Otherwise we make our own: an id goes into logs and must not carry anything in."""
    kept = client.get("/healthz", headers={"X-Request-ID": "abc-123_DEF"})
    assert kept.headers["X-Request-ID"] == "abc-123_DEF"
    for bad in ("short", "x" * 65, "with space 123", '{"a":"bcdefg"}'):
        assert client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


def test_a_librarys_log_is_scrubbed_json_too(capfdbinary: Any, app: Flask) -> None:
    """Whatever a library says, one line, without numbers and tokens."""
    try:
        raise ValueError("phone 13800138000")
    except ValueError:
        logging.getLogger("some.package").exception("sent to %s", "13800138000")
    line = orjson.loads(capfdbinary.readouterr().err.splitlines()[-1])
    assert (line["logger"], line["level"], line["error"]) == ("some.package", "error", "ValueError")
    assert "13800138000" not in orjson.dumps(line).decode()


def test_metrics_count_by_route_and_not_by_path(client: FlaskClient) -> None:
    """A path with an id in it would make a new series per job."""
    client.get("/nowhere/13")
    client.open("/healthz", method="BREW")
    client.get("/healthz")
    told = client.get("/metrics").get_data(as_text=True)
    assert 'tuozhuang_requests_total{method="GET",route="/healthz",status="200"}' in told
    assert 'route="none",status="404"' in told
    assert "tuozhuang_request_seconds_bucket" in told
    assert "nowhere" not in told
    assert "BREW" not in told


@pytest.mark.parametrize(
    ("remote", "headers"),
    [
        ("192.0.2.1", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.1"}),
        ("not-an-address", {}),
    ],
)
def test_metrics_are_for_loopback_only(client: FlaskClient, remote: str, headers: dict[str, str]) -> None:
    """Also when a proxy on this machine asks on behalf of somebody else."""
    answer = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": remote})
    assert answer.status_code == 404


def test_ready_means_migrated(client: FlaskClient, rows: Callable[..., Any]) -> None:
    """A process of the new release waits for its migration instead of failing on each request."""
    assert client.get("/readyz").status_code == 200
    rows("UPDATE alembic_version SET version_num = '0000'")
    assert client.get("/readyz").status_code == 503
    rows("DROP TABLE alembic_version")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_the_head_is_the_migration_no_other_builds_on(tmp_path: Any) -> None:
    """Read from the files, without loading Alembic into every web process."""
    assert head(tmp_path) is None
    (tmp_path / "2_b.py").write_text('revision = "b"\ndown_revision: str | None = "a"\n')
    (tmp_path / "1_a.py").write_text('revision: str = "a"\ndown_revision = None\n')
    head.cache_clear()
    assert head(tmp_path) == "b"
