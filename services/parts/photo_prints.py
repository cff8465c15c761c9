"""How far the search has come with each photo: taken in turn, kept under its words, done, given up, forgotten.

Each function is one step in a transaction of its caller; killed between two of them, the next run goes on where this
one was: words are added once, and what was found is written together with the photo's being done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.parts import likeness

LEASE = timedelta(minutes=5)
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Due:
    """A photo in our hands until its lease ends; `attempts` counts this one."""

    photo_id: int
    sha256: str
    attempts: int


_OLDEST = """
SELECT photo.id, encode(photo.sha256, 'hex') AS sha256
  FROM photo LEFT JOIN photo_print print ON print.photo_id = photo.id
 WHERE photo.search_due AND (print.next_at IS NULL OR print.next_at <= %(now)s)
 ORDER BY photo.id LIMIT 1 FOR NO KEY UPDATE OF photo SKIP LOCKED
"""
# The condition is asked again: the look above may have been a moment older than the other runner's word.
_TAKEN = """
INSERT INTO photo_print AS print (photo_id, attempts, next_at) VALUES (%(photo)s, 1, %(until)s)
ON CONFLICT (photo_id) DO UPDATE SET attempts = print.attempts + 1, next_at = excluded.next_at
 WHERE (print.next_at IS NULL OR print.next_at <= %(now)s) AND print.compared_at IS NULL
RETURNING attempts
"""


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody else has just taken it: ask again."""


def take(tx: Connection, now: datetime) -> Due | Lost | None:
    """The oldest photo that is due; None when none is."""
    row = tx.exec_driver_sql(_OLDEST, {"now": now}).first()
    if row is None:
        return None
    attempts = tx.exec_driver_sql(_TAKEN, {"photo": row.id, "now": now, "until": now + LEASE}).scalar()
    return Lost() if attempts is None else Due(row.id, row.sha256, attempts)


# A photo is locked before its print, everywhere: erasure comes the same way.
_STANDS = "SELECT 1 FROM photo WHERE id = %(photo)s AND erased_at IS NULL FOR SHARE"
_KEPT_SO_FAR = "SELECT words FROM photo_print WHERE photo_id = %(photo)s FOR UPDATE"
_WORDS = "UPDATE photo_print SET words = %(words)s WHERE photo_id = %(photo)s"


def keep(tx: Connection, photo_id: int, words: Sequence[int]) -> bool:
    """Keep it under its words, once; False when it was erased meanwhile."""
    if tx.exec_driver_sql(_STANDS, {"photo": photo_id}).first() is None:
        return False
    if tx.exec_driver_sql(_KEPT_SO_FAR, {"photo": photo_id}).scalar_one() is None:
        likeness.add(tx, photo_id, words)
        tx.exec_driver_sql(_WORDS, {"photo": photo_id, "words": sorted(set(words))})
    return True


_DONE = """
UPDATE photo_print SET compared_at = %(now)s, next_at = NULL, trouble = NULL
 WHERE photo_id = %(photo)s AND compared_at IS NULL RETURNING 1
"""
_REST = "UPDATE photo SET search_due = false WHERE id = %(photo)s"


def done(tx: Connection, photo_id: int, now: datetime) -> bool:
    """It was compared; False when somebody else has said so before."""
    tx.exec_driver_sql(_REST, {"photo": photo_id})
    return tx.exec_driver_sql(_DONE, {"photo": photo_id, "now": now}).first() is not None


_FAILED = """
UPDATE photo_print SET trouble = %(reason)s, next_at = %(next)s WHERE photo_id = %(photo)s AND compared_at IS NULL
"""


def failed(tx: Connection, due: Due, reason: str, now: datetime) -> bool:
    """Again after 2, then 4 minutes; given up with its reason after three tries. Whether it was given up."""
    parked = due.attempts >= MOST_TRIES
    again = None if parked else now + timedelta(minutes=2**due.attempts)
    if parked:
        tx.exec_driver_sql(_REST, {"photo": due.photo_id})
    tx.exec_driver_sql(_FAILED, {"photo": due.photo_id, "reason": reason[:200], "next": again})
    return parked


_AGAIN = """
UPDATE photo SET search_due = true FROM photo_print print
 WHERE print.photo_id = photo.id AND print.compared_at IS NULL AND print.attempts >= %(most)s
   AND NOT photo.search_due AND photo.erased_at IS NULL RETURNING photo.id
"""
_AFRESH = """
UPDATE photo_print SET attempts = 0, next_at = NULL, trouble = NULL WHERE photo_id = ANY(%(photos)s::bigint[])
"""


def again(tx: Connection) -> int:
    """Back into the queue with everything that was given up, as if never tried; how many."""
    photos = list(tx.exec_driver_sql(_AGAIN, {"most": MOST_TRIES}).scalars())
    tx.exec_driver_sql(_AFRESH, {"photos": photos})
    return len(photos)


_RELEASED = """
UPDATE photo_print SET attempts = greatest(0, attempts - 1), next_at = %(next)s
 WHERE photo_id = %(photo)s AND compared_at IS NULL
"""


def release(tx: Connection, due: Due, now: datetime) -> None:
    """Back into the queue in a minute; this try does not count."""
    tx.exec_driver_sql(_RELEASED, {"photo": due.photo_id, "next": now + timedelta(minutes=1)})


_KEPT = (
    "SELECT photo_id, words FROM photo_print WHERE photo_id = ANY(%(photos)s) ORDER BY photo_id FOR UPDATE"
)
_BARE = "UPDATE photo_print SET words = '{}', next_at = NULL WHERE photo_id = ANY(%(photos)s)"
_PAIRS = """
UPDATE photo_match SET numbers = '{}' WHERE photo_id = ANY(%(photos)s) OR other_id = ANY(%(photos)s)
"""
_NOT_DUE = "UPDATE photo SET search_due = false WHERE id = ANY(%(photos)s) AND search_due"


def forget(tx: Connection, photo_ids: Sequence[int]) -> None:
    """Take photos out of the search, as erasure and purge ask. The caller has locked their rows and marked them."""
    if not photo_ids:
        return
    asked = {"photos": list(photo_ids)}
    kept = tx.exec_driver_sql(_KEPT, asked).all()
    words = {word for row in kept for word in row.words or ()}
    if words:
        likeness.remove(tx, [row.photo_id for row in kept], sorted(words))
    tx.exec_driver_sql(_BARE, asked)
    tx.exec_driver_sql(_PAIRS, asked)
    tx.exec_driver_sql(_NOT_DUE, asked)
