"""Places worth looking at: the strongest corners on every step of a pyramid, and which way each of them points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from uploads.likeness.canvas import Grey, Reals

RADIUS = 20
"""Half the side of the square described around a corner, in pixels of its step."""

_BLOCK, _APART, _BLUR, _WEAKEST, _EDGE = 5, 9, 1.2, 1e-5, 14
_LEVER = 12  # pixels over which a corner's direction is taken: bright weighs against dark


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its blurred picture, (n, 2) corners as x, y, and n directions in radians."""

    picture: Grey
    corners: Reals
    directions: Reals


def steps(canvas: Grey, count: int, ratio: float, each: int) -> Iterator[Step]:
    """`count` steps, each smaller by `ratio`, with up to `each` corners; steps without any are left out."""
    height, width = canvas.shape
    for number in range(count):
        shrunk = ratio**-number
        size = (max(8, round(width * shrunk)), max(8, round(height * shrunk)))
        picture = canvas if number == 0 else cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
        corners = _corners(np.asarray(picture, np.uint8), each)
        if len(corners):
            blurred = np.asarray(cv2.GaussianBlur(picture, (0, 0), _BLUR), np.uint8)
            yield Step(blurred, corners, _directions(blurred, corners))


def _corners(picture: Grey, most: int) -> Reals:
    """The strongest corners, at least five pixels apart, to a part of a pixel."""
    if min(picture.shape) < 2 * _EDGE + 6:
        return np.zeros((0, 2), np.float32)
    strength = np.asarray(cv2.cornerMinEigenVal(picture, _BLOCK, ksize=3), np.float32)
    highest = cv2.dilate(strength, np.ones((_APART, _APART), np.uint8))
    peak = (strength == highest) & (strength > _WEAKEST)
    inside = np.zeros_like(peak)
    inside[_EDGE:-_EDGE, _EDGE:-_EDGE] = True
    y, x = np.nonzero(peak & inside)
    best = np.argsort(-strength[y, x], kind="stable")[:most]
    y, x = y[best], x[best]
    middle = strength[y, x]
    across = _summit(strength[y, x - 1], middle, strength[y, x + 1])
    down = _summit(strength[y - 1, x], middle, strength[y + 1, x])
    return np.stack([x + across, y + down], axis=1).astype(np.float32)


def _summit(before: Reals, middle: Reals, after: Reals) -> NDArray[np.float64]:
    """Where a parabola through three neighbours is highest, within half a pixel of the middle one."""
    bend = np.minimum(before + after - 2 * middle, -1e-12).astype(np.float64)
    return np.asarray(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def _directions(picture: Grey, corners: Reals) -> Reals:
    """Towards the bright side: turns and mirrors with the picture, and stays when it is lit otherwise."""
    height, width = picture.shape
    rows = np.clip(corners[:, 1:].astype(int) + _ROWS, 0, height - 1)
    columns = np.clip(corners[:, :1].astype(int) + _COLUMNS, 0, width - 1)
    around = picture[rows, columns].astype(np.float32)
    return np.asarray(np.arctan2(around @ _WEIGHT_Y, around @ _WEIGHT_X), np.float32)


_Y, _X = np.mgrid[-_LEVER : _LEVER + 1, -_LEVER : _LEVER + 1]
_SQUARED = _X**2 + _Y**2
_ROUND = np.exp(-_SQUARED / (2 * (_LEVER / 2) ** 2)) * (_SQUARED <= _LEVER**2)
_ROWS, _COLUMNS = _Y.ravel(), _X.ravel()
_WEIGHT_X = (_X * _ROUND).ravel().astype(np.float32)
_WEIGHT_Y = (_Y * _ROUND).ravel().astype(np.float32)
