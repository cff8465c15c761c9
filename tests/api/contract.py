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


class Contract:
    """The application's OpenAPI document as a set of validators, made when first needed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._document: dict[str, Any] | None = None

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
            schema = {**content[media]["schema"], "components": self._document["components"]}
            for error in OAS31Validator(schema).iter_errors(body):
                yield f"{method} {rule} {status}: {'.'.join(map(str, error.path))}: {error.message[:200]}"

    def _operation(self, rule: str, method: str) -> dict[str, Any]:
        if self._document is None:
            self._document = docs.document(self.app)
            for name, schema in self._document["components"].get("schemas", {}).items():
                if name != "Problem" and schema.get("type") == "object":
                    schema.setdefault("additionalProperties", False)
        return self._document["paths"][CONVERTER.sub(r"{\1}", rule)][method.lower()]

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
        contract = app.extensions.setdefault("contract", Contract(app))
        media = response.mimetype if response.data and request.method != "HEAD" else ""
        body = response.get_json(force=True) if media.endswith("json") else None
        method = "GET" if request.method == "HEAD" else request.method
        faults = list(contract.faults(rule.rule, method, response.status_code, media, body))
        assert faults == [], faults
        return response
