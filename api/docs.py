"""The OpenAPI document and a page to read and try it: everything served from here, nothing from elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import orjson
from flask import Flask, Response, current_app
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response

from api import routes
from api.customer_words import forms
from api.described import COMPONENT
from api.errors import MEDIA, ProblemSchema
from api.introduction import INTRODUCTION
from api.moves import moves
from api.routes import Call
from api.words import WORDS
from domain.actors import Role

STATIC = Path(__file__).parent / "static"
DOCUMENT = "application/vnd.oai.openapi+json"
ASSETS = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir())}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KIND = {
    "title": "妥装 Tuozhuang",
    "version": "v1",
    "openapi_version": "3.1.0",
    "info": {"description": INTRODUCTION},
}
REFUSALS = {
    400: "请求的格式有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到，或看不到",
    405: "此地址没有这种操作",
    406: "给不出所要的格式",
    409: "与当前状态冲突",
    412: "已被他人更改",
    413: "内容太大",
    415: "不收这种内容",
    422: "提交的内容有误",
    429: "操作太频繁",
    500: "服务出错",
    503: "服务暂时不可用",
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "手机与客户链接的会话令牌"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "tz_session", "description": "控制台会话"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "控制台写操作须带"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "TZ-HMAC 店铺系统签名",
    },
}

area = routes.area("docs", "接口文档", prefix="/api")


class Documented(Api):
    """flask-smorest, with our errors documented as what they are and answered by `api/errors.py`."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """`api/errors.py` answers them."""

    def _register_responses(self) -> None:
        for status, name in COMPONENT.items():
            if status >= 400:
                self._problem(name, REFUSALS.get(status, status.phrase))
        onward = {"description": "转到 Location 所指的地址"}
        self.spec.components.response(COMPONENT[HTTPStatus.FOUND], onward, lazy=True)
        self._problem(self.DEFAULT_ERROR_RESPONSE_NAME, "Problem")

    def _problem(self, name: str, description: str) -> None:
        response = {"description": description, "schema": self.ERROR_SCHEMA}
        prepare_response(response, self.spec, MEDIA)
        self.spec.components.response(name, response, lazy=True)


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the application, made anew: a process that is never asked doesn't pay for it."""
    api = Documented(app, spec_kwargs=KIND)
    for name, scheme in SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    for name, blueprint in cast("dict[str, Blueprint]", app.blueprints).items():
        blueprint.register_views_in_doc(api, app, api.spec, name=name, parameters=None)
        api.spec.tag({"name": name, "description": blueprint.description})
    found: dict[str, Any] = _sayable(api.spec.to_dict())
    found["x-words"] = WORDS
    found["x-moves"] = {"installer": moves(Role.INSTALLER)}
    found["x-customer-forms"] = {name: asdict(form) for name, form in forms().items()}
    return found


def _sayable(value: Any) -> Any:
    """Defaults as JSON has them; "absent means nothing" needs no saying, and may not fit the type."""
    if isinstance(value, dict):
        return {name: _sayable(v) for name, v in value.items() if not (name == "default" and v in (None, ""))}
    if isinstance(value, list):
        return [_sayable(one) for one in value]
    return value.value if isinstance(value, Enum) else value


@routes.route(
    area, "GET", "/openapi.json", permission="docs:read", summary="OpenAPI 3.1 文档", media=DOCUMENT
)
def openapi(_: Call) -> Response:
    """Generated from the code once per process."""
    cached = current_app.extensions.get("openapi.json")
    if cached is None:
        cached = orjson.dumps(document(current_app), option=orjson.OPT_NON_STR_KEYS)
        current_app.extensions["openapi.json"] = cached
    return Response(cached, mimetype=DOCUMENT, headers={"Cache-Control": "max-age=60"})


@routes.route(area, "GET", "/docs", permission="docs:read", summary="阅读与试用接口的页面", media="text/html")
def page(_: Call) -> Response:
    """A page that lists every route with its permission and schemas, and lets a person try a call."""
    return _asset("docs.html", "text/html")


@routes.route(area, "GET", "/docs.js", permission="docs:read", summary="页面的脚本", media="text/javascript")
def script(_: Call) -> Response:
    """The page's own script; it loads nothing from elsewhere."""
    return _asset("docs.js", "text/javascript")


@routes.route(area, "GET", "/docs.css", permission="docs:read", summary="页面的样式", media="text/css")
def style(_: Call) -> Response:
    """The page's own style."""
    return _asset("docs.css", "text/css")


def _asset(name: str, media: str) -> Response:
    response = Response(ASSETS[name], mimetype=media)
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return response
