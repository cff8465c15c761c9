"""Many offers at once: the inbox has each, a phone rings once in ten minutes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import insert

from domain.actions import Action, Command, Window
from models import db
from models.dealer import Capacity
from services.dispatching import Dispatched, dispatch_batch, dispatch_waiting
from services.lifecycle import answer_offer, perform
from tests.rows import rows
from tests.services.telling import Post, customer, left, post_office, wechats_world  # noqa: F401
from tests.worlds import World

TEN_MINUTES, DAY = 600.0, timedelta(days=1)


def test_twelve_offers_are_twelve_inbox_items_and_two_messages(post: Post, world: World) -> None:
    """One message for what is offered by now, one for all others when the next ten minutes begin; then anew."""
    account = post.account("wang", world.people["dispatcher1"], *["task"] * 5)
    offered = []
    for first, many in ((0, 3), (3, 5), (8, 4)):
        for n in range(first, first + many):
            world.job(phone=f"1380000{n:04d}")
        offered.append(dispatch_batch(post.clock()))
        post.drain()
    at_once = len(post.delivered())
    post.drain(TEN_MINUTES)
    then = len(post.delivered())
    post.drain(2 * TEN_MINUTES)
    world.job(phone="13800009999")
    dispatch_batch(post.clock())
    post.drain()

    assert offered == [Dispatched(offered=3), Dispatched(offered=5), Dispatched(offered=4)]
    assert (at_once, then, len(post.delivered()), left(account, "task")) == (1, 2, 3, 2)
    asked = "SELECT count(*) AS n FROM inbox_item WHERE person_id = :person"
    assert rows(asked, person=world.people["dispatcher1"])[0].n == 13


def told(post: Post, world: World, first: int, *senseless: str) -> list[tuple[str, ...]]:
    """Six offers, taken and booked, and whom that was told; numbers of jobs and notices are left out."""
    begin = rows("SELECT coalesce(max(id), 0) AS id FROM outbox")[0].id
    made = [world.job(phone=f"1380000{n:04d}") for n in range(first, first + 6)]
    dispatch_batch(post.clock())
    for template in senseless:
        post.owe(template, "desk", made[0])
    post.drain()
    desk, now = world.actor("dispatcher1"), post.clock()
    window = Window(now + DAY, now + DAY + timedelta(hours=2))
    for job_id, row in zip(made, rows("SELECT id FROM offer WHERE status = 'open' ORDER BY id"), strict=True):
        answer_offer(desk, Command(Action.ACCEPT, offer_id=row.id), now)
        perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), now)
        perform(desk, job_id, Command(Action.BOOK, window=window), now)
    for template in senseless:
        post.owe(template, "desk", made[0])
    post.drain()
    found = rows(
        """SELECT outbox.wire, outbox.state, least(outbox.person_id, :staff) AS person,
                  outbox.payload ->> 'template' AS template,
                  regexp_replace(item.body, '[0-9]+', '#', 'g') AS body, least(item.person_id, :staff) AS reader
             FROM outbox LEFT JOIN inbox_item item ON item.outbox_id = outbox.id
            WHERE outbox.id > :begin AND outbox.state <> 'parked'""",
        begin=begin,
        staff=max(world.people.values()) + 1,  # customers' numbers differ
    )
    return sorted(tuple(map(str, row)) for row in found)


def test_told_together_or_one_by_one_is_the_same(post: Post, world: World) -> None:
    """Where one of many makes no sense they are told one by one: the same items, messages and texts."""
    post.account("wang", world.people["dispatcher1"], *["task"] * 9)
    post.account("li", customer("13800000001", post.clock()), *["visit"] * 2)
    post.account("zhao", customer("13800000007", post.clock()), *["visit"] * 2)
    together = told(post, world, 0)
    post.drain(2 * TEN_MINUTES)
    one_by_one = told(post, world, 6, "no_such_words")

    assert together == one_by_one
    sent = Counter(wire for wire, state, *_ in together if state == "sent")
    assert sent == {"inbox": 12 + 6 + 6 + 6, "wechat": 1 + 1, "sms": 5}
    unsent = Counter((wire, state, template) for wire, state, _, template, *_ in together if state != "sent")
    assert unsent == {("sms", "dropped", "window_wanted"): 6}  # booked meanwhile


def test_who_has_answered_everything_is_not_told_of_it_again(post: Post, world: World) -> None:
    """The message for the others is dropped when none of them is open any more; one that is open is enough for it."""
    post.account("wang", world.people["dispatcher1"], *["task"] * 9)
    desk, seen = world.actor("dispatcher1"), []
    for left_open in (0, 1):
        for n in range(3):
            world.job(phone=f"1380{left_open}00{n:04d}")
            dispatch_batch(post.clock())
            post.drain()
        for row in rows("SELECT id FROM offer WHERE status = 'open' ORDER BY id DESC OFFSET :n", n=left_open):
            answer_offer(desk, Command(Action.ACCEPT, offer_id=row.id), post.clock())
        post.drain(TEN_MINUTES)
        seen.append(len(post.delivered()))
        post.drain(TEN_MINUTES)

    assert seen == [1, 3]
    assert [row.last_error for row in rows("SELECT last_error FROM outbox WHERE state = 'dropped'")] == [
        "通知内容已过时 / notice_obsolete"
    ]


def test_agents_are_told_that_nobody_is_left_in_one_message_an_hour(post: Post, world: World) -> None:
    """Of three jobs without a dealer those known by now are told at once, the third when the next hour begins."""
    with db.engine.begin() as tx:
        for dealer_id in world.dealers:
            tx.execute(insert(Capacity).values(dealer_id=dealer_id, category_code="water_heater", units=0))
    account = post.account("wang", world.people["agent"], *["task"] * 5)
    for n in range(2):
        world.job(phone=f"1380000{n:04d}")
    done = dispatch_batch(post.clock())
    again = dispatch_waiting(post.clock())
    post.drain()
    world.job(phone="13800000002")
    dispatch_batch(post.clock())
    post.drain()
    at_once = left(account, "task")
    post.drain(6 * TEN_MINUTES)
    said = rows(
        "SELECT title, body FROM inbox_item WHERE person_id = :p ORDER BY id", p=world.people["agent"]
    )

    assert (done, again) == (Dispatched(no_capacity=2), Dispatched())
    assert (at_once, left(account, "task")) == (4, 3)
    assert [row.body.partition("，")[0] for row in said] == [
        "有 2 个工单因各网点产能已满未派出",
        "有 1 个工单因各网点产能已满未派出",
    ]


def test_windows_that_cannot_be_kept_ring_once_in_ten_minutes(post: Post, world: World) -> None:
    """Three of a morning: one message with its time, one for the two that follow, three items in the inbox."""
    account = post.account("wang", world.people["dispatcher1"], *["task"] * 5)
    for n in range(3):
        job_id = world.job(phone=f"1380000{n:04d}")
        post.owe(
            "window_unkept", "desk", job_id, dealer_ids=[world.dealers[0]], values={"arrive": "3月2日 11:17"}
        )
        post.drain()
    post.drain(TEN_MINUTES)
    bodies = rows("SELECT body FROM inbox_item WHERE person_id = :person", person=world.people["dispatcher1"])

    assert (len(post.delivered()), left(account, "task"), len(bodies)) == (2, 3, 3)
    assert "按排程预计 3月2日 11:17 到达（估算）" in bodies[0].body
