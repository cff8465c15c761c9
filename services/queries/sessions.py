"""Who is calling, in one statement: session, person, binding, desk and the answer remembered for their key.

Only hashes of tokens are stored. A session counts while it is neither revoked nor idle nor too old, its person
and binding are active, and (for a customer by link) its link still stands. Nothing here says why one does not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from domain.access import SessionKind
from domain.actors import Actor, Role
from domain.permissions import Caller, Standing
from services.at_hand import fetch_one
from services.uow import query

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first answer to an Idempotency-Key, still sealed (`services.answers.opened`)."""

    request_hash: bytes
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class SessionFound:
    """Whoever the credentials stand for; `actor` is None for a guest, `session_id` for a shop system.

    `owner` is whose Idempotency-Keys these are: "person:7", "session:9" or "key:3".
    """

    caller: Caller
    actor: Actor | None
    owner: str
    kind: SessionKind | Literal["key"]
    session_id: int | None = None
    person_id: int | None = None
    identity_id: int | None = None
    binding_id: int | None = None
    link_id: int | None = None
    csrf_hash: bytes | None = None
    last_seen: datetime | None = None
    expires_at: datetime | None = None
    remembered: Remembered | None = None


@dataclass(frozen=True, slots=True)
class KeyFound:
    """A shop system's key: `secret` is still sealed under the place "api_key.secret"."""

    id: int
    channel_id: int
    secret: bytes
    remembered: Remembered | None = None


def hashed(token: str) -> bytes:
    """What is stored of a token: SHA-256 over its ASCII form."""
    return hashlib.sha256(token.encode()).digest()


_FIND = """
    SELECT s.id, s.kind, s.role, s.person_id, s.identity_id, s.binding_id, s.link_id, s.job_id, s.csrf_hash,
           s.device_id, s.last_seen, s.expires_at, b.dealer_id,
           CASE WHEN b.desk_id IS NOT NULL
                THEN ARRAY(SELECT d.channel_id FROM desk_channel d WHERE d.desk_id = b.desk_id) END AS channels,
           a.request_hash, a.status AS answer_status, a.body
    FROM session s
    LEFT JOIN person p ON p.id = s.person_id
    LEFT JOIN role_binding b ON b.id = s.binding_id
    LEFT JOIN customer_link l ON l.id = s.link_id
    LEFT JOIN remembered_answer a ON a.key = %(key)s -- a guest's answer stays his when he becomes a person
         AND a.owner IN ('session:' || s.id, 'person:' || s.person_id)
    WHERE s.token_hash = %(token_hash)s AND s.revoked_at IS NULL
      AND s.idle_expires_at > %(now)s AND s.expires_at > %(now)s
      AND (s.person_id IS NULL OR p.status = 'active')
      AND CASE WHEN s.kind = 'link' THEN l.revoked_at IS NULL AND l.expires_at > %(now)s AND l.job_id = s.job_id
               WHEN s.role = 'guest' THEN s.binding_id IS NULL
               ELSE b.status = 'active' AND b.role = s.role AND b.person_id = s.person_id END
"""

_FIND_KEY = """
    SELECT k.id, k.channel_id, k.secret, a.request_hash, a.status AS answer_status, a.body
    FROM api_key k LEFT JOIN remembered_answer a ON a.owner = 'key:' || k.id AND a.key = %(key)s
    WHERE k.key_id = %(key_id)s AND k.revoked_at IS NULL
"""

_TOUCH = """
    UPDATE session SET last_seen = %(now)s, idle_expires_at = %(idle)s
    WHERE id = %(session)s AND last_seen <= %(before)s
"""


class _Row(NamedTuple):
    """The columns of _FIND, in order."""

    id: int
    kind: SessionKind
    role: str
    person_id: int | None
    identity_id: int | None
    binding_id: int | None
    link_id: int | None
    job_id: int | None
    csrf_hash: bytes | None
    device_id: str | None
    last_seen: datetime
    expires_at: datetime
    dealer_id: int | None
    channels: list[int] | None
    request_hash: bytes | None
    answer_status: int | None
    answer: bytes | None


def find(token_hash: bytes, now: datetime, key: str | None) -> SessionFound | None:
    """The living session with this token, and what was answered to `key` (as `services.answers` names it)."""
    found = fetch_one(_FIND, {"token_hash": token_hash, "now": now, "key": key})
    if found is None:
        return None
    row = _Row(*found)
    caller, actor = _caller(row)
    return SessionFound(
        caller=caller,
        actor=actor,
        owner=f"session:{row.id}" if row.person_id is None else f"person:{row.person_id}",
        kind=row.kind,
        session_id=row.id,
        person_id=row.person_id,
        identity_id=row.identity_id,
        binding_id=row.binding_id,
        link_id=row.link_id,
        csrf_hash=row.csrf_hash,
        last_seen=row.last_seen,
        expires_at=row.expires_at,
        remembered=_remembered(row.request_hash, row.answer_status, row.answer),
    )


def _caller(row: _Row) -> tuple[Caller, Actor | None]:
    if row.role == Standing.GUEST:
        return Standing.GUEST, None
    role = Role(row.role)
    channels = None if row.channels is None else frozenset(row.channels)
    return role, Actor(role, row.person_id, row.id, row.dealer_id, channels, row.job_id, row.device_id)


def find_key(key_id: str, key: str | None) -> KeyFound | None:
    """A shop system's living key, and what was answered to the Idempotency-Key `key`."""
    found = fetch_one(_FIND_KEY, {"key_id": key_id, "key": key})
    if found is None:
        return None
    key_row, channel_id, secret, request_hash, status, answer = found
    return KeyFound(key_row, channel_id, secret, _remembered(request_hash, status, answer))


@query
def touch(connection: Connection, session_id: int, now: datetime, idle_until: datetime) -> None:
    """Note that the session lives; costs nothing when another request did so within the minute."""
    values = {"session": session_id, "now": now, "before": now - TOUCH_EVERY, "idle": idle_until}
    connection.exec_driver_sql(_TOUCH, values)


def _remembered(request_hash: bytes | None, status: int | None, body: bytes | None) -> Remembered | None:
    if request_hash is None or status is None or body is None:
        return None
    return Remembered(request_hash, status, body)
