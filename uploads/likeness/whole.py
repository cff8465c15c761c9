"""Fingerprint of the whole picture, for bare walls and other pictures with few corners: 256 bits after PDQ's idea.

The picture, trimmed, is squeezed to 64 x 64; the 256 lowest cosine waves are compared with their median. The same
picture re-encoded or resized differs in 0 to 4 bits, other pictures in 86 and more. Twelve runs of 20 bits serve as
words: of two fingerprints 20 bits apart some run is the same in nearly all cases.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from uploads.likeness.canvas import Grey, Reals, alike, trimmed
from uploads.likeness.words import VOCABULARY_BITS

FIRST = 1 << VOCABULARY_BITS
"""Whole-picture words begin here, behind those of corners: both kinds lie in one table."""

LEAST_QUALITY = 50
_RUNS, _RUN_BITS = 12, 20


def fingerprint(grey: Grey) -> bytes:
    """32 bytes (1 ms)."""
    return np.packbits(_bits(_squeezed(trimmed(grey)))).tobytes()


def distance(one: bytes, other: bytes) -> int:
    """Bits that differ, 0 to 256, of which copies show at most 30."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def kept(grey: Grey) -> tuple[int, ...]:
    """Twelve words, or none for a picture so even that its bits are noise."""
    small = _squeezed(trimmed(grey))
    return _runs(_bits(small)) if _quality(small) >= LEAST_QUALITY else ()


def asked(grey: Grey) -> tuple[int, ...]:
    """The words of the picture and of its seven turned and mirrored forms, trimmed and, where it differs, untrimmed."""
    inside = trimmed(grey)
    seen = [_squeezed(part) for part in ((inside,) if alike(inside, grey) else (inside, grey))]
    if _quality(seen[0]) < LEAST_QUALITY:
        return ()
    forms = [np.rot90(side, turn) for small in seen for side in (small, small[:, ::-1]) for turn in range(4)]
    return tuple(sorted({word for form in forms for word in _runs(_bits(np.ascontiguousarray(form)))}))


def _squeezed(inside: Grey) -> Reals:
    square = cv2.resize(inside, (256, 256), interpolation=cv2.INTER_AREA)  # one way for all sizes
    return np.asarray(cv2.resize(square, (64, 64), interpolation=cv2.INTER_AREA), np.float32)


def _quality(small: Reals) -> float:
    """0 (even) to 100, after the steps between neighbours, as PDQ counts it."""
    steps = sum(float(np.floor(np.abs(np.diff(small, axis=axis)) * (100 / 255)).sum()) for axis in (0, 1))
    return min(100.0, steps / 90)


def _bits(small: Reals) -> NDArray[np.bool_]:
    waves = (_COSINES @ small @ _COSINES.T).ravel()
    return waves > np.median(waves)


def _runs(bits: NDArray[np.bool_]) -> tuple[int, ...]:
    numbers = bits[: _RUNS * _RUN_BITS].reshape(_RUNS, _RUN_BITS) @ (1 << np.arange(_RUN_BITS))
    return tuple(FIRST + (run << _RUN_BITS) + int(number) for run, number in enumerate(numbers))


_COSINES = np.cos(np.pi * np.arange(1, 17)[:, None] * (2 * np.arange(64) + 1) / 128).astype(np.float32)
