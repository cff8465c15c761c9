"""`kill -9` of what serves, in the middle of people's work: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import contextvars
import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from demo.doors import status_of
from domain.actions import Action, Command
from domain.actors import SYSTEM
from models import db
from services.lifecycle import perform
from services.queries.chains import verify_all
from tests.databases import DurablePostgres
from tests.photographing import picture
from tests.rows import rows
from tests.stories import phones, serving
from tests.worlds import World

THREADS = 4
Seen = list[tuple[int, str]]


@dataclass
class Day:
    """Some jobs being worked on at once, and who is at it."""

    world: World
    web: serving.Web
    casts: dict[int, phones.Cast] = field(default_factory=dict)
    done: dict[int, Future[Seen]] = field(default_factory=dict)

    def total(self, count: str) -> int:
        """Over all phones: "lost", "aside" or "answered"."""
        return sum(cast.total(count) for cast in self.casts.values())

    def after(self, answers: int) -> None:
        """Wait until the phones have got that many answers."""
        serving.until(lambda: self.total("answered") >= answers, f"{answers} answers")

    def seen(self) -> dict[int, Seen]:
        """What was acknowledged of each job, when all stories have ended."""
        return {job_id: story.result(120) for job_id, story in self.done.items()}


@contextmanager
def working(world: World, web: serving.Web, jobs: int, at: str) -> Iterator[Day]:
    """A working day of so many jobs at addresses of their own; all phones are at it when this returns."""
    day, shot = Day(world, web), picture()
    with ThreadPoolExecutor(THREADS) as pool:
        for number in range(jobs):
            job_id = world.job(phone=f"138{number:08d}", address=f"{at} {number} 号")
            perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
            [offer] = rows("SELECT id FROM offer WHERE job_id = :j", j=job_id)
            day.casts[job_id] = people = phones.cast(world, web.port, job_id)
            told = (people, world, job_id, offer.id, shot)
            day.done[job_id] = pool.submit(contextvars.copy_context().run, phones.story, *told)
        yield day


def assert_all_of_it_once(seen: dict[int, Seen]) -> None:
    """Every acknowledged deed stands at its place in the chain; every job has each of its parts exactly once."""
    events: dict[int, Seen] = {job_id: [] for job_id in seen}
    for row in rows("SELECT job_id, seq, action FROM job_event ORDER BY job_id, seq"):
        events[row.job_id].append((row.seq, row.action))
    for job_id, acknowledged in seen.items():
        assert set(acknowledged) <= set(events[job_id])
        assert tuple(action for _, action in events[job_id]) == phones.STORY
    for table, each in {"photo": 3, "charge": 1, "check_in": 1, "rating": 1}.items():
        counted = Counter(row.job_id for row in rows(f"SELECT job_id FROM {table}"))
        assert counted == dict.fromkeys(seen, each), table
    notes = rows("SELECT count(*) AS count FROM note GROUP BY job_id")
    assert len({row.count for row in notes}) == 1
    assert rows("SELECT id FROM charge WHERE status <> 'approved' OR settled_at IS NULL") == []
    assert rows("SELECT id FROM job WHERE open_charges <> 0 OR status <> 'confirmed'") == []
    assert verify_all().broken == ()


def assert_photos_are_there(day: Day) -> None:
    """An acknowledged photo can be looked at."""
    for job_id, people in day.casts.items():
        cards = people.installer.get(f"/jobs/{job_id}/photos")["items"]
        assert len(cards) == len(phones.SLOTS)
        for card in cards:
            link = str(card["links"][0]["url"]).partition("/api/v1")[2]
            looked = people.installer.insist("GET", link, None, {})
            assert (looked.status, looked.kind) == (200, "image/jpeg")


def test_web_processes_killed_at_work_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    """Three workers and then the master: the phones repeat themselves, and every deed stands once."""
    with serving.home(database_url, tmp_path) as home, serving.web(home) as web:
        world = home.world()
        with working(world, web, 8, "建设路") as day:
            for answers in (10, 40, 70):
                day.after(answers)
                os.kill(web.workers()[0], signal.SIGKILL)
            day.after(100)
            web.kill()
            serving.until(web.revive, "the web server's return")
            seen = day.seen()
        with working(world, web, 1, "胜利路") as evening:
            seen |= evening.seen()

        assert day.total("lost") > 0
        assert_all_of_it_once(seen)
        assert_photos_are_there(day)
        assert web.told("unexpected") == []


def test_a_phone_in_the_middle_of_a_photo_gets_to_see_the_refusal(database_url: str, tmp_path: Path) -> None:
    """A refusal that comes before the body was read reads on: no reset, and the connection is good for more."""
    with serving.home(database_url, tmp_path) as home, serving.web(home) as web:
        stranger = phones.Phone(web.port, {"Content-Type": "image/jpeg", "Authorization": "Bearer nobody"})
        lines = set()
        for _ in range(8):
            answer = stranger.once("POST", "/jobs/1/photos", bytes(4 * 1024 * 1024), {})
            assert (answer.status, answer.kind) == (401, "application/problem+json")
            lines.add(stranger._line)
        assert len(lines) == 1


def test_a_killed_postgresql_is_503_for_a_while_and_has_lost_nothing(
    durable_postgres: DurablePostgres, tmp_path: Path
) -> None:
    """Refusals say "come again" until it is back; the web processes are the same ones all along."""
    with serving.home(durable_postgres.database_url, tmp_path) as home, serving.web(home) as web:
        world = home.world()
        processes = web.workers()
        with working(world, web, 8, "建设路") as day:
            day.after(60)
            durable_postgres.kill()
            asked = phones.Phone(web.port, next(iter(day.casts.values())).desk.headers)
            while_away = [asked.once("GET", "/jobs", None, {}) for _ in range(5)]
            live = status_of(f"http://127.0.0.1:{web.port}/healthz")
            durable_postgres.start()
            db.engine.dispose()
            seen = day.seen()

        assert {(answer.status, answer.kind) for answer in while_away} == {(503, "application/problem+json")}
        assert live == 200
        assert day.total("aside") > 0
        assert day.total("lost") == 0
        assert web.workers() == processes
        assert_all_of_it_once(seen)
        assert_photos_are_there(day)
        assert web.told("unexpected") == []


def count(sql: str) -> int:
    """The one number that a statement returns."""
    with db.engine.connect() as connection:
        return int(connection.exec_driver_sql(sql).scalar_one())


def test_a_runner_killed_while_it_finds_dealers_and_tells_them_does_both_once(
    database_url: str, tmp_path: Path
) -> None:
    """Three times killed in the middle of forty jobs: each is offered once, and each dealer told once of each."""
    offers, untold = (
        "SELECT count(*) FROM offer",
        "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'parked', 'dropped')",
    )
    with serving.home(database_url, tmp_path) as home:
        world = home.world()
        jobs = [world.job(phone=f"139{number:08d}", address=f"解放路 {number} 号") for number in range(40)]
        with serving.runner(home) as runner:
            for progress in (3, 13, 23):
                serving.until(lambda so_far=progress: count(offers) >= so_far, f"{progress} offers")
                runner.kill()
                runner.restart()
            serving.until(lambda: count(offers) >= len(jobs) and count(untold) == 0, "the rest")

        offered = Counter(row.job_id for row in rows("SELECT job_id FROM job_event WHERE action = 'offer'"))
        assert offered == dict.fromkeys(jobs, 1)
        assert count(offers) == len(jobs)
        told = rows("SELECT person_id, job_id FROM inbox_item WHERE template = 'job_offered'")
        desk = {world.people["owner1"], world.people["dispatcher1"]}
        assert Counter((row.person_id, row.job_id) for row in told) == dict.fromkeys(product(desk, jobs), 1)
        assert verify_all().broken == ()
        assert runner.told("run_failed") == []
