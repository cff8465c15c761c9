"""The code of what is proposed: whoever tells it says yes to exactly the charges he was shown.

Six digits made from every charge of the job, so that a charge added later has another code; nothing is kept. Only the
customer is shown it. Answering one charge leaves the code of the others as it is.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection

from services.config import config

_PURPOSE = b"quote/1"
_CHARGES = "SELECT id, item_code, quantity, unit_fen FROM charge WHERE job_id = %(job)s ORDER BY id"


def code_of(tx: Connection, job_id: int) -> str | None:
    """`482913`; None while nothing has been proposed."""
    rows = tx.exec_driver_sql(_CHARGES, {"job": job_id}).all()
    if not rows:
        return None
    key = hmac.digest(config().secret_key, _PURPOSE, hashlib.sha256)
    told = "|".join(f"{row.id}:{row.item_code}:{row.quantity}:{row.unit_fen}" for row in rows)
    digest = hmac.digest(key, f"{job_id}|{told}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def matches(tx: Connection, job_id: int, code: str | None) -> bool:
    """Whether this is the code of what is proposed now."""
    right = code_of(tx, job_id)
    return right is not None and code is not None and hmac.compare_digest(right.encode(), code.encode())
