"""Coverage by file, its one owner, its history, its holes and overlaps."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from channels.refusals import ColumnsMissing
from domain.errors import Invalid
from migrations import editions
from models import db
from models.catalogue import Category, Division
from models.dealer import Coverage
from services import coverage_files, dealers, promises, promotions
from services.coverage_files import Imported
from services.dealers import AuthorisationGiven, CapacityGiven, CoverageGiven
from services.parts import coverage_lock, past
from services.parts.addresses import TABLE
from services.promises import Asked, AskedLine
from services.promotions import PromotionGiven
from services.queries import catalogue, covered
from tests.rows import rows
from tests.worlds import DISTRICT, SKU, World

HEADER = "网点编码,品类编码,区划代码,服务方式,属地,免费公里,每公里元\n"
FUSHAN = "370611"


@pytest.fixture(autouse=True)
def second_district(world: World) -> None:
    """福山区, which nobody serves."""
    with db.engine.begin() as tx:
        row = {"code": FUSHAN, "name": "福山区", "level": 3, "parent_code": "370600"}
        tx.execute(insert(Division).values(**row))
    TABLE.forget()


def take(world: World, *lines: str, header: str = HEADER, days: int = 0) -> Imported:
    """Take a file of these lines."""
    stream = io.BytesIO((header + "".join(f"{line}\n" for line in lines)).encode())
    return coverage_files.take(world.actor("admin"), "c.csv", stream, world.now + timedelta(days=days))


def test_good_rows_go_in_and_the_same_file_again_changes_nothing(world: World) -> None:
    """A new place with its own radius, a changed one, one taken away; history stays."""
    lines = (
        f"D1,water_heater,{FUSHAN},远程,是,10,3.5",
        f"D1,water_heater,{DISTRICT},远程,否,,",
        f"D2,water_heater,{DISTRICT},取消,,,",
    )
    first, again = take(world, *lines, days=1), take(world, *lines, days=2)

    assert (first.added, first.ended, first.same, first.bad) == (2, 2, 0, 0)
    assert (again.added, again.ended, again.same, again.bad) == (0, 0, 3, 0)
    now = [
        (line.division_code, line.zone, line.free_m, line.per_km_fen)
        for line in catalogue.coverage(world.dealers[0])
    ]
    assert now == [(DISTRICT, "remote", None, None), (FUSHAN, "remote", 10_000, 350)]
    before = catalogue.coverage(world.dealers[0], world.now + timedelta(hours=1))
    assert [(line.zone, line.territory_owner) for line in before] == [("free", True)]


def test_bad_rows_come_back_as_a_file_with_the_reasons(world: World) -> None:
    """Each with all of its own; the good row beside them went in, and the mended file is read again."""
    done = take(
        world,
        f"D9,water_heater,{FUSHAN},免费,否,,",
        "D1,lamp_x,999999,免费,否,,",
        f"D1,water_heater,{FUSHAN},也许,否,-1,",
        f"D2,water_heater,{DISTRICT},免费,是,,",
        f"D2,water_heater,{FUSHAN},免费,是,,",
    )
    told = b"".join(coverage_files.bad_rows_csv(done.id)).decode("utf-8-sig")

    assert (done.rows, done.added, done.bad) == (5, 1, 4)
    for reason in (
        "没有编码为「D9」的网点",
        "没有编码为「lamp_x」的品类；区划代码「999999」不存在",
        "服务方式应为",
        "已有属地网点「烟台第1网点」",
    ):
        assert reason in told
    mended = told.replace("D9,", "D2,").splitlines()
    again = take(world, mended[1], header=mended[0] + "\n")
    assert (again.bad, again.rows) == (0, 1)


def test_an_owner_may_hand_a_territory_over_within_one_file(world: World) -> None:
    """The old owner's row first, then the new one's."""
    done = take(world, f"D1,water_heater,{DISTRICT},免费,否,,", f"D2,water_heater,{DISTRICT},免费,是,,")

    assert (done.added, done.bad) == (2, 0)
    assert rows("SELECT dealer_id FROM coverage WHERE territory_owner AND valid_to IS NULL") == [
        (world.dealers[1],)
    ]


def test_a_file_without_the_columns_is_refused_whole(world: World) -> None:
    """Every missing column is named."""
    with pytest.raises(ColumnsMissing) as refused:
        take(world, "D1,free", header="网点编码,服务方式\n")
    assert [fault.field for fault in refused.value.errors] == ["品类编码", "区划代码"]


def test_a_territory_has_one_owner_whoever_sets_it(world: World) -> None:
    """Refused by the service with the owner's name, and by the database whatever happens."""
    with pytest.raises(Invalid) as refused:
        dealers.set_coverage(
            world.dealers[1],
            [CoverageGiven("water_heater", DISTRICT, "free", territory_owner=True)],
            world.now,
        )
    assert refused.value.errors[0].code == "territory_taken"


def test_holes_and_overlaps_are_listed(world: World) -> None:
    """福山区 has nobody; 芝罘区 has two, and an owner."""
    at = ("water_heater", None, 10)

    assert [(hole.division_code, hole.division) for hole in covered.holes(*at, world.now)] == [
        (FUSHAN, "山东省烟台市福山区")
    ]
    (found,) = covered.overlaps(*at)
    assert (found.division_code, found.dealers, found.owner) == (
        DISTRICT,
        ("烟台第1网点", "烟台第2网点"),
        "烟台第1网点",
    )
    assert covered.overlaps(*at, unowned=True) == []


def test_holes_and_overlaps_of_all_categories_are_read_page_by_page(world: World) -> None:
    """One row a page, by category and then division: every row once, none of a later category is passed over."""
    with db.engine.begin() as tx:
        tx.execute(insert(Category).values(code="lamp", name="灯具"))
        lamp = insert(Coverage).values(
            category_code="lamp", division_code=FUSHAN, zone="free", valid_from=world.now
        )
        tx.execute(lamp, [{"dealer_id": dealer} for dealer in world.dealers])

    found: list[tuple[str, str]] = []
    while rest := covered.holes(None, found[-1] if found else None, 1, world.now):
        found.append((rest[0].category_code, rest[0].division_code))
    assert found == [("lamp", DISTRICT), ("water_heater", FUSHAN)]

    several: list[tuple[str, str]] = []
    while more := covered.overlaps(None, several[-1] if several else None, 1):
        several.append((more[0].category_code, more[0].division_code))
    assert several == [("lamp", FUSHAN), ("water_heater", DISTRICT)]


def test_what_the_past_can_be_read_from_is_what_keeps_its_editions() -> None:
    """The proof's list of tables and the schema's, which is frozen with its migration, are one."""
    assert past.EDITIONED == editions.EDITIONED


def test_a_street_left_out_of_a_district_is_published_as_left_out(world: World) -> None:
    """As the promise says there; the district is covered in part. Where another dealer comes, the street is not out."""
    rows(
        "INSERT INTO division (code, name, level, parent_code) VALUES ('370602001', '向阳街道', 4, '370602'),"
        " ('370602002', '东山街道', 4, '370602')"
    )
    rows("UPDATE coverage SET valid_to = valid_from WHERE dealer_id = :d", d=world.dealers[1])
    TABLE.forget()
    take(world, "D1,water_heater,370602001,不服务,否,,")
    made = promises.make(Asked((AskedLine(SKU),), division_code="370602001"), world.now)
    streets = covered.published(SKU, DISTRICT, world.now).items
    district = covered.published(SKU, "370600", world.now).items

    assert made.answer.covered is False
    assert [(area.code, area.covered) for area in streets] == [("370602001", "none"), ("370602002", "all")]
    assert (district[0].code, district[0].covered) == (DISTRICT, "part")


def test_capacity_promotions_and_leaves_are_set_and_kept_as_editions(world: World) -> None:
    """A standing figure, one for promotions; the same again makes no edition."""
    dealer, lines = (
        world.dealers[0],
        [
            CapacityGiven("water_heater", None, 5),
            CapacityGiven("water_heater", None, 9, promotion=True),
        ],
    )
    dealers.set_capacity(dealer, lines)
    before = rows("SELECT count(*) FROM edition")
    dealers.set_capacity(dealer, lines)

    assert rows("SELECT count(*) FROM edition") == before
    assert [(line.units, line.promotion) for line in catalogue.capacity(dealer)] == [(5, False), (9, True)]
    days = promotions.edit([PromotionGiven(date(2026, 11, 11), "双11", 3)], [])
    assert promotions.edit([], [date(2026, 11, 11)]).items == ()
    assert days.items[0].extra_lead_days == 3
    assert dealers.set_authorisations(dealer, [AuthorisationGiven("water_heater")]).added == 1
    assert dealers.set_authorisations(dealer, []).ended == 1


def test_who_comes_second_at_the_same_time_is_told_who_owns_the_territory(app: Flask, world: World) -> None:
    """He waits for the first one's word and is refused by name, not by the database's unique owner."""
    owned = CoverageGiven("water_heater", FUSHAN, "free", True)
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def second() -> list[str]:
        with app.app_context(), pytest.raises(Invalid) as refused:
            dealers.set_coverage(world.dealers[1], [owned], world.now)
        return [fault.code for fault in refused.value.errors]

    with ThreadPoolExecutor(1) as pool, db.engine.begin() as tx:
        coverage_lock.hold(tx)
        first = asdict(owned) | {"dealer_id": world.dealers[0], "valid_from": world.now}
        tx.execute(insert(Coverage).values(first))
        refusal = pool.submit(second)
        end = time.monotonic() + 10
        while not rows(waiting) and time.monotonic() < end:
            time.sleep(0.02)
        tx.commit()
        assert refusal.result(10) == ["territory_taken"]
