"""Rows of the likeness index for any number of photos, in PostgreSQL's own binary COPY form, made by word.

Made by word instead of by photo, since the index is: for each word a Poisson number of photos. Words are not equally
frequent: each one's weight is log-normal, with the spread that gives the repetition measured on real photos.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from uploads.likeness import whole, words

WORDS, WHOLE_WORDS = 72, 12
VOCABULARY = 1 << words.VOCABULARY_BITS
WHOLE_VOCABULARY = WHOLE_WORDS << 20
REPETITION = 1.65
"""How many times likelier two unrelated photos share a word than if all words were equally frequent."""
CHUNK = 1 << 17
HEAD, TAIL = b"PGCOPY\n\xff\r\n\x00" + bytes(8), struct.pack(">h", -1)

Numbers = NDArray[np.int64]


def chunks() -> range:
    """First words of all chunks; each can be made again by itself."""
    return range(0, VOCABULARY + WHOLE_VOCABULARY, CHUNK)


def weights(first: int) -> NDArray[np.float64]:
    """Relative frequencies of a chunk's words, 1 on average, the same in every run."""
    spread = np.log(REPETITION) ** 0.5
    chance = np.random.default_rng((7, first))
    return np.exp(chance.normal(-(spread**2) / 2, spread, CHUNK))


def rows(first: int, photos: int) -> Iterator[bytes]:
    """The chunk's rows: those with equally many photos together, for they are equally long."""
    share = photos * WORDS / VOCABULARY if first < whole.FIRST else photos * WHOLE_WORDS / WHOLE_VOCABULARY
    chance = np.random.default_rng((8, first, photos))
    counts = chance.poisson(share * weights(first))
    for count in range(1, int(counts.max(initial=0)) + 1):
        own = np.flatnonzero(counts == count) + first
        if len(own):
            yield _packed(own, chance.integers(1, photos + 1, (len(own), count)))


def _packed(own: Numbers, photos: Numbers) -> bytes:
    """Two columns: int4, int4[]."""
    count = photos.shape[1]
    table = np.zeros((len(own), 8 + 2 * count), ">i4")
    table[:, 0], table[:, 1] = 4, own
    table[:, 2] = 20 + 8 * count
    table[:, 3:8] = (1, 0, 23, count, 1)
    table[:, 8::2], table[:, 9::2] = 4, photos
    lines = np.zeros((len(own), 2 + table.shape[1] * 4), np.uint8)
    lines[:, 1] = 2
    lines[:, 2:] = table.view(np.uint8).reshape(len(own), -1)
    return lines.tobytes()


def drawn(chance: np.random.Generator, most: int) -> list[int]:
    """`most` words of a photo, drawn as often as they occur."""
    found: list[int] = []
    while len(found) < most:
        first = int(chance.integers(0, VOCABULARY // CHUNK)) * CHUNK
        weight = weights(first)
        found.append(first + int(chance.choice(CHUNK, p=weight / weight.sum())))
    return found


def drawn_many(chance: np.random.Generator, sets: int, most: int) -> Numbers:
    """(sets, most) words; a few chunks serve all, or making queries would take longer than answering them."""
    firsts = chance.choice(VOCABULARY // CHUNK, 64, replace=False) * CHUNK
    weight = np.stack([weights(int(first)) for first in firsts])
    pool = np.concatenate(
        [
            first + chance.choice(CHUNK, 4096, p=part / part.sum())
            for first, part in zip(firsts, weight, strict=True)
        ]
    )
    return chance.choice(pool, (sets, most))


def drawn_whole(chance: np.random.Generator, most: int) -> list[int]:
    """Whole-picture words, as many in each run of bits as in the others."""
    runs = np.arange(most) % WHOLE_WORDS
    return [whole.FIRST + (int(run) << 20) + int(chance.integers(0, 1 << 20)) for run in runs]
