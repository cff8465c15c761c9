"""Photos moved from PHOTO_ROOT to PHOTO_STORE while uploads go on: copied, read back, compared, then deleted.

Killed at any step it begins again with the same original: until the copy has been read back from the target, the
source has it. Deleters are kept away by the lock of the original's bytes, so that nothing erased comes back.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import BinaryIO

from sqlalchemy import Connection

from domain.errors import NotFound
from services.parts.photo_store import lock_key, store
from services.uow import use_case
from uploads.store import Store, Stored
from uploads.two_stores import TwoStores

TURN, A_YEAR = timedelta(seconds=40), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Moved:
    """Files that lie in the target now and their bytes; `damaged` ones differ from their name and stay where they are.

    `more`: the time was over before the source was.
    """

    files: int = 0
    size_bytes: int = 0
    damaged: int = 0
    more: bool = False


def move_some(_now: datetime) -> Moved:
    """For the timetable: as much as forty seconds allow; nothing when no move is on."""
    return move(TURN)


def move(lasting: timedelta = A_YEAR) -> Moved:
    """Everything that can be done in that time. Several may run at once; again is harmless."""
    both = store()
    if not isinstance(both, TwoStores):
        return Moved()
    done, until = Moved(), time.monotonic() + lasting.total_seconds()
    for _, run in groupby(both.source.iterate(), key=lambda stored: stored.key[:64]):
        if time.monotonic() > until:
            return Moved(done.files, done.size_bytes, done.damaged, more=True)
        for one in _move_original(both.target, both.source, list(run)):
            done = Moved(done.files + one.files, done.size_bytes + one.size_bytes, done.damaged + one.damaged)
    return done


_HOLD = "SELECT pg_advisory_xact_lock_shared(%(key)s)"


@use_case
def _move_original(tx: Connection, target: Store, source: Store, lying: list[Stored]) -> list[Moved]:
    """Renditions first, so that an original in the target always has them. Uploads of the same go on meanwhile."""
    sha256 = bytes.fromhex(lying[0].key[:64])
    tx.exec_driver_sql(_HOLD, {"key": lock_key(sha256)})
    return [_move_file(target, source, stored.key) for stored in reversed(lying)]


def _move_file(target: Store, source: Store, key: str) -> Moved:
    try:
        with source.open(key) as file:
            digest, size_bytes = _hash(file), file.tell()
            if "." not in key and digest != key:
                return Moved(damaged=1)
            file.seek(0)
            target.put(file, key)
    except NotFound:  # another mover was here, or it was erased before we had the lock
        return Moved()
    with target.open(key) as copy:
        if _hash(copy) != digest:
            return Moved(damaged=1)
    source.delete(key)
    return Moved(files=1, size_bytes=size_bytes)


def _hash(file: BinaryIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # read and readinto are enough


def left() -> Iterator[Stored]:
    """What still lies in the source."""
    both = store()
    return both.source.iterate() if isinstance(both, TwoStores) else iter(())
