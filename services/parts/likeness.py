"""The words of all photos in one table, one row a word: which photos may be copies of which.

Ten million photos read some 40,000 numbers a question, each list as a whole, and count votes; nothing is read from
the photos themselves. An exact inverted index (GIN over int[]) would fetch every photo that shares a word.
Candidates are not accusations: `uploads.likeness.compare` looks at them next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

FIND = """
SELECT photo, sum(weight)::int AS votes
FROM (
    SELECT unnest(photos) AS photo, CASE WHEN word < 33554432 THEN 1 ELSE 2 END AS weight
    FROM photo_word WHERE word = ANY(%(words)s::int[]) AND cardinality(photos) < 512
) AS vote
WHERE photo <> %(photo)s
GROUP BY photo HAVING sum(weight) >= 3
ORDER BY votes DESC, photo LIMIT 50"""

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
    found = tx.exec_driver_sql(FIND, {"photo": photo_id, "words": sorted(set(asked))})
    return tuple(Candidate(photo_id=row.photo, votes=row.votes) for row in found)


def remove(tx: Connection, photo_ids: Sequence[int], words: Sequence[int]) -> None:
    """Takes photos out again, as erasure asks; `words` are all those they were added with, in one statement so that
    rows are locked in ascending order here, too."""
    tx.exec_driver_sql(REMOVE, {"photos": list(photo_ids), "words": sorted(set(words))})
