"""The access token all processes share: a row, encrypted, and an advisory lock around its refresh.

Whoever refreshes waits for WeChat meanwhile, and no transaction may be open then; so the lock belongs to a session in
autocommit and not to a locked row. Every write is durable at once (a forced refresh counts even if it fails), and the
lock of a process that dies goes with its connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from models import db
from models.notice import WechatToken
from services import personal
from services.uow import query
from wechat.errors import Unreachable
from wechat.tokens import Token

_PLACE = "wechat_token.value"


class DatabaseTokens:
    """`wechat.tokens.TokenStore` of one app; needs an application context."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        digest = hashlib.sha256(f"wechat_token:{app_id}".encode()).digest()
        self._lock = int.from_bytes(digest[:8], "big", signed=True)

    def read(self) -> Token | None:
        """The stored token; None when there is none or it was sealed under another key."""
        return _read(self._app_id)

    def write(self, token: Token) -> None:
        """Replace the stored token, at once and for good."""
        _write(self._app_id, token)

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """The lock among all processes. `Unreachable` when another one has held it for 15 s (`lock_timeout`)."""
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": self._lock})
            except OperationalError:
                connection.invalidate()
                raise Unreachable("another process is refreshing the token") from None
            try:
                yield
            finally:
                _unlock(connection, self._lock)


def _unlock(connection: Connection, key: int) -> None:
    """A connection that cannot unlock must not go back to the pool with the lock."""
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    except OperationalError:
        connection.invalidate()


@query
def _read(connection: Connection, app_id: str) -> Token | None:
    row = connection.execute(select(WechatToken).where(WechatToken.app_id == app_id)).one_or_none()
    if row is None or row.value is None or row.expires_at is None:
        return None
    try:
        return Token(personal.reveal_secret(_PLACE, row.value), row.expires_at, row.forced_at)
    except personal.Erased:
        return None


@query
def _write(connection: Connection, app_id: str, token: Token) -> None:
    values = {
        "value": personal.seal_secret(_PLACE, token.value),
        "expires_at": token.expires_at,
        "forced_at": token.forced_at,
    }
    new = insert(WechatToken).values(app_id=app_id, **values)
    connection.execute(new.on_conflict_do_update(index_elements=[WechatToken.app_id], set_=values))
