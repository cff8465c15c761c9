"""Platform reviews: by file and by API, linked, answered, and made a complaint of where they are one (domain.md §7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy import Connection, insert

from channels.errors_file import errors_csv
from channels.parsed import Bad
from channels.review_file import read
from domain.actions import CATEGORIES, Action, Command
from domain.actors import Actor
from domain.causes import OF_COMPLAINT, of_words
from domain.errors import Fault, Invalid, NotFound
from domain.reviews import ComplaintMade, ReviewLinked, ReviewLoose, ReviewRow, faults
from models.aftercare import ReviewImport
from services import personal
from services.deeds import act
from services.parts import order_book, reviews
from services.uow import query, use_case

BATCH = 500
LOOKED_FOR = timedelta(days=60)
BAD_ROWS_KEPT = timedelta(days=30)
_BAD_ROWS = "review_import.bad_rows"


@dataclass(frozen=True, slots=True)
class ReviewsImported:
    """What became of a file's rows; `loose`: new ones that no order line was found for."""

    id: int
    rows: int
    new: int
    changed: int
    same: int
    loose: int
    bad: int


@dataclass(frozen=True, slots=True)
class ReviewGiven(ReviewRow):
    """A review told by a shop system or an agent; the same id again replaces its words."""

    channel_id: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Where a review stands."""

    id: int
    platform_id: str
    score: int
    bad: bool
    order_line_id: int | None
    job_id: int | None
    complaint_id: int | None
    answered_at: datetime | None


def _require_channel(tx: Connection, actor: Actor, channel_id: int) -> None:
    if actor.channel_ids is not None and channel_id not in actor.channel_ids:
        raise NotFound
    order_book.channel(tx, channel_id)


@use_case
def take_file(
    tx: Connection, actor: Actor, channel_id: int, filename: str, stream: BinaryIO, now: datetime
) -> ReviewsImported:
    """Good rows in, bad rows kept sealed with their reasons. Raises what `channels.review_file.read` raises."""
    _require_channel(tx, actor, channel_id)
    lines, bads, told = read(stream), [], [0, 0, 0, 0, 0]
    while some := list(islice(lines, BATCH)):
        good = []
        for one in some:
            wrong = [] if isinstance(one, Bad) else list(faults(one.row, now))
            if isinstance(one, Bad) or wrong:
                bads.append(one if isinstance(one, Bad) else one.refused(wrong))
            else:
                good.append(one.row)
        done = reviews.take(tx, channel_id, good, now)
        counts = (len(some), done.new, done.changed, len(good) - done.new - done.changed, done.loose)
        told = [before + count for before, count in zip(told, counts, strict=True)]
    subject_id, key = personal.new_subject(tx)
    values = {
        "channel_id": channel_id,
        "subject_id": subject_id,
        "filename": "".join(c for c in filename if c.isprintable())[-120:] or "reviews",
        **dict(zip(("rows_read", "rows_new", "rows_changed", "rows_same", "rows_loose"), told, strict=True)),
        "rows_bad": len(bads),
        "bad_rows": personal.seal(key, _BAD_ROWS, [bad.packed() for bad in bads]) if bads else None,
        "created_by": actor.person_id,
        "created_at": now,
    }
    import_id = tx.execute(insert(ReviewImport).values(values).returning(ReviewImport.id)).scalar_one()
    read_, new, changed, same, loose = told
    return ReviewsImported(import_id, read_, new, changed, same, loose, len(bads))


_BAD_ROWS_OF = """
SELECT bad_rows, wrapped_key, channel_id FROM review_import JOIN subject ON subject.id = review_import.subject_id
 WHERE review_import.id = %(id)s
"""


@query
def bad_rows_csv(connection: Connection, actor: Actor, import_id: int) -> Iterator[bytes]:
    """The bad rows with their reasons, ready to be mended and sent again; `NotFound`, `Erased` after a month."""
    row = connection.exec_driver_sql(_BAD_ROWS_OF, {"id": import_id}).first()
    if row is None or (actor.channel_ids is not None and row.channel_id not in actor.channel_ids):
        raise NotFound
    kept = (
        []
        if row.bad_rows is None
        else personal.reveal(personal.unwrap(row.wrapped_key), _BAD_ROWS, row.bad_rows)
    )
    return errors_csv([Bad.unpacked(one) for one in kept])


@use_case
def tell(tx: Connection, actor: Actor, given: ReviewGiven, now: datetime) -> ReviewState:
    """One review by API; the same again changes nothing."""
    _require_channel(tx, actor, given.channel_id)
    if wrong := list(faults(given, now)):
        raise Invalid(errors=wrong)
    reviews.take(tx, given.channel_id, [given], now)
    asked = {"channel": given.channel_id, "platform": given.platform_id}
    return _state(tx, "review.channel_id = %(channel)s AND platform_id = %(platform)s", asked)


_STATE = """
SELECT id, platform_id, score, bad, order_line_id, job_id, complaint_id, answered_at FROM review WHERE {condition}
"""


def _state(tx: Connection, condition: str, asked: dict[str, Any]) -> ReviewState:
    return ReviewState(*tx.exec_driver_sql(_STATE.format(condition=condition), asked).one())


# -- what an agent does with one

_LOCK = """
SELECT review.*, subject.wrapped_key FROM review JOIN subject ON subject.id = review.subject_id
 WHERE review.id = %(id)s FOR UPDATE OF review
"""
_PLACE_OF = f"""
SELECT line.id AS line_id, o.channel_id, o.subject_id, subject.wrapped_key, {reviews.JOB.format(at="%(at)s")} AS job_id
  FROM order_line line JOIN customer_order o ON o.id = line.order_id JOIN subject ON subject.id = o.subject_id
 WHERE line.id = %(line)s AND o.channel_id = %(channel)s
"""
_ANSWERED = (
    "UPDATE review SET words = %(words)s, answered_at = %(now)s, answered_by = %(by)s WHERE id = %(id)s"
)
_COMPLAINT = "SELECT max(id) FROM complaint WHERE job_id = %(job)s"
_COMPLAINED = "UPDATE review SET complaint_id = %(complaint)s WHERE id = %(id)s"


def _locked(tx: Connection, actor: Actor, review_id: int) -> Any:
    row = tx.exec_driver_sql(_LOCK, {"id": review_id}).first()
    if row is None or (actor.channel_ids is not None and row.channel_id not in actor.channel_ids):
        raise NotFound
    return row


@use_case
def link(tx: Connection, actor: Actor, review_id: int, order_line_id: int, now: datetime) -> ReviewState:
    """By hand: to a line of the same shop. What is linked may be linked rightly, until it has made a complaint."""
    row = _locked(tx, actor, review_id)
    asked = {"line": order_line_id, "channel": row.channel_id, "at": row.reviewed_at}
    found = tx.exec_driver_sql(_PLACE_OF, asked).first()
    if found is None:
        raise NotFound
    if row.order_line_id == order_line_id or row.complaint_id is not None:
        raise ReviewLinked
    reviews.link(tx, row, reviews.place_of(found), "hand", now)
    return _state(tx, "id = %(id)s", {"id": review_id})


@use_case
def answer(tx: Connection, actor: Actor, review_id: int, text: str, now: datetime) -> ReviewState:
    """What was answered on the platform, kept with the review; said again the last word counts. `Erased`."""
    row = _locked(tx, actor, review_id)
    key = personal.unwrap(row.wrapped_key)
    words = reviews.sealed(key, {**reviews.opened(row.wrapped_key, row.words), "answer": text})
    tx.exec_driver_sql(_ANSWERED, {"id": review_id, "words": words, "now": now, "by": actor.person_id})
    return _state(tx, "id = %(id)s", {"id": review_id})


_CATEGORY_OF = {cause: category for category, cause in OF_COMPLAINT.items()}


@use_case
def complain(
    tx: Connection, actor: Actor, review_id: int, category: str | None, now: datetime
) -> ReviewState:
    """Open a complaint about the review's job, in the customer's own words, with its clocks. The category is read
    from the words where it is not given.
    """
    row = _locked(tx, actor, review_id)
    if row.complaint_id is not None:
        raise ComplaintMade
    if row.job_id is None:
        raise ReviewLoose
    words = reviews.opened(row.wrapped_key, row.words)
    text = "\n".join(filter(None, (words.get("text"), words.get("follow_up"))))
    found = category or _CATEGORY_OF.get(of_words(text) or "")
    if found is None:
        raise Invalid(errors=[Fault("category", "required", f"请选择投诉类别：{'、'.join(CATEGORIES)}")])
    note = f"平台评价 {row.platform_id}（{row.score} 星）：{text}"
    act(tx, actor, row.job_id, Command(Action.COMPLAINT_OPENED, category=found, note=note), now)
    complaint_id = tx.exec_driver_sql(_COMPLAINT, {"job": row.job_id}).scalar_one()
    tx.exec_driver_sql(_COMPLAINED, {"id": review_id, "complaint": complaint_id})
    return _state(tx, "id = %(id)s", {"id": review_id})


# -- by time


def link_loose(now: datetime, batch: int = 500) -> int:
    """Reviews of the last 60 days that came before their orders find them; how many did."""
    found, after = 0, 0
    while True:
        linked, last = _link_some(after, batch, now)
        found += linked
        if last is None:
            return found
        after = last


@use_case
def _link_some(tx: Connection, after: int, batch: int, now: datetime) -> tuple[int, int | None]:
    return reviews.link_loose(tx, now - LOOKED_FOR, after, batch, now)


_PURGE = """
WITH old AS (
    UPDATE review_import SET bad_rows = NULL WHERE id IN (
        SELECT id FROM review_import WHERE created_at < %(before)s AND bad_rows IS NOT NULL LIMIT %(most)s)
    RETURNING subject_id)
UPDATE subject SET wrapped_key = NULL, erased_at = %(now)s FROM old WHERE subject.id = old.subject_id
"""


@use_case
def purge(tx: Connection, now: datetime, at_most: int = 1000) -> int:
    """Forget bad rows 30 days after their import, key and all; how many imports that concerned."""
    values = {"before": now - BAD_ROWS_KEPT, "now": now, "most": at_most}
    return int(tx.exec_driver_sql(_PURGE, values).rowcount)
