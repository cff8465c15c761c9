"""How a route is declared, and the one path every request takes through it.

    area = routes.area("offers", "派单")

    @routes.route(area, "POST", "/offers/<id:offer_id>/accept", permission="offer:accept",
                  answer=JobSummary, errors=(404, 409), summary="接单")
    def accept(call: Call, offer_id: int) -> JobSummary:
        return dispatch.accept(call.who, offer_id, call.now)

A view gets `(call, body, query, **path)` (body and query only if declared) and returns a frozen dataclass, or
`(dataclass, headers)`, or None with status 204. In order: address limit, who, permission, identity limit, body,
the answer remembered for the Idempotency-Key, the view, dump. A changing view returns exactly what its one
use case returned: that is what has been remembered in its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Request, Response, g
from flask_smorest import Blueprint
from marshmallow import Schema

from api import answers, auth, limits, parsing
from api.described import Area, Declared
from api.logging import Trace
from domain.actors import Actor
from domain.errors import Forbidden, Unauthenticated
from domain.permissions import holders
from services import answers as remembered
from services.config import extensions
from services.queries.sessions import SessionFound

View = TypeVar("View", bound=Callable[..., Any])
PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """What a view knows about the request besides its body; `now` is aware UTC and read once."""

    actor: Actor | None
    now: datetime
    address: str
    request_id: str
    if_match: int | None
    session: SessionFound | None

    @property
    def who(self) -> Actor:
        """The actor; `Unauthenticated` for the public and for a guest not bound to a person yet."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor


def area(name: str, description: str, prefix: str = PREFIX) -> Blueprint:
    """A blueprint for one resource; `description` is its Chinese heading in the documentation."""
    return Area(name, __name__, url_prefix=prefix, description=description)


def route(
    blueprint: Blueprint,
    method: str,
    rule: str,
    *,
    permission: str,
    summary: str,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    answer: Any = None,
    status: int = 200,
    known: type | None = None,
    errors: tuple[int, ...] = (),
    max_body: int = parsing.DEFAULT_MAX_BODY,
    tags: tuple[str, ...] = (),
    media: str = "application/json",
    kept: bool = True,
) -> Callable[[View], View]:
    """Declare a route. `answer` is a dataclass (or a schema); `max_body` in bytes; `media` of raw answers, with commas.

    `known`: an answer's type of the same fields that says it was there before, 200 instead of 201.
    `kept`: may the answer be remembered? KeyError for a permission the table doesn't know, ValueError if nobody's.
    """
    declared = Declared(
        method=method,
        rule=rule,
        permission=permission,
        holders=holders(permission),
        summary=summary,
        body=body() if body else None,
        query=query() if query else None,
        answer=answer,
        status=status,
        known=known,
        errors=errors,
        max_body=max_body,
        tags=tags or (blueprint.name,),
        media=media,
        kept=kept,
    )

    return _registering(blueprint, declared)


def _registering(blueprint: Blueprint, declared: Declared) -> Callable[[View], View]:
    def register(view: View) -> View:
        serve = _served(declared, view)
        methods, tags = [declared.method], list(declared.tags)
        blueprint.add_url_rule(declared.rule, view.__name__, serve, methods=methods, tags=tags)
        return view

    return register


def _served(declared: Declared, view: Callable[..., Any]) -> Callable[..., Response]:
    """The view behind its declarations. This runs for every request: keep it short and free of surprises."""

    def serve(**path: Any) -> Response:
        trace: Trace = g.trace
        trace.request.max_content_length = declared.max_body
        call, asked = _enter(declared, trace)
        arguments = _arguments(declared, trace.request, path)
        if asked is None:
            return answers.dump(declared, view(call, *arguments, **path))
        return answers.once(declared, asked, lambda: view(call, *arguments, **path))

    serve.__name__, serve.__doc__ = view.__name__, view.__doc__
    serve.declared = declared  # type: ignore[attr-defined]  # for the document and the guards in tests
    serve.provide_automatic_options = False  # type: ignore[attr-defined]  # no CORS: OPTIONS is a 405
    return serve


def _enter(declared: Declared, trace: Trace) -> tuple[Call, answers.Asked | None]:
    """Who calls and whether they may; no byte of the body has been parsed yet."""
    now = extensions()["clock"]()
    limits.address(trace.address, known=not declared.public)
    found, asked = None, None
    if not declared.public:
        found, asked = _identify(declared, trace, now)
    call = Call(
        actor=found.actor if found else None,
        now=now,
        address=trace.address,
        request_id=trace.request_id,
        if_match=answers.if_match(trace.request.headers.get("If-Match")),
        session=found,
    )
    return call, asked


def _identify(declared: Declared, trace: Trace, now: datetime) -> tuple[SessionFound, answers.Asked | None]:
    request = trace.request
    key = answers.key_of(request) if declared.once else None
    name = None if key is None else remembered.name_of(key)
    found = auth.identify(request, now, name)
    trace.session_id, trace.caller = found.session_id, found.caller
    if found.caller not in declared.holders:
        raise Forbidden
    limits.identity(found.owner)
    if key is None or name is None:
        return found, None
    question = remembered.question(found.owner, key, name, parsing.fingerprint(request))
    return found, answers.Asked(question, found.remembered)


def _arguments(declared: Declared, request: Request, path: Mapping[str, Any]) -> list[Any]:
    for part in path.values():
        if isinstance(part, str):
            parsing.clean(part)
    arguments = []
    if declared.body is not None:
        read = parsing.load_form if declared.is_form else parsing.load_json
        arguments.append(read(request, declared.body))
    elif declared.changing:
        parsing.no_body(request)
    if declared.query is not None:
        arguments.append(parsing.load_query(request, declared.query))
    elif request.query_string:
        parsing.load_query(request, None)
    return arguments
