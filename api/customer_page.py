"""The page behind the link in every message to a customer: `/m#t=…`, one job in words and what he may do about it.

Where the phone application is built, `/m` leads on to it, and a browser takes what stands behind the `#` along. Else,
and with `?plain=1`, it is the plain page: a shell without anybody's data, one script, one style, for phones of any
age. The script exchanges the token behind `#`, which reaches no server's log, for a session kept in memory alone.
What it offers comes from `available_actions` and `api/customer_words.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from flask import Response

from api import docs, html, phone, routes
from api.built import Filters
from api.customer_words import forms
from api.routes import Call, route
from api.schemas.base import PlainText
from domain.questions import QUESTIONS

area = routes.area("customer_page", "客户工单页面", prefix="")


def _words() -> str:
    """All that the script knows of the rules, as JSON in an attribute."""
    made = {
        "forms": {name: asdict(form) for name, form in forms().items()},
        "questions": [asdict(one) for one in QUESTIONS],
    }
    return orjson.dumps(made).decode()


class Wanted(Filters):
    """Whether the plain page is wanted though there is an application; what messengers add is nobody's."""

    plain = PlainText(1, load_default="")


WORDS = _words()
APPLICATION = "/app/"


@route(
    area,
    "GET",
    "/m",
    permission="docs:read",
    query=Wanted,
    errors=(302,),
    media="text/html",
    summary="客户工单页面",
)
def shell(_: Call, query: Mapping[str, Any]) -> Response:
    """The same for everybody: whose job it is only the script learns, from behind the #."""
    if not query["plain"] and phone.built.stands:
        # it may not be built tomorrow
        return Response(status=302, headers={"Location": APPLICATION, "Cache-Control": "no-store"})
    return html.page("customer.html", html.OWN_SCRIPT, {"words": WORDS})


@route(area, "GET", "/m/page.js", permission="docs:read", media="text/javascript", summary="客户页面的脚本")
def script(_: Call) -> Response:
    """Network and session."""
    return _asset("customer.js", "text/javascript")


@route(area, "GET", "/m/parts.js", permission="docs:read", media="text/javascript", summary="客户页面的内容")
def parts(_: Call) -> Response:
    """What the page consists of."""
    return _asset("customer-parts.js", "text/javascript")


@route(area, "GET", "/m/forms.js", permission="docs:read", media="text/javascript", summary="客户页面的表单")
def form_script(_: Call) -> Response:
    """What is filled in."""
    return _asset("customer-forms.js", "text/javascript")


@route(area, "GET", "/m/page.css", permission="docs:read", media="text/css", summary="客户页面的样式")
def style(_: Call) -> Response:
    """The page's own style."""
    return _asset("customer.css", "text/css")


@route(area, "GET", "/", permission="docs:read", media="text/html", summary="入口")
def home(_: Call) -> Response:
    """Where to go from here."""
    return html.page("home.html", html.OWN_SCRIPT, {})


def _asset(name: str, media: str) -> Response:
    response = Response(docs.ASSETS[name], mimetype=media)
    response.headers["Cache-Control"] = "no-cache"
    return response
