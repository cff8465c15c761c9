"""The access token: one for all processes, refreshed by one of them, never refreshed in circles."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from wechat.client import Client
from wechat.errors import Busy, Refused, Uncertain, Unreachable
from wechat.settings import WeChatSettings

MARGIN = timedelta(seconds=60)
FORCE_GAP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token of up to 512 characters;
    `forced_at` is the last force_refresh anybody made, if known.
    """

    value: str = field(repr=False)
    expires_at: datetime
    forced_at: datetime | None = None


class TokenStore(Protocol):
    """Where all processes of one app share their token. Encrypt it at rest: it is a credential."""

    def read(self) -> Token | None:
        """The stored token, however old, or None."""

    def refreshing(self) -> AbstractContextManager[object]:
        """A lock among all processes, held while one of them asks WeChat."""

    def write(self, token: Token) -> None:
        """Replace the stored token; called only while `refreshing` is held."""


class TokenKeeper:
    """Hands out a valid token and replaces a refused one, with a bounded number of calls to WeChat."""

    def __init__(
        self, settings: WeChatSettings, client: Client, store: TokenStore, now: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._client = client
        self._store = store
        self._now = now
        # Threads queue here first, so that only one of a process holds the store's lock and its connection.
        self._gate = threading.Lock()
        self._failures = 0
        self._failure: Unreachable | None = None

    def current(self) -> str:
        """A token with at least 60 s left. Raises `Unreachable` when none can be had."""
        token = self._usable()
        return token.value if token else self._refresh(bad=None) or ""

    def replacement(self, bad: str) -> str | None:
        """A token other than the refused `bad`, or None when WeChat insists on the same one for now.

        Costs at most two calls: one plain, and one forced if the plain one returned `bad` and nobody forced
        within 30 s. Raises `Unreachable`.
        """
        return self._refresh(bad=bad)

    def fetch(self, *, force: bool = False) -> Token:
        """Ask `stable_token`, touching neither store nor lock.

        Raises `Unreachable` (with errcode if refused).
        """
        asked_at = self._now()
        failure: Unreachable
        try:
            reply = self._client.post_json("cgi-bin/stable_token", self._question(force))
            return _parse(reply, asked_at, asked_at if force else None)
        except (Refused, Busy) as said_no:
            failure = Unreachable("no token: refused", said_no.errcode)
            failure.retry_after_s = said_no.retry_after_s
        except Uncertain as lost:
            failure = Unreachable(f"no token: {lost.reason}")
        raise failure

    def _question(self, force: bool) -> dict[str, object]:
        return {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "force_refresh": force,
        }

    def _usable(self) -> Token | None:
        token = self._store.read()
        return token if token and token.expires_at - self._now() >= MARGIN else None

    def _refresh(self, bad: str | None) -> str | None:
        seen = self._failures
        with self._gate:
            # Somebody failed while we queued: share that answer, or N threads would wait N time-outs in turn.
            if self._failures != seen and self._failure is not None:
                raise Unreachable(self._failure.reason, self._failure.errcode)
            with self._store.refreshing():
                return self._refresh_locked(bad)

    def _refresh_locked(self, bad: str | None) -> str | None:
        token = self._usable()
        if token and token.value != bad:
            return token.value
        try:
            fresh = self._fetch_other_than(bad)
        except Unreachable as failure:
            self._failures += 1
            self._failure = failure
            raise
        return fresh.value if fresh.value != bad else None

    def _fetch_other_than(self, bad: str | None) -> Token:
        stored = self._store.read()
        forced_at = stored.forced_at if stored else None
        fresh = replace(self.fetch(), forced_at=forced_at)
        if fresh.value == bad and (forced_at is None or self._now() - forced_at >= FORCE_GAP):
            # Written first: a forced call that fails counts too, there are only 20 a day.
            self._store.write(replace(fresh, forced_at=self._now()))
            fresh = self.fetch(force=True)
        self._store.write(fresh)
        return fresh


def _parse(reply: object, asked_at: datetime, forced_at: datetime | None) -> Token:
    value = reply.get("access_token") if isinstance(reply, dict) else None
    lifetime = reply.get("expires_in") if isinstance(reply, dict) else None
    if not isinstance(value, str) or not value or not isinstance(lifetime, int) or not 0 < lifetime <= 86400:
        raise Uncertain("token reply makes no sense")
    return Token(value, asked_at + timedelta(seconds=lifetime), forced_at)
