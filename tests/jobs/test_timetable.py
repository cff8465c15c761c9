"""The timetable as data: every line means something that exists."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from flask import Flask

from domain.runs import COUNTED
from jobs.drains import month_before
from jobs.runner import counted, last_slot, trigger
from jobs.task import Task
from jobs.timetable import TIMETABLE
from tests.architecture.source import functions, python
from tests.worlds import World

NOON = datetime(2026, 3, 5, 4, 0, 30, tzinfo=UTC)  # 12:00:30 in Shanghai


@pytest.mark.parametrize("task", TIMETABLE, ids=lambda task: task.name)
def test_every_line_has_a_time_at_which_it_comes_and_says_why(task: Task) -> None:
    """A cron that never fires, or a line nobody can explain, is a mistake."""
    assert trigger(task.cron).get_next_fire_time(None, NOON) is not None
    assert task.why
    assert task.late >= timedelta(minutes=1)


def test_every_line_can_be_run_twice_over_a_fresh_database_and_its_counts_recorded(
    app: Flask, world: World
) -> None:
    """Each name resolves and takes a time; with nothing to do nothing goes wrong, and JSON holds the outcome.

    What was counted has a word for those who read it.
    """
    for task in (*TIMETABLE, *TIMETABLE):
        done = counted(task.run(world.now))
        assert isinstance(orjson.dumps(done), bytes), task.name
        assert done.keys() <= COUNTED.keys(), task.name


def test_no_two_lines_share_a_name() -> None:
    """Slots are unique by task and time: a name twice would mean one of them never runs."""
    assert [name for name, times in Counter(task.name for task in TIMETABLE).items() if times > 1] == []


@pytest.mark.parametrize(
    ("cron", "slot"),
    [
        ("* * * * *", datetime(2026, 3, 5, 4, 0, tzinfo=UTC)),
        ("*/10 * * * * *", datetime(2026, 3, 5, 4, 0, 30, tzinfo=UTC)),
        ("0 18 * * *", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("0 3 1 * *", datetime(2026, 2, 28, 19, 0, tzinfo=UTC)),
        ("0 3 6 3 *", None),
    ],
)
def test_the_last_slot_is_the_newest_scheduled_time_in_shanghai(cron: str, slot: datetime | None) -> None:
    """By the minute, the second, the evening, the month; None for what came last a year ago."""
    assert last_slot(cron, NOON) == slot


def test_statements_are_drawn_for_the_month_before_in_shanghai() -> None:
    """Two hours before UTC's month ends it is the 1st in Shanghai already."""
    months = [month_before(datetime(2026, 1, 31, hour, tzinfo=UTC)).isoformat() for hour in (15, 16)]
    assert months == ["2025-12-01", "2026-01-01"]


def test_a_job_is_only_ever_the_installation_job() -> None:
    """No function, class or variable in this folder calls a sweep, a run or a drain a job."""
    named = [
        f"{path}:{function.name}"
        for path, tree in python("jobs")
        for function in functions(tree)
        if "job" in function.name.lower() and function.name != "_do_submit_job"  # the library's name
    ]
    assert named == []
