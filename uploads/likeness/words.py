"""Picture to words: each corner's surroundings as one whole number that a copy of the picture has, too.

The square around a corner, turned to the corner's direction, goes through a cosine transform; the signs of its 36
lowest coefficients are the word. A mirrored square differs in the sign of the odd rows only, so the smaller of the
two numbers serves both and nothing is searched twice. A photo keeps 72 words, 12 on each of 6 steps of size. Asking
is done with finer steps (a crop falls between the kept ones) and, per corner, with the eight likeliest words.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from uploads.likeness.canvas import Grey, Reals
from uploads.likeness.points import RADIUS, Step, steps

VOCABULARY_BITS = 25
"""A word is below 2**25: at ten million photos some 21 stand in the list of each."""

KEPT_STEPS, KEPT_RATIO, KEPT_EACH = 6, 1.26, 12
ASKED_STEPS, ASKED_RATIO, ASKED_EACH = 12, 1.26**0.5, 20
GUESSES = 8

_SIDE, _WAVES, _SIGNS = 20, 8, 36
_DOUBTFUL = 6  # signs that may be turned over in a guess
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: spreads neighbours over the vocabulary

Signs = NDArray[np.uint64]


def kept(canvas: Grey) -> tuple[int, ...]:
    """The words under which a photo is found, ascending, at most 72 (5 ms). A bare wall has few or none."""
    words = [_numbers(_doubts(step), ()) for step in steps(canvas, KEPT_STEPS, KEPT_RATIO, KEPT_EACH)]
    return _distinct(words)


def asked(canvas: Grey, *others: Grey) -> tuple[int, ...]:
    """The words to look up for a photo, at most 1920 (15 ms); `kept` of any copy of it has several of them.

    Each further canvas of it adds at most half as many.
    """
    tried = [(canvas, ASKED_EACH), *((other, ASKED_EACH // 2) for other in others)]
    words = [
        _numbers(_doubts(step), _GUESSED)
        for seen, each in tried
        for step in steps(seen, ASKED_STEPS, ASKED_RATIO, each)
    ]
    return _distinct(words)


def _distinct(words: list[Signs]) -> tuple[int, ...]:
    if not words:
        return ()
    mixed = np.concatenate([part.ravel() for part in words]) * _MIX >> np.uint64(64 - VOCABULARY_BITS)
    return tuple(int(word) for word in np.unique(mixed))


def _doubts(step: Step) -> Reals:
    """(n, 36): each coefficient's distance from where its sign would turn, in standard deviations."""
    cosines, sines = np.cos(step.directions)[:, None], np.sin(step.directions)[:, None]
    x = step.corners[:, :1] + cosines * _GRID_X - sines * _GRID_Y
    y = step.corners[:, 1:] + sines * _GRID_X + cosines * _GRID_Y
    seen = cv2.remap(
        step.picture,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    squares = np.asarray(seen, np.float32).reshape(-1, _SIDE, _SIDE)
    squares = (squares - np.sum(squares * _FADE, axis=(1, 2), keepdims=True) / _FADE.sum()) * _FADE
    squares /= np.sqrt(np.sum(squares**2, axis=(1, 2), keepdims=True)) + 1e-3
    waves = _COSINES @ squares @ _COSINES.T
    return np.asarray((waves[:, _DOWN, _ALONG] - _MIDDLE) / _SPREAD, np.float32)


def _numbers(doubts: Reals, turns: tuple[tuple[int, ...], ...]) -> Signs:
    """(n, 1) numbers of the signs as they are, or (n, GUESSES) of the likeliest when signs may be turned."""
    plain = ((doubts > 0) * _BITS).sum(axis=1, dtype=np.uint64)[:, None]
    if turns:
        order = np.argsort(np.abs(doubts), axis=1)[:, :_DOUBTFUL]
        bits, price = _BITS[order], np.take_along_axis(doubts, order, axis=1) ** 2
        flips = np.stack([_xor(bits, turn) for turn in turns], axis=1)
        prices = np.stack([price[:, list(turn)].sum(axis=1) for turn in turns], axis=1)
        cheap = np.argsort(prices, axis=1, kind="stable")[:, :GUESSES]
        plain = plain ^ np.take_along_axis(flips, cheap, axis=1)
    return np.asarray(np.minimum(plain, plain ^ _MIRROR))


def _xor(bits: Signs, turn: tuple[int, ...]) -> Signs:
    flip = np.zeros(len(bits), np.uint64)
    for place in turn:
        flip = flip ^ bits[:, place]
    return flip


_AXIS = (np.arange(_SIDE) + 0.5) / _SIDE * 2 - 1
_GRID_X, _GRID_Y = (part.ravel().astype(np.float32) * RADIUS for part in np.meshgrid(_AXIS, _AXIS))
_FADE = np.exp(-(_AXIS[:, None] ** 2 + _AXIS[None] ** 2) / (2 * 0.9**2)).astype(np.float32)
_COSINES = np.cos(np.pi * np.arange(_WAVES)[:, None] * (2 * np.arange(_SIDE) + 1) / (2 * _SIDE)).astype(
    np.float32
)
# The lowest waves without the mean and without the one that the direction fixes.
_ORDER = sorted(
    ((v, u) for v in range(_WAVES) for u in range(_WAVES) if (v, u) not in ((0, 0), (0, 1))),
    key=lambda wave: (wave[0] ** 2 + wave[1] ** 2, wave),
)[:_SIGNS]
_DOWN, _ALONG = np.array([wave[0] for wave in _ORDER]), np.array([wave[1] for wave in _ORDER])
_BITS = np.uint64(1) << np.arange(_SIGNS, dtype=np.uint64)
_MIRROR = np.uint64(sum(1 << place for place, (v, _) in enumerate(_ORDER) if v % 2))
_SPREAD = (4.2 / np.sqrt(1.0 + _DOWN**2 + _ALONG**2)).astype(np.float32)
# Medians of 42,000 squares of 600 photos; all others are 0. Directions make these waves lean to one side.
_LEANING = {(0, 3): 3.0, (2, 1): 1.9, (2, 3): -1.5, (0, 5): -0.55, (2, 5): 0.48, (4, 3): 0.25, (4, 5): -0.19}
_MIDDLE = np.array([_LEANING.get(wave, 0.0) for wave in _ORDER], np.float32)
_GUESSED: tuple[tuple[int, ...], ...] = tuple(
    turn for size in range(4) for turn in combinations(range(_DOUBTFUL), size)
)
