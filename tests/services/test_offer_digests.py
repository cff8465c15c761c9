"""Many offers at once: the inbox has each, a phone rings once in ten minutes."""

from __future__ import annotations

from services.dispatching import Dispatched, dispatch_batch
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
