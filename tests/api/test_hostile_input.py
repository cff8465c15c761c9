"""What no honest client sends, on every route of the url map: a documented problem document, never a failure.

Each table is applied to a request that would otherwise be fine, one thing at a time, by somebody the permission
lets in, so that it gets as far as it can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from api.described import Declared
from tests.api.bodies import example
from tests.api.guises import Guise
from tests.api.matrix import OWN, Matrix, converters, filled, made_matrix  # noqa: F401 - a fixture

# Put in the place of each field of each body, as raw JSON.
VALUES = {
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "negative": b"-1",
    "a fraction": b"0.5",
    "beyond bigint": b"9223372036854775808",
    "5,000 digits": b"9" * 5000,
    "1e400": b"1e400",
    "an empty text": b'""',
    "a long text": b'"' + b"x" * 5000 + b'"',
    "NUL": b'"a\\u0000b"',
    "a lone surrogate": b'"\\ud800"',
    "an escape sequence": b'"\\u001b[2J"',
    "the year 1900": b'"1900-01-01T00:00:00Z"',
    "the year 9999": b'"9999-12-31T23:59:59-14:00"',
    "no such day": b'"2026-02-30"',
    "an empty list": b"[]",
    "a list of lists": b"[[[[1]]]]",
    "an empty object": b"{}",
    "an object": b'{"a": {"b": [null]}}',
    "somebody else's id": b"5000001",
    "nobody's id": b"9000000000",
}
# Sent instead of the body.
BODIES = {
    "nothing": b"",
    "half": b'{"a": ',
    "null": b"null",
    "a list": b"[]",
    "a text": b'"x"',
    "no UTF-8": b'{"a": "\xff\xfe"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "NUL": b"\x00",
    "NaN": b'{"a": NaN}',
    "nested": b'{"a":' * 1500 + b"1" + b"}" * 1500,
    "nested lists": b"[" * 30_000,
    "5,000 digits": b"9" * 5000,
    "an unknown field": b'{"no_such_field": 1}',
    "a strange name": b'{"a\\u0000b\\ud800": 1}',
}
KINDS_OF_CONTENT = (
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
)
IDS = ("0", "-1", "1.5", "abc", "9223372036854775808", "9" * 5000, "%00", "%ED%A0%80", "1%2F..%2F2", "１")
QUERIES = (
    "no_such_parameter=1", "limit=0", "limit=101", "limit=" + "9" * 5000, "limit=1&limit=2", "cursor=%00",
    "cursor=%ED%A0%80", "cursor=" + "A" * 900, "cursor=bm90IGpzb24", "%00=1", "%FF=%FE", "=", "limit",
)  # fmt: skip
FILTERS = ("", "%00", "-1", "x" * 2000, "9" * 5000, "1900-01-01")
HEADERS = (
    {"Idempotency-Key": "x" * 129},
    {"Idempotency-Key": "Schlüssel"},
    {"If-Match": "seven"},
    {"If-Match": '"' + "9" * 40 + '"'},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer " + "\u00e9" * 40},
    {"Authorization": "TZ-HMAC key_id=x, ts=99999999999, signature=" + "0" * 64},
    {"Cookie": "tz_session=" + "x" * 4000},
    {"Content-Encoding": "gzip"},
    {"X-Request-ID": "' OR 1=1 --"},
)


class Judge:
    """Sends and looks at what comes back."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.client = matrix.app.test_client(use_cookies=False)
        self.wrong: list[tuple[Any, ...]] = []
        self.seen: Counter[int] = Counter()

    def each(self) -> Iterator[tuple[Declared, str, Guise | None, str]]:
        """Every route, its rule, somebody who may knock, and the address of something of his own."""
        for declared, rule in self.matrix.routes():
            who = next(iter(self.matrix.knocking(declared)), None)
            asker = who or self.matrix.callers[0]
            own = {name: self.matrix.value(asker, name, OWN) for name in converters(rule)}
            yield declared, rule, who, filled(rule, own)

    def send(
        self, what: str, declared: Declared, who: Guise | None, path: str, raw: bytes, **more: Any
    ) -> None:
        """One request; what it may have changed is put back."""
        now = self.matrix.app.extensions["clock"]().timestamp()
        headers = {**(who.headers(declared.method, path, raw, now) if who else {}), **more.pop("headers", {})}
        answer = self.client.open(
            path, method=more.pop("method", declared.method), data=raw, headers=headers, buffered=True, **more
        )
        self.seen[answer.status_code] += 1
        fault = self.fault(declared, answer)
        if fault:
            self.wrong.append(
                (fault, what, declared.method, declared.rule, answer.status_code, answer.text[:200])
            )
        if answer.status_code < 300 and declared.method != "GET":
            self.matrix.anew()

    def fault(self, declared: Declared, answer: Any) -> str:
        """What is wrong with an answer."""
        status = answer.status_code
        if status < 400:
            expected = {declared.status, *declared.refusals(), *([200] if declared.known else [])}
            return "" if status in expected else "another success"
        if status >= 500:
            return "a failure"
        if answer.mimetype != "application/problem+json":
            return "no problem document"
        if not {"type", "title", "status", "code", "request_id"} <= answer.json.keys():
            return "an incomplete problem document"
        return "" if status in {*declared.refusals(), 404, 405} else "undocumented"

    def verdict(self, at_least: int) -> None:
        """Nothing wrong, and enough was asked for that to mean something."""
        assert not self.wrong, "\n".join(map(str, self.wrong[:40]))
        assert self.seen.total() >= at_least
        assert self.seen[422] + self.seen[400] + self.seen[404] > self.seen.total() // 3


def spliced(body: dict[str, Any], name: str, raw: bytes) -> bytes:
    """`body` as JSON with one field's value as it is written in `raw`."""
    parts = [
        orjson.dumps(key) + b":" + (raw if key == name else orjson.dumps(value))
        for key, value in body.items()
    ]
    return b"{" + b",".join(parts) + b"}"


def test_no_value_of_any_field_makes_a_failure(matrix: Matrix) -> None:
    """Every field of every JSON body, each with every value of the table."""
    judge = Judge(matrix)
    for declared, _, who, path in judge.each():
        if declared.body is None or declared.is_form:
            continue
        body = example(declared.body, whole=True)
        least = example(declared.body)
        for name in body:
            for what, raw in VALUES.items():
                sent = spliced({**least, name: body[name]}, name, raw)
                judge.send(f"{name}: {what}", declared, who, path, sent, content_type="application/json")
    judge.verdict(1000)


def test_no_body_makes_a_failure(matrix: Matrix) -> None:
    """Damaged, nested, huge, or of another kind, on routes that take a body and on those that do not."""
    judge = Judge(matrix)
    for declared, _, who, path in judge.each():
        for what, raw in BODIES.items():
            judge.send(what, declared, who, path, raw, content_type="application/json")
        for kind in KINDS_OF_CONTENT:
            judge.send(kind or "no kind", declared, who, path, b"a=1", content_type=kind)
        if declared.method not in ("GET", "HEAD") and declared.max_body < 2_000_000:
            huge = b'{"a": "' + b"x" * declared.max_body + b'"}'
            judge.send("huge", declared, who, path, huge, content_type="application/json")
    judge.verdict(1000)


def test_no_address_query_or_header_makes_a_failure(matrix: Matrix) -> None:
    """Ids that are none, parameters nobody knows, headers that lie, methods that are not there."""
    judge = Judge(matrix)
    for declared, rule, who, path in judge.each():
        raw = orjson.dumps(example(declared.body)) if declared.body and not declared.is_form else b""
        kind = "application/json" if raw else None
        for number in IDS if "<" in rule else ():
            strange = filled(rule, dict.fromkeys(converters(rule), number))
            judge.send(f"id {number[:20]}", declared, who, strange, raw, content_type=kind)
        names = [] if declared.query is None else list(declared.query.fields)
        told = [f"{name}={value}" for name in names for value in FILTERS]
        for query in (*QUERIES, *told):
            judge.send(f"?{query[:40]}", declared, who, f"{path}?{query}", raw, content_type=kind)
        for headers in HEADERS:
            judge.send(str(headers)[:60], declared, who, path, raw, headers=headers, content_type=kind)
        for method in ("TRACE", "OPTIONS", "PROPFIND", "PUT"):
            judge.send(method, declared, who, path, b"", method=method)
    judge.verdict(1000)
