"""Fresh customer links inside a caller's transaction; only the hash of the token stays."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from models.session import CustomerLink
from services.config import config
from services.queries.sessions import hashed

LINK_LIVES = timedelta(days=14)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def address(tx: Connection, job_id: int, now: datetime) -> str:
    """A link for an SMS, good for 14 days. The token stands behind `#`, where no server's log sees it."""
    token = secrets.token_urlsafe(32)
    _keep(tx, token, job_id, now, now + LINK_LIVES)
    return f"{config().public_url}/m#t={token}"


def scene(tx: Connection, job_id: int, now: datetime) -> str:
    """The token of a job's QR code: 22 characters, 128 bits, and for 14 to 28 days the same one.

    Derived, so that asking for the code again makes no second link. Taking a job's links back makes the next
    code a new one: how many were revoked goes into it.
    """
    gone = select(func.count()).where(CustomerLink.job_id == job_id, CustomerLink.revoked_at.is_not(None))
    revoked = tx.execute(gone).scalar_one()
    turn = (now - _EPOCH) // LINK_LIVES
    named = f"qr:{job_id}:{turn}:{revoked}".encode()
    digest = hmac.digest(config().secret_key, named, hashlib.sha256)
    token = base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
    _keep(tx, token, job_id, now, _EPOCH + (turn + 2) * LINK_LIVES)
    return token


def _keep(tx: Connection, token: str, job_id: int, now: datetime, expires_at: datetime) -> None:
    tx.execute(
        insert(CustomerLink)
        .values(token_hash=hashed(token), job_id=job_id, created_at=now, expires_at=expires_at)
        .on_conflict_do_nothing(index_elements=["token_hash"])
    )
