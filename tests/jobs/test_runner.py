"""One tick at a time: claimed once, recorded, caught up, asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from jobs.runner import Runner, counted, told
from jobs.task import Task
from models import db
from services import runs
from services.runs import Slot
from tests.worlds import World

SLOT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
calls: list[datetime] = []


def note(now: datetime) -> int:
    """What the tasks of these tests do."""
    calls.append(now)
    return len(calls)


def fail(_now: datetime) -> None:
    """Goes wrong with a telephone number in its words."""
    raise ValueError("13800001111 is no number")


TASK = Task("note", "* * * * *", f"{__name__}:note", "for tests")


@pytest.fixture(autouse=True)
def _no_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    calls.clear()
    monkeypatch.setattr(
        Task, "resolve", lambda task: {"note": note, "fail": fail}[task.function.partition(":")[2]]
    )
    yield
    calls.clear()


def rows() -> list[Any]:
    """All runs, oldest first."""
    with db.engine.connect() as connection:
        return list(connection.execute(text("SELECT * FROM run ORDER BY id")))


def test_a_slot_is_done_once_and_counted(app: Flask) -> None:
    """The same slot again does nothing; the next slot does."""
    runner = Runner(app, [TASK])

    for slot in (SLOT, SLOT, SLOT + MINUTE):
        runner.tick(TASK, slot)

    assert [(row.slot, row.counts, row.error) for row in rows()] == [
        (SLOT, {"count": 1}, None),
        (SLOT + MINUTE, {"count": 2}, None),
    ]


def test_a_task_that_somebody_is_doing_is_left_alone(app: Flask) -> None:
    """While another runner holds the task's lock nothing is claimed, not even another slot; other tasks go on."""
    runner = Runner(app, [TASK])
    with runs.alone("note") as mine:
        runner.tick(TASK, SLOT)
        with runs.alone("other") as other:
            assert (mine, other) == (True, True)

    assert (rows(), calls) == ([], [])


def test_what_a_dead_runner_left_is_done_again_or_marked(app: Flask) -> None:
    """Its own slot is taken up by the heir; a slot passed by meanwhile is marked as interrupted."""
    runs.claim("note", SLOT, SLOT)
    runs.claim("note", SLOT + MINUTE, SLOT)
    runner = Runner(app, [TASK])

    runner.tick(TASK, SLOT + MINUTE)

    first, second = rows()
    assert (first.error, first.finished_at) == ("interrupted", None)
    assert (second.error, second.counts) == (None, {"count": 1})


def test_a_failure_is_recorded_without_what_it_might_tell_of_people(app: Flask) -> None:
    """Kind and place stand in the run; numbers that look like a telephone are blotted out."""
    task = Task("fail", "* * * * *", f"{__name__}:fail", "for tests")

    Runner(app, [task]).tick(task, SLOT)

    [row] = rows()
    assert row.finished_at is not None
    assert row.error.startswith("ValueError: … is no number")
    assert "13800001111" not in row.error


def test_a_runner_that_starts_does_what_is_owed_and_still_worth_doing(app: Flask) -> None:
    """The last slot of a daily task is caught up, once; one that comes too late is left to the next."""
    daily = Task("daily", "0 3 * * *", f"{__name__}:note", "for tests", late=timedelta(days=1))
    stale = Task("stale", "0 3 1 1 *", f"{__name__}:note", "for tests", late=timedelta(minutes=1))

    first = Runner(app, [daily, stale])
    first.poll()
    first.poll()
    Runner(app, [daily, stale]).poll()

    assert [row.task for row in rows()] == ["daily"]
    assert rows()[0].slot.astimezone(UTC).hour == 19  # 03:00 in Shanghai


def test_a_run_asked_for_is_done_at_once_and_an_unknown_task_refused(app: Flask, world: World) -> None:
    """The row the admin got is the one that tells how it ended."""
    admin = world.actor("admin")
    asked = runs.request(admin, "note", SLOT)
    wrong = runs.request(admin, "no_such_thing", SLOT)
    runner = Runner(app, [Task("note", "0 3 1 1 *", f"{__name__}:note", "for tests")])

    runner.poll()
    runner.poll()

    found = {row.id: row for row in rows()}
    assert (found[asked.id].counts, found[asked.id].requested_by) == ({"count": 1}, admin.person_id)
    assert found[wrong.id].error == "没有这个任务"
    assert len(calls) == 1


def test_a_time_may_lie_in_the_past(app: Flask) -> None:
    """`ago` is taken off before the function is asked, for everything that forgets."""
    task = Task("note", "* * * * *", f"{__name__}:note", "for tests", ago=timedelta(days=3))

    Runner(app, [task]).tick(task, SLOT)

    age = datetime.now(UTC) - calls[0]
    assert timedelta(days=3) <= age < timedelta(days=3, minutes=5)


def test_old_runs_are_forgotten_but_the_last_of_each_task(app: Flask) -> None:
    """So that it can be seen when a rare one ran last."""
    for task, slot in (("often", SLOT), ("often", SLOT + MINUTE), ("rare", SLOT)):
        runs.claim(task, slot, slot)

    assert runs.purge(SLOT + 2 * MINUTE) == 1
    assert [(row.task, row.slot) for row in rows()] == [("often", SLOT + MINUTE), ("rare", SLOT)]


def test_only_unfinished_slots_are_owed(app: Flask) -> None:
    """One never begun and one left behind are; a finished one is not."""
    run_id = runs.claim("done", SLOT, SLOT)
    assert run_id is not None
    runs.finish(run_id, {}, None, SLOT)
    runs.claim("left", SLOT, SLOT)
    slots = [Slot(name, SLOT) for name in ("done", "left", "new")]

    assert [slot.task for slot in runs.unfinished(slots)] == ["left", "new"]


@dataclass(frozen=True)
class Outcome:
    """As services return it."""

    jobs: int
    reasons: tuple[str, ...]


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (None, {}),
        (7, {"count": 7}),
        ({"imports": 2}, {"imports": 2}),
        (Outcome(3, ("late",)), {"jobs": 3, "reasons": ("late",)}),
    ],
)
def test_whatever_a_task_returns_can_be_recorded(result: Any, counts: dict[str, Any]) -> None:
    """Nothing, a number, a mapping, a dataclass."""
    assert counted(result) == counts


def test_an_error_without_a_place_is_still_told() -> None:
    """One that was never raised has no traceback."""
    assert told(ValueError("plain")) == "ValueError: plain"
