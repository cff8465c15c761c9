"""A runner with a timetable for tests: `python -m tests.jobs.program NAME`, settings by environment.

`effect` is a table the test makes; a row is what a task did.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime

from sqlalchemy import Connection

from api.app import create_app
from jobs.runner import serve
from jobs.task import Task
from services.clocks import Raised, raise_levels
from services.uow import use_case

SECOND = "* * * * * *"
ME = "tests.jobs.program"


@use_case
def note(tx: Connection, _now: datetime) -> int:
    """One row, by this process."""
    tx.exec_driver_sql("INSERT INTO effect (pid) VALUES (%(pid)s)", {"pid": os.getpid()})
    return 1


def slowly(now: datetime) -> None:
    """A row at the beginning and one at the end, four seconds later."""
    note(now)
    time.sleep(4)
    note(now)


def fail(_now: datetime) -> None:
    """Always goes wrong."""
    raise ValueError("no good")


def sweep(now: datetime) -> Raised:
    """The SLA sweep in many small transactions."""
    return raise_levels(now, batch=100)


TIMETABLES = {
    "tick": (Task("tick", SECOND, f"{ME}:note", "every second"),),
    "slow": (Task("slow", SECOND, f"{ME}:slowly", "longer than a second"),),
    "fail": (Task("fail", SECOND, f"{ME}:fail", "wrong"), Task("tick", SECOND, f"{ME}:note", "right")),
    "sweep": (Task("sla", SECOND, f"{ME}:sweep", "in pieces"),),
}

if __name__ == "__main__":
    sys.exit(serve(create_app(), TIMETABLES[sys.argv[1]]))
