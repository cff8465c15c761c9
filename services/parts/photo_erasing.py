"""Erasing photos: bytes, renditions, place and words go; row, hash and findings stay, and a record of it is written.

Rows share an advisory lock on their bytes while they are written (`photo_rows.insert`); whoever deletes bytes
holds it alone and asks again for rows. So no photo is ever left without its bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.retention import Cause, Kind
from services.parts import erasures, photo_prints
from services.parts.holds import JOBS, QUARRELLED
from services.parts.photo_store import keys_of, lock_key, store

BATCH = 50


@dataclass(frozen=True, slots=True)
class ErasedPhotos:
    """How many photos were erased, and how many originals went; one that another subject's photo has stays."""

    photos: int
    originals: int


NAMED = "SELECT DISTINCT sha256 FROM photo WHERE sha256 = ANY(%(originals)s) AND erased_at IS NULL"
# What is held against another photo is looked at beside it: it stays until that one's job is beyond all quarrel.
MATCHED = f"""EXISTS (
    SELECT 1 FROM (SELECT other_id AS id FROM photo_match WHERE photo_id = photo.id AND finding IS NOT NULL
                   UNION ALL SELECT photo_id FROM photo_match WHERE other_id = photo.id AND finding IS NOT NULL) pair
      JOIN photo beside ON beside.id = pair.id JOIN job ON job.id = beside.job_id
     WHERE beside.erased_at IS NULL AND (job.status NOT IN ('closed', 'cancelled') OR {QUARRELLED} IS NOT NULL))"""
_TO_ERASE = f"""
SELECT photo.id, photo.sha256, photo.subject_id FROM photo WHERE job_id IN ({JOBS}) AND erased_at IS NULL
   AND NOT (%(term)s AND {MATCHED}) ORDER BY sha256, id LIMIT %(limit)s FOR UPDATE OF photo
"""
_ERASE = "UPDATE photo SET erased_at = %(now)s, place = NULL, device_id = NULL WHERE id = ANY(%(photos)s)"
_ALONE = "SELECT pg_advisory_xact_lock(%(key)s)"


def erase_some(
    tx: Connection, subject_ids: Sequence[int], cause: Cause, rule: str, now: datetime
) -> ErasedPhotos:
    """Erase up to `BATCH` photos of these subjects and record it. Killed before the commit, the next one does it all.

    By term, photos that are evidence against another job's stay.
    """
    asked = {"subjects": list(subject_ids), "limit": BATCH, "term": cause == Cause.TERM}
    rows = tx.exec_driver_sql(_TO_ERASE, asked).all()
    if not rows:
        return ErasedPhotos(0, 0)
    photo_ids = [row.id for row in rows]
    tx.exec_driver_sql(_ERASE, {"now": now, "photos": photo_ids})
    photo_prints.forget(tx, photo_ids)
    gone = unnamed(tx, [row.sha256 for row in rows])
    for sha256 in gone:
        for key in keys_of(sha256.hex()):
            store().delete(key)
    data = {
        "subjects": sorted({row.subject_id for row in rows}),
        "photos": [[row.id, row.sha256.hex()] for row in rows],
        "counts": {"photo": len(rows), "original": len(gone)},
    }
    erasures.record(tx, Kind.PHOTOS, cause, rule, data, now)
    return ErasedPhotos(len(rows), len(gone))


def unnamed(tx: Connection, originals: Sequence[bytes]) -> list[bytes]:
    """Those that no photo has, certain until this transaction ends. Locked in one order: no ring of waiters."""
    distinct = sorted(set(originals))
    for sha256 in distinct:
        tx.exec_driver_sql(_ALONE, {"key": lock_key(sha256)})
    named = set(tx.exec_driver_sql(NAMED, {"originals": distinct}).scalars())
    return [sha256 for sha256 in distinct if sha256 not in named]
