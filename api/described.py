"""A route as it was declared, and how flask-smorest is told about it for the OpenAPI document.

flask-smorest's own decorators parse and dump per request at a cost we measured and did without; its
documentation half reads `_apidoc`, which is written here in the shape those decorators leave behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from api.schemas.base import is_schema
from api.schemas.made import schema_of
from domain.permissions import Caller, Standing

SAFE = frozenset({"GET", "HEAD"})
FORM_TYPE = "multipart/form-data"
COMPONENT = {status: status.name for status in HTTPStatus}
HEADERS = {
    "Idempotency-Key": "同一键与同一内容只执行一次，重复请求返回首次的应答",
    "If-Match": "先前读到的 version；已被他人更改时返回 412",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """What OpenAPI, the guards in tests and the docs page know of a route. `checked` caches answers' types."""

    method: str
    rule: str
    permission: str
    holders: frozenset[Caller]
    summary: str
    body: Schema | None
    query: Schema | None
    answer: Any  # a dataclass, also Page[JobCard], or a schema, or None
    status: int
    errors: tuple[int, ...]
    max_body: int
    tags: tuple[str, ...]
    media: str = "application/json"
    kept: bool = True
    known: type | None = None
    checked: set[type] = field(default_factory=set)

    @property
    def public(self) -> bool:
        """Nobody needs to be known, and credentials are not read."""
        return Standing.PUBLIC in self.holders

    @property
    def changing(self) -> bool:
        """Whether it changes anything."""
        return self.method not in SAFE

    @property
    def once(self) -> bool:
        """Whether it takes an Idempotency-Key: an answer that must not be kept is judged and logged each time."""
        return self.changing and self.kept

    def status_of(self, result: object) -> int:
        """The status a result is sent with."""
        return HTTPStatus.OK if self.known is not None and type(result) is self.known else self.status

    @property
    def is_form(self) -> bool:
        """Whether the body is multipart."""
        return bool(getattr(self.body, "textual", False))

    def refusals(self) -> list[int]:
        """Every error status this route may answer with, its own and those that come with its shape."""
        codes = {*self.errors, 400, 422, 429, 500, 503}
        if not self.public:
            codes |= {401, 403}
        if "<" in self.rule:
            codes.add(404)
        if self.changing:
            codes |= {409, 413}
        if self.body:
            codes.add(415)
        return sorted(codes)


class Area(Blueprint):
    """The routes of one resource, described when the document is made.

    Few processes are ever asked for it, and the answers' schemas with flask-smorest's copies of them take 12 MB.
    """

    def __init__(self, *named: Any, **more: Any) -> None:
        super().__init__(*named, **more)
        self._put_off: list[tuple[Any, ...]] = []

    def _store_endpoint_docs(self, endpoint: Any, obj: Any, *told: Any, **options: Any) -> None:
        """flask-smorest would do it now."""
        self._put_off.append((endpoint, obj, told, options))

    def register_views_in_doc(self, *where: Any, **named: Any) -> None:
        """flask-smorest's, after what was put off."""
        for endpoint, view, told, options in self._put_off:
            view._apidoc = describe(view.declared, view.__doc__)
            super()._store_endpoint_docs(endpoint, view, *told, **options)
        super().register_views_in_doc(*where, **named)


def describe(declared: Declared, docstring: str | None) -> dict[str, Any]:
    """The `_apidoc` of a view: what its `@arguments`, `@response` and `@doc` would have left."""
    arguments: list[dict[str, Any]] = []
    if declared.body is not None:
        media = FORM_TYPE if declared.is_form else "application/json"
        arguments.append({"in": "json", "required": True, "schema": declared.body, "content_type": media})
    if declared.query is not None:
        arguments.append({"in": "query", "schema": declared.query})
    arguments += _headers(declared)
    responses: dict[Any, Any] = {declared.status: [_success(declared, m) for m in declared.media.split(", ")]}
    if declared.known is not None:
        known = _success(declared, declared.media) | {"description": "已有，未新建"}
        responses[HTTPStatus.OK.value] = [known]
    responses |= {code: [COMPONENT[HTTPStatus(code)]] for code in declared.refusals()}
    manual = {
        "summary": declared.summary,
        "description": (docstring or "").strip(),
        "security": []
        if declared.public
        else [{"bearer": []}, {"cookie": [], "csrf": []}, {"signature": []}],
        "x-permission": declared.permission,
        "x-roles": sorted(declared.holders),
        "x-max-body": declared.max_body,
    }
    doc: dict[str, Any] = {"response": {"responses": responses}, "manual_doc": manual}
    if arguments:
        doc["arguments"] = {"parameters": arguments}
    return doc


def _success(declared: Declared, media: str) -> dict[str, Any]:
    success: dict[str, Any] = {"description": declared.summary, "content_type": media}
    if declared.answer is not None:
        success["schema"] = declared.answer if is_schema(declared.answer) else schema_of(declared.answer)
    elif media.endswith("json") and media != "application/json":
        success["schema"] = {"type": "object"}
    elif media != "application/json":
        textual = media.startswith("text/")
        success["schema"] = {"type": "string"} if textual else {"type": "string", "format": "binary"}
    return success


def _headers(declared: Declared) -> list[dict[str, Any]]:
    if declared.public or not declared.changing:
        return []
    schemas = {
        "Idempotency-Key": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
        "If-Match": {"type": "string", "maxLength": 40, "pattern": '^(W/)?"?[0-9]{1,18}"?$'},
    }
    return [
        {"in": "header", "name": name, "required": False, "description": words, "schema": schemas[name]}
        for name, words in HEADERS.items()
        if declared.once or name != "Idempotency-Key"
    ]
