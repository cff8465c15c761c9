"""The layer below Flask that owns the socket:
journals every request and breaks replies the way networks do.
"""

from __future__ import annotations

import functools
import io
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.test import run_wsgi_app

from wechat.stand_in.faults import AFTER, BEFORE, PREPARING, Faults, Rule
from wechat.stand_in.journal import Entry, Journal, readable
from wechat.stand_in.replies import TEXTS, rid
from wechat.stand_in.state import World
from wechat.stand_in.tokens import expire_all, rotate_all

Environ = dict[str, Any]
Start = Callable[..., Any]
MAX_BODY = 1024 * 1024
OWN_PAGES = ("__sim__", "ui/")
HTML_502 = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502</h1></center></body></html>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP reply before it goes out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def head(self) -> bytes:
        """Status line and headers, with the length of the whole body."""
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in self.headers)]
        kept = [line for line in lines if not line.lower().startswith(("content-length", "connection"))]
        return "\r\n".join([*kept, f"Content-Length: {len(self.body)}", "Connection: close", "", ""]).encode()


class Wire:
    """WSGI in, WSGI out, unless a fault takes the socket."""

    def __init__(self, app: Callable[..., Iterable[bytes]], world: World, faults: Faults, journal: Journal):
        self._app = app
        self._world = world
        self._faults = faults
        self._journal = journal

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Serve one request."""
        path = environ["PATH_INFO"].lstrip("/")
        if path == "" or path.startswith(OWN_PAGES):
            return self._app(environ, start_response)
        clock = self._world.clock
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        entry = self._journal.begin(
            clock.now().isoformat(timespec="milliseconds"),
            time.time(),
            environ["REQUEST_METHOD"],
            path,
            query,
        )
        try:
            return self._serve(environ, start_response, path, entry)
        finally:
            self._journal.end(entry)

    def _serve(self, environ: Environ, start: Start, path: str, entry: Entry) -> Iterable[bytes]:
        body = functools.cache(lambda: _read(environ))
        rule = self._faults.pick(path, body)
        entry.fault = rule.label if rule else ""
        if rule and rule.cuts_before_reading():
            _abort(environ)
        entry.body = readable(body())
        entry.escaped = b"\\u" in body()
        environ["wsgi.input"] = io.BytesIO(body())
        environ["sim.entry"] = entry
        if rule and rule.phase == BEFORE:
            answer = self._prepare(rule) or self._run(environ)
        else:
            answer = self._run(environ)
        if rule and rule.action == "delay" and rule.phase == AFTER:
            self._wait(_seconds(rule, 1000))
        if rule:
            answer = _disguise(rule, answer)
        entry.status, entry.reply = answer.status, readable(answer.body)
        if rule:
            self._break(rule, environ, answer)
        kept = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
        start(f"{answer.status} X", [*kept, ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def _run(self, environ: Environ) -> Answer:
        chunks, status, headers = run_wsgi_app(self._app, environ)
        return Answer(int(status.split(" ", 1)[0]), tuple(headers), b"".join(chunks))

    def _prepare(self, rule: Rule) -> Answer | None:
        """Before the call: change the world and go on (None), or answer in its place."""
        if rule.action in PREPARING:
            with self._world.lock:
                (expire_all if rule.action == "expire_token" else rotate_all)(self._world)
            return None
        if rule.action == "delay":
            self._wait(_seconds(rule, 1000))
            return None
        # What truncate and its like spoil when nothing may take effect; errcode and http replace it.
        return _json_answer({"errcode": -1, "errmsg": "system error"})

    def _break(self, rule: Rule, environ: Environ, answer: Answer) -> None:
        """Take the socket for faults that HTTP itself cannot express."""
        if rule.action == "hang":
            self._wait(float(rule.args.get("seconds", 60)))
            _abort(environ)
        elif rule.action == "reset":
            _abort(environ)
        elif rule.action == "truncate":
            _send_raw(environ, [answer.head() + answer.body[: max(1, len(answer.body) // 2)]])
        elif rule.action == "slow_drip":
            bits = (answer.body[i : i + 1] for i in range(len(answer.body)))
            _send_raw(environ, self._dripping(answer.head(), bits, _seconds(rule, 200)))

    def _dripping(self, head: bytes, bits: Iterable[bytes], pause_s: float) -> Iterable[bytes]:
        yield head
        released = self._faults.released
        for bit in bits:
            if released.wait(pause_s):
                return
            yield bit

    def _wait(self, seconds: float) -> None:
        """Sleep, but let go when the rule is removed or the server stops."""
        released: threading.Event = self._faults.released
        released.wait(seconds)


def _seconds(rule: Rule, default_ms: int) -> float:
    return float(rule.args.get("ms", default_ms)) / 1000


def _disguise(rule: Rule, answer: Answer) -> Answer:
    """Faults that are still a proper HTTP reply."""
    if rule.action == "errcode":
        code = int(rule.args.get("errcode", -1))
        text = str(rule.args.get("errmsg") or TEXTS.get(code, "error"))
        return _json_answer({"errcode": code, "errmsg": f"{text} rid: {rid()}"})
    if rule.action == "http":
        html = str(rule.args.get("html", HTML_502)).encode()
        return Answer(int(rule.args.get("status", 502)), (("Content-Type", "text/html"),), html)
    if rule.action == "bad_json":
        return replace(answer, body=b'{"errcode":0,"errmsg":ok', headers=_of_type("application/json"))
    if rule.action == "wrong_content_type":
        return replace(answer, headers=_of_type("text/html; charset=gbk"))
    return answer


def _json_answer(value: dict[str, Any]) -> Answer:
    return Answer(200, _of_type("application/json; charset=utf-8"), json.dumps(value).encode())


def _of_type(content_type: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", content_type),)


def _read(environ: Environ) -> bytes:
    length = min(int(environ.get("CONTENT_LENGTH") or 0), MAX_BODY)
    return environ["wsgi.input"].read(length) if length else b""


def _send_raw(environ: Environ, parts: Iterable[bytes]) -> None:
    """Write bytes past werkzeug and close, however much is missing."""
    connection: socket.socket = environ["werkzeug.socket"]
    try:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    raise ConnectionAbortedError


def _abort(environ: Environ) -> None:
    """RST: linger 0 makes close() throw the connection away instead of ending it."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Other file objects share this socket, so its own close() would wait for them: close the descriptor.
    os.close(connection.detach())
    # werkzeug takes a ConnectionError as a caller that went away, and writes nothing more.
    raise ConnectionAbortedError
