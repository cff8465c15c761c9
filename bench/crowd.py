"""The bench's clients: raw keep-alive sockets in a few processes of their own, so that they cost the web nothing.

Each client leads one story at a time, from its first request to its last. A crowd can be told to do only one
step of every story, so that the processor time of one kind of request can be told apart.
"""

from __future__ import annotations

import json
import multiprocessing
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

MOST_PROCESSES = 4
KEPT_S = 2.0  # gunicorn closes a line after five idle seconds


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a client sends it; `key` is its Idempotency-Key."""

    method: str
    path: str
    token: str = ""
    body: bytes = b""
    media: str = "application/json"
    key: str = ""

    def bytes(self) -> bytes:
        """As it goes over the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: bench"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.method == "POST":
            lines += [f"Content-Type: {self.media}", f"Content-Length: {len(self.body)}"]
            lines.append(f"Idempotency-Key: {self.key or secrets.token_hex(8)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


class Refused(RuntimeError):
    """An answer that is no 2xx: the story cannot go on, and the figures would be worth nothing."""


class Line:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._used = 0.0

    def ask(self, request: Request) -> Any:
        """The JSON of the answer, or None without a body. A line that lay idle may have been closed meanwhile."""
        if self._socket is None or time.monotonic() - self._used > KEPT_S:
            self._close()
            self._socket = socket.create_connection(("127.0.0.1", self._port), 60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request.bytes())
        head, _, body = self._receive(b"\r\n\r\n").partition(b"\r\n\r\n")
        fields = head.lower().split(b"\r\n")
        length = next((int(f.split(b":")[1]) for f in fields if f.startswith(b"content-length:")), 0)
        while len(body) < length:
            body += self._more()
        self._used = time.monotonic()
        if b"connection: close" in fields:
            self._close()
        if fields[0].split()[1][:1] != b"2":
            raise Refused(f"{request.method} {request.path}: {head[:40]!r} {body[:600].decode()}")
        return json.loads(body) if body else None

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _receive(self, end: bytes) -> bytes:
        got = self._more()
        while end not in got:
            got += self._more()
        return got

    def _more(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(1 << 16)
        if not part:
            raise Refused("the server hung up")
        return part


Story = Any  # something with `request(step) -> Request` and `heard(step, answer)`
Timing = tuple[str, float, float]


def _lead(line: Line, stories: Sequence[Story], steps: Sequence[str]) -> list[Timing]:
    """(step, begun, seconds) of every request of these stories, one after the other."""
    timings = []
    for story in stories:
        for step in steps:
            request = story.request(step)
            begun = time.perf_counter()
            answer = line.ask(request)
            timings.append((step, begun, time.perf_counter() - begun))
            story.heard(step, answer)
    return timings


def _serve(
    pipe: Connection, port: int, clients: int, stories: Sequence[Story], ready: Callable[[], None]
) -> None:
    ready()
    lines = [Line(port) for _ in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        while (steps := pipe.recv()) is not None:
            jobs = [pool.submit(_lead, line, stories[n::clients], steps) for n, line in enumerate(lines)]
            try:
                pipe.send([timing for job in jobs for timing in job.result()])
            except Exception as trouble:  # told to the parent, which stops the run
                pipe.send(trouble)


class Crowd:
    """So many clients over at most four processes, each with its share of the stories.

    `ready` runs once in each process, e.g. to open its connection to the database; it must be a module's function.
    """

    def __init__(self, port: int, clients: int, stories: Sequence[Story], ready: Callable[[], None]) -> None:
        context = multiprocessing.get_context("spawn")
        many = min(clients, MOST_PROCESSES)
        self._pipes: list[Connection] = []
        for number in range(many):
            ours, theirs = context.Pipe()
            share = (clients + many - 1 - number) // many
            arguments = (theirs, port, share, stories[number::many], ready)
            context.Process(target=_serve, args=arguments, daemon=True).start()
            self._pipes.append(ours)

    def do(self, *steps: str) -> list[Timing]:
        """Every story takes these steps; returns when all have."""
        for pipe in self._pipes:
            pipe.send(steps)
        answers = [pipe.recv() for pipe in self._pipes]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return [timing for answer in answers for timing in answer]

    def leave(self) -> None:
        """Go home."""
        for pipe in self._pipes:
            pipe.send(None)
