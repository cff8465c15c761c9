"""Many clients in one process of their own: raw keep-alive sockets under one select, requests made beforehand.

It shares the cores with what it measures, so it does next to nothing: no threads, no JSON; an answer is its status and
its length. Closed loop: a client asks again as soon as it was answered, so that the server is full and a latency tells
how long the queue is. Paced: a client asks at instants drawn beforehand, whatever became of its last question, and the
latency counts from that instant, so that no wait is left out.
"""

from __future__ import annotations

import heapq
import multiprocessing
import random
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

AGAIN_S = 0.5  # before the first paced request: everybody is connected by then


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds each request took, seconds from the first to the last, processor seconds of this process."""

    took: tuple[float, ...]
    span_s: float
    cpu_s: float


class Client:
    """One line: what it still has to ask, and what of the answer has come."""

    def __init__(self, port: int, asks: Sequence[bytes], instants: Sequence[float] | None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._asks, self._instants = asks, instants
        self._next, self._since, self._left, self._head = 0, 0.0, 0, b""

    def due(self, now: float) -> float | None:
        """When it asks next; None when it has asked all."""
        if self._next == len(self._asks):
            return None
        return now if self._instants is None else self._instants[self._next]

    def ask(self, due: float) -> None:
        """Send the next request; `due` is when it should have been sent."""
        self._since, self._left, self._head = due, -1, b""
        self.socket.sendall(self._asks[self._next])
        self._next += 1

    def hear(self) -> float | None:
        """Read on; how long the answer took once it is whole."""
        part = self.socket.recv(1 << 16)
        if not part:
            raise RuntimeError("the server hung up")
        if self._left < 0:
            self._head += part
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return None
            if not head.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(self._head[:600].decode())
            length = head.lower().partition(b"content-length:")[2].partition(b"\r")[0]
            self._left, part = int(length), body
        self._left -= len(part)
        return None if self._left else time.perf_counter() - self._since


def _work(port: int, asks: Sequence[Sequence[bytes]], every_s: tuple[float, float] | None) -> Heard:
    began, cpu = time.perf_counter() + AGAIN_S, time.process_time()
    drawn = random.Random(11)
    clients = [Client(port, one, every_s and _instants(drawn, began, len(one), *every_s)) for one in asks]
    waiting = selectors.SelectSelector()  # epoll sleeps whole milliseconds
    for client in clients:
        waiting.register(client.socket, selectors.EVENT_READ, client)
    began = time.perf_counter() if every_s is None else began
    queue = [(client.due(began) or began, number) for number, client in enumerate(clients)]
    heapq.heapify(queue)
    numbers, took, left = {client: n for n, client in enumerate(clients)}, list[float](), sum(map(len, asks))
    while left:
        now = time.perf_counter()
        while queue and queue[0][0] <= now:
            due, number = heapq.heappop(queue)
            clients[number].ask(due)
        for key, _ in waiting.select(queue[0][0] - now if queue else None):
            seconds = key.data.hear()
            if seconds is None:
                continue
            left -= 1
            took.append(seconds)
            if (again := key.data.due(time.perf_counter())) is not None:
                heapq.heappush(queue, (again, numbers[key.data]))
            else:  # idle from now on: the server may hang up before the others are done
                waiting.unregister(key.fileobj)
    span = time.perf_counter() - began
    for client in clients:
        client.socket.close()
    return Heard(tuple(took), span, time.process_time() - cpu)


def _instants(drawn: random.Random, began: float, many: int, least: float, most: float) -> list[float]:
    """When one client asks: `least` to `most` seconds apart, the first anywhere within."""
    instants, at = [], began + drawn.uniform(0, most)
    for _ in range(many):
        instants.append(at)
        at += drawn.uniform(least, most)
    return instants


def _serve(
    pipe: Connection, port: int, asks: Sequence[Sequence[bytes]], every_s: tuple[float, float] | None
) -> None:
    try:
        pipe.send(_work(port, asks, every_s))
    except Exception as trouble:
        pipe.send(trouble)


def run(port: int, asks: Sequence[Sequence[bytes]], every_s: tuple[float, float] | None = None) -> Heard:
    """Every client asks all of its requests; `every_s`: so many seconds apart, else one after the other."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, port, asks, every_s), daemon=True)
    process.start()
    heard = ours.recv()
    process.join()
    if isinstance(heard, Exception):
        raise heard
    assert isinstance(heard, Heard)
    return heard
