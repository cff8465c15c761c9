"""A promise names whom dispatch would ask, and what it did not know of the shop it does not change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from models.dealer import Capacity, Certificate
from models.offer import Offer
from services import promises
from services.dispatching import dispatch_batch
from services.promises import Asked, AskedLine
from tests.rows import rows
from tests.services.test_promised_orders import HERE as WITH_POINT
from tests.services.test_promised_orders import order, rule
from tests.services.test_promises import put, run
from tests.worlds import DISTRICT, DOOR, SKU, World

__all__ = ["rule"]
HERE = Asked((AskedLine(SKU),), division_code=DISTRICT, point=DOOR)


def named(world: World) -> str | None:
    """The dealer a promise names now."""
    return promises.make(HERE, world.now).answer.lines[0].dealer


def chosen(world: World, phone: str) -> str | None:
    """The dealer that dispatch asks for a job of now."""
    job_id = world.job(phone=phone, address=f"芝罘区建设路 {phone[-3:]} 号")
    dispatch_batch(world.now, 50)
    found = rows(
        "SELECT d.name FROM offer JOIN dealer d ON d.id = offer.dealer_id WHERE job_id = :job",
        job=job_id,
    )
    return found[0].name if found else None


def gas(world: World, *installers: str) -> None:
    """The work needs a gas certificate, and only these have one."""
    run("UPDATE category SET certificates = '[\"gas\"]'")
    for name in installers:
        put(Certificate, person_id=world.people[name], kind="gas", expires_on=date(2027, 1, 1))


def full(world: World) -> None:
    """The owner may do one job a day and has just been asked for thirty, none accepted yet."""
    put(Capacity, dealer_id=world.dealers[0], category_code="water_heater", units=1)
    job_id = world.job(units=30)
    run("UPDATE job SET status = 'offered' WHERE id = :job", job=job_id)
    until = world.now + timedelta(hours=2)
    put(Offer, job_id=job_id, dealer_id=world.dealers[0], round=1, zone="free", status="open",
        offered_at=world.now, expires_at=until)  # fmt: skip


CHANGES: dict[str, tuple[Any, str | None]] = {
    "as it is": (lambda world: None, "烟台第1网点"),
    "unskilled": (
        lambda world: run("DELETE FROM skill WHERE person_id = :p", p=installer(world)),
        "烟台第2网点",
    ),
    "uncertified": (lambda world: gas(world, "installer2"), "烟台第2网点"),
    "left": (
        lambda world: run("UPDATE person SET status = 'ended' WHERE id = :p", p=installer(world)),
        "烟台第2网点",
    ),
    "nobody": (lambda world: gas(world), None),
    "asked for all its room": (full, "烟台第2网点"),
}


def installer(world: World) -> int:
    """The owner's only installer."""
    return world.people["installer1"]


@pytest.mark.parametrize("name", CHANGES)
def test_the_promise_names_whom_dispatch_asks(world: World, name: str) -> None:
    """Skills, certificates and open offers count for both."""
    change, expected = CHANGES[name]
    change(world)

    assert named(world) == expected
    assert chosen(world, "13800007777") == expected


def test_what_was_seen_of_people_is_kept_for_the_proof(world: World) -> None:
    """Skills, offers and room have changed since; the promise comes out as it was."""
    gas(world, "installer2")
    page = promises.make(HERE, world.now)
    run("DELETE FROM certificate")
    run("DELETE FROM skill")
    proof = promises.prove(page.id)

    assert page.answer.lines[0].dealer == "烟台第2网点"
    assert proof.same


def test_a_promise_of_the_first_engine_is_proven_by_the_first_engine(world: World) -> None:
    """It knew nothing of people: what it named then is named again, though today's engine would not."""
    page = promises.make(HERE, world.now)
    run("UPDATE promise SET engine = 1, observed = observed - 'people'")
    run("DELETE FROM skill")

    then = promises.prove(page.id).again
    assert then.lines[0].dealer == page.answer.lines[0].dealer
    assert "由您上门时支付" in then.text  # as it was said then
    assert named(world) is None


def test_the_shops_word_on_silence_outweighs_a_promise_that_knew_no_shop(world: World) -> None:
    """A promise without a channel leaves it to the channel; one with a channel holds what it said."""
    run("UPDATE channel SET silence_confirms = false")
    page = promises.make(WITH_POINT, world.now)
    job = order(world, "T1", promise_id=page.id)
    assert (job.promise_id is not None, job.silence_confirms) == (True, False)

    code = rows("SELECT code FROM channel")[0].code
    named_shop = promises.make(replace(WITH_POINT, channel=code), world.now)
    run("UPDATE channel SET silence_confirms = true")
    assert order(world, "T2", promise_id=named_shop.id).silence_confirms is False
