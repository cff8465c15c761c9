"""Whatever goes wrong is one kind of document, and tells nothing that is nobody's business."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api import errors
from api.app import create_app
from domain import errors as domain_errors
from domain.errors import Fault
from services.config import Config

KINDS = [
    kind for _, kind in inspect.getmembers(domain_errors, inspect.isclass) if issubclass(kind, Exception)
]


def test_every_refusal_of_the_domain_has_its_status() -> None:
    """The table is complete, and a subclass follows its base."""
    expected = {
        "Invalid": 422, "Unauthenticated": 401, "Forbidden": 403, "NotFound": 404, "Conflict": 409,
        "IllegalTransition": 409, "JobChanged": 409, "StaleVersion": 412, "KeyReused": 422, "TooMany": 429,
        "TooLarge": 413, "Unavailable": 503, "DomainError": 422,
    }  # fmt: skip
    assert {kind.__name__: errors.status_of(kind) for kind in KINDS if kind.__name__ in expected} == expected
    assert all(errors.status_of(kind) for kind in KINDS)


def test_a_refusal_carries_its_faults_and_extras(app: Flask) -> None:
    """type, title, status, code, request_id always; detail, errors and extras where there are any."""
    refusal = domain_errors.IllegalTransition(
        "已完结", errors=[Fault("status", "closed", "已完结")], available_actions=["reopen"]
    )
    with app.test_request_context():
        app.preprocess_request()
        answer = errors.answer(refusal)
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json(force=True)
    assert body.pop("request_id")
    assert body == {
        "type": "urn:tuozhuang:problem:illegal_transition",
        "title": "当前状态不能执行此操作",
        "status": 409,
        "code": "illegal_transition",
        "detail": "已完结",
        "errors": [{"field": "status", "code": "closed", "message": "已完结"}],
        "available_actions": ["reopen"],
    }


def test_too_many_says_when_to_come_back(app: Flask) -> None:
    """429 with Retry-After in seconds."""
    with app.test_request_context():
        app.preprocess_request()
        answer = errors.answer(domain_errors.TooMany(17))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")


def lost(kind: type[Exception], wrapper: type[DBAPIError] = OperationalError) -> DBAPIError:
    """An error as SQLAlchemy raises it."""
    return wrapper("SELECT secret_column FROM hidden", {"phone": "13800138000"}, kind("DETAIL: 13800138000"))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lost(postgres.DeadlockDetected), 503),
        (lost(postgres.SerializationFailure), 503),
        (lost(postgres.AdminShutdown), 503),
        (lost(postgres.QueryCanceled), 503),
        (lost(postgres.LockNotAvailable), 503),
        (PoolTimeout("QueuePool limit"), 503),
        (lost(postgres.UniqueViolation, IntegrityError), 409),
        (lost(postgres.ExclusionViolation, IntegrityError), 409),
        (lost(postgres.CheckViolation, IntegrityError), 500),
        (lost(postgres.UndefinedColumn, DBAPIError), 500),
        (ValueError("13800138000"), 500),
    ],
)
def test_a_database_error_is_sorted_by_what_the_caller_can_do(
    app: Flask, error: Exception, status: int
) -> None:
    """Away or contended: try again (503). A lost race: look again (409). A bug: 500. Never SQL or values."""
    with app.test_request_context():
        app.preprocess_request()
        answer = errors.answer(error)
    assert answer.status_code == status
    assert not any(
        word in answer.get_data(as_text=True) for word in ("SELECT", "hidden", "13800138000", "DETAIL")
    )
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_the_unexpected_is_a_500_that_leads_to_the_log(capfdbinary: Any, sample: FlaskClient) -> None:
    """Where it happened is logged under the request id; what it quoted is not, neither there nor in the answer."""
    answer = sample.get("/sample/broken")
    assert (answer.status_code, answer.json["code"], answer.json["title"]) == (
        500,
        "internal",
        "服务器内部错误",
    )
    logged = capfdbinary.readouterr().err.decode()
    assert answer.json["request_id"] in logged
    assert "ValueError" in logged
    assert "sample.py" in logged
    for secret in ("13800138000", "abcdefghijklmnopqrstuvwxyz"):
        assert secret not in logged
        assert secret not in answer.get_data(as_text=True)


def test_what_the_framework_refuses_by_itself_is_a_problem_too(sample: FlaskClient) -> None:
    """404, 405, and what is not even a path."""
    for method, path, status in [
        ("GET", "/nowhere", 404),
        ("GET", "/%00", 404),
        ("DELETE", "/healthz", 405),
        ("OPTIONS", "/healthz", 405),
        ("TRACE", "/healthz", 405),
    ]:
        answer = sample.open(path, method=method)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert set(sample.delete("/healthz").headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_restarted_database_costs_nobody_a_failure(
    app: Flask, sample: FlaskClient, sign_in: Any, rows: Any
) -> None:
    """Every pooled connection has been cut; the next request finds new ones."""
    headers = sign_in("agent")
    assert sample.post("/sample/count", json={"name": "a"}, headers=headers).status_code == 200
    rows(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert sample.post("/sample/count", json={"name": "a"}, headers=headers).status_code == 200


def test_a_database_away_is_503_with_retry_after(config: Config) -> None:
    """Not a 500: nothing is wrong with the request. The process itself goes on living."""
    app = create_app(replace(config, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    client = app.test_client()
    with app.app_context():
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        assert client.get("/healthz").status_code == 200
