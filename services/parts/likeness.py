"""The words of all photos in one table, one row a word: which photos may be copies of which.

Ten million photos read some 65,000 numbers a question, each list as a whole; nothing is read from the photos
themselves. An exact inverted index (GIN over int[]) would fetch every photo that shares a word. Votes are counted
here, not there: the database reads the lists in 11 ms of processor and counts nearly as many different photos as there
are numbers in 27 more, Python in 7. Candidates are not accusations: `uploads.likeness.compare` looks at them next.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

WHOLE_WORDS_FROM = 1 << 25
"""Words from here on are of the whole picture and count twice (`uploads.likeness.whole.FIRST`)."""

TOO_FREQUENT = 512
"""A word of so many photos says nothing: it is no longer added to and not asked for. Ten million photos have 21 in
the list of a usual word and 45 in one of a thousand."""

LEAST_VOTES, MOST_CANDIDATES = 3, 50
"""By chance, some six of ten million photos reach three votes; a copy by random crop has 20."""

ADD = """
INSERT INTO photo_word (word, photos) SELECT word, ARRAY[%(photo)s::int] FROM unnest(%(words)s::int[]) AS word
ON CONFLICT (word) DO UPDATE SET photos = photo_word.photos || excluded.photos
WHERE cardinality(photo_word.photos) < 512"""

# An array is sent as 20 bytes of head and, for each number, its length and itself.
FIND = """
SELECT word >= 33554432 AS whole, string_agg(substr(array_send(photos), 21), '') AS entries
FROM photo_word WHERE word = ANY(%(words)s::int[]) AND cardinality(photos) < 512
GROUP BY 1"""

REMOVE = """
UPDATE photo_word SET photos = ARRAY(SELECT photo FROM unnest(photos) AS photo WHERE photo <> ALL(%(photos)s::int[]))
WHERE word IN (SELECT word FROM photo_word WHERE word = ANY(%(words)s::int[]) ORDER BY word FOR UPDATE)"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo that shares words with the one asked about."""

    photo_id: int
    votes: int


def add(tx: Connection, photo_id: int, words: Sequence[int]) -> None:
    """Keeps a photo under its words (72 + 12 rows, one statement). Rows are locked in ascending order of word, so
    that two uploads wait for each other and never in a circle. Not to be called twice for a photo."""
    tx.exec_driver_sql(ADD, {"photo": photo_id, "words": sorted(set(words))})


def candidates(tx: Connection, photo_id: int, asked: Sequence[int]) -> tuple[Candidate, ...]:
    """At most 50 other photos with three votes or more, best first; `asked` are the words to ask for, not the kept."""
    return ranked(tx.exec_driver_sql(FIND, {"words": sorted(set(asked))}), photo_id)


def ranked(lists: Iterable[Sequence[Any]], photo_id: int) -> tuple[Candidate, ...]:
    """The candidates in what `FIND` answers."""
    votes: Counter[int] = Counter()
    for whole, entries in lists:
        photos = _numbers(entries)
        votes.update(photos)
        if whole:
            votes.update(photos)
    votes.pop(photo_id, None)
    best = sorted((-count, photo) for photo, count in votes.items() if count >= LEAST_VOTES)
    return tuple(Candidate(photo, -count) for count, photo in best[:MOST_CANDIDATES])


def _numbers(entries: bytes) -> array[int]:
    numbers = array("i")
    numbers.frombytes(entries)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers[1::2]


def remove(tx: Connection, photo_ids: Sequence[int], words: Sequence[int]) -> None:
    """Takes photos out again, as erasure asks; `words` are all those they were added with, in one statement so that
    rows are locked in ascending order here, too."""
    tx.exec_driver_sql(REMOVE, {"photos": list(photo_ids), "words": sorted(set(words))})
