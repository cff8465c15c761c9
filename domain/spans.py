"""Pauses as whole numbers: spans of time joined where they meet, and what they add to a count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.calendar import Calendar, Counts

FOREVER = 1 << 62  # the end of a span still open
Span = tuple[int, int]


def merged(spans: Iterable[Span], begin: int) -> list[Span]:
    """Spans as disjoint ascending ones, cut off before `begin`, so that overlaps count once.

    (3, 9), (5, 7), (8, 12) from 4 on: (4, 9), (9, 12).
    """
    disjoint: list[Span] = []
    reach = begin
    for since, until in sorted(spans):
        if until > reach:
            disjoint.append((max(since, reach), until))
            reach = until
    return disjoint


def delayed(
    counted: int, lengths: Sequence[int], counts: Counts, calendar: Calendar, breaks: Sequence[Span]
) -> list[int | None]:
    """By which count each length has run from the count `counted` on; None for one that an open span holds off.

    A break that begins before an end moves it by what would have counted meanwhile. That is asked in counted time,
    where an end need not be looked up to know whether a break begins before it.
    """
    spans = [
        (calendar.counted(since, counts), None if until == FOREVER else calendar.counted(until, counts))
        for since, until in breaks
    ]
    targets: list[int | None] = []
    for length in lengths:
        target: int | None = counted + length
        for since, until in spans:
            if target is None or since >= target:
                break
            target = None if until is None else target + until - since
        targets.append(target)
    return targets
