"""The stand-in's own time, so that 5 minutes, 2 hours or 30 days pass in a test without sleeping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _wall() -> datetime:
    return datetime.now(UTC)


class SimClock:
    """Wall time (or any `base`) plus what was advanced. Aware UTC."""

    def __init__(self, base: Callable[[], datetime] = _wall) -> None:
        self._base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Simulated now."""
        return self._base() + self._ahead

    def stamp(self) -> float:
        """Simulated now in seconds since 1970."""
        return self.now().timestamp()

    def wall_stamp(self) -> float:
        """Now without what was advanced, in seconds since 1970."""
        return self._base().timestamp()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Back to the base."""
        self._ahead = timedelta()
