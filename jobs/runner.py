"""Composition root of scheduled work: application, APScheduler, and what a tick does.

A tick takes the task's advisory lock and claims a row unique by (task, slot), slot being the *scheduled* time: of
any number of runners one does it. What fails is on record and the next tick comes anyway; so it does when the
database was away. A runner that starts does what was owed while none lived.
"""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import Flask

from api.app import create_app
from api.logging import log, traceback_of
from domain.calendar import SHANGHAI
from jobs.task import Task
from jobs.timetable import TIMETABLE
from services import runs
from services.runs import Slot

THREADS = 6  # each tick holds two connections of a pool of sixteen
POLL_S = 0.3  # an admin, or the demo's story, waits for what it asked for; a look costs 0.3 ms
AWAY_S = 3.0  # while the database is away
GRACE_S = 20.0  # less than the supervisor's
FIELDS = ("second", "minute", "hour", "day", "month", "day_of_week")
_LOOK_BACK = (timedelta(minutes=2), timedelta(hours=2), timedelta(days=2), timedelta(days=32))


class SlotExecutor(ThreadPoolExecutor):
    """Tells a tick for which time it was scheduled. Safe, since no tick overlaps another of its task."""

    def _do_submit_job(self, entry: Any, run_times: Sequence[datetime]) -> None:
        if "slot" in entry.kwargs:
            entry.kwargs = {**entry.kwargs, "slot": run_times[-1].astimezone(UTC)}
        super()._do_submit_job(entry, run_times)


class Runner:
    """Keeps a timetable over one application's database until it is stopped."""

    def __init__(self, app: Flask, timetable: Sequence[Task]) -> None:
        self._app = app
        self._tasks = {task.name: task for task in timetable}
        self._caught_up = False
        self._ending = Event()
        self._poller = Thread(target=self._poll, name="poller", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": SlotExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; every task must resolve, so that a wrong name shows at once and not on the first of a month."""
        for task in self._tasks.values():
            task.resolve()
            self._scheduler.add_job(
                self.tick,
                trigger(task.cron),
                kwargs={"task": task, "slot": None},
                misfire_grace_time=max(1, int(task.late.total_seconds())),
            )
        self._scheduler.start()
        self._poller.start()

    def stop(self, grace_s: float = GRACE_S) -> bool:
        """Begin nothing more and let what runs end; False when it had not ended after the grace."""
        self._ending.set()
        ending = Thread(target=self._end, daemon=True)
        ending.start()
        ending.join(grace_s)
        return not ending.is_alive()

    def _end(self) -> None:
        self._scheduler.shutdown()
        self._poller.join()

    def tick(self, task: Task, slot: datetime) -> None:
        """Do one slot of one task, unless it is done or being done. Raises nothing."""
        try:
            with self._app.app_context(), runs.alone(task.name) as mine:
                if mine:
                    self._run(task, slot)
        except Exception as error:  # most likely the database is away
            log.warning("tick_lost", task=task.name, slot=slot, **traceback_of(error))

    def poll(self) -> bool:
        """Do what was owed when we started, once, and what an admin asked for since; False when we can't look."""
        try:
            with self._app.app_context():
                owed = [] if self._caught_up else runs.unfinished(self._missed(datetime.now(UTC)))
                owed += runs.waiting()
                for slot in owed:
                    if slot.task not in self._tasks:
                        runs.refuse(slot, self._app.extensions["clock"]())
        except Exception as error:  # as above
            log.warning("poll_lost", **traceback_of(error))
            return False
        self._caught_up = True
        for slot in owed:
            if slot.task in self._tasks and not self._ending.is_set():
                self.tick(self._tasks[slot.task], slot.slot)
        return True

    def _poll(self) -> None:
        while not self._ending.is_set():
            self._ending.wait(POLL_S if self.poll() else AWAY_S)

    def _run(self, task: Task, slot: datetime) -> None:
        clock = self._app.extensions["clock"]
        run_id = runs.claim(task.name, slot, clock())
        if run_id is None:
            return
        counts: Mapping[str, Any] = {}
        wrong = None
        try:
            counts = counted(task.run(clock()))
        except Exception as error:  # it is recorded; the next tick goes on
            wrong = told(error)
            log.error("run_failed", task=task.name, slot=slot, **traceback_of(error))
        runs.finish(run_id, counts, wrong, clock())

    def _missed(self, now: datetime) -> list[Slot]:
        """The last slot of each task, if it is still worth running."""
        last = [(task, last_slot(task.cron, now)) for task in self._tasks.values()]
        return [Slot(task.name, slot) for task, slot in last if slot is not None and now - slot <= task.late]


def trigger(cron: str) -> CronTrigger:
    """The trigger of a line: five fields as of old, six with seconds in front."""
    fields = cron.split()
    values = fields if len(fields) == len(FIELDS) else ["0", *fields]
    return CronTrigger(**dict(zip(FIELDS, values, strict=True)), timezone=SHANGHAI)


def last_slot(cron: str, now: datetime) -> datetime | None:
    """The newest scheduled time not after `now`: of "0 3 1 * *" on 5 March, 1 March 03:00. None beyond 32 days."""
    made = trigger(cron)
    for back in _LOOK_BACK:
        slot, following = None, made.get_next_fire_time(None, now - back)
        while following is not None and following <= now:
            slot, following = following, made.get_next_fire_time(following, following)
        if slot is not None:
            return datetime.fromtimestamp(slot.timestamp(), UTC)
    return None


def counted(result: Any) -> dict[str, Any]:
    """What a function returned, as it is recorded: a dataclass by its fields, a number as `count`."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return dataclasses.asdict(result)
    if isinstance(result, Mapping):
        return dict(result)
    return {} if result is None else {"count": result}


def told(error: Exception) -> str:
    """What went wrong, for an admin: kind, a scrubbed text, and the last places in the code."""
    found = traceback_of(error)
    said = found.get("text") or f"{found.get('sqlstate') or ''} {found.get('constraint') or ''}"
    places = [place.rpartition("/")[2] for place in found["trace"][-4:]]
    return "\n".join([f"{found['error']}: {said.strip()}", *places])


def serve(app: Flask, timetable: Sequence[Task]) -> int:
    """Run until SIGTERM or SIGINT; 0 when everything ended in time. What had not is taken up by the next runner."""
    asked = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    runner = Runner(app, timetable)
    runner.start()
    log.info("runner_started", tasks=len(timetable), pid=os.getpid())
    asked.wait()
    ended = runner.stop()
    log.info("runner_stopped", ended=ended)
    if not ended:
        os._exit(1)  # the interpreter would wait for the threads; a sweep cut short is finished by the next
    return 0


def main() -> int:
    """This deployment's timetable over this process's settings."""
    return serve(create_app(), TIMETABLE)
