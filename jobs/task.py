"""A line of the timetable: what runs, when, and why then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

SOON = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the timetable. `function` is "module:name"; `why` says why then and why so often."""

    name: str
    cron: str
    function: str
    why: str
    ago: timedelta = timedelta(0)
    late: timedelta = SOON

    def resolve(self) -> Callable[[datetime], Any]:
        """The function itself; ImportError or AttributeError when there is no such thing."""
        module, _, name = self.function.partition(":")
        found: Callable[[datetime], Any] = getattr(import_module(module), name)
        return found

    def run(self, now: datetime) -> Any:
        """Do it."""
        return self.resolve()(now - self.ago)
