"""Promises over the real database: made, shown, and proven from the history after everything has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from domain.errors import Invalid, NotFound
from models import db
from models.catalogue import Product
from models.dealer import Authorisation, Capacity
from models.money import FeeRule
from models.promise import PromotionDay
from services import promises
from services.catalogue import PriceGiven, new_price_list
from services.promises import AddressUnclear, Asked, AskedLine
from services.queries import charges
from tests.worlds import DISTRICT, DOOR, SKU, World

HERE = Asked((AskedLine(SKU),), division_code=DISTRICT)
RULE = {
    "effective_from": "2026-01-01",
    "categories": [{"code": "water_heater", "name": "电热水器"}],
    "base": [{"category": "water_heater", "zone": zone, "fen": 8000} for zone in ("free", "remote")],
    "remote": [
        {"zone": "free", "free_m": 1000, "per_km_fen": 200},
        {"zone": "remote", "free_m": 1000, "per_km_fen": 300},
    ],
}


def run(statement: str, **values: Any) -> None:
    """One statement at once."""
    with db.engine.begin() as tx:
        tx.execute(text(statement), values)


def put(table: Any, **values: Any) -> None:
    """One row at once."""
    with db.engine.begin() as tx:
        tx.execute(insert(table).values(**values))


@pytest.fixture
def rule(world: World) -> None:
    """A fee rule with a free kilometre."""
    put(FeeRule, version=1, effective_from=date(2026, 1, 1), rule=RULE, created_at=world.now)


def test_a_promise_names_who_comes_when_and_what_it_costs(world: World, rule: None) -> None:
    """The owner of the territory, tomorrow morning, the way with its arithmetic, the price list."""
    page = promises.make(replace(HERE, point=DOOR), world.now)
    line = page.answer.lines[0]

    assert (page.answer.covered, line.dealer, line.alliance, line.zone) == (True, "烟台第1网点", True, "free")
    assert line.windows[0].start == world.now.replace(hour=0) + timedelta(days=1)
    assert line.remote is not None
    assert line.remote.text.startswith("远程费 (2.1 km − 1 km) × ¥2.00 = ¥2.20")
    assert [(item.code, item.price_fen) for item in page.answer.extras] == [("drill", 5000)]
    assert page.answer.silence_confirms
    assert "山东省烟台市芝罘区" in page.answer.text


def test_a_promise_is_shown_again_word_by_word_until_it_expires_and_after(world: World, rule: None) -> None:
    """The same page under its signed name; nobody finds another by counting."""
    page = promises.make(HERE, world.now)
    later = world.now + timedelta(days=8)

    assert promises.show(page.id, world.now) == page
    assert promises.show(page.id, later) == replace(page, expired=True)
    for forged in (page.id[:-1] + "!", page.id.replace("p", "p1", 1), "p1", "x", page.id + "a" * 100):
        with pytest.raises(NotFound):
            promises.show(forged, world.now)


def test_a_promise_comes_out_again_after_rules_coverage_and_calendars_have_changed(
    world: World, rule: None
) -> None:
    """Everything it was computed from is changed or deleted; the history still gives the same answer."""
    put(Capacity, dealer_id=world.dealers[0], category_code="water_heater", units=2)
    put(PromotionDay, day=date(2026, 3, 2), name="开门红", extra_lead_days=1)
    run('UPDATE product SET guide = \'{"included": ["安装"]}\'')
    job_id = world.job()
    run(
        "UPDATE job SET status = 'accepted', dealer_id = :d, units = 3 WHERE id = :j",
        d=world.dealers[0],
        j=job_id,
    )
    old = promises.make(replace(HERE, point=DOOR), world.now)

    run("UPDATE coverage SET valid_to = now()")
    run(
        "UPDATE dealer SET name = '别家', alliance = false, outlet_lng = 100, opening_days = 1, status = 'ended'"
    )
    run("UPDATE product SET lead_days = 9, name = '换了', guide = '{}'")
    run("UPDATE category SET certificates = '[\"gas\"]', needs_authorisation = true")
    run("DELETE FROM promotion_day")
    run("INSERT INTO calendar_day (day, working) VALUES ('2026-03-04', false)")
    run("DELETE FROM capacity")
    run("UPDATE job SET status = 'cancelled'")
    put(FeeRule, version=2, effective_from=date(2026, 2, 1), rule=RULE | {"remote": []}, created_at=world.now)
    run("UPDATE division SET name = '新芝罘区' WHERE code = :code", code=DISTRICT)
    proof = promises.prove(old.id)

    assert proof.same
    assert proof.again == old.answer
    assert "双" not in proof.again.text
    assert proof.again.lines[0].included == ("安装",)
    assert proof.again.lines[0].lead_days == 2
    fresh = promises.make(HERE, world.now)
    assert not fresh.answer.covered
    assert fresh.answer.lines[0].name == "换了"


def test_a_change_of_the_catalogue_is_in_the_next_promise(world: World) -> None:
    """Nobody is promised what stood there a moment ago."""
    before = promises.make(HERE, world.now).answer.lines[0].lead_days
    run("UPDATE product SET lead_days = 5")

    assert (before, promises.make(HERE, world.now).answer.lines[0].lead_days) == (1, 5)


def test_a_category_that_needs_the_brands_leave_is_covered_by_who_has_it(world: World) -> None:
    """Without leave nobody comes; with leave until yesterday neither."""
    run("UPDATE category SET needs_authorisation = true")
    without = promises.make(HERE, world.now).answer.covered
    put(Authorisation, dealer_id=world.dealers[0], category_code="water_heater", until=date(2026, 3, 1))
    ended = promises.make(HERE, world.now).answer.covered
    run("UPDATE authorisation SET until = NULL")

    assert (without, ended, promises.make(HERE, world.now).answer.covered) == (False, False, True)


def test_accepted_work_lengthens_the_promise(world: World) -> None:
    """One unit a day and five jobs accepted: the sixth is promised for the day after them."""
    put(Capacity, dealer_id=world.dealers[0], category_code="water_heater", units=1)
    put(Capacity, dealer_id=world.dealers[1], category_code="water_heater", units=0)
    first = promises.make(HERE, world.now).answer.lines[0].windows[0].start
    for number in range(5):
        job_id = world.job(phone=f"1380000{number:04d}")
        run("UPDATE job SET status = 'accepted', dealer_id = :d WHERE id = :j", d=world.dealers[0], j=job_id)

    later = promises.make(HERE, world.now).answer.lines[0].windows[0].start
    assert later - first == timedelta(days=4)


def test_an_unclear_address_is_a_question_and_unknown_goods_a_fault(world: World) -> None:
    """Candidates come back with the refusal; nothing is kept."""
    with pytest.raises(AddressUnclear):
        promises.make(replace(HERE, division_code=None, address="建设路 1 号"), world.now)
    with pytest.raises(Invalid) as refused:
        promises.make(Asked((AskedLine("NO"),), division_code=DISTRICT, channel="no-shop"), world.now)

    assert [fault.code for fault in refused.value.errors] == ["unknown_sku", "unknown_channel"]
    with pytest.raises(Invalid):
        promises.make(Asked((AskedLine(SKU),), point=DOOR), world.now)
    by_address = replace(HERE, division_code=None, address="山东省烟台市芝罘区建设路 1 号")
    assert promises.make(by_address, world.now).division_code == DISTRICT


def test_whoever_can_install_it_himself_may_say_so_and_nobody_else_is_asked(world: World) -> None:
    """The decision is kept with the promise; a covered place or a gas appliance has no question."""
    put(
        Product,
        sku="TAP",
        category_code="water_heater",
        name="龙头",
        self_install_allowed=True,
        guide={"steps": ["拧紧"]},
    )
    run("UPDATE coverage SET zone = 'none'")
    asked = promises.make(Asked((AskedLine("TAP"),), division_code=DISTRICT), world.now)

    assert promises.decide(asked.id, "can", world.now).decision == "can"
    assert promises.show(asked.id, world.now).decision == "can"
    unsafe = promises.make(HERE, world.now)
    with pytest.raises(Invalid):
        promises.decide(unsafe.id, "can", world.now)


def test_promises_that_led_to_nothing_are_forgotten(world: World) -> None:
    """Thirty days after they expired; no sooner."""
    page = promises.make(HERE, world.now)

    assert promises.purge(world.now + timedelta(days=36)) == 0
    assert promises.purge(world.now + timedelta(days=38)) == 1
    with pytest.raises(NotFound):
        promises.show(page.id, world.now)


def test_extras_of_other_categories_are_neither_promised_nor_charged(world: World) -> None:
    """Shown again and proven as it was told; on the job they are not on the price list either."""
    items = (
        PriceGiven("drill", "打孔", "个", 5000, 6),
        PriceGiven("toilet", "拆装马桶", "套", 15_000, 3, ("smart_toilet",)),
        PriceGiven("heater", "拆旧热水器", "台", 2000, 3, ("water_heater",)),
    )
    new_price_list(items, world.now)
    page = promises.make(HERE, world.now)
    job_id = world.job()
    run(f"UPDATE job SET price_list_id = (SELECT max(id) FROM price_list) WHERE id = {job_id}")

    assert [item.code for item in page.answer.extras] == ["drill", "heater"]
    assert promises.show(page.id, world.now).answer == page.answer
    assert promises.prove(page.id).same
    listed = charges.price_list(world.customer(job_id), job_id, [])
    assert [item.code for item in listed.items] == ["drill", "heater"]
