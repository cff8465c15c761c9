"""Platform reviews into a given transaction: linked by order number, sealed under the customer, agents alerted.

A review that belongs to no known order is sealed under a subject of its own until it is linked; then under the order's,
so that who is erased takes his words with him. The own subject's key is destroyed by the link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.causes import is_bad, of_words
from domain.reviews import ReviewRow
from models.aftercare import Review
from services import personal
from services.config import config
from services.parts import digests
from services.parts.bulk import insert_many

PLACE = "review.words"


@dataclass(frozen=True, slots=True)
class Place:
    """Which line a review is about: its job, the order's subject and data key (None: erased)."""

    line_id: int
    job_id: int | None
    subject_id: int
    key: bytes | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some rows; `loose`: of the new ones, those that no order line was found for."""

    new: int
    changed: int
    same: int
    loose: int
    bad: int


_HOLD = "SELECT pg_advisory_xact_lock(hashtext('reviews'), %(channel)s::int)"
_KNOWN = """
SELECT review.*, subject.wrapped_key FROM review JOIN subject ON subject.id = review.subject_id
 WHERE review.channel_id = %(channel)s AND platform_id = ANY(%(ids)s) FOR UPDATE OF review
"""
# The newest work that somebody had come for by then; a repair that nobody came for is the last guess.
JOB = """(
       SELECT job.id FROM job WHERE job.order_line_id = line.id AND job.kind <> 'return_visit'
          AND job.status <> 'cancelled'
        ORDER BY CASE WHEN least(job.checked_in_at, job.submitted_at) <= {at} THEN 0
                      WHEN job.kind <> 'repair' THEN 1 ELSE 2 END,
              job.created_at <= {at} DESC, job.id DESC LIMIT 1)"""
# One line or none: where several fit, a person must say which.
_PLACES = f"""
SELECT wanted.n, line.id AS line_id, o.subject_id, subject.wrapped_key, {JOB.format(at="wanted.at")} AS job_id
  FROM json_to_recordset(%(rows)s::json) AS wanted(n int, number text, line_number bigint, sku text, at timestamptz)
  JOIN customer_order o ON o.channel_id = %(channel)s AND o.number = wanted.number
  JOIN subject ON subject.id = o.subject_id
  JOIN order_line line ON line.order_id = o.id AND (wanted.line_number IS NULL OR line.line_number = wanted.line_number)
   AND (wanted.sku IS NULL OR line.sku = wanted.sku)
"""


def print_of(row: ReviewRow) -> bytes:
    """Keyed, so that nobody can try texts against it."""
    return personal.lookup("review", row.told())


def take(tx: Connection, channel_id: int, rows: Sequence[ReviewRow], now: datetime) -> Taken:
    """Rows of one channel, each id once; told again nothing changes, told anew the words are replaced."""
    tx.exec_driver_sql(_HOLD, {"channel": channel_id % 2**31})
    rows = list({row.platform_id: row for row in rows}.values())
    asked = {"channel": channel_id, "ids": [row.platform_id for row in rows]}
    known = {one.platform_id: one for one in tx.exec_driver_sql(_KNOWN, asked)}
    new = [row for row in rows if row.platform_id not in known]
    changed = [
        (row, known[row.platform_id])
        for row in rows
        if row.platform_id in known and bytes(known[row.platform_id].fingerprint) != print_of(row)
    ]
    places = _places(tx, channel_id, new)
    made = [_row(tx, channel_id, row, places.get(at), now) for at, row in enumerate(new)]
    ids = {one.platform_id: one.id for one in insert_many(tx, Review, made, "id", "platform_id")}
    for row in new:
        _derive(tx, ids[row.platform_id], row, now)
    worse = sum(_renew(tx, row, old, now) for row, old in changed)
    bad = sum(one["bad"] for one in made) + worse
    if bad:
        _alert(tx, channel_id, bad, now)
    same = len(rows) - len(new) - len(changed)
    return Taken(len(new), len(changed), same, len(new) - len(places), bad)


def _places(tx: Connection, channel_id: int, rows: Sequence[ReviewRow]) -> dict[int, Place]:
    """The one line each row is about, by its place among them."""
    wanted = [
        {
            "n": at,
            "number": row.order_number,
            "line_number": row.line_number,
            "sku": row.sku,
            "at": row.reviewed_at,
        }
        for at, row in enumerate(rows)
        if row.order_number
    ]
    if not wanted:
        return {}
    asked = {"channel": channel_id, "rows": orjson.dumps(wanted).decode()}
    found: dict[int, list[Any]] = {}
    for one in tx.exec_driver_sql(_PLACES, asked):
        found.setdefault(one.n, []).append(one)
    return {at: place_of(lines[0]) for at, lines in found.items() if len(lines) == 1}


def place_of(one: Any) -> Place:
    """A row with line_id, job_id, subject_id and wrapped_key."""
    key = None if one.wrapped_key is None else personal.unwrap(one.wrapped_key)
    return Place(one.line_id, one.job_id, one.subject_id, key)


def sealed(key: bytes | None, words: Mapping[str, Any]) -> bytes | None:
    """The words of a review; nothing of somebody who was erased."""
    return None if key is None else personal.seal(key, PLACE, dict(words))


def opened(wrapped_key: bytes | None, words: bytes | None) -> dict[str, Any]:
    """{text, follow_up, answer}; empty when erased."""
    try:
        return dict(personal.reveal(personal.unwrap(wrapped_key), PLACE, words))
    except personal.Erased:
        return {}


def _judged(row: ReviewRow) -> bool:
    return is_bad(row.score, row.words(), config().review_bad_stars)


def _row(
    tx: Connection, channel_id: int, row: ReviewRow, place: Place | None, now: datetime
) -> dict[str, Any]:
    subject_id, key = (place.subject_id, place.key) if place else personal.new_subject(tx)
    bad = _judged(row)
    return {
        "channel_id": channel_id,
        "platform_id": row.platform_id,
        "score": row.score,
        "reviewed_at": row.reviewed_at,
        "order_number": row.order_number,
        "line_number": row.line_number,
        "sku": row.sku,
        "subject_id": subject_id,
        "words": sealed(key, {"text": row.text, "follow_up": row.follow_up}),
        "fingerprint": print_of(row),
        "order_line_id": place.line_id if place else None,
        "job_id": place.job_id if place else None,
        "linked_by": "number" if place else None,
        "bad": bad,
        "follow_up_at": row.follow_up_at,
        "alerted_at": now if bad else None,
        "created_at": now,
    }


_RENEW = """
UPDATE review SET score = %(score)s, reviewed_at = %(at)s, words = %(words)s, fingerprint = %(print)s, bad = %(bad)s,
       follow_up_at = %(follow_up_at)s,
       alerted_at = coalesce(alerted_at, CASE WHEN %(bad)s THEN %(now)s::timestamptz END)
 WHERE id = %(id)s
"""


def _renew(tx: Connection, row: ReviewRow, old: Any, now: datetime) -> bool:
    """New stars or words; the answer stays. True: bad, and nobody was told yet."""
    before, bad = opened(old.wrapped_key, old.words), _judged(row)
    key = None if old.wrapped_key is None else personal.unwrap(old.wrapped_key)
    values = {
        "id": old.id,
        "score": row.score,
        "at": row.reviewed_at,
        "words": sealed(key, {**before, "text": row.text, "follow_up": row.follow_up}),
        "print": print_of(row),
        "bad": bad,
        "follow_up_at": row.follow_up_at,
        "now": now,
    }
    tx.exec_driver_sql(_RENEW, values)
    _derive(tx, old.id, row, now)
    return bad and old.alerted_at is None


_DERIVE = """
INSERT INTO cause_given (source, source_id, cause, given_at) VALUES ('review', %(id)s, %(cause)s, %(now)s)
ON CONFLICT (source, source_id) DO UPDATE SET cause = excluded.cause, given_at = excluded.given_at
 WHERE cause_given.given_by IS NULL
"""


def _derive(tx: Connection, review_id: int, row: ReviewRow, now: datetime) -> None:
    """The words are sealed, so the cause they name is kept beside them; what a person said outweighs it."""
    cause = of_words(row.words()) if _judged(row) else None
    if cause is not None:
        tx.exec_driver_sql(_DERIVE, {"id": review_id, "cause": cause, "now": now})


def _alert(tx: Connection, channel_id: int, count: int, now: datetime) -> None:
    """The channel's agents, in one message an hour at most."""
    payload = {
        "template": "review_alert",
        "audience": "agents",
        "channel_id": channel_id,
        "values": {"count": count},
    }
    digests.owe(tx, f"reviews:channel:{channel_id}:", None, payload, now)


_LINK = """
UPDATE review SET order_line_id = %(line)s, job_id = %(job)s, subject_id = %(subject)s, words = %(words)s,
       linked_by = %(by)s WHERE id = %(id)s
"""
_FORGET = "UPDATE subject SET wrapped_key = NULL, erased_at = %(now)s WHERE id = %(subject)s"


def link(tx: Connection, review: Any, place: Place, by: str, now: datetime) -> None:
    """Put a review (its row with the subject's wrapped_key) to a line; its words move under the customer's key."""
    words = opened(review.wrapped_key, review.words)
    values = {
        "id": review.id,
        "line": place.line_id,
        "job": place.job_id,
        "subject": place.subject_id,
        "words": sealed(place.key, words),
        "by": by,
    }
    tx.exec_driver_sql(_LINK, values)
    if review.order_line_id is None:
        tx.exec_driver_sql(_FORGET, {"subject": review.subject_id, "now": now})


_LOOSE = """
SELECT review.*, subject.wrapped_key FROM review JOIN subject ON subject.id = review.subject_id
 WHERE order_line_id IS NULL AND order_number IS NOT NULL AND review.created_at > %(since)s AND review.id > %(after)s
 ORDER BY review.id LIMIT %(most)s FOR UPDATE OF review SKIP LOCKED
"""


def link_loose(
    tx: Connection, since: datetime, after: int, most: int, now: datetime
) -> tuple[int, int | None]:
    """Reviews that came before their orders: (how many found their line, the last one looked at or None)."""
    loose = tx.exec_driver_sql(_LOOSE, {"since": since, "after": after, "most": most}).all()
    linked = 0
    for channel_id in sorted({one.channel_id for one in loose}):
        ours = [one for one in loose if one.channel_id == channel_id]
        rows = [
            ReviewRow("", 1, one.reviewed_at, "", one.order_number, one.line_number, one.sku) for one in ours
        ]
        for at, place in _places(tx, channel_id, rows).items():
            link(tx, ours[at], place, "number", now)
            linked += 1
    return linked, loose[-1].id if loose else None
