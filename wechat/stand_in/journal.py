"""Every request the stand-in saw, with secrets hashed:
equal secrets have equal hashes, nothing more can be read.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 5000
SECRET_KEYS = frozenset({"secret", "access_token", "js_code", "code", "session_key"})
BODY_LIMIT = 4000


@dataclass(slots=True)
class Entry:
    """One request and its reply. `in_flight` counts requests being handled when it came, itself included."""

    seq: int
    sim_time: str
    wall_time: float
    method: str
    path: str
    query: dict[str, str]
    in_flight: int
    body: Any = None
    escaped: bool = False  # the body held \\uXXXX, which WeChat counts as six characters
    fault: str = ""
    status: int = 0
    reply: Any = None
    done: bool = False


@dataclass(slots=True)
class Journal:
    """Bounded: the newest 5,000 requests."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    total: int = 0
    in_flight: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(
        self, sim_time: str, wall_time: float, method: str, path: str, query: Mapping[str, str]
    ) -> Entry:
        """Note that a request came."""
        with self.lock:
            self.total += 1
            self.in_flight += 1
            entry = Entry(self.total, sim_time, wall_time, method, path, hide(dict(query)), self.in_flight)
            self.entries.append(entry)
            return entry

    def end(self, entry: Entry) -> None:
        """Note that its handling is over."""
        with self.lock:
            self.in_flight -= 1
            entry.done = True

    def clear(self) -> None:
        """Forget the entries; those still being handled stay counted as in flight."""
        with self.lock:
            self.entries.clear()
            self.total = 0

    def dump(self, path: str = "", since: int = 0) -> list[dict[str, Any]]:
        """Entries after `since`, oldest first, of one path if given."""
        with self.lock:
            found = [e for e in self.entries if e.seq > since and path in ("", e.path)]
            return [asdict(entry) for entry in found]


def readable(data: bytes) -> Any:
    """A body for the journal: JSON with secrets hashed, else the beginning of the text, else its size."""
    if not data:
        return None
    try:
        return hide(json.loads(data))
    except (ValueError, RecursionError):
        pass
    try:
        return data[:BODY_LIMIT].decode() if b"secret" not in data else f"<{len(data)} bytes>"
    except UnicodeDecodeError:
        return f"<{len(data)} bytes>"


def hide(value: Any) -> Any:
    """`value` with everything under a secret's name replaced by `sha256:` and 12 digits."""
    if isinstance(value, dict):
        return {
            key: mark(item) if key in SECRET_KEYS and isinstance(item, str) and item else hide(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [hide(item) for item in value]
    return value


def mark(secret: str) -> str:
    """`sha256:2bb80d537b1d` for `secret`."""
    return "sha256:" + hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()[:12]
