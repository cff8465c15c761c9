"""A picture as it is looked at: grey, without borders, of one size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Reals = NDArray[np.float32]

CANVAS_SIDE = 320
"""Square root of the canvas' area in pixels; its shape stays the picture's."""

_SMALL, _DEEPEST, _LEAST, _HARDLY, _LEANING, _NARROW = 128, 0.45, 0.12, 0.97, 0.07, 32
_FLAT, _LOOSE = (
    10.0,
    15.0,
)  # grey levels: what was even under the first is so under the second at 1.5 times the contrast
cv2.setNumThreads(1)  # helpers are limited in CPU, and there are as many of them as cores


def read(path: Path) -> Grey:
    """The grey pixels of a rendition (8 ms for 1280 pixels). ValueError for what is no picture."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError("not a picture")
    return np.asarray(picture, np.uint8)


def decoded(data: bytes) -> Grey:
    """The grey pixels of a rendition in memory. ValueError for what is no picture."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if picture is None:
        raise ValueError("not a picture")
    return np.asarray(picture, np.uint8)


def trimmed(grey: Grey) -> Grey:
    """Without flat borders, letterboxes, strips and the bars of a screenshot, at most 45 % from each side.

    An edge is cut to behind its last run of two even lines, so lines of text in a flat strip go with it. Where less
    than an eighth would be left it is no border (snow between stones and water), and all of it stays.
    """
    inside = _cut(grey)
    return inside if inside.size >= _LEAST * grey.size else grey


def _cut(grey: Grey, flat: float = _FLAT) -> Grey:
    small = np.asarray(cv2.resize(grey, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA), np.float32)
    rows, columns = _even(small, flat), _even(np.ascontiguousarray(small.T), flat)
    top, bottom = _depth(rows), _depth(rows[::-1])
    left, right = _depth(columns), _depth(columns[::-1])
    height, width = grey.shape
    return grey[
        height * top // _SMALL : height - height * bottom // _SMALL,
        width * left // _SMALL : width - width * right // _SMALL,
    ]


def _even(small: Reals, flat: float) -> NDArray[np.bool_]:
    """Of each row, whether four fifths of it are of one brightness."""
    ordered = np.sort(small, axis=1)
    return np.asarray(ordered[:, _SMALL * 9 // 10] - ordered[:, _SMALL // 10] < flat)


def _depth(even: NDArray[np.bool_]) -> int:
    reach = int(_SMALL * _DEEPEST)
    pairs = np.flatnonzero(even[:reach] & even[1 : reach + 1])
    return int(pairs[-1]) + 2 if len(pairs) else 0


def canvas(grey: Grey) -> Grey:
    """Trimmed, and brought to an area of 320 x 320 pixels."""
    return _sized(trimmed(grey))


def canvases(grey: Grey) -> tuple[Grey, ...]:
    """The canvas, and up to three more as another trimming, of the copy or of the photo, would have left it.

    Where trimming took more than 3 % of the height or the width (one photo in four) it may have been sky, floor or
    wall, so the whole is looked at, too; of both, it may have been a frame, which leans as a screen's does: then also
    what lies 7 % further inside. Made brighter or stronger in contrast, a copy is even in fewer or more places than
    the photo was: so also what looser trimming leaves, and what the guard of `trimmed` gave back.
    """
    inside, loose = trimmed(grey), _cut(grey, _LOOSE)
    others = [] if alike(inside, grey) else [grey]
    if all(after / before <= _HARDLY for after, before in zip(inside.shape, grey.shape, strict=True)):
        down, across = (round(_LEANING * side) for side in inside.shape)
        others.append(inside[down:-down, across:-across])
    if min(loose.shape) >= _NARROW and not alike(loose, inside):
        others.append(loose)
    return _sized(inside), *(_sized(other) for other in others)


def alike(one: Grey, other: Grey) -> bool:
    """Whether two cuts of one picture differ by less than 3 % in height and in width."""
    return all(min(a, b) / max(a, b) > _HARDLY for a, b in zip(one.shape, other.shape, strict=True))


def _sized(inside: Grey) -> Grey:
    height, width = inside.shape
    scale = CANVAS_SIDE / (height * width) ** 0.5
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(inside, size, interpolation=how), np.uint8)
