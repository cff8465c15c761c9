"""The second look: lays one picture over another by local features and says how much of it is the same.

Two photos of one scene share features, too, and so do two copies of one printed form. What only a copy has is that
nearly all of its blocks agree once it lies on the other: parallax, another hand's writing or another wall behind the
same appliance leave blocks that don't. Files are cropped, scaled, turned and mirrored; a picture that fits better when
it is tilted was photographed anew, from a screen or from the same flat thing: two nameplates of one model that fill
their pictures agree in all but the serial number. That is a reason to look, not to accuse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from uploads.likeness.canvas import Grey, Reals

SIDE = 640
"""Longer side in pixels at which pictures are compared."""

LEAST_INLIERS = 15
LEAST_AGREEMENT = 0.85
"""Median correlation of the blocks (-1 to 1)."""
LEAST_SHARE = 0.66
"""Share of the blocks that correlate by more than `BLOCK_AGREES`; a stamp may cover the others."""
LEAST_COVER = 0.15
"""Share of either picture that lies on the other: less is a patch of a wall, not a photo."""
WHOLE, LEAST_OF_PAGE, PAGE_EVEN = 0.95, 0.06, 0.8
"""Unless all of one is there, on an even page: a broad photo fills an eighth of a screenshot."""
BLOCK_AGREES = 0.7
MOST_GAINED = 0.01
"""What tilting may add to the agreement of a file that was never tilted: it fits a little noise. Edited files gained
0.006 at most, nameplates photographed twice 0.06 and more."""
STEEP, STEEP_SHARE = 0.06, 0.8
"""From this tilt on so many blocks must agree: another view of one object is steep and agrees in spots."""

_FEATURES, _BLOCK, _RATIO, _MISS_PX, _MOST_ENLARGED = 1000, 32, 0.8, 4.0, 6.4
_RIM = 8  # pixels along the edges that are not compared: a border added to a copy begins there
_EVEN = 5.0  # grey levels of deviation below which a block shows nothing to correlate
_FEWEST_BLOCKS = 5
_BLUR = (
    1.5  # pixels: a copy's fine grain is lost in re-encoding, and half a pixel of error would hide the rest
)


@dataclass(frozen=True, slots=True)
class Look:
    """A picture ready to be compared: grey at 640 pixels, its features, and those of its mirror image."""

    grey: Grey
    points: Reals
    features: Grey
    mirrored: Look | None = None


class Grade(StrEnum):
    """What one picture is of the other."""

    STRANGER = "stranger"
    COPY = "copy"
    """The same file, whatever was done to it."""
    RETAKEN = "retaken"
    """The same picture from another angle: from a screen or a print, or the same flat thing a second time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The numbers behind an accusation, or behind none.

    `inliers` are features that agree on one transform, `agreement` the median and `share` the spread of the blocks'
    correlation, `cover` the smaller part of a picture that lies on the other, `tilt` what no turn and scaling explains
    (share of 640 pixels); `transform` is the 3 x 3 homography by
    rows from the first picture (its mirror image when `mirrored`) to the second, both at 640 pixels.
    """

    grade: Grade
    inliers: int
    agreement: float
    share: float
    cover: float
    tilt: float
    mirrored: bool
    transform: tuple[float, ...]

    @property
    def reused(self) -> bool:
        """Whether it is worth anyone's look."""
        return self.grade != Grade.STRANGER


NOTHING = Verdict(Grade.STRANGER, 0, 0.0, 0.0, 0.0, 0.0, False, ())


def look(grey: Grey, *, mirror: bool = True) -> Look:
    """Features of a picture (7 ms; twice that with the mirror image, which only one of two looks needs)."""
    scale = min(_MOST_ENLARGED, SIDE / max(grey.shape))  # a thumbnail has few features at its own size
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)
    other = look(np.ascontiguousarray(small[:, ::-1]), mirror=False) if mirror else None
    found, features = _ORB.detectAndCompute(small, None)
    points = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    rows = np.zeros((0, 32), np.uint8) if features is None else np.asarray(features, np.uint8)
    return Look(small, points, rows, other)


def compare(one: Look, other: Look) -> Verdict:
    """Whether `one`, or its mirror image, is a copy of `other` or holds a good part of it."""
    straight = _laid(one, other, mirrored=False)
    if straight.reused or one.mirrored is None:
        return straight
    turned = _laid(one.mirrored, other, mirrored=True)
    return max(straight, turned, key=lambda verdict: (verdict.reused, verdict.inliers))


def _laid(one: Look, other: Look, *, mirrored: bool) -> Verdict:
    pairs = _pairs(one.features, other.features)
    if len(pairs) < LEAST_INLIERS:
        return NOTHING
    origin, goal = one.points[pairs[:, 0]], other.points[pairs[:, 1]]
    found, fits = cv2.findHomography(origin, goal, cv2.RANSAC, _MISS_PX, maxIters=1000, confidence=0.995)
    tilted = _judged(one, other, found, fits, mirrored)
    if tilted.inliers < LEAST_INLIERS:
        return tilted
    found, fits = cv2.estimateAffinePartial2D(
        origin, goal, method=cv2.RANSAC, ransacReprojThreshold=_MISS_PX, maxIters=1000, confidence=0.995
    )
    flat = None if found is None else np.vstack([found, (0, 0, 1)])
    level = _judged(one, other, flat, fits, mirrored)
    if level.reused and level.agreement >= tilted.agreement - MOST_GAINED:
        return replace(level, grade=Grade.COPY)
    return tilted


def _judged(one: Look, other: Look, found: Any, fits: Any, mirrored: bool) -> Verdict:
    """RETAKEN when enough of them agrees under this transform, else STRANGER."""
    inliers = 0 if fits is None else int(fits.sum())
    if found is None or inliers < LEAST_INLIERS or not _sane(np.asarray(found, np.float64), one.grey.shape):
        return Verdict(Grade.STRANGER, inliers, 0.0, 0.0, 0.0, 0.0, mirrored, ())
    way = np.asarray(found, np.float64)
    agreement, share, cover, on_a_page = _agreement(one.grey, other.grey, way)
    tilt = min(
        _tilt(way, one.grey.shape), _tilt(np.asarray(np.linalg.inv(way), np.float64), other.grey.shape)
    )  # of what both show
    least = LEAST_SHARE if tilt < STEEP else STEEP_SHARE
    enough = cover >= (LEAST_OF_PAGE if on_a_page else LEAST_COVER)
    alike = agreement >= LEAST_AGREEMENT and share >= least and enough
    transform = tuple(float(value) for value in way.ravel())
    grade = Grade.RETAKEN if alike else Grade.STRANGER
    return Verdict(grade, inliers, agreement, share, cover, tilt, mirrored, transform)


def _pairs(one: Grey, other: Grey) -> NDArray[np.intp]:
    """(n, 2) rows of features that are each other's nearest by a clear margin."""
    if len(one) < 2 or len(other) < 2:
        return np.zeros((0, 2), np.intp)
    both = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(one, other, k=2)
    clear = [(near.queryIdx, near.trainIdx) for near, far in both if near.distance < _RATIO * far.distance]
    return np.array(clear, np.intp).reshape(-1, 2)


def _sane(transform: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether the picture stays a convex quadrangle, not mirrored, at 1/6 to 6 times its size."""
    height, width = shape[:2]
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float32)
    laid = cv2.perspectiveTransform(corners, transform)
    depth = corners[:, 0] @ transform[2, :2] + transform[2, 2]
    area = cv2.contourArea(laid, oriented=True) / (width * height)
    return bool(np.all(depth > 0.2) and cv2.isContourConvex(laid) and 1 / 36 < area < 36)


def _tilt(transform: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    """The farthest that a corner lies from its place under the best turn and scaling; points as complex numbers."""
    height, width = shape[:2]
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float32)
    laid = cv2.perspectiveTransform(corners, transform)[:, 0] @ (1, 1j)
    flat = corners[:, 0] @ (1, 1j)
    laid, flat = laid - laid.mean(), flat - flat.mean()
    turn = np.vdot(flat, laid) / np.vdot(flat, flat)
    return float(np.abs(laid - turn * flat).max() / SIDE / max(abs(turn), 1e-6))


def _agreement(one: Grey, other: Grey, transform: NDArray[np.float64]) -> tuple[float, float, float, bool]:
    """(median correlation, share of agreeing blocks, cover, whole and on a page) after laying `one` on `other`."""
    height, width = other.shape
    laid = cv2.warpPerspective(one, transform, (width, height), flags=cv2.INTER_AREA)
    shown = cv2.warpPerspective(np.ones_like(one), transform, (width, height), flags=cv2.INTER_NEAREST)
    back = cv2.warpPerspective(
        np.ones_like(other),
        transform,
        (one.shape[1], one.shape[0]),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
    )
    cover = min(float(shown.mean()), float(back.mean()))
    on_a_page = _paged(one, back) if shown.mean() >= WHOLE else back.mean() >= WHOLE and _paged(other, shown)
    blocks = _correlations(_blocks(_soft(laid)), _blocks(_soft(other)), _blocks(shown))
    if len(blocks) < _FEWEST_BLOCKS:
        return 0.0, 0.0, cover, on_a_page
    return float(np.median(blocks)), float((blocks > BLOCK_AGREES).mean()), cover, on_a_page


def _paged(grey: Grey, covered: NDArray[np.generic]) -> bool:
    """Whether what is around the covered part is even, as the page of a screenshot is but for its bars and icons."""
    around = grey[covered == 0]
    return around.size > 0 and float((np.abs(around - np.median(around)) < _EVEN).mean()) >= PAGE_EVEN


def _soft(grey: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.asarray(cv2.GaussianBlur(np.asarray(grey, np.uint8), (0, 0), _BLUR))


def _blocks(grey: NDArray[np.generic]) -> Reals:
    """(n, 1024): the whole blocks of 32 x 32 pixels, away from the edges."""
    grey = grey[_RIM:-_RIM, _RIM:-_RIM]
    rows, columns = grey.shape[0] // _BLOCK, grey.shape[1] // _BLOCK
    cut = np.asarray(grey[: rows * _BLOCK, : columns * _BLOCK], np.float32)
    return cut.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).reshape(-1, _BLOCK * _BLOCK)


def _correlations(one: Reals, other: Reals, shown: Reals) -> Reals:
    """Of each block that lies on the other picture whole and shows something in either."""
    whole = shown.min(axis=1) > 0
    one, other = one[whole], other[whole]
    one, other = one - one.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True)
    loud = np.maximum(one.std(axis=1), other.std(axis=1)) > _EVEN
    one, other = one[loud], other[loud]
    size = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1)) + 1e-6
    return np.asarray((one * other).sum(axis=1) / size, np.float32)


_ORB = cv2.ORB.create(nfeatures=_FEATURES, fastThreshold=10)
