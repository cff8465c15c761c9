"""How often anybody may knock: per address before anything else, per identity once known; 429 beyond.

Counted per process in sliding minutes, which is what keeps one client from starving the others. With several
hosts LIMITS_STORAGE names a shared store for the `limits` library. (Its own memory:// starts a thread and walks
all keys per hit, which the counter below does not.) What must hold exactly is in `services/limits.py`.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from functools import lru_cache
from threading import Lock

from flask import Flask
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from domain.errors import TooMany
from services.config import Config, extensions

WINDOW_S = 60
CROWD = 10  # one address may be a carrier's gateway with many phones behind it
MOST_KEYS = 200_000

Hit = Callable[[str, int], bool]


class Minutes:
    """Counts per key in a sliding minute: this minute's, plus the share of the last that still lies in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._minute = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def hit(self, key: str, limit: int) -> bool:
        """Count one; False when that is more than `limit` in the last minute."""
        minute, second = divmod(self._clock(), WINDOW_S)
        with self._lock:
            if minute != self._minute:
                self._turn(int(minute))
            count = self._now.get(key, 0) + 1
            before = self._before.get(key, 0)
            if count + before * (1 - second / WINDOW_S) > limit:
                return False
            self._now[key] = count
        return True

    def _turn(self, minute: int) -> None:
        self._before = self._now if minute == self._minute + 1 else {}
        self._now, self._minute = {}, minute
        if len(self._before) > MOST_KEYS:
            self._before = {}


def install(app: Flask, config: Config) -> None:
    """Give the application its counters."""
    app.extensions["limits"] = (_hit(config.limits_storage), config.requests_per_minute)


def _hit(storage: str) -> Hit:
    if storage.startswith("memory:"):
        return Minutes().hit
    limiter = FixedWindowRateLimiter(storage_from_string(storage))
    item = lru_cache(RateLimitItemPerMinute)
    return lambda key, limit: bool(limiter.hit(item(limit), key))


def address(address: str, *, known: bool) -> None:
    """One more from this address; `known` when a credential is going to be asked for."""
    hit, limit = extensions()["limits"]
    if not hit(f"{'a' if known else 'p'}:{network(address)}", limit * CROWD if known else limit):
        raise TooMany(WINDOW_S)


def scarce(what: str, address: str) -> None:
    """One more of something dear by this address: a quarter of what it may ask altogether."""
    hit, limit = extensions()["limits"]
    if not hit(f"{what}:{network(address)}", max(1, limit // 4)):
        raise TooMany(WINDOW_S)


def identity(owner: str) -> None:
    """One more by this person, session or key."""
    hit, limit = extensions()["limits"]
    if not hit(owner, limit):
        raise TooMany(WINDOW_S)


@lru_cache(4096)
def network(address: str) -> str:
    """Whom an address stands for: itself, or the /64 that one IPv6 customer owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
