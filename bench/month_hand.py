"""One task of the timetable, or a month's close, in a process of its own, which tells what it took.

python -m bench.month_hand statements 2026-04-01T03:10+08:00        settings by environment
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from typing import Any

from api.app import create_app
from bench.processes import peak_mb
from domain.actors import Actor, Role
from jobs.drains import month_before
from jobs.runner import counted
from jobs.timetable import TIMETABLE
from services import ledger

FINANCE = Actor(Role.FINANCE, person_id=1)


def work(name: str, now: datetime) -> Any:
    """Do it, as the runner does."""
    if name == "close_month":
        return ledger.close_month(month_before(now), FINANCE, now)
    [task] = [task for task in TIMETABLE if task.name == name]
    return task.run(now)


def main(name: str, now: datetime) -> None:
    """Seconds, the peak of this process before and after, and what the task counted, as a line of JSON."""
    with create_app().app_context():
        at_rest = peak_mb(os.getpid())
        began = time.perf_counter()
        done = counted(work(name, now))
        told = {
            "seconds": time.perf_counter() - began,
            "at_rest_mb": at_rest,
            "peak_mb": peak_mb(os.getpid()),
        }
    print(json.dumps(told | {"counts": done}, default=str))


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
