"""Free text that people write: encrypted under the subject it is about, named by id in events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.personal import Erased, reveal, seal, subject_key, unwrap

PLACE = "note.text"

_WRITE = """
INSERT INTO note (job_id, subject_id, author_id, text, created_at)
VALUES (%(job)s, %(subject)s, %(author)s, %(text)s, %(now)s) RETURNING id
"""


def write(
    tx: Connection, job_id: int, subject_id: int, author_id: int | None, text: str, now: datetime
) -> int:
    """Keep a note; returns its id."""
    sealed = seal(subject_key(tx, subject_id), PLACE, text)
    values = {"job": job_id, "subject": subject_id, "author": author_id, "text": sealed, "now": now}
    return int(tx.exec_driver_sql(_WRITE, values).scalar_one())


def opened(wrapped_key: bytes | None, sealed: bytes | None) -> str | None:
    """What was written; None where nothing was, or where the subject it is about was erased."""
    if sealed is None:
        return None
    try:
        return str(reveal(unwrap(wrapped_key), PLACE, sealed))
    except Erased:
        return None
