"""From bytes to checked values. What a database, a log or a recursion would choke on is refused here.

JSON is read by orjson, which already refuses lone surrogates, NaN and endless nesting; NUL, nesting deeper
than any of our schemas and integers that lost digits are refused on top. Malformed input is 400, a wrong type
of content 415, input that breaks a schema 422 with all faults at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson
from flask import Request
from marshmallow import Schema, ValidationError

from domain.errors import DomainError, Fault, Invalid

DEEPEST = 20
DEFAULT_MAX_BODY = 64 * 1024
CHUNK = 256 * 1024
SENT_AT = re.compile(rb'"sent_at"\s*:\s*"[^"\\]{0,40}"')


class Malformed(DomainError):
    """No JSON, or JSON that no honest client sends."""

    code: ClassVar[str] = "malformed"
    title: ClassVar[str] = "请求无法解读"


class WrongContentType(DomainError):
    """The body is of a kind this route does not take."""

    code: ClassVar[str] = "unsupported_media_type"
    title: ClassVar[str] = "请求的内容类型不受支持"


def load_json(request: Request, schema: Schema) -> Any:
    """The body as `schema` makes it."""
    if request.mimetype != "application/json":
        raise WrongContentType("应为 application/json")
    return load(schema, parse(request.get_data(cache=True)))


def load_form(request: Request, schema: Schema) -> Any:
    """Text parts and files of a multipart body together, as `schema` makes them."""
    if request.mimetype != "multipart/form-data":
        raise WrongContentType("应为 multipart/form-data")
    values = dict(once(request.form))
    for name, file in once(request.files):
        if "\x00" in name or "\x00" in (file.filename or ""):
            raise Malformed("含有空字符")
        if name in values:
            raise Invalid(errors=[Fault(name, "repeated", "重复提交的字段")])
        values[name] = file
    return load(schema, values)


def load_query(request: Request, schema: Schema | None) -> Any:
    """The query string as `schema` makes it; without a schema there must be none."""
    values = dict(once(request.args))
    if schema is None:
        if values:
            raise Invalid(errors=[Fault(name[:100], "unknown", "不认识的参数") for name in list(values)[:20]])
        return None
    return load(schema, values)


def no_body(request: Request) -> None:
    """A route without a body takes none; `{}` is what some clients send for nothing."""
    if request.get_data(cache=True) not in (b"", b"{}"):
        raise Invalid("此操作不接受请求内容")


def load(schema: Schema, values: object) -> Any:
    """Check `values`; `Invalid` names every fault."""
    try:
        return schema.load(values)  # type: ignore[arg-type]  # marshmallow refuses what is no mapping
    except ValidationError as error:
        raise Invalid(errors=list(faults(error.messages))[:100]) from None


def parse(raw: bytes) -> Any:
    """JSON from outside; `Malformed` for what cannot be read or should not be."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed("不是有效的 JSON") from error
    # The searches over raw bytes are cheap; only a suspicious body is walked.
    if b"\\u0000" in raw or raw.count(b"{") + raw.count(b"[") > DEEPEST:
        _walk(value, DEEPEST)
    return value


def _walk(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise Malformed("含有空字符")
        return
    if not isinstance(value, dict | list):
        return
    if depth == 0:
        raise Malformed("嵌套过深")
    for inside in value:
        _walk(inside, depth - 1)
        if isinstance(value, dict):
            _walk(value[inside], depth - 1)


def once(values: Any) -> Iterator[tuple[str, Any]]:
    """Pairs of a MultiDict; `Invalid` for a name given twice, `Malformed` for NUL or a lone surrogate."""
    for name, found in values.lists():
        if len(found) > 1:
            raise Invalid(errors=[Fault(name[:100], "repeated", "重复提交的参数")])
        clean(name)
        if isinstance(found[0], str):
            clean(found[0])
        yield name, found[0]


def clean(text: str) -> None:
    """Refuse text that PostgreSQL cannot store or UTF-8 cannot carry."""
    if "\x00" in text:
        raise Malformed("含有空字符")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed("含有无效字符") from None


def faults(messages: Any, path: str = "") -> Iterator[Fault]:
    """Flatten marshmallow's nested messages: {"lines": {0: {"sku": ["required: 必填"]}}} → lines.0.sku."""
    if isinstance(messages, Mapping):
        for name, inside in messages.items():
            step = "" if name == "_schema" else str(name)[:100]
            yield from faults(inside, f"{path}.{step}".strip("."))
        return
    for message in messages if isinstance(messages, list) else [messages]:
        code, colon, words = str(message).partition(": ")
        yield (
            Fault(path, code, words)
            if colon and code.isidentifier()
            else Fault(path, "invalid", str(message))
        )


def fingerprint(request: Request) -> bytes:
    """SHA-256 over method, address and content: equal when a phone repeats itself.

    Of a multipart body the parts are hashed, because every attempt draws another boundary. When it was sent
    (`sent_at`) is another time with each attempt, and the same deed.
    """
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.mimetype != "multipart/form-data":
        digest.update(SENT_AT.sub(b"", request.get_data(cache=True)))
        return digest.digest()
    for name, value in sorted(request.form.items(multi=True)):
        digest.update(orjson.dumps([name, value]))
    for name, file in sorted(request.files.items(multi=True), key=lambda part: part[0]):
        content = hashlib.sha256()
        while chunk := file.stream.read(CHUNK):
            content.update(chunk)
        file.stream.seek(0)
        digest.update(orjson.dumps([name, file.filename, content.hexdigest()]))
    return digest.digest()
