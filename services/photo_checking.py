"""Rows and store held against each other, by `python -m jobs.photo_store check` and once a week.

Both are read once, in order of content, side by side: for a million photos that is 3,000 listings and no look at
any single object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from domain.errors import NotFound
from services.parts.photo_store import keys_of, store
from services.uow import query

ROWS = 1000


@dataclass(frozen=True, slots=True)
class Missing:
    """A photo whose bytes are not in the store under `key`, or (`damaged`) are others than came: an alarm."""

    photo_id: int
    key: str
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """Photos with a row that were looked for, what is missing or damaged, originals in the store without a row.

    The last are no fault: uploads on their way, and what the nightly sweep will collect.
    """

    photos: int
    missing: int
    damaged: int
    unnamed: int


class StoreBroken(Exception):
    """Evidence is gone: `python -m jobs.photo_store check` names it."""


def check(_now: datetime) -> Checked:
    """All of it, counted, for the timetable; StoreBroken when something is missing, so that the run has failed."""
    checked = count(walk(deep=False))
    if checked.missing:
        raise StoreBroken(f"{checked.missing} of {checked.photos} photos' files are missing")
    return checked


def count(found: Iterator[Missing | int | None]) -> Checked:
    """Of what `walk` says."""
    photos = missing = damaged = unnamed = 0
    for one in found:
        if one is None:
            unnamed += 1
        elif isinstance(one, int):
            photos += 1
        else:
            missing, damaged = missing + (not one.damaged), damaged + one.damaged
    return Checked(photos, missing, damaged, unnamed)


def walk(deep: bool) -> Iterator[Missing | int | None]:
    """Each photo's id, each fault after it, and None for each original in the store that has no row."""
    lying = _lying()
    here = next(lying, None)
    for sha256, photo_ids in _named():
        while here is not None and here[0] < sha256:
            yield None
            here = next(lying, None)
        keys = here[1] if here is not None and here[0] == sha256 else frozenset()
        if here is not None and here[0] == sha256:
            here = next(lying, None)
        # what came after the listing had passed it is looked for by name
        gone = [key for key in keys_of(sha256) if key not in keys and not store().exists(key)]
        bad = deep and sha256 not in gone and not _whole(sha256)
        faults = [(key, False) for key in gone] + [(sha256, True)] * bad
        for photo_id in photo_ids:
            yield photo_id
            if faults and _stands(photo_id):
                yield from (Missing(photo_id, key, damaged) for key, damaged in faults)
    while here is not None:
        yield None
        here = next(lying, None)


def _lying() -> Iterator[tuple[str, frozenset[str]]]:
    for sha256, run in groupby(store().iterate(), key=lambda stored: stored.key[:64]):
        yield sha256, frozenset(stored.key for stored in run)


def _named() -> Iterator[tuple[str, list[int]]]:
    """Originals and the photos that show them, in order."""
    for sha256, run in groupby(_rows_in_order(), key=lambda row: row[0]):
        yield sha256.hex(), [photo_id for _, photo_id in run]


def _rows_in_order() -> Iterator[tuple[bytes, int]]:
    after = (b"", 0)
    while rows := _page(*after):
        yield from rows
        after = rows[-1]


_PAGE = """
SELECT sha256, id FROM photo WHERE (sha256, id) > (%(sha256)s, %(id)s) AND erased_at IS NULL
 ORDER BY sha256, id LIMIT %(limit)s
"""


@query
def _page(connection: Connection, sha256: bytes, photo_id: int) -> list[tuple[bytes, int]]:
    asked = {"sha256": sha256, "id": photo_id, "limit": ROWS}
    return [(bytes(row.sha256), row.id) for row in connection.exec_driver_sql(_PAGE, asked)]


_STANDS = "SELECT 1 FROM photo WHERE id = %(photo)s AND erased_at IS NULL"


@query
def _stands(connection: Connection, photo_id: int) -> bool:
    """Not erased since its row was read."""
    return connection.exec_driver_sql(_STANDS, {"photo": photo_id}).first() is not None


def _whole(sha256: str) -> bool:
    """True also when it was erased meanwhile."""
    try:
        with store().open(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
    except NotFound:
        return True
