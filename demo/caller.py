"""A phone or a browser as it talks to the product: over HTTP, patient, and sure never to do a thing twice.

Every change carries an Idempotency-Key, so a lost connection (a worker killed in the middle) is simply tried again
with the same key. `stutter` sends every change so many times and insists on the same answer each time.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

Json = dict[str, Any]
PATIENCE_S = 120.0
# A reply that breaks off in the middle is neither of the first two.
LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class Refused(Exception):
    """The product said no: HTTP status and problem document."""

    def __init__(self, what: str, status: int, problem: Json) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"{what}: {status} {problem}")

    @property
    def code(self) -> str:
        """The stable code, e.g. `barred`."""
        return str(self.problem.get("code", ""))

    @property
    def faults(self) -> list[str]:
        """What was wrong, in words; the title when nothing in particular was."""
        errors = self.problem.get("errors") or []
        return [str(fault["message"]) for fault in errors] or [str(self.problem.get("title", self.status))]

    @property
    def fault_codes(self) -> list[str]:
        """The codes of `errors`."""
        return [str(fault["code"]) for fault in self.problem.get("errors") or []]


class Unstable(Exception):
    """A repeated request was answered otherwise than the first time."""


@dataclass
class Line:
    """The way to the product. `counts`: requests sent, repeats, connections lost and taken up again."""

    base: str
    stutter: int = 1
    counts: dict[str, int] = field(default_factory=lambda: {"requests": 0, "repeats": 0, "lost": 0})

    def send(self, http: requests.Session, method: str, url: str, **more: Any) -> requests.Response:
        """One exchange; lost connections, 429 and 503 are waited for as long as a person would."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.counts["requests"] += 1
                answer = http.request(method, url, timeout=(5, 30), **more)
            except LOST:
                self.counts["lost"] += 1
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
                continue
            if answer.status_code not in (429, 502, 503) or time.monotonic() > until:
                return answer
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), 15.0))


class Caller:
    """One session at the product. `sign_in` opens it and is called again when it has run out."""

    def __init__(self, line: Line, sign_in: Callable[[Caller], None] | None = None, device: str = "") -> None:
        self.line = line
        self._sign_in = sign_in
        self._http = requests.Session()
        self._http.trust_env = False
        if device:
            self._http.headers["X-Device-Id"] = device

    def bearer(self, token: str) -> None:
        """Use this token from now on."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def console(self, csrf: str) -> None:
        """Use the cookie that came with the sign-in, and its token."""
        self._http.headers["X-CSRF-Token"] = csrf

    def get(self, path: str, **query: Any) -> Any:
        """What is there; `Refused` otherwise."""
        return self._parsed(path, self._exchange("GET", path, params=query or None))

    def raw(self, path: str) -> bytes:
        """A file."""
        answer = self._exchange("GET", path)
        if answer.status_code != 200:
            self._parsed(path, answer)
        return answer.content

    def every(self, path: str, **query: Any) -> list[Json]:
        """All pages of a list."""
        found, cursor = [], None
        while True:
            page = self.get(path, limit=100, **query, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return found

    def post(self, path: str, body: Json | None = None, *, method: str = "POST") -> Any:
        """A change, under a key of its own."""
        return self._change(method, path, {"json": body or {}})

    def upload(self, path: str, form: Mapping[str, str], name: str, content: bytes, media: str) -> Any:
        """A change that brings a file."""
        return self._change("POST", path, {"data": dict(form), "files": {"file": (name, content, media)}})

    def open(self, path: str, body: Json) -> Any:
        """What is said once and kept under no key: a sign-in, whose code is good once, or an order at WeChat."""
        return self._parsed(path, self._once("POST", path, json=body))

    def _change(self, method: str, path: str, more: Json) -> Any:
        headers = {"Idempotency-Key": secrets.token_hex(12)}
        first = self._exchange(method, path, headers=headers, **more)
        for _ in range(self.line.stutter - 1):
            self.line.counts["repeats"] += 1
            again = self._exchange(method, path, headers=headers, **more)
            if first.ok and (again.status_code, again.content) != (first.status_code, first.content):
                raise Unstable(f"{path}: {first.status_code} {first.text} ≠ {again.status_code} {again.text}")
        return self._parsed(path, first)

    def _exchange(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = self._once(method, path, **more)
        if answer.status_code == 401 and self._sign_in is not None:  # sessions end when nobody uses them
            self._sign_in(self)
            answer = self._once(method, path, **more)
        return answer

    def _once(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.line.send(self._http, method, f"{self.line.base}/api/v1{path}", **more)

    def _parsed(self, path: str, answer: requests.Response) -> Any:
        if answer.ok:
            return answer.json() if answer.content else None
        try:
            problem = answer.json()
        except ValueError:
            problem = {"title": answer.text[:200]}
        raise Refused(path, answer.status_code, problem)
