"""The product page's widget: server-rendered, no script, made to stand in a shop's page in an iframe.

    <iframe src="https://…/widget/promise?sku=EWH-60" title="安装服务"></iframe>

Choose the place step by step by links, ask by a form, and read the promise under its signed address. Nobody signs in
here and nothing can be done in anybody's name, so any page named by WIDGET_EMBEDDERS may hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from flask import Response, request

from api import docs, errors, html, limits, routes
from api.routes import Call, route
from api.schemas.promises import ChoosingQuery, WidgetDecisionForm, WidgetForm
from domain.calendar import SHANGHAI
from domain.capacity import PART_NAMES
from domain.money import yuan
from domain.promise import WindowPromised, is_for_nobody
from services import promises
from services.config import config
from services.promises import Asked, AskedLine

area = routes.area("widget", "商品页的服务承诺小页面", prefix="/widget")
MAX_BODY = 16 * 1024
MOST_SKU = 60
WEEKDAYS = "一二三四五六日"


def _spans(windows: Sequence[WindowPromised]) -> str:
    """3 月 3 日（周二）上午、下午；3 月 4 日（周三）上午"""
    parts: dict[str, list[str]] = {}
    for window in windows:
        day = window.start.astimezone(SHANGHAI)
        named = f"{day.month} 月 {day.day} 日（周{WEEKDAYS[day.weekday()]}）"
        parts.setdefault(named, []).append(PART_NAMES[window.part])
    return "；".join(day + "、".join(names) for day, names in parts.items())


def _day(moment: datetime) -> str:
    day = moment.astimezone(SHANGHAI)
    return f"{day.year} 年 {day.month} 月 {day.day} 日 {day:%H:%M}"


html.PAGES.filters |= {"spans": _spans, "day": _day, "yuan": yuan}


def _page(name: str, status: int = 200, **values: Any) -> Response:
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {config().widget_embedders}"
    )
    response = html.page(name, policy, values, status)
    response.headers["X-Frame-Options"] = "ALLOWALL"  # no such word: frame-ancestors alone decides
    return response


def _refused(told: Response) -> Response:
    """A refusal as a page: what is wrong in words, and the way back to the choice of the place."""
    problem = orjson.loads(told.data)
    faults = [fault["message"] for fault in problem.get("errors", ())]
    if "sku" in {fault["field"] for fault in problem.get("errors", ())}:
        faults = ["网址中缺少正确的商品编号（sku）"]
    why = "；".join(faults) or problem.get("detail") or problem["title"]
    sku = request.args.get("sku")
    page = _page("refused.html", told.status_code, why=why, sku=sku if len(sku or "") <= MOST_SKU else None)
    for name in ("Retry-After", "Allow"):
        if name in told.headers:
            page.headers[name] = told.headers[name]
    return page


errors.PAGES["/widget/"] = _refused


@route(
    area,
    "GET",
    "/promise",
    permission="promise:read",
    query=ChoosingQuery,
    errors=(404,),
    media="text/html",
    summary="选择安装地点的页面",
)
def choose(call: Call, query: Mapping[str, Any]) -> Response:
    """Province, city, district, and a street for whoever wants to be exact. A browser gets refusals as a page, too."""
    at = promises.choosing(query["sku"], query["division"], query["channel"], call.now)
    return _page("choosing.html", at=at, channel=query["channel"])


@route(
    area,
    "POST",
    "/promises",
    permission="promise:make",
    body=WidgetForm,
    status=303,
    errors=(404, 422),
    max_body=MAX_BODY,
    media="text/html",
    summary="生成承诺并转到其页面",
)
def ask(call: Call, form: Mapping[str, Any]) -> Response:
    """Made and kept as by POST /promises."""
    limits.scarce("promise", call.address)
    line = AskedLine(form["sku"], form["quantity"])
    asked = Asked((line,), division_code=form["division_code"], channel=form["channel"])
    made = promises.make(asked, call.now)
    return _to(f"/widget/promises/{made.id}")


@route(
    area,
    "GET",
    "/promises/<string(maxlength=60):token>",
    permission="promise:read",
    errors=(404,),
    media="text/html",
    summary="承诺页面",
)
def promised(call: Call, token: str) -> Response:
    """The promise, word by word as it was given."""
    page = promises.show(token, call.now)
    return _page("promised.html", page=page, answer=page.answer, nobody=is_for_nobody(page.answer.lines))


@route(
    area,
    "POST",
    "/promises/<string(maxlength=60):token>/decision",
    permission="promise:decide",
    body=WidgetDecisionForm,
    status=303,
    errors=(404, 422),
    max_body=MAX_BODY,
    media="text/html",
    summary="记下能否自行安装",
)
def decide(call: Call, form: Mapping[str, Any], token: str) -> Response:
    """Then back to the page, which says what follows."""
    return _to(f"/widget/promises/{promises.decide(token, form['decision'], call.now).id}")


def _to(path: str) -> Response:
    return Response(status=303, mimetype="text/html", headers={"Location": path})


@route(area, "GET", "/promise.css", permission="docs:read", media="text/css", summary="小页面的样式")
def style(_: Call) -> Response:
    """The widget's only asset."""
    response = Response(docs.ASSETS["promise.css"], mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
