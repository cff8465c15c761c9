"""The second look: lays one picture over another by local features and says how much of it is the same.

Two photos of one scene share features, too, and so do two copies of one printed form. What only a copy has is that
nearly all of its blocks agree once it lies on the other: parallax, another hand's writing or another wall behind the
same appliance leave blocks that don't.
"""

from __future__ import annotations

from dataclasses import dataclass

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
BLOCK_AGREES = 0.7

_FEATURES, _BLOCK, _RATIO, _MISS_PX = 1000, 32, 0.8, 4.0
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The numbers behind an accusation, or behind none.

    `inliers` are features that agree on one transform, `agreement` the median and `share` the spread of the blocks'
    correlation, `cover` the smaller part of a picture that lies on the other; `transform` is the 3 x 3 homography by
    rows from the first picture (its mirror image when `mirrored`) to the second, both at 640 pixels.
    """

    reused: bool
    inliers: int
    agreement: float
    share: float
    cover: float
    mirrored: bool
    transform: tuple[float, ...]


NOTHING = Verdict(False, 0, 0.0, 0.0, 0.0, False, ())


def look(grey: Grey, *, mirror: bool = True) -> Look:
    """Features of a picture (7 ms; twice that with the mirror image, which only one of two looks needs)."""
    scale = min(1.0, SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8) if scale < 1 else grey
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
    inliers = 0 if fits is None else int(fits.sum())
    if found is None or inliers < LEAST_INLIERS or not _sane(np.asarray(found, np.float64), one.grey.shape):
        return Verdict(False, inliers, 0.0, 0.0, 0.0, mirrored, ())
    agreement, share, cover = _agreement(one.grey, other.grey, np.asarray(found, np.float64))
    reused = agreement >= LEAST_AGREEMENT and share >= LEAST_SHARE and cover >= LEAST_COVER
    transform = tuple(float(value) for value in found.ravel())
    return Verdict(reused, inliers, agreement, share, cover, mirrored, transform)


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


def _agreement(one: Grey, other: Grey, transform: NDArray[np.float64]) -> tuple[float, float, float]:
    """(median correlation, share of agreeing blocks, cover) after laying `one` on `other`."""
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
    blocks = _correlations(_blocks(_soft(laid)), _blocks(_soft(other)), _blocks(shown))
    if len(blocks) < _FEWEST_BLOCKS:
        return 0.0, 0.0, cover
    return float(np.median(blocks)), float((blocks > BLOCK_AGREES).mean()), cover


def _soft(grey: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.asarray(cv2.GaussianBlur(np.asarray(grey, np.uint8), (0, 0), _BLUR))


def _blocks(grey: NDArray[np.generic]) -> Reals:
    """(n, 1024): the whole blocks of 32 x 32 pixels."""
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
