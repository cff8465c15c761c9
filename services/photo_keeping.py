"""What the runner does with stored photos: erase them, and collect what nobody's row names.

Rows share an advisory lock on their bytes while they are written (`photo_rows.insert`); whoever deletes bytes
holds it alone and asks again for rows. So no photo is ever left without its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

from sqlalchemy import Connection

from services.parts import photo_prints
from services.parts.photo_store import keys_of, lock_key, store
from services.uow import query, use_case

BATCH = 50
ORPHAN_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ErasedPhotos:
    """How many photos were erased, and how many originals went; one that another subject's photo has stays."""

    photos: int
    originals: int


@dataclass(frozen=True, slots=True)
class Swept:
    """Originals (with their renditions) without a row, their bytes, and scratch files of killed uploads."""

    originals: int
    size_bytes: int
    scratch: int


_TO_ERASE = """
SELECT id, sha256 FROM photo WHERE subject_id = ANY(%(subjects)s) AND erased_at IS NULL
 ORDER BY sha256, id LIMIT %(limit)s FOR UPDATE
"""
_ERASE = "UPDATE photo SET erased_at = %(now)s, place = NULL WHERE id = ANY(%(photos)s)"
_ALONE = "SELECT pg_advisory_xact_lock(%(key)s)"
_NAMED = "SELECT DISTINCT sha256 FROM photo WHERE sha256 = ANY(%(originals)s) AND erased_at IS NULL"


def erase_photos(subject_ids: Sequence[int], now: datetime) -> ErasedPhotos:
    """Erase all photos of these subjects, for the outbox kind "erase_photos". Again is harmless.

    Bytes that another subject's photo has too stay, for that photo. Row, hash and findings stay: ids and numbers;
    the words by which the picture was searched go.
    """
    photos = originals = 0
    while (done := _erase_some(list(subject_ids), now)).photos:
        photos, originals = photos + done.photos, originals + done.originals
    return ErasedPhotos(photos, originals)


@use_case
def _erase_some(tx: Connection, subject_ids: list[int], now: datetime) -> ErasedPhotos:
    asked = {"subjects": subject_ids, "limit": BATCH}
    rows = tx.exec_driver_sql(_TO_ERASE, asked).all()
    photo_ids = [row.id for row in rows]
    tx.exec_driver_sql(_ERASE, {"now": now, "photos": photo_ids})
    photo_prints.forget(tx, photo_ids)
    gone = _unnamed(tx, [row.sha256 for row in rows])
    for sha256 in gone:
        for key in keys_of(sha256.hex()):
            store().delete(key)
    return ErasedPhotos(len(rows), len(gone))


def _unnamed(tx: Connection, originals: Sequence[bytes]) -> list[bytes]:
    """Those that no photo has, certain until this transaction ends. Locked in one order: no ring of waiters."""
    distinct = sorted(set(originals))
    for sha256 in distinct:
        tx.exec_driver_sql(_ALONE, {"key": lock_key(sha256)})
    named = set(tx.exec_driver_sql(_NAMED, {"originals": distinct}).scalars())
    return [sha256 for sha256 in distinct if sha256 not in named]


@dataclass(frozen=True, slots=True)
class _Original:
    """All that lies in the store for one original."""

    sha256: bytes
    keys: tuple[str, ...]
    size_bytes: int


def sweep_orphans(now: datetime) -> Swept:
    """Delete what was put more than a day ago and has no row, and what killed uploads left in scratch.

    Within constant memory; costs one look at every object, and one query per 50 that are old.
    """
    before = now - ORPHAN_AGE
    originals = size_bytes = 0
    old = _older(before)
    while batch := list(islice(old, BATCH)):
        if not _some_unnamed([original.sha256 for original in batch]):
            continue
        for original in _collect(batch):
            originals, size_bytes = originals + 1, size_bytes + original.size_bytes
    return Swept(originals, size_bytes, store().sweep_scratch(before))


def _older(before: datetime) -> Iterator[_Original]:
    """Originals of which nothing was touched since; the listing is in order of keys, so each comes in one run."""
    for sha256, run in groupby(store().iterate(), key=lambda stored: stored.key[:64]):
        lying = list(run)
        if max(stored.touched_at for stored in lying) < before:
            keys = tuple(stored.key for stored in lying)
            yield _Original(bytes.fromhex(sha256), keys, sum(stored.size_bytes for stored in lying))


@query
def _some_unnamed(connection: Connection, originals: list[bytes]) -> bool:
    """A look without locks first: nearly always every one has its row."""
    named = connection.exec_driver_sql(_NAMED, {"originals": originals}).scalars().all()
    return len(named) < len(originals)


@use_case
def _collect(tx: Connection, batch: list[_Original]) -> list[_Original]:
    unnamed = set(_unnamed(tx, [original.sha256 for original in batch]))
    orphans = [original for original in batch if original.sha256 in unnamed]
    for orphan in orphans:
        for key in orphan.keys:
            store().delete(key)
    return orphans
