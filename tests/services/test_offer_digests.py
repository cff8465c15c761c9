"""Many offers at once: the inbox has each, a phone rings once in ten minutes."""

from __future__ import annotations

import pytest

from services.dispatching import Dispatched, dispatch_batch
from services.notices import telling_desks
from tests.rows import rows
from tests.services.telling import Post, left, post_office, wechats_world  # noqa: F401
from tests.worlds import World

TEN_MINUTES = 600.0


def test_twelve_offers_are_twelve_inbox_items_and_two_messages(post: Post, world: World) -> None:
    """One message at once, one for the eleven others when the next ten minutes begin; then it begins anew."""
    account = post.account("wang", world.people["dispatcher1"], *["task"] * 5)
    for n in range(12):
        world.job(phone=f"1380000{n:04d}")
    offered = dispatch_batch(post.clock())
    post.drain()
    at_once = len(post.delivered())
    post.drain(TEN_MINUTES)
    then = len(post.delivered())
    post.drain(2 * TEN_MINUTES)
    world.job(phone="13800009999")
    dispatch_batch(post.clock())
    post.drain()

    assert offered == Dispatched(offered=12)
    assert (at_once, then, len(post.delivered()), left(account, "task")) == (1, 2, 3, 2)
    asked = "SELECT count(*) AS n FROM inbox_item WHERE person_id = :person"
    assert rows(asked, person=world.people["dispatcher1"])[0].n == 13


def told(post: Post, world: World, first: int) -> list[tuple[str, ...]]:
    """Six offers and what became of them, numbers of jobs and notices left out."""
    begin = rows("SELECT coalesce(max(id), 0) AS id FROM outbox")[0].id
    for n in range(first, first + 6):
        world.job(phone=f"1380000{n:04d}")
    dispatch_batch(post.clock())
    post.drain()
    found = rows(
        """SELECT outbox.wire, outbox.state, outbox.person_id, outbox.payload ->> 'template' AS template,
                  regexp_replace(item.body, '[0-9]+', '#', 'g') AS body, item.person_id AS reader
             FROM outbox LEFT JOIN inbox_item item ON item.outbox_id = outbox.id WHERE outbox.id > :begin""",
        begin=begin,
    )
    return sorted(tuple(map(str, row)) for row in found)


def test_told_together_or_one_by_one_is_the_same(
    post: Post, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short way for many notices to desks leaves the same items and the same messages as the long one."""
    post.account("wang", world.people["dispatcher1"], *["task"] * 9)
    together = told(post, world, 0)
    post.drain(2 * TEN_MINUTES)
    monkeypatch.setattr(telling_desks, "WORTH_IT", 1_000)
    one_by_one = told(post, world, 6)

    assert together == one_by_one
    assert [line[:2] for line in together if line[0] == "wechat"] == [
        ("wechat", "pending"),
        ("wechat", "sent"),
    ]
