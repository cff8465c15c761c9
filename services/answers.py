"""The first answer to an Idempotency-Key, kept in the transaction it answers for.

Kept: successful answers only. A refusal changed nothing, so a repeat is judged afresh; it may succeed by then.
Neither the key nor the answer can be read from the table: the key is stored as a keyed hash, and the body is
encrypted under a key made from the Idempotency-Key, which only the caller has. Answers may hold personal data
or a fresh token, and live a few days at most (`forget`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, select

from domain.errors import KeyReused
from models.session import RememberedAnswer
from services.config import config
from services.direct import Direct
from services.queries.sessions import Remembered
from services.uow import query, use_case

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Question:
    """One request under one key: whose, which, and a hash over what was asked."""

    owner: str
    key: str
    secret: bytes
    request_hash: bytes


def name_of(idempotency_key: str) -> str:
    """How the table names a key: a keyed hash in hex."""
    return hmac.digest(config().lookup_key, b"again:" + idempotency_key.encode(), hashlib.sha256).hex()


def question(owner: str, idempotency_key: str, name: str, request_hash: bytes) -> Question:
    """The request as it is remembered; `name` is `name_of(idempotency_key)`."""
    secret = hmac.digest(config().personal_key, b"answer:" + idempotency_key.encode(), hashlib.sha256)
    return Question(owner, name, secret, request_hash)


_KEEP = """
    INSERT INTO remembered_answer (owner, key, request_hash, status, body)
    VALUES (%(owner)s, %(key)s, %(request_hash)s, %(status)s, %(body)s)
"""


def keep(tx: Direct, asked: Question, status: int, body: bytes) -> None:
    """Write the answer as the transaction's last row. The commit waits for a twin, and IntegrityError gives way to it.

    What the twin answered is there to be read then (`recall`).
    """
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(asked.secret).encrypt(nonce, body, asked.key.encode())
    values = {
        "owner": asked.owner,
        "key": asked.key,
        "request_hash": asked.request_hash,
        "status": status,
        "body": sealed,
    }
    tx.finish_with(_KEEP, values)


def opened(asked: Question, remembered: Remembered) -> tuple[int, bytes]:
    """(status, body) of the first answer; `KeyReused` when it answered something else."""
    if not hmac.compare_digest(asked.request_hash, remembered.request_hash):
        raise KeyReused
    sealed = remembered.body
    try:
        body = AESGCM(asked.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], asked.key.encode())
    except InvalidTag as error:  # the deployment's key was changed meanwhile
        raise KeyReused("先前的应答已无法读取，请查询后再试") from error
    return remembered.status, body


@query
def recall(connection: Connection, asked: Question) -> Remembered | None:
    """Whether an answer has appeared since the caller was looked up."""
    row = connection.execute(
        select(RememberedAnswer.request_hash, RememberedAnswer.status, RememberedAnswer.body).where(
            RememberedAnswer.owner == asked.owner, RememberedAnswer.key == asked.key
        )
    ).one_or_none()
    return None if row is None else Remembered(row.request_hash, row.status, row.body)


@use_case
def forget(tx: Connection, before: datetime, at_most: int = 10_000) -> int:
    """Delete up to `at_most` answers older than `before`; returns how many went. For a sweep."""
    old = (
        select(RememberedAnswer.owner, RememberedAnswer.key)
        .where(RememberedAnswer.created_at < before)
        .limit(at_most)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    done = tx.execute(
        delete(RememberedAnswer).where(
            RememberedAnswer.owner == old.c.owner, RememberedAnswer.key == old.c.key
        )
    )
    return done.rowcount
