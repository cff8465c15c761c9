"""Order files in: uploaded into encrypted chunks, then taken in the background, batch by batch.

One batch is one transaction that takes its rows, keeps its bad ones and moves the counters. A run that dies is taken up
where its last batch ended; the heartbeat is the fence: whoever finds another's there gives way and writes nothing.

    import_id = claim_next(now)
    if import_id is not None:
        run_import(import_id, now)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import BinaryIO

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError

from channels.order_files import read
from channels.parsed import Bad, Good, Parsed
from domain.actors import SYSTEM, Actor, Role
from domain.errors import Conflict, DomainError, Fault, NotFound
from models.order import OrderImport, OrderImportBadRow, OrderImportChunk
from models.person import Subject
from services import personal
from services.parts import order_bad_rows, order_book, order_files
from services.parts.order_book import Channel
from services.parts.order_taking import of_itself
from services.parts.orders import take_rows
from services.queries.order_imports import Progress, progress
from services.uow import query, use_case

BATCH = 500
STALE = timedelta(minutes=3)
BAD_ROWS_KEPT = timedelta(days=30)
LONGEST_NAME = 120
_BROKEN = "导入时出错，已停止；已导入的订单不受影响，请联系管理员"
_UNTAKEABLE = Fault("", "not_taken", "这一行无法保存，请联系管理员")


class Superseded(Conflict):
    """Another runner has taken this import up; what this one was about to write is rolled back."""

    code = "import_superseded"
    title = "该导入已由其他进程继续"


@dataclass(frozen=True, slots=True)
class Running:
    """An import in hand. `beat` is the heartbeat we wrote last; `done` rows of the file are behind us."""

    id: int
    shop: Channel
    key: bytes
    brought_by: Actor
    done: int
    beat: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of one batch."""

    read: int
    new: int
    same: int
    changed: int
    bad: int


# -- in


@use_case
def accept_upload(
    tx: Connection, actor: Actor, channel_id: int, filename: str, stream: BinaryIO, now: datetime
) -> Progress:
    """Keep an uploaded file for the runner. Raises `NotFound` (channel), `FileEmpty`, `ImportTooLarge`."""
    if actor.channel_ids is not None and channel_id not in actor.channel_ids:
        raise NotFound
    order_book.channel(tx, channel_id)
    size, digest = order_files.measure(stream)
    subject_id, key = personal.new_subject(tx)
    row = insert(OrderImport).values(
        channel_id=channel_id,
        subject_id=subject_id,
        filename=_name(filename),
        sha256=digest,
        size_bytes=size,
        created_by=actor.person_id,
        created_at=now,
    )
    import_id = tx.execute(row.returning(OrderImport.id)).scalar_one()
    order_files.store(tx, import_id, key, stream)
    return progress(tx, actor, import_id)


def _name(filename: str) -> str:
    """The last part of the name, of printable characters only."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:] or "orders"


# -- the run


_NEXT = """
UPDATE order_import SET state = 'running', heartbeat_at = %(now)s, started_at = coalesce(started_at, %(now)s)
 WHERE id = (SELECT id FROM order_import WHERE state = 'waiting' OR (state = 'running' AND heartbeat_at < %(stale)s)
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


@use_case
def claim_next(tx: Connection, now: datetime) -> int | None:
    """The next import that waits or whose runner fell silent for 3 minutes, now ours; None when there is none."""
    return tx.exec_driver_sql(_NEXT, {"now": now, "stale": now - STALE}).scalar()


def run_import(
    import_id: int, now: datetime, *, told: Callable[[int], None] | None = None, batch: int = BATCH
) -> Progress:
    """Take a claimed import to its end, from where it stands; whoever held it before gives way.

    `now` is the moment of the call; heartbeats count on from it. `told` hears of the rows read after each batch.
    A file that cannot be read ends as failed with the reason in Chinese. Only a database away leaves it running,
    to be claimed again.
    """
    clock = _clock(now)
    running = _take_up(import_id, now)
    if running is None:
        return _outcome(import_id)
    try:
        rows = read(order_files.stored(running.key, lambda seq: _chunk(import_id, seq)))
        rest = islice(rows, running.done, None)
        while some := list(islice(rest, batch)):
            running = _take_some(running, some, now, clock)
            if told is not None:
                told(running.done)
        _end(running, clock(), None)
    except (OperationalError, InterfaceError, Superseded):
        raise
    except DomainError as refusal:
        _end(running, clock(), "：".join(filter(None, (refusal.title, refusal.detail))))
    except Exception:
        _end(running, clock(), _BROKEN)
        raise
    return _outcome(import_id)


def _clock(now: datetime) -> Callable[[], datetime]:
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)


_TAKE_UP = """
UPDATE order_import i SET state = 'running', heartbeat_at = %(now)s, started_at = coalesce(started_at, %(now)s)
  FROM subject WHERE i.id = %(id)s AND subject.id = i.subject_id AND i.state IN ('waiting', 'running')
RETURNING i.channel_id, i.rows_read, i.created_by, subject.wrapped_key
"""


@use_case
def _take_up(tx: Connection, import_id: int, now: datetime) -> Running | None:
    row = tx.exec_driver_sql(_TAKE_UP, {"id": import_id, "now": now}).first()
    if row is None:
        return None
    brought_by = Actor(Role.AGENT, person_id=row.created_by)
    shop = order_book.channel(tx, row.channel_id)
    return Running(import_id, shop, personal.unwrap(row.wrapped_key), brought_by, row.rows_read, now)


@query
def _chunk(connection: Connection, import_id: int, seq: int) -> bytes | None:
    found = select(OrderImportChunk.data).where(
        OrderImportChunk.import_id == import_id, OrderImportChunk.seq == seq
    )
    return connection.execute(found).scalar_one_or_none()


def _take_some(
    running: Running, some: Sequence[Parsed], now: datetime, clock: Callable[[], datetime]
) -> Running:
    """A batch in one transaction; if the database will not have it, in halves, so that one row costs one row."""
    try:
        return _take(running, some, now, clock())
    except Superseded:
        raise
    except (IntegrityError, DataError, DomainError):
        if len(some) == 1:
            return _give_up(running, some[0], clock())
        middle = len(some) // 2
        for half in (some[:middle], some[middle:]):
            running = _take_some(running, half, now, clock)
        return running


@use_case
def _take(tx: Connection, running: Running, some: Sequence[Parsed], now: datetime, beat: datetime) -> Running:
    bads = _all_wrong(tx, [parsed for parsed in some if isinstance(parsed, Bad)], now)
    goods = [parsed for parsed in some if isinstance(parsed, Good)]
    rows = [good.row for good in goods]
    _fence(tx, running, beat)
    taken = take_rows(tx, running.shop, rows, now, f"import:{running.id}", actor=running.brought_by)
    bads += [goods[refused.index].bad(*refused.faults) for refused in taken.refused]
    order_bad_rows.keep(tx, running.id, running.key, bads)
    counts = Counts(len(some), taken.new, taken.same, taken.changed, len(bads))
    return _counted(tx, running, beat, counts)


def _all_wrong(tx: Connection, bads: Sequence[Bad], now: datetime) -> list[Bad]:
    """Rows that cannot be read, with what would be said of them next: everything is mended at once."""
    skus = order_book.known_skus(tx, {bad.row.sku for bad in bads if bad.row and bad.row.sku}, now)
    return [bad.and_also(of_itself(bad.row, skus, now)) if bad.row else bad for bad in bads]


@use_case
def _give_up(tx: Connection, running: Running, parsed: Parsed, beat: datetime) -> Running:
    _fence(tx, running, beat)
    bad = parsed.bad(_UNTAKEABLE) if isinstance(parsed, Good) else parsed
    order_bad_rows.keep(tx, running.id, running.key, [bad])
    return _counted(tx, running, beat, Counts(1, 0, 0, 0, 1))


_BEAT = """
UPDATE order_import SET heartbeat_at = %(beat)s
 WHERE id = %(id)s AND state = 'running' AND heartbeat_at = %(known)s RETURNING id
"""
_COUNT = """
UPDATE order_import SET rows_read = rows_read + %(read)s, rows_new = rows_new + %(new)s,
       rows_same = rows_same + %(same)s, rows_changed = rows_changed + %(changed)s, rows_bad = rows_bad + %(bad)s
 WHERE id = %(id)s
"""


def _fence(tx: Connection, running: Running, beat: datetime) -> None:
    """Lock the import and beat; `Superseded` when the last heartbeat there is not ours."""
    beaten = {"id": running.id, "beat": beat, "known": running.beat}
    if tx.exec_driver_sql(_BEAT, beaten).first() is None:
        raise Superseded


def _counted(tx: Connection, running: Running, beat: datetime, counts: Counts) -> Running:
    tx.exec_driver_sql(_COUNT, {"id": running.id, **asdict(counts)})
    return replace(running, done=running.done + counts.read, beat=beat)


@use_case
def _end(tx: Connection, running: Running, now: datetime, error: str | None) -> None:
    """Done or failed; the file's bytes are not needed any more."""
    _fence(tx, running, now)
    ended = {"state": "done" if error is None else "failed", "error": error, "finished_at": now}
    tx.execute(update(OrderImport).where(OrderImport.id == running.id).values(**ended))
    tx.execute(delete(OrderImportChunk).where(OrderImportChunk.import_id == running.id))


@query
def _outcome(connection: Connection, import_id: int) -> Progress:
    return progress(connection, SYSTEM, import_id)


# -- forgetting

_OLD = """
SELECT i.id, i.subject_id FROM order_import i JOIN subject ON subject.id = i.subject_id
 WHERE i.state IN ('done', 'failed') AND i.finished_at < %(before)s AND subject.wrapped_key IS NOT NULL
 ORDER BY i.id LIMIT %(most)s FOR UPDATE OF i SKIP LOCKED
"""


@use_case
def purge(tx: Connection, now: datetime, at_most: int = 100) -> int:
    """Forget bad rows 30 days after their import ended, key and all; returns how many imports that concerned."""
    old = tx.exec_driver_sql(_OLD, {"before": now - BAD_ROWS_KEPT, "most": at_most}).all()
    if old:
        imports = [row.id for row in old]
        tx.execute(delete(OrderImportBadRow).where(OrderImportBadRow.import_id.in_(imports)))
        gone = update(Subject).where(Subject.id.in_([row.subject_id for row in old]))
        tx.execute(gone.values(wrapped_key=None, erased_at=now))
    return len(old)
