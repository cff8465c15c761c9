"""Catalogue and dealers: versions are kept, history is kept, what is unknown is named all at once."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import select, text

from domain.calendar import local_date
from domain.division_table import DivisionAlias, DivisionRow
from domain.errors import Invalid, NotFound
from models import db
from models.dealer import Coverage
from services import catalogue, dealers, divisions, slot_examples
from services.catalogue import PriceGiven, SlotGiven
from services.dealers import AuthorisationGiven, CapacityGiven, ChannelGiven, CoverageGiven
from services.parts import photo_store
from services.parts.examples import LINKS
from services.queries import catalogue as found
from services.queries import jobs, taken
from tests.photographing import decoder, picture  # noqa: F401  # the first is a fixture
from tests.rows import rows
from tests.services.test_lifecycle import booked
from tests.uploads import pictures
from tests.worlds import DISTRICT, World
from uploads.decode import Decoder


def test_a_new_checklist_leaves_the_old_one_to_the_jobs_made_with_it(world: World) -> None:
    """Version 2 is what is read; version 1's slots still stand."""
    job_id = world.job()
    made = catalogue.new_checklist("water_heater", [SlotGiven("leak", "试漏", "看接头", "after")], world.now)

    assert made.version == 2
    assert [slot.code for slot in found.slots("water_heater")] == ["leak"]
    assert world.row(job_id).checklist_id == world.checklist_id


def test_an_example_belongs_to_the_version_that_named_it(world: World, decoder: Decoder) -> None:  # noqa: F811
    """The job made with it shows it, an earlier one none; a link that nobody was given is named, and nothing made."""
    current_app.extensions[photo_store.DECODER] = decoder
    before = world.job()
    sent = slot_examples.add(world.actor("admin"), io.BytesIO(pictures.phone_jpeg()), world.now)
    slot = SlotGiven("leak", "试漏", "看接头", "after", example=sent.example)
    unsent = replace(slot, example=LINKS + "0" * 64)
    with pytest.raises(Invalid) as refused:
        catalogue.new_checklist("water_heater", [slot, replace(unsent, code="other")], world.now)
    made = catalogue.new_checklist("water_heater", [slot], world.now)
    after = replace(world, checklist_id=made.id).job()

    assert [(fault.field, fault.code) for fault in refused.value.errors] == [
        ("slots.1.example", "unknown_example")
    ]
    assert [found.slots("water_heater")[0].example, made.version] == [sent.example, 2]
    pages = [jobs.page(world.actor("admin"), job_id, world.now) for job_id in (before, after)]
    assert [{one.example for one in page.slots} for page in pages] == [{None}, {sent.example}]


def test_a_wrong_example_does_not_stay(world: World, decoder: Decoder) -> None:  # noqa: F811
    """Named by no version, it goes when another comes a day later; one that is named stays."""
    current_app.extensions[photo_store.DECODER] = decoder
    admin, later = world.actor("admin"), world.now + timedelta(days=2)
    named, wrong = (slot_examples.add(admin, io.BytesIO(picture()), world.now).example for _ in range(2))
    slot = SlotGiven("leak", "试漏", "看接头", "after", example=named)
    catalogue.new_checklist("water_heater", [slot], world.now)
    other = slot_examples.add(admin, io.BytesIO(picture()), later).example

    left = {LINKS + row.sha256 for row in rows("SELECT sha256 FROM slot_example")}
    assert wrong not in left
    assert left == {named, other}


def test_coverage_is_replaced_with_its_history(world: World) -> None:
    """What changes is ended at that moment and stays; what is the same is not touched."""
    later = world.now + timedelta(days=1)
    line = CoverageGiven("water_heater", DISTRICT, "remote")
    changed = dealers.set_coverage(world.dealers[0], [line], later)
    same = dealers.set_coverage(world.dealers[0], [line], later + timedelta(days=1))

    assert (changed.ended, changed.added, same.ended, same.added) == (1, 1, 0, 0)
    with db.engine.connect() as connection:
        zones = select(Coverage.zone, Coverage.valid_to).where(Coverage.dealer_id == world.dealers[0])
        assert connection.execute(zones.order_by(Coverage.id)).all() == [("free", later), ("remote", None)]


def test_everything_unknown_in_a_coverage_is_named_at_once(world: World) -> None:
    """Category, division and a line said twice: three faults, nothing changed."""
    known = CoverageGiven("water_heater", DISTRICT, "free")
    lines = [CoverageGiven("tv", "999999", "free"), known, known]
    with pytest.raises(Invalid) as refused:
        dealers.set_coverage(world.dealers[0], lines, world.now)

    codes = [fault.code for fault in refused.value.errors]
    assert codes == ["unknown_category", "unknown_division", "line_repeated"]
    assert len(found.coverage(world.dealers[0])) == 1


def test_capacity_of_a_day_overrides_and_is_replaced(world: World) -> None:
    """Setting the same day again replaces it; the standing figure stays."""
    day, dealer = date(2026, 3, 3), world.dealers[0]
    dealers.set_capacity(
        dealer, [CapacityGiven("water_heater", None, 5), CapacityGiven("water_heater", day, 0)]
    )
    dealers.set_capacity(dealer, [CapacityGiven("water_heater", day, 2)])

    assert [(line.day, line.units) for line in found.capacity(dealer)] == [(None, 5), (day, 2)]


def test_a_month_tells_how_many_units_are_spoken_for(world: World) -> None:
    """By the day of the appointment; what is accepted without one is pending; another month has none of it."""
    job_id, dealer = booked(world), world.dealers[0]
    waits = world.job(phone="13800002222")
    rows("UPDATE job SET status = 'accepted', dealer_id = :dealer WHERE id = :id", dealer=dealer, id=waits)
    start = world.row(job_id).window_start
    day = local_date(start)

    told = taken.Taken("water_heater", (taken.TakenDay(day, 1),), 1)
    assert taken.of_month(dealer, day) == (told,)
    assert taken.of_month(dealer, day + timedelta(days=31)) == (replace(told, days=()),)


def test_a_dealers_leaves_are_read_as_they_were_given(world: World) -> None:
    """One without an end and one with; what is not among the next ones is gone."""
    dealer, until = world.dealers[0], date(2027, 3, 31)
    dealers.set_authorisations(dealer, [AuthorisationGiven("water_heater", until)])
    assert found.authorisations(dealer) == (found.AuthorisationLine("water_heater", until),)
    dealers.set_authorisations(dealer, [])
    assert found.authorisations(dealer) == ()


def test_skills_are_for_installers_of_that_dealer(world: World) -> None:
    """Somebody else's installer is not found."""
    with pytest.raises(NotFound):
        dealers.set_skills(world.dealers[0], world.people["installer2"], {"water_heater": 3}, {})


def test_prices_come_in_versions_and_only_with_known_types(world: World) -> None:
    """A charge type of eleven is refused; a new list is version 2."""
    good = PriceGiven("wire", "拉线", "米", 700, 1)
    with pytest.raises(Invalid):
        catalogue.new_price_list([PriceGiven("odd", "怪", "个", 1, 11)], world.now)

    assert catalogue.new_price_list([good], world.now).version == 2
    assert [line.code for line in found.prices(world.now)] == ["wire"]


def test_a_price_list_may_begin_later_and_every_version_is_kept(world: World) -> None:
    """What holds is what has begun; the past cannot be repriced, and the way has no price of its own."""
    later = world.now + timedelta(days=7)
    new = [PriceGiven("wire", "拉线", "米", 700, 1)]
    assert catalogue.new_price_list(new, world.now, later).version == 2

    assert [line.code for line in found.prices(world.now)] == ["drill"]
    assert [line.code for line in found.prices(later)] == ["wire"]
    assert [(line.version, line.items) for line in found.price_lists()] == [(2, 1), (1, 1)]
    assert [line.price_fen for line in found.price_version(1)] == [5000]
    with pytest.raises(Invalid) as refused:
        catalogue.new_price_list(
            [PriceGiven("way", "远程", "次", 100, 8), *new, *new], world.now, world.now - timedelta(days=1)
        )
    codes = [fault.code for fault in refused.value.errors]
    assert codes == ["remote_by_rule", "item_repeated", "in_past"]


def test_a_channel_cannot_be_run_by_a_dealer_nobody_knows(world: World) -> None:
    """An operator must exist."""
    with pytest.raises(Invalid):
        dealers.put_channel(ChannelGiven("x", "店", "jd", operator_dealer_id=999))


def test_divisions_can_be_loaded_again(world: World) -> None:
    """The second load renews names and adds nothing twice."""
    rows = [
        DivisionRow("370602", "芝罘区", 3, "370600", aliases=(DivisionAlias("芝罘"),)),
        DivisionRow("370613", "莱山区", 3, "370600"),
    ]
    for _ in range(2):
        assert divisions.load(rows) == 2
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM division_alias")).scalar_one() == 1
    assert [line.name for line in found.divisions("370600")] == ["芝罘区", "莱山区"]
