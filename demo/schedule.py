"""Time in the story: every order and every watcher is a generator that says when it wants to go on.

The earliest goes on next, and the clock is moved to its moment first. So two hundred things that take two days happen
in their true order, in a minute.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable
from datetime import datetime

from demo.stage import Stage

Life = Generator[datetime, None, None]


def play(stage: Stage, lives: Iterable[Life]) -> None:
    """Play all lives to their ends."""
    waiting: list[tuple[datetime, int, Life]] = []
    for number, life in enumerate(lives):
        _go_on(life, number, waiting)
    while waiting:
        moment, number, life = heapq.heappop(waiting)
        stage.move_to(moment)
        _go_on(life, number, waiting)


def _go_on(life: Life, number: int, waiting: list[tuple[datetime, int, Life]]) -> None:
    try:
        heapq.heappush(waiting, (next(life), number, life))
    except StopIteration:
        return
