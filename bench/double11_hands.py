"""The processes of the Double 11 bench: an importer, two runners, dealers' desks that all want the same days."""

from __future__ import annotations

import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

from api.app import create_app
from domain.actions import Action, Command, Window
from domain.actors import SYSTEM, Actor, Role
from domain.calendar import SHANGHAI, local_date
from domain.capacity import CapacityFull
from domain.errors import DomainError
from jobs import drains
from models import db
from services import clocks, dispatching, order_imports, runs
from services.lifecycle import answer_offer, perform
from services.notices import drain_with
from services.queries.order_imports import Progress
from services.sms import LogSms
from wechat.gateway import Sent, SubscribeMessage

DRAIN, AT_A_TIME, MONTH = 500, 40, 30


@dataclass(frozen=True, slots=True)
class Clock:
    """The bench's time: `speed` seconds pass in one."""

    begin: datetime
    since: float
    speed: float

    def now(self) -> datetime:
        """The same moment in every process."""
        return self.begin + timedelta(seconds=(time.time() - self.since) * self.speed)


class Phones:
    """WeChat as far as the bench goes: takes every message at once."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def send(self, _message: SubscribeMessage) -> Sent:
        """Taken."""
        return Sent(f"{os.getpid()}-{next(self._numbers)}")

    def ping(self) -> None:
        """There."""


@contextmanager
def house(environ: dict[str, str]) -> Iterator[None]:
    """The application of a process of its own."""
    os.environ.update(environ)
    with create_app().app_context():
        yield
        db.engine.dispose()


def peak_mb() -> float:
    """The most this process has ever had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bring_in(environ: dict[str, str], path: str, channel: int, now: datetime) -> dict[str, float]:
    """An order file through upload and runner, in constant memory."""
    with house(environ):
        before, cpu, began = peak_mb(), time.process_time(), time.perf_counter()
        with Path(path).open("rb") as stream:
            held: Progress = order_imports.accept_upload(SYSTEM, channel, "双11.csv", stream, now)
        drains.imports(now)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        done = order_imports.progress(db.engine.connect(), SYSTEM, held.id)
        assert done.state == "done", done
        told = {"s": took, "cpu_s": used, "peak_mb": peak_mb(), "before_mb": before}
        return told | {"new": done.rows_new, "bad": done.rows_bad}


# -- a runner


def tick(environ: dict[str, str], clock: Clock, over: Event) -> Counter[str]:
    """What two runners share: dispatch, expiry, clocks, notices, each done by one at a time."""
    done: Counter[str] = Counter()
    with house(environ):
        tasks = tasks_of(Path(environ["SMS_LOG"]))
        while not over.is_set():
            for name, work in tasks.items():
                with runs.alone(name) as mine:
                    if mine:
                        began = time.perf_counter()
                        done.update(work(clock.now()))
                        done[f"{name}_ms"] += round((time.perf_counter() - began) * 1000)
            over.wait(0.3)
    return done


def tasks_of(sms_log: Path) -> dict[str, Callable[[datetime], dict[str, int]]]:
    """The lines of the timetable that matter on such a day."""
    phones, sms = Phones(), LogSms(sms_log)

    def fields(found: Any, *names: str) -> dict[str, int]:
        return {name: getattr(found, name) for name in names}

    def dispatch(now: datetime) -> dict[str, int]:
        names = ("offered", "accepted", "no_capacity", "no_dealer_left", "failed")
        return fields(dispatching.dispatch_batch(now), *names)

    return {
        "dispatch": dispatch,
        "expire": lambda now: {"expired": dispatching.expire_offers(now)},
        "sla": lambda now: fields(clocks.raise_levels(now), "breaches", "digests"),
        "notices": lambda now: fields(drain_with(now, DRAIN, phones, sms), "told", "wechat", "parked"),
    }


# -- a dealer's desk

_OPEN = """
SELECT offer.id, offer.job_id, offer.dealer_id FROM offer
 WHERE offer.status = 'open' AND offer.expires_at > %(now)s
   AND (offer.dealer_id %% 2 = 0 OR (offer.dealer_id / 2) %% 3 < 2)
   AND offer.dealer_id %% %(teams)s = %(team)s ORDER BY offer.id LIMIT %(most)s
"""
_ACCEPTED = """
SELECT job.id, job.dealer_id, job.installer_id FROM job
 WHERE job.status = 'accepted' AND job.dealer_id %% %(teams)s = %(team)s
   AND job.id <> ALL(%(stuck)s) AND (job.dealer_id <> ALL(%(roomy)s) OR job.id %% 4 = 0)
 ORDER BY job.id LIMIT %(most)s
"""
# Where there is room for everybody, three of four jobs stay without a time: nothing is at stake there.
_ROOMY = "SELECT DISTINCT dealer_id FROM capacity WHERE units >= 50"
_PEOPLE = "SELECT dealer_id, person_id, role FROM role_binding ORDER BY person_id"


def answer(environ: dict[str, str], clock: Clock, over: Event, number: int, desks: int) -> Counter[str]:
    """One of `desks` processes; two and two serve the same dealers and take the same work into hand at once."""
    with house(environ):
        desk = Desk(number, desks)
        while not over.is_set():
            if not desk.work(clock.now()):
                over.wait(0.2)
        return desk.done


class Desk:
    """Accepts what is open, names the installer, books the first day it believes to be free."""

    def __init__(self, number: int, desks: int) -> None:
        teams = max(1, desks // 2)
        self._asked: dict[str, Any] = {"teams": teams, "team": number % teams, "most": AT_A_TIME, "stuck": []}
        self._drawn, self._hints = random.Random(number), dict[int, int]()
        self._staff: dict[int, dict[str, list[int]]] = {}
        self.done: Counter[str] = Counter()
        with db.engine.connect() as connection:
            self._asked["roomy"] = [row.dealer_id for row in connection.exec_driver_sql(_ROOMY)]
            for row in connection.exec_driver_sql(_PEOPLE):
                self._staff.setdefault(row.dealer_id, {}).setdefault(row.role, []).append(row.person_id)
        self._second = number % 2

    def work(self, now: datetime) -> int:
        """One look at what lies there; how much it was."""
        offers = self._read(_OPEN, now)
        for row in offers:
            with self._timed("answering"):
                self._answer(row, now)
        jobs = self._read(_ACCEPTED, now)
        for row in jobs:
            with self._timed("booking"):
                self._book(row, now)
        return len(offers) + len(jobs)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.done[f"{name}_us"] += round((time.perf_counter() - began) * 1_000_000)

    def _answer(self, row: Any, now: datetime) -> None:
        actor, accept = self._actor(row.dealer_id), Command(Action.ACCEPT, offer_id=row.id)
        decline = Command(Action.DECLINE, offer_id=row.id, reason="no_capacity")
        try:
            answer_offer(actor, accept, now)
            self.done["accepted"] += 1
        except CapacityFull:
            self.done["409 capacity_full (accepting)"] += 1
            self._try("declined", lambda: answer_offer(actor, decline, now))
        except DomainError as refusal:
            self.done[f"409 {refusal.code}"] += 1

    def _read(self, statement: str, now: datetime) -> list[Any]:
        with self._timed("looking"), db.engine.connect() as connection:
            found = list(connection.exec_driver_sql(statement, self._asked | {"now": now}))
        self._drawn.shuffle(found)
        return found

    def _actor(self, dealer_id: int) -> Actor:
        person = self._staff[dealer_id]["dispatcher"][self._second]
        return Actor(Role.DISPATCHER, person_id=person, dealer_id=dealer_id)

    def _try(self, name: str, deed: Callable[[], Any]) -> bool:
        """Whether it went through; a refusal is counted by its code, anything else is a fault of ours."""
        try:
            deed()
        except DomainError as refusal:
            self.done[f"409 {refusal.code}"] += 1
            return False
        except Exception as error:
            self.done[f"FAULT {type(error).__name__}: {str(error)[:200]}"] += 1
            return False
        self.done[name] += 1
        return True

    def _book(self, row: Any, now: datetime) -> None:
        actor = self._actor(row.dealer_id)
        if row.installer_id is None:
            named = Command(Action.ASSIGN, installer_id=self._staff[row.dealer_id]["installer"][0])
            if not self._try("assigned", lambda: perform(actor, row.id, named, now)):
                return  # the other process has it in hand
        today = local_date(now)
        while (ahead := self._hints.get(row.dealer_id, 1)) < MONTH:
            start = datetime.combine(today + timedelta(days=ahead), clock_time(8), SHANGHAI).astimezone(UTC)
            booking = Command(Action.BOOK, window=Window(start, start + timedelta(hours=4)))
            try:
                perform(actor, row.id, booking, now)
            except CapacityFull:
                self.done["409 capacity_full (booking)"] += 1
                self._hints[row.dealer_id] = ahead + 1
                continue
            except DomainError as refusal:
                self.done[f"409 {refusal.code}"] += 1
                return
            self.done["booked"] += 1
            return
        self.done["no day within a month"] += 1
        self._asked["stuck"].append(row.id)
