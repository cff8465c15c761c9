"""Everything the stand-in knows: apps, people, codes, tokens, grants, messages.

In memory, behind one lock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections import Counter, deque
from dataclasses import dataclass, field

from wechat.stand_in.clock import SimClock
from wechat.stand_in.merchant.book import Book

INBOX_SIZE = 2000


@dataclass(slots=True)
class Template:
    """A subscribe template: its keys with their labels, and the values its enum keys allow."""

    id: str
    title: str
    keys: dict[str, str]
    enums: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class PushConfig:
    """Where and how events are pushed, and how they are to be spoilt. Empty `url`: nothing is pushed."""

    url: str = ""
    token: str = ""
    aes_key: str = ""
    format: str = "json"
    duplicate: bool = False
    out_of_order: bool = False
    bad_signature: bool = False
    wrong_appid: bool = False
    stale: bool = False
    single_as_object: bool = False
    create_time_as_string: bool = False
    wall_time: bool = False


@dataclass(slots=True)
class Limits:
    """Quotas, lowered by tests that want to reach them."""

    login_per_minute: int = 100
    token_per_day: int = 2000
    force_per_day: int = 20
    qr_per_minute: int = 5000


@dataclass(slots=True)
class App:
    """One mini-program. `ip_whitelist` None lets every address in; `watermark_appid` lies."""

    appid: str
    secret: str
    name: str = "演示小程序"
    gh_id: str = "gh_000000000001"
    bound: bool = False
    pages: set[str] = field(default_factory=set)
    templates: dict[str, Template] = field(default_factory=dict)
    push: PushConfig = field(default_factory=PushConfig)
    limits: Limits = field(default_factory=Limits)
    ip_whitelist: list[str] | None = None
    keywords: dict[str, tuple[str, int]] = field(
        default_factory=lambda: {"违禁词": ("risky", 20006), "加微信": ("review", 10001)}
    )
    media_verdict: tuple[str, int] = ("pass", 100)
    media_delay_s: float = 0.2
    watermark_appid: str = ""


@dataclass(slots=True)
class User:
    """A person with WeChat. `visited` is the last visit by appid, in simulated seconds.

    A transfer to another name than `real_name` fails; without one every name will do.
    """

    alias: str
    nickname: str = ""
    phone: str = ""
    country_code: str = "86"
    blocked: bool = False
    real_name: str = ""
    visited: dict[str, float] = field(default_factory=dict)
    session_keys: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Code:
    """A wx.login or phone code; `kind` is login or phone."""

    kind: str
    appid: str
    alias: str
    issued_at: float
    phone: str = ""
    country_code: str = "86"
    used: bool = False


@dataclass(slots=True)
class AccessToken:
    """`kind` is classic or stable; a dead one was replaced and answers 40001."""

    value: str
    appid: str
    kind: str
    expires_at: float
    dead_at: float | None = None


@dataclass(slots=True)
class InboxEntry:
    """One subscribe/send as the phone would show it, refused ones with the reason."""

    seq: int
    msgid: str
    sim_time: str
    appid: str
    touser: str
    alias: str
    template_id: str
    title: str
    data: dict[str, object]
    lines: list[tuple[str, str]]
    page: str
    miniprogram_state: str
    lang: str
    grants_before: int
    grants_after: int
    errcode: int
    errmsg: str
    request_seq: int
    fault: str
    delivered: bool
    opened_at: str = ""


class World:
    """The whole state. Hold `lock` while touching anything but the clock."""

    def __init__(self, clock: SimClock | None = None) -> None:
        self.lock = threading.RLock()
        self.clock = clock or SimClock()
        self.apps: dict[str, App] = {}
        self.users: dict[str, User] = {}
        self.pay = Book()
        self.clear()

    def clear(self, *, keep_setup: bool = False) -> None:
        """Forget everything that happened; with `keep_setup` apps and people stay."""
        with self.lock:
            if not keep_setup:
                self.apps.clear()
                self.users.clear()
            self.codes: dict[str, Code] = {}
            self.tokens: dict[str, AccessToken] = {}
            self.grants: Counter[tuple[str, str]] = Counter()
            self.inbox: deque[InboxEntry] = deque(maxlen=INBOX_SIZE)
            self.links: dict[str, dict[str, object]] = {}
            self.last_force: dict[str, float] = {}
            self.phone_charges = 0
            self.pay = Book(self.pay.merchant if keep_setup else None)
            self._hits: Counter[tuple[str, int, int]] = Counter()
            self._serial = 0
            self.clock.reset()

    def next_serial(self) -> int:
        """1, 2, 3 …"""
        self._serial += 1
        return self._serial

    def hit(self, name: str, window_s: int) -> int:
        """Count a call and say how many there were in the current window, this one included."""
        now = int(self.clock.stamp())
        if len(self._hits) > 5000:
            current = {key: n for key, n in self._hits.items() if key[2] == now // key[1]}
            self._hits = Counter(current)
        slot = (name, window_s, now // window_s)
        self._hits[slot] += 1
        return self._hits[slot]

    def openid(self, appid: str, alias: str) -> str:
        """Stable over restarts, different per app: 28 characters starting with `o`."""
        digest = hmac.new(b"openid", f"{appid}/{alias}".encode(), hashlib.sha256).digest()
        return "o" + base64.urlsafe_b64encode(digest).decode()[:27]

    def unionid(self, alias: str) -> str:
        """Stable over restarts, the same in every app."""
        digest = hmac.new(b"unionid", alias.encode(), hashlib.sha256).digest()
        return "u" + base64.urlsafe_b64encode(digest).decode()[:27]

    def user_of(self, appid: str, openid: object) -> User | None:
        """The person behind an openid of this app, if any."""
        return next((u for u in self.users.values() if self.openid(appid, u.alias) == openid), None)
