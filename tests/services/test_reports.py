"""Reports over deeds really done: what is counted, what is left out, and for whom."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import insert, text

from domain.actions import Action, Appraisal, Command, Window
from domain.actors import SYSTEM, Actor
from domain.errors import Invalid, NotFound
from domain.reports import grouping, period
from models import db
from models.dealer import Capacity
from models.promise import Promise, PromotionDay
from services.breaches import excuse
from services.clocks import raise_levels
from services.fees import run_fees
from services.lifecycle import answer_offer, perform
from services.queries import money_standing
from services.queries.reports import asking, sheet
from services.queries.reports.asking import Asked, Report
from services.queries.reports.complaint_reasons import COMPLAINT_REASONS
from services.queries.reports.coverage_holes import COVERAGE_HOLES
from services.queries.reports.damage import DAMAGE
from services.queries.reports.fairness import FAIRNESS
from services.queries.reports.fees import FEES
from services.queries.reports.on_time import ON_TIME
from services.queries.reports.promised import PROMISED
from services.queries.reports.satisfaction import SATISFACTION
from tests.rows import rows
from tests.services.money import DAY, ENDED, clock, corrected, ended, rule
from tests.services.test_lifecycle import AT_DOOR, HOUR, booked, offered, submitted
from tests.worlds import World

THIS_WEEK = date(2026, 3, 2)


def asked(
    world: World,
    report: Report[Any],
    by: str | None = None,
    who: Actor | None = None,
    days: float = 10,
    **more: Any,
) -> list[Any]:
    """The report over the world's first days, as told `days` later."""
    wanted = Asked(
        period(THIS_WEEK, THIS_WEEK + timedelta(days=30), THIS_WEEK),
        grouping(by, tuple(report.dims), report.fixed),
        **more,
    )
    now = world.now + days * DAY
    return asking.page(who or world.actor("admin"), report, wanted, None, 100, now)


def behind(world: World, report: Report[Any], which: str, days: float = 1.5) -> list[asking.JobBehind]:
    """The jobs that one of the report's figures counted."""
    wanted = Asked(period(THIS_WEEK, THIS_WEEK + timedelta(days=30), THIS_WEEK), ())
    return asking.behind(world.actor("admin"), report, wanted, which, None, 9, world.now + days * DAY)


def test_clocks_are_on_time_late_or_excused_and_the_rate_is_of_those_that_have_a_verdict(
    world: World,
) -> None:
    """Accepted at once; contact, installer and booking forgotten for 30 hours; an agent excuses one of them."""
    job_id = world.job()
    [offer_id] = offered(world, job_id, 1)
    answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=offer_id), world.now)
    raise_levels(world.now + 30 * HOUR)
    [breach] = rows("SELECT id FROM breach WHERE kind = 'contact' AND level = 3")
    excuse(world.actor("agent"), breach.id, "system", world.now + 30 * HOUR)

    found = {row.clock: row for row in asked(world, ON_TIME, "clock", dealer_id=world.dealers[0], days=1.5)}

    assert (found["accept"].decided, found["accept"].on_time, found["accept"].on_time_bp) == (1, 1, 10000)
    assert (found["book"].decided, found["book"].late, found["book"].on_time_bp) == (1, 1, 0)
    assert (found["contact"].decided, found["contact"].excused, found["contact"].on_time_bp) == (0, 1, None)
    assert (found["finish"].decided, found["finish"].running) == (0, 2)
    assert [job.job_id for job in behind(world, ON_TIME, "late")] == [job_id]


def test_a_clock_ended_without_a_verdict_is_neither_kept_nor_late(world: World) -> None:
    """Cancelled before the window: the arrival that never was due is no success of the dealer's."""
    job_id = booked(world)
    perform(
        world.actor("agent"),
        job_id,
        Command(Action.CANCEL, reason="customer"),
        world.now + timedelta(minutes=30),
    )

    found = {(row.clock, row.family): row for row in asked(world, ON_TIME, "clock,family")}

    assert (found["arrive", "dealer"].decided, found["arrive", "dealer"].no_verdict) == (0, 1)
    assert (found["book", "dealer"].on_time, found["book", "dealer"].no_verdict) == (1, 0)


def test_promotion_days_are_named_in_their_week_and_counted_apart(world: World) -> None:
    """618 in the first week: what fell due that day stands beside the whole."""
    with db.engine.begin() as tx:
        tx.execute(insert(PromotionDay).values(day=THIS_WEEK, name="开门红"))
    booked(world)

    [row] = [row for row in asked(world, ON_TIME, "week,clock") if row.clock == "accept"]

    assert (row.week, row.promotion_days) == (THIS_WEEK, ("03-02 开门红",))
    assert (row.promotion_decided, row.promotion_on_time) == (1, 1)


def test_the_first_window_agreed_is_the_promise_however_often_the_dealer_moves_it(world: World) -> None:
    """Moved by the dealer to the next day and kept there: late, by a day."""
    job_id = booked(world)
    desk, tomorrow = world.actor("dispatcher1"), world.now + DAY
    moved = Command(Action.RESCHEDULE, reason="installer", window=Window(tomorrow, tomorrow + HOUR))
    perform(desk, job_id, moved, world.now)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), tomorrow)

    [row] = asked(world, PROMISED)

    assert (row.promised, row.kept, row.late, row.moved, row.kept_bp) == (1, 0, 1, 1, 0)
    assert row.late_minutes == 21 * 60


def test_a_window_moved_at_the_customers_wish_is_nobodys_broken_promise(world: World) -> None:
    """It is counted, in neither numerator nor denominator."""
    job_id = booked(world)
    tomorrow = world.now + DAY
    moved = Command(Action.RESCHEDULE, reason="customer", window=Window(tomorrow, tomorrow + HOUR))
    perform(world.actor("dispatcher1"), job_id, moved, world.now)

    [row] = asked(world, PROMISED)

    assert (row.promised, row.customer_moved, row.kept_bp) == (0, 1, None)


def test_a_delay_the_customer_denies_is_the_dealers(world: World) -> None:
    """Put off 'because he asked', which he says he did not: a promise broken, and a wait that is judged."""
    with db.engine.begin() as tx:
        tx.execute(insert(Capacity).values(dealer_id=world.dealers[0], category_code="water_heater", units=1))
    job_id = booked(world)
    call = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=world.now + DAY)
    perform(world.actor("dispatcher1"), job_id, call, world.now)
    perform(world.customer(job_id), job_id, Command(Action.DENY_DELAY), world.now + HOUR)

    [promised], [fair] = asked(world, PROMISED), asked(world, FAIRNESS)

    assert (promised.absent, promised.customer_moved) == (1, 0)
    assert (fair.judged, fair.passed_over, fair.customer_moved) == (1, 1, 0)


def test_the_lead_time_shown_before_the_sale_is_held_against_the_days_it_took(world: World) -> None:
    """Two days promised, there on the day itself."""
    job_id = submitted(world)
    answer = {"lines": [{"sku": "EWH-60", "lead_days": 2}]}
    promise = insert(Promise).values(
        engine=1, made_at=world.now, expires_at=world.now, division_code="370602", answer=answer,
        question={}, observed={}, versions={},
    )  # fmt: skip
    with db.engine.begin() as tx:
        made = tx.execute(promise.returning(Promise.id)).scalar_one()
        tx.execute(text("UPDATE job SET promise_id = :p WHERE id = :j"), {"p": made, "j": job_id})

    [row] = asked(world, PROMISED)

    assert (row.kept, row.lead_jobs, row.lead_promised_days, row.lead_actual_days) == (1, 1, 2.0, 0.0)


@pytest.mark.parametrize(("units", "passed", "free"), [(1, 1, 2), (0, 0, 0)])
def test_a_day_on_which_the_dealer_said_it_had_room_was_passed_over(
    world: World, units: int, passed: int, free: int
) -> None:
    """Accepted on Monday, visited on Thursday: Tuesday and Wednesday had room, if the dealer says it can do any."""
    with db.engine.begin() as tx:
        category = {"dealer_id": world.dealers[0], "category_code": "water_heater"}
        tx.execute(insert(Capacity).values(**category, units=1))
        between = [{**category, "day": THIS_WEEK + n * DAY, "units": units} for n in (1, 2)]
        tx.execute(insert(Capacity).values(between))
    job_id = booked(world)
    with db.engine.begin() as tx:
        later = "UPDATE job SET window_start = window_start + interval '3 days' WHERE id = :j"
        tx.execute(text(later), {"j": job_id})

    [row] = asked(world, FAIRNESS)

    assert (row.judged, row.passed_over, row.free_days, row.wait_days) == (1, passed, free, 3.0)


def test_without_a_stated_capacity_or_by_the_customers_wish_no_dealer_is_judged(world: World) -> None:
    """Both are counted apart."""
    booked(world)
    wished = booked(world, phone="13800002222")
    call = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=world.now + DAY)
    perform(world.actor("dispatcher1"), wished, call, world.now)

    [row] = asked(world, FAIRNESS)

    assert (row.judged, row.no_capacity, row.customer_moved, row.passed_over_bp) == (0, 1, 1, None)


def test_an_owner_reads_its_own_rows_and_no_others(world: World) -> None:
    """Asked for another's, there is nothing; what is not for owners is not found."""
    booked(world)
    own, other = world.actor("owner1"), world.actor("owner2")

    assert {row.dealer_id for row in asked(world, ON_TIME, who=own)} == {world.dealers[0]}
    assert asked(world, ON_TIME, who=other) == asked(world, FAIRNESS, who=other) == []
    for report, dealer in ((ON_TIME, world.dealers[1]), (PROMISED, None)):
        with pytest.raises(NotFound):
            asked(world, report, who=own, dealer_id=dealer)


def test_a_desk_counts_the_jobs_of_its_channels_only(world: World) -> None:
    """An agent of another shop sees an empty report."""
    booked(world)
    desk = world.actor("agent", channel_ids=frozenset({world.channel_id + 1}))

    assert [asked(world, report, who=desk) for report in (ON_TIME, FAIRNESS, COMPLAINT_REASONS, DAMAGE)] == [
        []
    ] * 4


def test_complaints_are_counted_by_product_and_region_against_the_jobs_handed_in(world: World) -> None:
    """Two jobs of the SKU in the city, one complaint about the charges: half of them."""
    job_id, _ = submitted(world), submitted(world, phone="13800002222")
    perform(
        world.customer(job_id),
        job_id,
        Command(Action.COMPLAINT_OPENED, category="charge"),
        world.now + 4 * HOUR,
    )

    [row] = asked(world, COMPLAINT_REASONS)

    assert (row.sku, row.region, row.region_name, row.product_name) == (
        "EWH-60",
        "370600",
        "烟台市",
        "电热水器 60 升",
    )
    assert (row.jobs, row.complaints, row.rate_bp, row.charge, row.open) == (2, 1, 5000, 1, 1)


def test_damage_is_told_by_carrier_and_package_against_what_was_delivered_of_that_product(
    world: World,
) -> None:
    """The parcel looked well and the heater was broken inside: the factory's business."""
    job_id, _ = booked(world), world.job(phone="13800002222")
    found = Appraisal("intact", "intact", "damaged", "某快递")
    report = Command(Action.REPORT_DAMAGE, appraisal=found)
    perform(world.actor("installer1"), job_id, report, world.now)

    [row] = asked(world, DAMAGE)

    assert (row.sku, row.carrier, row.package, row.hidden) == ("EWH-60", "某快递", "intact", 1)
    assert (row.damages, row.jobs_of_sku, row.rate_bp) == (1, 2, 5000)


def test_orders_lost_for_want_of_a_dealer_show_where_one_is_missing(world: World) -> None:
    """One of two unserved in the district: its price is what was lost."""
    job_id, _ = world.job(), world.job(phone="13800002222")
    perform(SYSTEM, job_id, Command(Action.MARK_UNSERVED), world.now)

    [row] = asked(world, COVERAGE_HOLES, region="district")

    assert (row.region, row.region_name, row.category_name) == ("370602", "芝罘区", "电热水器")
    assert (row.jobs, row.lost, row.lost_bp, row.unserved, row.lost_fen) == (2, 1, 5000, 1, 129_900)


def test_ratings_and_platform_reviews_are_told_apart_and_lead_to_the_jobs_behind_them(world: World) -> None:
    """A five, a two, and a bad review of nobody's job: 3.5 of two ratings, one good; the review has no dealer."""
    for overall in (5, 2):
        job = ended(world)
        rows("INSERT INTO rating (job_id, dealer_id, overall, created_at) VALUES (:j, :d, :o, :at)",
             j=job, d=world.dealers[0], o=overall, at=world.now + DAY)  # fmt: skip
    rows("INSERT INTO review (channel_id, platform_id, score, reviewed_at, subject_id, fingerprint, bad, created_at)"
         " SELECT :c, 'r1', 1, :at, subject_id, '', true, :at FROM job WHERE id = :j",
         c=world.channel_id, at=world.now + DAY, j=job)  # fmt: skip

    [whole] = asked(world, SATISFACTION, "total")
    [own] = asked(world, SATISFACTION, "total", dealer_id=world.dealers[0])

    assert (whole.ratings, whole.average, whole.good_bp, whole.low) == (2, 3.5, 5000, 1)
    assert (whole.reviews, whole.review_average, whole.bad_reviews) == (1, 1.0, 1)
    assert (own.ratings, own.reviews) == (2, 0)
    assert [found.job_id for found in behind(world, SATISFACTION, "unhappy")] == [job]
    with pytest.raises(Invalid):
        behind(world, SATISFACTION, "late")


def test_fees_are_told_by_kind_and_what_was_taken_back_stands_apart(world: World) -> None:
    """A job of ¥80.00 and a late one less ¥20.00; the first is reversed: ¥60.00 in all, ¥80.00 clawed back."""
    rule()
    first, late = ended(world), ended(world)
    clock(late, level=2, stopped_at=ENDED - DAY)
    run_fees(ENDED + DAY)
    [entry] = rows("SELECT id FROM ledger_entry WHERE natural_key = :k", k=f"job:{first}:base_fee:unit:1")
    corrected(world, entry.id, "重复", ENDED + DAY)

    [row] = asked(world, FEES, "month")
    stand = money_standing.now()

    assert (row.jobs, row.fees_fen, row.penalty_fen, row.clawed_fen) == (2, 8000, -2000, -8000)
    assert (row.payable_fen, row.per_job_fen, row.month) == (6000, 3000, date(2026, 3, 1))
    assert (stand.owed_fen, stand.jobs_unposted, stand.shares_held) == (6000, 0, 0)
    assert [job.job_id for job in behind(world, FEES, "penalty")] == [late]


def test_pages_put_together_are_the_whole_report(world: World) -> None:
    """One row at a time, in the order of the dimensions, rows without a dealer among them."""
    job_id = submitted(world)
    perform(
        world.customer(job_id),
        job_id,
        Command(Action.COMPLAINT_OPENED, category="charge"),
        world.now + 4 * HOUR,
    )
    who, now = world.actor("admin"), world.now + 10 * DAY
    wanted = Asked(period(THIS_WEEK, None, THIS_WEEK + 20 * DAY), tuple(ON_TIME.dims))

    every, after = [], None
    while page := asking.page(who, ON_TIME, wanted, after, 1, now):
        every += page
        after = asking.key_of(ON_TIME, wanted.by, page[0])

    assert None in {row.dealer_id for row in every}
    assert every == asking.page(who, ON_TIME, wanted, None, 100, now)


def test_a_file_says_how_it_is_to_be_read_and_holds_no_formula(app: Flask, world: World) -> None:
    """BOM for Excel, headings in Chinese, a product that calls itself =1+1 is text; the definition below."""
    job_id = booked(world)
    perform(
        world.actor("installer1"),
        job_id,
        Command(Action.REPORT_DAMAGE, appraisal=Appraisal(*["damaged"] * 3, "=1+1")),
        world.now,
    )
    days = period(THIS_WEEK, None, THIS_WEEK)
    wanted = Asked(days, tuple(DAMAGE.dims))

    file = sheet.written(DAMAGE, days, asking.whole(world.actor("admin"), DAMAGE, wanted, world.now))

    table = list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))
    assert file.startswith(b"\xef\xbb\xbf")
    assert (table[0][0], table[1][2]) == ("SKU", "'=1+1")
    assert ["分母", DAMAGE.definition.denominator] in table


@pytest.mark.parametrize(
    "report",
    [ON_TIME, PROMISED, FAIRNESS, SATISFACTION, FEES, COMPLAINT_REASONS, DAMAGE, COVERAGE_HOLES],
    ids=lambda report: report.name,
)
def test_every_report_can_be_one_row_and_names_all_its_columns(world: World, report: Report[Any]) -> None:
    """Whatever is grouped by, the answer is JSON and every column of the file has a heading."""
    booked(world)
    found = asked(world, report, "total")

    assert isinstance(orjson.dumps(found), bytes)
    assert len(found) <= 1
    assert set(report.heads) == set(report.row.__slots__)
