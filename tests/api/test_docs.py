"""The OpenAPI document is complete and valid, and the page needs nothing from elsewhere."""

from __future__ import annotations

import re
import warnings
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from api import docs
from api.app import create_app
from api.words import WORDS
from services.config import Config
from tests.api.contract import CONVERTER

PAGE = ("/api/docs", "/api/docs.js", "/api/docs.css")


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path) → operation."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def test_the_document_is_valid_openapi_3_1(client: FlaskClient) -> None:
    """Checked against the specification itself, references included."""
    document = orjson.loads(client.get("/api/openapi.json").data)
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_is_in_the_document_with_its_permission(app: Flask) -> None:
    """x-permission, x-roles, a summary and a tag on each; nothing documented that is not there."""
    found = operations(docs.document(app))
    routes = {}
    for rule in app.url_map.iter_rules():
        declared = app.view_functions[rule.endpoint].declared
        routes[declared.method, CONVERTER.sub(r"{\1}", rule.rule)] = declared
    assert set(found) == set(routes)
    for key, declared in routes.items():
        operation = found[key]
        assert operation["x-permission"] == declared.permission, key
        assert operation["x-roles"] == sorted(declared.holders), key
        assert operation["summary"], key
        assert operation["tags"], key
        assert (operation["security"] == []) == declared.public, key


def test_every_error_is_documented_as_a_problem(app: Flask) -> None:
    """No route answers an error in another form."""
    document = docs.document(app)
    responses = document["components"]["responses"]
    assert {media for response in responses.values() for media in response.get("content", ())} == {
        "application/problem+json"
    }
    for key, operation in operations(document).items():
        errors = {
            status: r
            for status, r in operation["responses"].items()
            if status == "default" or status >= "400"
        }
        assert all("$ref" in response for response in errors.values()), key
        assert {"429", "500", "503", "default"} <= set(errors), key


def test_no_two_schemas_share_a_name(config: Config) -> None:
    """Otherwise one is renamed by chance, and every generated client with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert create_app(config).test_client().get("/api/openapi.json").status_code == 200


def test_the_document_is_made_once(app: Flask, client: FlaskClient) -> None:
    """It takes a while and cannot change while the process lives."""
    first = client.get("/api/openapi.json").data
    assert client.get("/api/openapi.json").data is not None
    assert app.extensions["openapi.json"] == first


def test_the_page_is_served_whole_from_here(client: FlaskClient) -> None:
    """No address of another host in it, and a policy that would not let it load one."""
    for path in PAGE:
        answer = client.get(path)
        assert answer.status_code == 200
        assert not re.search(r"""https?://|src=["']//|@import|url\(""", answer.get_data(as_text=True)), path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    html = client.get("/api/docs").get_data(as_text=True)
    assert "<script>" not in html
    assert "style=" not in html
    assert "innerHTML" not in client.get("/api/docs.js").get_data(as_text=True)


def test_the_page_knows_every_role_in_chinese(app: Flask, client: FlaskClient) -> None:
    """A role without a word would be shown in English."""
    script = client.get("/api/docs.js").get_data(as_text=True)
    roles = {role for operation in operations(docs.document(app)).values() for role in operation["x-roles"]}
    assert [role for role in roles - set(WORDS["roles"]) if f"{role}: " not in script] == []


def test_the_document_says_how_to_sign_in_repeat_and_sign(client: FlaskClient) -> None:
    """Before any route: bearer, cookie with CSRF, signature, Idempotency-Key, If-Match; the page shows it, too."""
    told = orjson.loads(client.get("/api/openapi.json").data)["info"]["description"]
    words = (
        "Authorization: Bearer",
        "X-CSRF-Token",
        "TZ-HMAC",
        "Idempotency-Key",
        "If-Match",
        "problem+json",
    )
    assert [word for word in words if word not in told] == []
    assert "document_.info.description" in client.get("/api/docs.js").get_data(as_text=True)
