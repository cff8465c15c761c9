"""One HTTP exchange with a bound on everything: time to connect, to first byte, to last byte, and size."""

from __future__ import annotations

import ssl
import time
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from wechat.errors import NoAnswer, Uncertain, Unreachable

MAX_REPLY = 4 * 1024 * 1024


class BoundedSession(requests.Session):
    """A requests session that never follows redirects, never repeats, and gives up reading at a deadline.

    Every exchange gets its own connection: on a reused one, a close by the other side looks like a lost
    answer, and a message that was never sent would have to be treated as perhaps sent.
    """

    def __init__(self, deadline_s: float, *, use_proxies: bool) -> None:
        super().__init__()
        self._deadline_s = deadline_s
        self.trust_env = use_proxies
        self.headers.update({"Connection": "close", "Accept-Encoding": "identity", "User-Agent": "tuozhuang"})
        adapter = HTTPAdapter(max_retries=0, pool_maxsize=16)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As requests, with the whole body read within the deadline.

        Raises requests' and urllib3's errors.
        """
        until = time.monotonic() + self._deadline_s
        response = super().request(*args, **{**kwargs, "stream": True, "allow_redirects": False})
        try:
            response._content = _read_until(response.raw, until)
        finally:
            response.close()
        return response


def _read_until(raw: urllib3.HTTPResponse, until: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    # read1 returns after one receive, so a server that drips bytes meets the deadline; read(n) would wait
    # for n.
    while part := raw.read1(65536, decode_content=True):
        parts.append(part)
        size += len(part)
        if time.monotonic() > until or size > MAX_REPLY:
            raise requests.exceptions.ReadTimeout("reply took too long or is too large")
    return b"".join(parts)


def classify(failure: Exception) -> Unreachable | Uncertain:
    """Whether a network failure surely came before the request could have an effect.

    A refused connection, an unknown name, a bad certificate: `Unreachable`. A reset, a read time-out, a
    cut-off body: `Uncertain`. Only the kind of failure is kept; the exception's own text holds the URL.
    """
    if isinstance(failure, requests.exceptions.ConnectTimeout):
        return Unreachable("connect timed out")
    if isinstance(failure, requests.exceptions.ProxyError):
        return Unreachable("proxy failed")
    for cause in _causes(failure):
        if isinstance(cause, NameResolutionError):
            return Unreachable("name not resolved")
        if isinstance(cause, NewConnectionError):
            return Unreachable("connection refused")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable("certificate not trusted")
        if isinstance(cause, ReadTimeoutError | requests.exceptions.ReadTimeout):
            return NoAnswer("no answer in time")
    return NoAnswer("answer lost")


def _causes(failure: BaseException) -> list[BaseException]:
    """The failure and what it wraps, through requests' args and urllib3's `reason`."""
    found: list[BaseException] = []
    todo: list[object] = [failure]
    while todo and len(found) < 12:
        item = todo.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            todo += [getattr(item, "reason", None), item.__cause__, item.__context__, *item.args]
    return found


NETWORK_ERRORS = (requests.RequestException, HTTPError, OSError)
