"""An area of routes that exists only for tests: one of every kind, over one real use case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from flask import Flask, Response
from sqlalchemy import Connection, text

from api import paging, routes
from api.paging import Page
from api.routes import Call
from api.schemas import base
from domain import permissions
from domain.actors import Role
from domain.errors import Conflict, StaleVersion
from domain.permissions import Standing
from services.uow import use_case

ORDERS = frozenset({Role.AGENT, Standing.SHOP})


@dataclass(frozen=True, slots=True)
class Counted:
    """How often it was done."""

    name: str
    count: int
    version: int
    at: datetime
    day: date | None
    role: Role


@dataclass(frozen=True, slots=True)
class Said:
    """Everything a body may hold, loaded."""

    name: str
    amount_fen: int = 0
    at: datetime | None = None
    day: date | None = None
    thing_id: int | None = None
    flag: bool | None = None
    place: dict[str, Any] | None = None
    tags: list[str] | None = None


class SaidBody(base.Body):
    """A body with one field of each kind."""

    makes = Said
    name = base.PlainText(20, required=True)
    amount_fen = base.Fen(load_default=0)
    at = base.Moment()
    day = base.Day()
    thing_id = base.BigId()
    flag = base.Flag()
    place = base.fields.Nested(base.Point)
    tags = base.Many(base.PlainText(10), 3)


class UploadForm(base.Form):
    """A file and what is said about it."""

    file = base.File(required=True)
    amount_fen = base.Fen(required=True)


class FindQuery(base.PageQuery):
    """A list with a filter."""

    thing_id = base.BigId()
    flag = base.Flag()


@use_case
def count(tx: Connection, actor_role: Role, said: Said, now: datetime) -> Counted:
    """Do something that shows when it is done twice; the name "refused" is refused after the work."""
    number = tx.execute(
        text(
            "INSERT INTO rate_window (key, window_start, count) VALUES (:key, '2020-01-01Z', 1)"
            " ON CONFLICT (key, window_start) DO UPDATE SET count = rate_window.count + 1 RETURNING count"
        ),
        {"key": f"sample:{said.name}"},
    ).scalar_one()
    if said.name == "refused":
        raise Conflict
    if said.name == "once" and number > 1:
        raise Conflict
    return Counted(said.name, number, number, now, said.day, actor_role)


@cache
def area() -> Any:
    """The sample routes, the same ones for every test, so that they are described once.

    Their permissions must be in the table (see `permitted`).
    """
    made = routes.area("sample", "示例", prefix="/sample")

    @routes.route(
        made,
        "POST",
        "/count",
        permission="sample:count",
        body=SaidBody,
        answer=Counted,
        errors=(412,),
        summary="计数",
    )
    def counting(call: Call, said: Said) -> Counted:
        if call.if_match not in (None, 1):
            raise StaleVersion
        return count(call.who.role, said, call.now)

    @routes.route(
        made,
        "POST",
        "/upload",
        permission="sample:count",
        body=UploadForm,
        answer=Counted,
        summary="上传",
        max_body=2_000_000,
    )
    def uploading(call: Call, form: dict[str, Any]) -> Counted:
        return count(call.who.role, Said(form["file"].filename, form["amount_fen"]), call.now)

    @routes.route(
        made, "POST", "/empty/<id:thing_id>", permission="sample:count", status=204, summary="无应答"
    )
    def empty(call: Call, thing_id: int) -> None:
        count(call.who.role, Said(str(thing_id)), call.now)

    @routes.route(
        made,
        "GET",
        "/list/<string:name>",
        permission="sample:read",
        query=FindQuery,
        answer=Page[Counted],
        summary="列表",
    )
    def listing(call: Call, query: dict[str, Any], name: str) -> Page[Counted]:
        after = paging.key(query["cursor"], int)
        first = after[0] + 1 if after else 1
        made_up = [Counted(name, n, n, call.now, None, Role.AGENT) for n in range(first, 8)]
        return paging.page(made_up, query["limit"], lambda row: (row.count,))

    @routes.route(made, "GET", "/broken", permission="docs:read", summary="出错")
    def broken(_: Call) -> Response:
        raise ValueError("secret 13800138000 token abcdefghijklmnopqrstuvwxyz0123456789")

    @routes.route(made, "GET", "/guest", permission="sample:guest", answer=Counted, summary="访客")
    def guest(call: Call) -> Counted:
        return Counted(str(call.session and call.session.identity_id), 1, 1, call.now, None, Role.CUSTOMER)

    return made


@contextmanager
def permitted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table of permissions with the sample's in it."""
    table = {
        **permissions.PERMISSIONS,
        "sample:count": ORDERS,
        "sample:read": permissions.PEOPLE,
        "sample:guest": frozenset({Standing.GUEST}),
    }
    monkeypatch.setattr(permissions, "PERMISSIONS", table)
    yield


def register(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with the sample area."""
    with permitted(monkeypatch):
        app.register_blueprint(area())
    return app
