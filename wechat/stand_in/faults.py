"""Rules that spoil requests, and presets of them. A rule either prepares (time, tokens) or spoils the reply.

`before`: the call has no effect. `after_effect`: it has, but the caller doesn't learn of it.
"""

from __future__ import annotations

import fnmatch
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

BEFORE, AFTER = "before", "after_effect"
TOKEN_PATHS = "cgi-bin/*token"
PREPARING = frozenset({"expire_token", "rotate_token_silently"})
# These need a real reply to spoil, so unless told otherwise the call takes effect.
REPLY_SPOILING = frozenset({"truncate", "bad_json", "wrong_content_type", "slow_drip"})
ACTIONS = PREPARING | REPLY_SPOILING | {"errcode", "http", "delay", "hang", "reset"}


@dataclass(slots=True)
class Match:
    """Which requests: `path` is a shell pattern; the nth, every nth, or at most `times` of them;
    one openid's.
    """

    path: str = "*"
    nth: int = 0
    every: int = 0
    times: int = 0
    openid: str = ""


@dataclass(slots=True)
class Rule:
    """One fault. Arguments of the action: errcode, errmsg, status, html, ms, seconds, when."""

    id: int
    action: str
    match: Match
    phase: str
    preset: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    @property
    def label(self) -> str:
        """`errcode@before#3`, as written into journal and inbox."""
        return f"{self.action}@{self.phase}#{self.id}"

    def cuts_before_reading(self) -> bool:
        """A reset that leaves the request's body unread."""
        return self.action == "reset" and self.args.get("when") == "before_body"

    def wants(self, path: str, body: Callable[[], bytes]) -> bool:
        """Count this request if it matches and say whether the fault strikes."""
        match = self.match
        if not fnmatch.fnmatchcase(path, match.path):
            return False
        if match.openid and match.openid != _openid_in(body()):
            return False
        self.seen += 1
        strikes = (
            (not match.nth or self.seen == match.nth)
            and (not match.every or self.seen % match.every == 0)
            and (not match.times or self.fired < match.times)
        )
        self.fired += strikes
        return strikes


def _openid_in(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return str(found.get("touser") or found.get("openid") or "") if isinstance(found, dict) else ""


PRESETS: dict[str, list[dict[str, Any]]] = {
    # A wrong secret, address or frozen account: every token is refused for ever, token calls still succeed.
    "endless-40001": [
        {"match": {"path": "wxa/*"}, "action": "errcode", "errcode": 40001},
        {"match": {"path": "cgi-bin/message/*"}, "action": "errcode", "errcode": 40001},
    ],
    "token-hangs": [{"match": {"path": TOKEN_PATHS}, "action": "hang"}],
    "busy": [{"action": "errcode", "errcode": -1}],
    "bad-gateway": [{"action": "http", "status": 502}],
    # The worst one: messages arrive, their senders hear nothing.
    "lost-replies": [
        {"match": {"path": "cgi-bin/message/*"}, "action": "reset", "phase": AFTER},
    ],
}
# `down` is not made of rules: the server closes its listening socket, so that connections are refused.
DOWN = "down"


class Faults:
    """The rules in force, in the order they were added; the first that strikes wins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._ids = itertools.count(1)
        self.released = threading.Event()

    def add(self, spec: dict[str, Any], preset: str = "") -> Rule:
        """Add a rule from its JSON. Raises ValueError with what is wrong."""
        rest = dict(spec)
        action = rest.pop("action", None)
        if action not in ACTIONS:
            raise ValueError(f"action must be one of {sorted(ACTIONS)}")
        phase = rest.pop("phase", AFTER if action in REPLY_SPOILING else BEFORE)
        if phase not in (BEFORE, AFTER):
            raise ValueError("phase must be before or after_effect")
        try:
            match = Match(**rest.pop("match", {}))
        except TypeError:
            raise ValueError("match takes path, nth, every, times, openid") from None
        match.path = match.path.lstrip("/")
        rule = Rule(next(self._ids), action, match, phase, preset, rest)
        with self._lock:
            self._rules.append(rule)
        return rule

    def switch(self, preset: str, on: bool) -> None:
        """Put a preset's rules in force or take them out. Raises KeyError for an unknown one."""
        specs = PRESETS[preset]
        self.remove(lambda rule: rule.preset == preset)
        if on:
            for spec in specs:
                self.add(spec, preset)

    def pick(self, path: str, body: Callable[[], bytes]) -> Rule | None:
        """The rule that strikes this request, if any."""
        with self._lock:
            return next((rule for rule in self._rules if rule.wants(path, body)), None)

    def remove(self, unwanted: Callable[[Rule], bool] = lambda _: True) -> None:
        """Take rules out and let go of every request that hangs."""
        with self._lock:
            self._rules = [rule for rule in self._rules if not unwanted(rule)]
        self.released.set()
        self.released = threading.Event()

    def dump(self) -> list[dict[str, Any]]:
        """The rules with how often they matched and struck."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]
