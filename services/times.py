"""The clock of a process. In demo and test it can be moved, so that a week can be told in a minute.

`CLOCK_FILE` names a file that holds seconds to add to the real time; web, runner and story read the same file.
Production refuses the setting.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def real() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)


class MovedClock:
    """Real time plus what the file says; reread when the file changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp = -1
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Now, moved."""
        try:
            stamp = os.stat(self._file).st_mtime_ns
        except FileNotFoundError:
            return real() + self._ahead
        if stamp != self._stamp:
            self._ahead = timedelta(seconds=float(self._file.read_text().strip() or 0))
            self._stamp = stamp
        return real() + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Make it `moment` now, for everybody who reads the file; never backwards."""
        ahead = (moment - real()).total_seconds()
        if self() < moment:
            fresh = self._file.with_suffix(".new")
            fresh.write_text(f"{ahead:.3f}")
            fresh.replace(self._file)


def clock(file: Path | None) -> Clock:
    """The clock for a process with this setting."""
    return real if file is None else MovedClock(file)
