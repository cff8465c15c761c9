"""One JSON line per request and one per surprise: ids, route, status, milliseconds; never what was said.

No bodies, no query values, no tokens, no addresses of people. Exception texts may quote input, so a traceback
is logged as places in the code; a database error only by its SQLSTATE and constraint.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
import structlog
from flask import Flask, Request, Response, g, request
from sqlalchemy.exc import DBAPIError

from services.config import Config

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
DEEPEST_FRAMES = 15
TELLING = re.compile(r"\d{7,}|[A-Za-z0-9_+/=-]{24,}")  # phone numbers, tokens, hashes

log: Any = structlog.get_logger("tuozhuang")


@dataclass(slots=True)
class Trace:
    """What is known of the request on its way through, for its log line and its metrics."""

    request: Request  # itself: reaching it through Flask's stand-in costs four calls each time
    request_id: str
    address: str
    started: float = field(default_factory=time.perf_counter)
    session_id: int | None = None
    caller: str = ""
    code: str = ""


def configure(level: str) -> None:
    """JSON lines to standard error, for our own log and for libraries alike."""
    number = _number(level)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=Standard,
        cache_logger_on_first_use=False,  # a test process configures more than once
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[Lines()], force=True)


def _number(level: str) -> int:
    return int(getattr(logging, level.upper(), logging.INFO))


class Standard:
    """Writes each line to standard error in one system call, so that the lines of several workers never mix."""

    def __init__(self, *_: Any) -> None:
        """structlog gives the logger's name, which we do not use."""

    def write(self, line: bytes) -> None:
        """A log that cannot be written must not stop what it tells about."""
        with suppress(OSError):
            os.write(2, line + b"\n")

    debug = info = warning = error = critical = write


class Lines(logging.Handler):
    """A library's log record as one of our lines, scrubbed of what looks like a number or a token."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        line = {"event": scrub(record.getMessage()), "logger": record.name, "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[1] is not None:
            line |= traceback_of(record.exc_info[1])
        Standard().write(orjson.dumps(line))


def _json(line: dict[str, Any], **_: Any) -> bytes:
    return orjson.dumps(line, default=str)


def scrub(text: str) -> str:
    """Blot out what may be a phone number, a token or a hash."""
    return TELLING.sub("…", text[:500])


def traceback_of(error: BaseException) -> dict[str, Any]:
    """Type and places of an exception, and as much of its text as tells nothing about anybody."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    told: dict[str, Any] = {
        "error": type(error).__name__,
        "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    said = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(said, psycopg.Error) or isinstance(error, DBAPIError):
        diagnosis = getattr(said, "diag", None)
        told["sqlstate"] = getattr(said, "sqlstate", None)
        told["constraint"] = getattr(diagnosis, "constraint_name", None)
    else:
        told["text"] = scrub(str(error))
    return told


def begin(request: Request, trusted_proxies: int) -> Trace:
    """The trace of a request; a proxy's X-Request-ID is kept when it looks like one."""
    given = request.headers.get("X-Request-ID", "")
    request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
    return Trace(request, request_id, client_address(request, trusted_proxies))


def client_address(request: Request, trusted_proxies: int) -> str:
    """The address the last trusted proxy saw; what stands before it in X-Forwarded-For anybody may invent."""
    remote = request.remote_addr or ""
    if trusted_proxies == 0:
        return remote
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-trusted_proxies] if len(hops) >= trusted_proxies else remote


def install(app: Flask, config: Config) -> None:
    """Give every request its trace, and its line when it is over."""
    configure(config.log_level)
    told = _number(config.log_level) <= logging.INFO

    @app.before_request
    def start() -> None:
        g.trace = begin(request._get_current_object(), config.trusted_proxies)  # type: ignore[attr-defined]  # a proxy

    @app.after_request
    def finish(response: Response) -> Response:
        trace = g.trace
        asked = trace.request
        rule = asked.url_rule
        response.headers.add("X-Request-ID", trace.request_id)
        if told:
            Standard().write(_line(trace, rule.rule if rule else None, asked.method, response.status_code))
        return response


def _line(trace: Trace, route: str | None, method: str, status: int) -> bytes:
    """The line of a request, as structlog would write it: that takes twice as long as all the rest of it."""
    line = {
        "request_id": trace.request_id,
        "method": method,
        "route": route,
        "status": status,
        "ms": round((time.perf_counter() - trace.started) * 1000, 2),
        "caller": trace.caller or None,
        "session": trace.session_id,
        "code": trace.code or None,
        "event": "request",
        "level": "info",
        "timestamp": datetime.now(UTC),
    }
    return orjson.dumps(line, option=orjson.OPT_UTC_Z)
