"""Pushes events to the product: signed, encrypted, three tries of five seconds, and spoilt on request."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from wechat.stand_in.envelope import Envelope, seal
from wechat.stand_in.state import App, User, World

ATTEMPTS = 3
TIMEOUT_S = 5
RETRY_S = 0.3
HOLD_S = 2.0
KEPT = 500
log = logging.getLogger("wxsim")


class Courier:
    """One worker thread and a timetable. `deliveries` says what became of each attempt."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = itertools.count()
        self._wake = threading.Condition()
        self._stopped = False
        self._held: list[Callable[[], None]] = []
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def start(self) -> None:
        """Start delivering."""
        threading.Thread(target=self._work, name="wxsim-courier", daemon=True).start()

    def stop(self) -> None:
        """Stop after the current delivery."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()

    def clear(self) -> None:
        """Forget what is queued and what was delivered."""
        with self._wake:
            self._queue.clear()
            self._held.clear()
            self.deliveries.clear()

    def later(self, delay_s: float, work: Callable[[], None]) -> None:
        """Do `work` on the courier's thread after `delay_s` seconds of wall time."""
        with self._wake:
            heapq.heappush(self._queue, (time.monotonic() + delay_s, next(self._serial), work))
            self._wake.notify_all()

    def event(self, app: App, user: User, name: str, items: list[dict[str, Any]]) -> None:
        """Push an event with a `List`, which is an object when single and so configured."""
        single = len(items) == 1 and app.push.single_as_object
        self.payload(app, user, name, {"List": items[0] if single else items})

    def payload(self, app: App, user: User, name: str, more: dict[str, Any]) -> None:
        """Push an event made of the usual head and `more`. Nothing happens without a URL."""
        if not app.push.url:
            return
        created = int(self._world.clock.stamp())
        payload = {
            "ToUserName": app.gh_id,
            "FromUserName": self._world.openid(app.appid, user.alias),
            "CreateTime": str(created) if app.push.create_time_as_string else created,
            "MsgType": "event",
            "Event": name,
            **more,
        }
        clock = self._world.clock
        stamp = int(clock.wall_stamp() if app.push.wall_time else clock.stamp())
        envelope = seal(app.push, app.appid, payload, stamp)
        delivery = self._delivery(app.push.url, name, envelope, twice=app.push.duplicate)
        self.dispatch(delivery, held=app.push.out_of_order)

    def dispatch(self, delivery: Callable[[], None], *, held: bool) -> None:
        """At once, or, out of order, held until a second one overtakes it (or for two seconds)."""
        if not held:
            self.later(0, delivery)
            return
        with self._wake:
            self._held.append(delivery)
            full = len(self._held) >= 2
        self.later(0 if full else HOLD_S, self.flush)

    def flush(self) -> None:
        """Deliver what is held, last first."""
        with self._wake:
            waiting, self._held = self._held[::-1], []
        for delivery in waiting:
            delivery()

    def _delivery(self, url: str, name: str, envelope: Envelope, *, twice: bool) -> Callable[[], None]:
        def attempt(number: int) -> None:
            answered = self._post(url, name, envelope, number)
            if not answered and number < ATTEMPTS:
                self.later(RETRY_S, lambda: attempt(number + 1))
            elif answered and twice and number == 1:
                self._post(url, name, envelope, 2)

        return lambda: attempt(1)

    def _post(self, url: str, name: str, envelope: Envelope, number: int) -> bool:
        """True when answered 2xx with `success` or nothing."""
        separator = "&" if "?" in url else "?"
        request = urllib.request.Request(  # noqa: S310  the operator names the URL
            url + separator + urlencode(envelope.query),
            data=envelope.body,
            headers={"Content-Type": envelope.content_type, "User-Agent": "wxsim"},
        )
        status, answer = 0, b""
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310
                status, answer = reply.status, reply.read(1000)
        except urllib.error.HTTPError as refused:
            status = refused.code
            refused.close()
        except (OSError, ValueError):
            log.info("push of %s: nobody answered", name)
        fine = 200 <= status < 300 and answer.strip() in (b"", b"success")
        self.deliveries.append({"event": name, "attempt": number, "status": status, "ok": fine})
        return fine

    def _work(self) -> None:
        while True:
            work = self._next()
            if work is None:
                return
            try:
                work()
            except Exception:
                log.exception("push failed")

    def _next(self) -> Callable[[], None] | None:
        with self._wake:
            while not self._stopped:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._queue)[2]
                self._wake.wait(wait)
        return None
