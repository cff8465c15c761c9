"""A client that holds every answer against the OpenAPI document, strictly: no undocumented status or member."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator

from api import docs

CONVERTER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


_KNOWN: dict[frozenset[tuple[str, Any]], Contract] = {}


def contract_of(app: Flask) -> Contract:
    """What the application promises. Describing it takes longer than most tests: once for the same views."""
    views = frozenset(app.view_functions.items())
    if views not in _KNOWN:
        _KNOWN[views] = Contract(docs.document(app))
    return _KNOWN[views]


class Contract:
    """An OpenAPI document as a set of validators, each made when first needed."""

    def __init__(self, document: dict[str, Any]) -> None:
        for name, schema in document["components"].get("schemas", {}).items():
            if name != "Problem" and schema.get("type") == "object":
                schema.setdefault("additionalProperties", False)
        self._document = document
        self._validators: dict[tuple[str, str, int, str], OAS31Validator] = {}

    def faults(self, rule: str, method: str, status: int, media: str, body: Any) -> Iterator[str]:
        """What is wrong with one answer."""
        responses = self._operation(rule, method)["responses"]
        if str(status) not in responses:
            yield f"{method} {rule} answered {status}, which it does not document"
            return
        content = self._resolved(responses[str(status)]).get("content", {})
        if media and media not in content:
            yield f"{method} {rule} answered {status} as {media}, documented are {list(content)}"
            return
        if media.endswith("json") and "schema" in content[media]:
            place = (rule, method, status, media)
            if place not in self._validators:
                schema = {**content[media]["schema"], "components": self._document["components"]}
                self._validators[place] = OAS31Validator(schema)
            for error in self._validators[place].iter_errors(body):
                yield f"{method} {rule} {status}: {'.'.join(map(str, error.path))}: {error.message[:200]}"

    def _operation(self, rule: str, method: str) -> dict[str, Any]:
        found: dict[str, Any] = self._document["paths"][CONVERTER.sub(r"{\1}", rule)][method.lower()]
        return found

    def _resolved(self, response: dict[str, Any]) -> dict[str, Any]:
        name = response.get("$ref", "").rpartition("/")[2]
        return self._document["components"]["responses"][name] if name else response


class StrictClient(FlaskClient):
    """Flask's test client; an answer that breaks the contract fails the test that asked for it."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """As FlaskClient.open."""
        response = super().open(*args, **kwargs)
        request = response.request
        app = self.application
        adapter = app.create_url_adapter(request)
        try:
            rule, _ = adapter.match(return_rule=True)
        except Exception:  # no route: 404, 405 and the like are problems by the guard below
            assert response.mimetype == "application/problem+json", response.status
            return response
        contract = contract_of(app)
        media = response.mimetype if response.data and request.method != "HEAD" else ""
        body = response.get_json(force=True) if media.endswith("json") else None
        method = "GET" if request.method == "HEAD" else request.method
        faults = list(contract.faults(rule.rule, method, response.status_code, media, body))
        assert faults == [], faults
        return response
