"""Free text that people write: encrypted under the subject it is about, named by id in events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from models.job import Note
from services.personal import seal, subject_key


def write(
    tx: Connection, job_id: int, subject_id: int, author_id: int | None, text: str, now: datetime
) -> int:
    """Keep a note; returns its id."""
    sealed = seal(subject_key(tx, subject_id), "note.text", text)
    row = tx.execute(
        insert(Note)
        .values(job_id=job_id, subject_id=subject_id, author_id=author_id, text=sealed, created_at=now)
        .returning(Note.id)
    ).one()
    return int(row.id)
