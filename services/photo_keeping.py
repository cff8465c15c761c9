"""What the runner does with stored photos: erase those of who asked, and collect what nobody's row names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

from sqlalchemy import Connection

from domain.retention import BY_REQUEST, Cause
from services.parts.photo_erasing import BATCH, NAMED, ErasedPhotos, erase_some, unnamed
from services.parts.photo_store import store
from services.uow import query, use_case

ORPHAN_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """Originals (with their renditions) without a row, their bytes, and scratch files of killed uploads."""

    originals: int
    size_bytes: int
    scratch: int


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
    return erase_some(tx, subject_ids, Cause.REQUEST, BY_REQUEST, now)


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
    named = connection.exec_driver_sql(NAMED, {"originals": originals}).scalars().all()
    return len(named) < len(originals)


@use_case
def _collect(tx: Connection, batch: list[_Original]) -> list[_Original]:
    free = set(unnamed(tx, [original.sha256 for original in batch]))
    orphans = [original for original in batch if original.sha256 in free]
    for orphan in orphans:
        for key in orphan.keys:
            store().delete(key)
    return orphans
