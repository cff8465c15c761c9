"""One message per dealer, level and hour, by the hour in which it is told and in which it is sent."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from models import db
from services.notices import telling
from services.parts import digests
from tests.rows import rows
from tests.services.telling import Post, post_office, wechats_world  # noqa: F401
from tests.worlds import World

MINUTE, HOUR = 60.0, 3600.0
HOURS = (
    "SELECT date_trunc('hour', sent_at) AS hour FROM outbox WHERE wire = :wire AND state = 'sent' ORDER BY id"
)


@pytest.fixture
def late(post: Post, world: World) -> int:
    """The job of a dealer's breaches; the dealer's desk uses WeChat. It is a minute to eleven."""
    post.account("wang", world.people["dispatcher1"], *["task"] * 9)
    job_id = world.job()
    rows("UPDATE outbox SET state = 'parked' WHERE state = 'pending'")
    now = post.clock()
    post.sim.advance((digests.next_period(now) - now).total_seconds() - MINUTE)
    return job_id


def owe(post: Post, world: World, job_id: int, count: int = 1, level: str = "已超时") -> None:
    """So many more breaches of the first dealer's, of one level."""
    payload = {
        "template": "breach_digest",
        "audience": "desk",
        "dealer_ids": [world.dealers[0]],
        "values": {"count": count, "level": level},
    }
    with db.engine.begin() as tx:
        digests.owe(tx, f"breaches:dealer:{world.dealers[0]}:{level}:", job_id, payload, post.clock())


def read(world: World) -> list[str]:
    """How many breaches each message in the inbox speaks of."""
    asked = "SELECT body FROM inbox_item WHERE person_id = :p AND template = 'breach_digest' ORDER BY id"
    return [row.body.split(" ")[1] for row in rows(asked, p=world.people["dispatcher1"])]


def hours(wire: str) -> list[object]:
    """The hours in which something went on a wire."""
    return [row.hour for row in rows(HOURS, wire=wire)]


def test_what_is_told_late_takes_along_what_came_meanwhile(post: Post, world: World, late: int) -> None:
    """Raised before the full hour and after it, told after it: one message of three; the next is of the next hour."""
    owe(post, world, late, 2)
    post.sim.advance(2 * MINUTE)
    owe(post, world, late)
    post.drain()
    owe(post, world, late, 4)
    post.drain(MINUTE)
    waits = read(world)
    owe(post, world, late, 1)
    post.drain(HOUR)

    assert (waits, read(world)) == (["3"], ["3", "5"])
    assert len(set(hours("inbox"))) == len(hours("inbox")) == 2
    assert len(post.delivered()) == 2


def test_what_is_sent_late_takes_the_hour_in_which_it_is_sent(post: Post, world: World, late: int) -> None:
    """Told before the full hour, sent after it: what is told after it rings in the next; the inbox has both."""
    owe(post, world, late)
    telling.tell(post.clock(), 10)
    post.drain(2 * MINUTE)
    owe(post, world, late, 2)
    post.drain(MINUTE)
    then = len(post.delivered())
    post.drain(HOUR)

    assert (read(world), then, len(post.delivered())) == (["1", "2"], 1, 2)
    assert len(set(hours("wechat"))) == 2


def test_wechat_away_for_hours_ends_in_one_message_for_all(post: Post, world: World, late: int) -> None:
    """Three hours of digests are three items in the inbox and, when WeChat is back, one message."""
    post.sim.preset("down")
    for _ in range(3):
        owe(post, world, late)
        post.drain()
        post.sim.advance(HOUR)
    post.sim.heal()
    for _ in range(4):
        post.drain(HOUR / 2)

    assert (read(world), len(post.delivered())) == (["1", "1", "1"], 1)


def test_two_levels_of_one_minute_are_told_apart(post: Post, world: World, late: int) -> None:
    """Each has its message, and each says which it is: nobody takes the second for the first sent twice."""
    for level in ("已超时", "严重超时"):
        owe(post, world, late, level=level)
    post.drain()

    assert sorted(one["data"]["phrase2"] for one in post.sim.inbox()) == ["严重超时", "已超时"]


def test_who_cannot_be_reached_once_is_told_the_next_time(post: Post, world: World, late: int) -> None:
    """A message that is dropped, here for want of a grant, stands in the way of none that follows."""
    owe(post, world, late)
    telling.tell(post.clock(), 10)
    rows('UPDATE "grant" SET remaining = 0')
    post.drain()
    rows('UPDATE "grant" SET remaining = 5')
    owe(post, world, late)
    post.drain(HOUR)

    assert (post.states("wechat"), len(post.delivered())) == (["dropped", "sent"], 1)


def test_several_drains_at_once_send_one_message_an_hour(
    app: Flask, post: Post, world: World, late: int
) -> None:
    """Three drains tell and send while breaches come in: none is lost, and no hour has two messages."""
    ready = threading.Barrier(4)

    def drains() -> None:
        with app.app_context():
            ready.wait()
            for _ in range(6):
                post.drain()

    threads = [threading.Thread(target=drains) for _ in range(3)]
    for thread in threads:
        thread.start()
    ready.wait()
    for _ in range(12):
        owe(post, world, late)
    for thread in threads:
        thread.join()
    at_once = len(post.delivered())
    post.drain(2 * MINUTE)
    post.drain(HOUR)

    assert at_once <= 1
    assert sum(map(int, read(world))) == 12
    assert len(set(hours("wechat"))) == len(hours("wechat")) <= 3
