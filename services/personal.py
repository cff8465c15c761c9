"""Personal data under a key per subject (domain.md §9): envelope encryption, keyed look-ups, erasure.

A subject's data key is wrapped by the deployment's `personal_key`. All personal columns of that subject are
AES-256-GCM under the data key, bound to their place by associated data, so that a ciphertext moved to another
column does not open. Erasure deletes the wrapped key: what it covered is gone, ids and hashes stay.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from domain.errors import NotFound
from services.config import config
from services.direct import Asked

_NONCE = 12


class Erased(NotFound):
    """The subject's key is gone; what it covered cannot be read any more."""

    code = "erased"
    title = "个人信息已删除"


def new_subject(tx: Connection) -> tuple[int, bytes]:
    """Insert a subject with a fresh data key; returns (subject id, data key)."""
    key = AESGCM.generate_key(256)
    made = tx.exec_driver_sql(
        "INSERT INTO subject (wrapped_key) VALUES (%(key)s) RETURNING id", {"key": wrap(key)}
    )
    return made.scalar_one(), key


def subject_key(tx: Connection, subject_id: int) -> bytes:
    """The data key of a subject; `Erased` when it has been destroyed."""
    return unwrap(tx.exec_driver_sql(*asking_key(subject_id)).scalar_one())


def asking_key(subject_id: int) -> Asked:
    """The statement of `subject_key`, for who asks more at once; it finds the key wrapped."""
    return "SELECT wrapped_key FROM subject WHERE id = %(id)s", {"id": subject_id}


def unwrap(wrapped: bytes | None) -> bytes:
    """Open a wrapped data key read from `subject.wrapped_key`."""
    if wrapped is None:
        raise Erased
    return AESGCM(config().personal_key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], b"subject")


def wrap(key: bytes) -> bytes:
    """Wrap a data key for `subject.wrapped_key`."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(config().personal_key).encrypt(nonce, key, b"subject")


def seal(key: bytes, place: str, value: Any) -> bytes:
    """Encrypt a JSON value for one place, e.g. seal(key, "customer_order.personal", {"name": "…"})."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, orjson.dumps(value), place.encode())


def reveal(key: bytes, place: str, sealed: bytes | None) -> Any:
    """Decrypt what `seal` made for the same place; `Erased` when there is nothing or the key does not fit."""
    if sealed is None:
        raise Erased
    try:
        return orjson.loads(AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()))
    except InvalidTag as error:
        raise Erased from error


def seal_secret(place: str, value: str) -> bytes:
    """Encrypt a deployment secret (TOTP seed, API key, access token) under the master key."""
    return seal(config().personal_key, place, value)


def reveal_secret(place: str, sealed: bytes | None) -> str:
    """Open what `seal_secret` made."""
    return str(reveal(config().personal_key, place, sealed))


def lookup(kind: str, value: str) -> bytes:
    """Keyed hash by which equal values are found without being readable: lookup("phone", "+8613…")."""
    return hmac.digest(config().lookup_key, f"{kind}:{value}".encode(), hashlib.sha256)
