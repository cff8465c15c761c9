"""What goes back: dumping dataclasses, and the same answer again for the same Idempotency-Key.

Only 2xx answers are remembered, in the transaction of the one use case that the view runs; see
`services/answers.py`. A twin that comes at the same time waits on the rows the first one holds; whatever it is
refused with then, it gets the first one's answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_origin

import orjson
from flask import Request, Response
from sqlalchemy.exc import IntegrityError

from api.described import Declared
from api.schemas.base import is_schema
from api.web import Answer
from domain.errors import DomainError, Fault, Invalid
from services import answers
from services.direct import Direct
from services.queries.sessions import Remembered
from services.uow import answering

KEY = re.compile(r"[!-~]{1,128}")
VERSION = re.compile(r'(?:W/)?(?:"([0-9]{1,18})"|([0-9]{1,18}))')
REPLAY = "Idempotent-Replay"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under an Idempotency-Key, and the answer already given to it, if any."""

    question: answers.Question
    first: Remembered | None


def key_of(request: Request) -> str | None:
    """The Idempotency-Key: 1 … 128 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        raise Invalid(errors=[Fault("Idempotency-Key", "format", "应为 1 至 128 个可见 ASCII 字符")])
    return key


def if_match(header: str | None) -> int | None:
    """The version a caller saw: `"7"`, `W/"7"` or `7`; `*` says nothing."""
    if header is None or header.strip() == "*":
        return None
    found = VERSION.fullmatch(header.strip())
    if not found:
        raise Invalid(errors=[Fault("If-Match", "format", "应为先前读到的 version")])
    return int(found[1] or found[2])


def once(declared: Declared, request: Asked, view: Callable[[], Any]) -> Response:
    """Run the view unless it has been answered; remember its answer in its own transaction."""
    if request.first is not None:
        return _again(request, request.first)
    kept: list[tuple[Any, bytes]] = []

    def keep(tx: Direct, result: Any) -> None:
        if kept:
            raise RuntimeError(f"{declared.rule}: a changing view runs one use case")
        kept.append((result, render(declared, result)))
        answers.keep(tx, request.question, declared.status_of(result), kept[0][1])

    try:
        with answering(keep):
            returned = view()
    except (DomainError, IntegrityError):
        first = answers.recall(request.question)
        if first is None:
            raise
        return _again(request, first)
    if not kept:
        return dump(declared, returned)
    result, headers = _apart(returned)
    if declared.answer is not None and result is not kept[0][0]:
        raise RuntimeError(f"{declared.rule}: a changing view returns what its use case returned")
    return _respond(declared, result, kept[0][1], headers)


def _again(request: Asked, first: Remembered) -> Response:
    status, body = answers.opened(request.question, first)
    return _response(body, status, [(REPLAY, "true")])


def dump(declared: Declared, returned: Any) -> Response:
    """A response of what a view returned; a ready Response passes through."""
    if isinstance(returned, Response):
        return returned
    result, headers = _apart(returned)
    return _respond(declared, result, render(declared, result), headers)


def _apart(returned: Any) -> tuple[Any, dict[str, str]]:
    return returned if type(returned) is tuple else (returned, {})


def _respond(declared: Declared, result: Any, body: bytes, headers: Mapping[str, str]) -> Response:
    version = getattr(result, "version", None)
    told = [] if version is None else [("ETag", f'"{version}"')]
    return _response(body, declared.status_of(result), [*told, *headers.items()])


def _response(body: bytes, status: int, headers: list[tuple[str, str]]) -> Response:
    return Answer(body, status, headers) if body else Response(body, status, headers, mimetype=None)


def render(declared: Declared, result: Any) -> bytes:
    """JSON of a frozen dataclass; TypeError for anything that does not fit the declared answer."""
    if declared.answer is None:
        return b""
    if type(result) not in declared.checked:
        _check(declared, result)
        declared.checked.add(type(result))
    return orjson.dumps(result, default=_plain, option=orjson.OPT_UTC_Z)


def _check(declared: Declared, result: Any) -> None:
    kind = get_origin(declared.answer) or declared.answer
    if type(result) is kind:
        return
    known = kind._declared_fields.keys() if is_schema(kind) else {f.name for f in fields(kind)}
    names = {f.name for f in fields(result)} if is_dataclass(result) else set()
    if names != known:
        raise TypeError(f"{declared.rule} declares {kind.__name__} and returned {type(result).__name__}")


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")
