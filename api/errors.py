"""The one place that knows what HTTP makes of a refusal: RFC 9457 problem documents, nothing else.

Never SQL, a trace or a secret in a body. What nobody foresaw is a 500 whose request id leads to the log.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
from flask import Flask, Response, g
from marshmallow import INCLUDE, fields
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from api.logging import log, traceback_of
from api.parsing import Malformed, WrongContentType
from api.schemas.base import Shape
from domain import errors

MEDIA = "application/problem+json"
BUSY_S = 2

STATUS: dict[type[errors.DomainError], int] = {
    errors.DomainError: 422,
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.StaleVersion: 412,
    errors.KeyReused: 422,
    errors.TooMany: 429,
    errors.TooLarge: 413,
    errors.Unavailable: 503,
    Malformed: 400,
    WrongContentType: 415,
}

# What werkzeug refuses by itself, in our words.
WORDS: dict[int, tuple[str, str]] = {
    400: ("malformed", "请求无法解读"),
    404: ("not_found", "没有找到"),
    405: ("method_not_allowed", "此地址不接受这种操作"),
    413: ("too_large", "提交的内容太大"),
    414: ("uri_too_long", "地址太长"),
    415: ("unsupported_media_type", "请求的内容类型不受支持"),
    431: ("headers_too_large", "请求头太大"),
}
DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, DisconnectionError, psycopg.OperationalError)
# Where people stand rather than programs: below these paths a browser's refusal is made a page of.
PAGES: dict[str, Callable[[Response], Response]] = {}
LOST_RACE = ("23505", "23P01")  # unique and exclusion constraints


class FaultSchema(Shape):
    """One thing wrong with one field."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(Shape):
    """RFC 9457 problem document; some codes add members of their own, such as available_actions."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))
    request_id = fields.String(required=True)


def install(app: Flask) -> None:
    """Every exception of a request ends in `answer`."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """The problem document for whatever went wrong; a browser that stands on one of our pages gets a page."""
    told, request = _answer(error), g.trace.request
    if "text/html" not in request.headers.get("Accept", ""):
        return told
    return next((page(told) for path, page in PAGES.items() if request.path.startswith(path)), told)


def _answer(error: Exception) -> Response:
    if isinstance(error, errors.DomainError):
        return refusal(error)
    if isinstance(error, HTTPException):
        return _werkzeug(error)
    if isinstance(error, DATABASE_AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        _log("database_away", error, log.warning)
        return _problem(503, errors.Unavailable.code, errors.Unavailable.title, retry_after=BUSY_S)
    if isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", "") in LOST_RACE:
        _log("lost_race", error, log.warning)
        return _problem(409, errors.Conflict.code, errors.Conflict.title)
    _log("unexpected", error, log.error)
    return _problem(500, "internal", "服务器内部错误")


def _log(event: str, error: Exception, write: Callable[..., None]) -> None:
    write(event, request_id=g.trace.request_id, **traceback_of(error))


def status_of(kind: type[errors.DomainError]) -> int:
    """The HTTP status of a refusal: that of its nearest base in the table."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def refusal(error: errors.DomainError) -> Response:
    """A refusal with all its faults."""
    more: dict[str, Any] = dict(error.extra)
    if error.detail:
        more["detail"] = error.detail
    if error.errors:
        more["errors"] = error.errors
    retry_after = error.retry_after_s if isinstance(error, errors.TooMany) else None
    status = status_of(type(error))
    if status == 503:
        retry_after = BUSY_S
    return _problem(status, error.code, error.title, more, retry_after=retry_after)


def _werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    code, title = WORDS.get(status, ("refused", HTTPStatus(status).phrase))
    response = _problem(status, code, title)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _problem(
    status: int,
    code: str,
    title: str,
    more: dict[str, Any] | None = None,
    *,
    retry_after: int | None = None,
) -> Response:
    trace = g.trace
    trace.code = code
    body = {
        **(more or {}),
        "type": f"urn:tuozhuang:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "request_id": trace.request_id,
    }
    response = Response(orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z), status, mimetype=MEDIA)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
