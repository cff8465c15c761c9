"""A promise and the order it led to: bound by its id or by who asked, and the jobs held to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from domain.calendar import SHANGHAI
from domain.errors import Invalid
from domain.promise_words import included
from models import db
from models.money import FeeRule
from services import orders, promises
from services.orders import NewLine, NewOrder, Told
from services.parts.addresses import TABLE
from services.promises import Asked, AskedLine, PromisePage
from services.queries import jobs
from services.queries.job_views import Assured
from tests.rows import rows
from tests.services.test_promises import RULE
from tests.worlds import DISTRICT, DOOR, SKU, World

PHONE = "13812345678"
HERE = Asked((AskedLine(SKU),), division_code=DISTRICT, point=DOOR)


@pytest.fixture(autouse=True)
def rule(world: World) -> None:
    """A fee rule: 1 km free, ¥2.00 a kilometre behind it."""
    with db.engine.begin() as tx:
        tx.execute(insert(FeeRule).values(version=1, effective_from=world.now, rule=RULE))


def order(world: World, number: str, **more: Any) -> Any:
    """The job of a fresh order; its terms."""
    asked = NewOrder(
        world.channel_id, number, "张三", PHONE, "山东省烟台市芝罘区建设路 1 号", (NewLine(SKU),), **more
    )
    orders.place(world.actor("agent"), asked, world.now + timedelta(hours=1))
    return terms(number)


def terms(number: str) -> Any:
    """What the job of an order is held to."""
    return rows(
        "SELECT promise_id, remote_payer, promised_remote_fen, silence_confirms, trip_by_customer FROM job"
        " JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id"
        " WHERE o.number = :number",
        number=number,
    )[0]


def number_of(page: PromisePage) -> int:
    """A promise's id in the database."""
    return int(page.id[1:].partition(".")[0])


def test_a_shop_passes_the_promise_and_the_job_is_held_to_it(world: World) -> None:
    """The customer pays the way, at most what was shown; silence confirms; the record of the order says so."""
    page = promises.make(HERE, world.now)
    job = order(world, "A1", promise_id=page.id)

    assert job == (number_of(page), "customer", 220, True, False)
    assert rows("SELECT kind FROM order_event") == [("promise",)]


def test_everybody_at_the_door_reads_what_the_customer_was_assured_of(world: World) -> None:
    """What is free and what the way costs, as promised; without a promise what is always free."""
    page = promises.make(HERE, world.now)
    order(world, "A1", promise_id=page.id)
    [job] = rows("SELECT max(id) AS id FROM job")
    plain, agent = world.job(address="山东省烟台市芝罘区胜利路 9 号"), world.actor("agent")

    told = jobs.page(agent, job.id, world.now).assured
    untold = jobs.page(agent, plain, world.now).assured

    [line] = page.answer.lines
    assert told == Assured(
        True, line.included, line.remote and line.remote.text, line.trip and line.trip.text
    )
    assert "¥2.20" in (told.remote or "")
    assert untold == Assured(False, included("install"), None, None)


def test_a_promise_leads_to_one_order(world: World) -> None:
    """The second order with the same promise is refused by name; the first told again is the same order."""
    page = promises.make(HERE, world.now)
    first = order(world, "A1", promise_id=page.id)
    with pytest.raises(Invalid) as refused:
        order(world, "A2", promise_id=page.id)

    assert [fault.code for fault in refused.value.errors] == ["promise_used"]
    assert order(world, "A1", promise_id=page.id).promise_id == first.promise_id == number_of(page)


def test_an_order_finds_its_promise_by_phone_goods_and_place(world: World) -> None:
    """The newest that fits; another's phone finds nothing."""
    promises.make(replace(HERE, phone=PHONE), world.now)
    newest = promises.make(replace(HERE, phone=PHONE), world.now + timedelta(minutes=1))
    promises.make(replace(HERE, phone="13900000000"), world.now + timedelta(minutes=2))

    assert order(world, "A1").promise_id == number_of(newest)


def test_what_is_asked_about_a_phone_after_the_purchase_binds_nobody(world: World) -> None:
    """The address is public: whoever knows the customer's phone could set his terms before the file comes in."""
    at = world.now + timedelta(minutes=20)
    promises.make(replace(HERE, phone=PHONE), world.now + timedelta(minutes=31))
    assert order(world, "A1", ordered_at=at).promise_id is None

    before = promises.make(replace(HERE, phone=PHONE), at)
    promises.make(replace(HERE, phone=PHONE), world.now + timedelta(minutes=32))
    assert order(world, "A2", ordered_at=at).promise_id == number_of(before)


def test_a_file_that_knows_only_the_day_of_the_order_finds_the_promise_of_that_day(world: World) -> None:
    """Midnight in Shanghai stands for the whole day."""
    page = promises.make(replace(HERE, phone=PHONE), world.now)
    day = world.now.astimezone(SHANGHAI).replace(hour=0, minute=0)
    assert order(world, "A1", ordered_at=day).promise_id == number_of(page)


def test_whether_the_customer_can_do_it_himself_is_settled_by_the_order(world: World) -> None:
    """What he said before he bought stays on record, whoever still has the promise's address."""
    rows('UPDATE product SET self_install_allowed = true, guide = \'{"steps": ["拧紧"]}\'')
    rows("UPDATE coverage SET valid_to = valid_from")
    page = promises.make(HERE, world.now)
    promises.decide(page.id, "unsure", world.now)
    promises.decide(page.id, "cannot", world.now)
    order(world, "A1", promise_id=page.id)
    with pytest.raises(Invalid):
        promises.decide(page.id, "can", world.now + timedelta(days=1))
    assert rows("SELECT decision FROM promise") == [("cannot",)]


def test_a_promise_that_is_over_or_of_other_goods_binds_nothing(world: World) -> None:
    """The order is taken all the same; only a name we never signed is a mistake."""
    old = promises.make(HERE, world.now - timedelta(days=9))
    rows("INSERT INTO product (sku, category_code, name) VALUES ('OTHER', 'water_heater', '别的')")
    other = promises.make(Asked((AskedLine("OTHER"),), division_code=DISTRICT), world.now)

    assert order(world, "A1", promise_id=old.id).promise_id is None
    assert order(world, "A2", promise_id=other.id).promise_id is None
    with pytest.raises(Invalid):
        order(world, "A3", promise_id="p1.forged")


def test_an_order_that_moves_is_promised_anew(world: World) -> None:
    """The new place has no coverage: nobody charges a way there any more; the old promise stays on record."""
    page = promises.make(HERE, world.now)
    order(world, "A1", promise_id=page.id)
    rows("INSERT INTO division (code, name, level, parent_code) VALUES ('370611', '福山区', 3, '370600')")
    TABLE.forget()
    order_id = rows("SELECT id FROM customer_order")[0].id
    told = Told("address", address="山东省烟台市福山区胜利路 2 号")
    orders.tell(world.actor("agent"), order_id, told, world.now + timedelta(hours=2))

    assert terms("A1").promise_id > number_of(page)
    assert terms("A1").remote_payer == "operator"
    assert [row.order_id for row in rows("SELECT order_id FROM promise")] == [order_id, order_id]
