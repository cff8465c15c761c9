"""Was it erased, as the records say? The chain is read, and what each record names is looked for.

A chain shows that nothing in its middle was altered or left out. That its end was not cut off shows only a hash noted
elsewhere: `verify(head)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.events import faults_of
from domain.retention import Erasure, Kind, digest
from services.parts import forgetting
from services.parts.photo_store import keys_of, store
from services.uow import query

PAGE = 200


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record of the chain. `subjects`: how many customers' data; `counts`: rows by table; hashes in hex."""

    seq: int
    kind: str
    cause: str
    rule: str
    at: datetime
    subjects: int
    counts: dict[str, int]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is not as record `seq` says, in words for whoever runs the command."""

    seq: int
    what: str


_RECORDS = """
SELECT seq, kind, cause, rule, at, data, prev_hash, hash FROM erasure_record WHERE {condition} LIMIT %(limit)s
"""


@query
def listed(connection: Connection, before: int | None, limit: int) -> list[RecordLine]:
    """Records, newest first."""
    sql = _RECORDS.format(condition="seq < coalesce(%(before)s, 9223372036854775807) ORDER BY seq DESC")
    return [_line(row) for row in connection.exec_driver_sql(sql, {"before": before, "limit": limit})]


def _line(row: Any) -> RecordLine:
    subjects, counts = len(row.data.get("subjects", ())), row.data["counts"]
    return RecordLine(
        row.seq, row.kind, row.cause, row.rule, row.at, subjects, counts, row.prev_hash.hex(), row.hash.hex()
    )


def verify(head: str | None = None) -> Iterator[Fault | int]:
    """Each record's number once it is checked, and each fault; `head`, a hash noted earlier, must be there."""
    wanted, links = head, list[tuple[Erasure, bytes, bytes]]()
    after, last = 0, b""
    while page := _page(after):
        links = [(Erasure(*row[:6]), bytes(row.prev_hash), bytes(row.hash)) for row in page]
        yield from _chained(links, last, after)
        for erasure, _, own in links:
            wanted = None if own.hex() == wanted else wanted
            yield from (Fault(erasure.seq, what) for what in _left(erasure))
            yield erasure.seq
        after, last = links[-1][0].seq, links[-1][2]
    if wanted is not None:
        yield Fault(after, f"链中没有 {wanted}")


def _chained(links: Iterable[tuple[Erasure, bytes, bytes]], last: bytes, after: int) -> Iterator[Fault]:
    for fault in faults_of(links, None, digest, last, after + 1):
        yield Fault(fault.seq, f"记录链 {fault.how}")


@query
def _page(connection: Connection, after: int) -> list[Any]:
    sql = _RECORDS.format(condition="seq > %(after)s ORDER BY seq")
    return list(connection.exec_driver_sql(sql, {"after": after, "limit": PAGE}))


def _left(erasure: Erasure) -> Iterator[str]:
    """What of a record's is still there."""
    for photo_id, sha256 in erasure.data.get("photos", ()):
        standing = _photo(photo_id, sha256)
        if standing.row:
            yield f"照片 {photo_id} 未清空"
        if not standing.shared:
            yield from (
                f"照片 {photo_id}：存储中仍有 {key}" for key in keys_of(sha256) if store().exists(key)
            )
    for table, count in _rows(erasure).items():
        yield f"{table} 仍有 {count} 行"


@dataclass(frozen=True, slots=True)
class _Standing:
    row: bool  # something is left in the photo's row or in the search
    shared: bool  # another photo has the same bytes and stands


_PHOTO = """
SELECT EXISTS (SELECT 1 FROM photo LEFT JOIN photo_print print ON print.photo_id = photo.id WHERE photo.id = %(photo)s
                  AND (erased_at IS NULL OR place IS NOT NULL OR cardinality(print.words) > 0)) AS row,
       EXISTS (SELECT 1 FROM photo WHERE sha256 = decode(%(sha256)s, 'hex') AND erased_at IS NULL) AS shared
"""


@query
def _photo(connection: Connection, photo_id: int, sha256: str) -> _Standing:
    return _Standing(*connection.exec_driver_sql(_PHOTO, {"photo": photo_id, "sha256": sha256}).one())


_MESSAGES = "SELECT count(*) FROM inbox_item WHERE id = ANY(%(ids)s)"


@query
def _rows(connection: Connection, erasure: Erasure) -> dict[str, int]:
    if erasure.kind == Kind.MESSAGES:
        found = connection.exec_driver_sql(_MESSAGES, {"ids": erasure.data["messages"]}).scalar_one()
        return {"inbox_item": found} if found else {}
    if erasure.kind == Kind.PHOTOS:
        return {}
    return forgetting.left(connection, Kind(erasure.kind), erasure.data["subjects"], erasure.at)
