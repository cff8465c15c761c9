"""Causes counted by product, region and month; what speaks is proposed, decided upon, and goes into the guide."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from domain.actions import Action, Command
from domain.errors import NotFound
from domain.reports import period
from domain.suggestions import SuggestionDecided
from models import db
from models.catalogue import Category, Product
from models.complaint import Complaint
from models.job import Job, JobEvent
from services import causes, guides, reviews, suggestions
from services.lifecycle import perform
from services.queries.reports import asking
from services.queries.reports.causes import CAUSES_REPORT, CauseRow
from services.return_visits import create
from services.reviews import ReviewGiven
from services.suggestions import accept, dismiss, listed, suggest
from tests.rows import rows
from tests.services.test_return_visits import ALL, confirmed
from tests.worlds import SKU, World

CLOSED = datetime(2026, 3, 20, 4, tzinfo=UTC)
NIGHT = datetime(2026, 3, 28, 20, tzinfo=UTC)
MARCH = date(2026, 3, 1)


def closed(world: World, count: int, sku: str = SKU) -> list[int]:
    """So many jobs of one product, closed in March."""
    first = world.job(delivered=False)
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == first).values(status="closed", closed_at=CLOSED, sku=sku))
        names = [column.name for column in Job.__table__.columns if column.name != "id"]
        columns = ", ".join(names)
        again = f"SELECT {columns} FROM job, generate_series(2, {count}) WHERE job.id = {first}"
        tx.exec_driver_sql(f"INSERT INTO job ({columns}) {again}")
        found = tx.exec_driver_sql(
            "SELECT id FROM job WHERE sku = %(sku)s AND status = 'closed' ORDER BY id", {"sku": sku}
        )
        return list(found.scalars())


def complained(jobs: list[int], category: str, at: datetime = CLOSED) -> None:
    """A complaint about each."""
    told = [
        {"job_id": job, "category": category, "opened_at": at, "opened_by_role": "customer"} for job in jobs
    ]
    with db.engine.begin() as tx:
        tx.execute(insert(Complaint), told)


@pytest.fixture
def brand(world: World) -> World:
    """400 jobs of another product without a word, 40 of ours with ten complaints of charges."""
    with db.engine.begin() as tx:
        tx.execute(insert(Category).values(code="hood", name="烟机"))
        tx.execute(insert(Product).values(sku="HOOD", category_code="hood", name="烟机"))
    closed(world, 400, "HOOD")
    complained(closed(world, 40)[:10], "charge")
    return world


def test_what_speaks_is_proposed_with_its_sum_and_sentence(brand: World) -> None:
    """Everywhere, for this product and cause; counted again it is the same suggestion."""
    assert suggest(NIGHT) == 1
    assert suggest(NIGHT + timedelta(days=1)) == 1
    [one] = listed(brand.actor("admin"), "proposed", None, None, 0, 9)
    assert (one.sku, one.region, one.cause, one.month) == (SKU, "", "charge_not_told", MARCH)
    assert (one.cases, one.jobs, one.brand_cases, one.brand_jobs) == (10, 40, 10, 440)
    assert one.arithmetic == (
        "收费未事先说明：10 件 ÷ 完结 40 单 = 25.00%，95% 区间下限 14.18%，高于品牌平均 10 ÷ 440 = 2.27%"
    )
    assert one.sentence == "此商品基础安装免费，可能产生的收费：打孔 ¥50.00/个；未经您同意不收取任何费用"


def test_three_of_four_do_not_shout(world: World) -> None:
    """Too few jobs to say anything; the report shows them all the same."""
    complained(closed(world, 4)[:3], "attitude")
    assert suggest(NIGHT) == 0
    assert report(world)[0].attitude == 3


def report(world: World, **actor: Any) -> list[CauseRow]:
    """The report of March, one row a product."""
    asked = asking.Asked(period(MARCH, date(2026, 3, 31), date(2026, 3, 31)), ("sku", "month"))
    return asking.page(world.actor("agent", **actor), CAUSES_REPORT, asked, None, 100, NIGHT)


def test_the_accepted_sentence_goes_into_the_next_version_of_the_guide(brand: World) -> None:
    """As edited; beside what the guide says already; in force when somebody publishes it."""
    admin = brand.actor("admin")
    suggest(NIGHT)
    [one] = listed(admin, "proposed", None, None, 0, 9)
    done = accept(admin, one.id, "打孔 ¥50.00 一个，先问后做", NIGHT)
    with pytest.raises(SuggestionDecided):
        dismiss(admin, one.id, "x", NIGHT)

    assert (done.state, done.guide_version, done.sentence) == ("accepted", 1, "打孔 ¥50.00 一个，先问后做")
    assert guides.page(SKU).notes == ()
    guides.publish(admin, SKU, None, NIGHT)
    assert (guides.page(SKU).version, guides.page(SKU).notes) == (1, ("打孔 ¥50.00 一个，先问后做",))
    assert suggest(NIGHT + timedelta(days=2)) == 1  # it speaks still, and what was decided stays
    assert listed(admin, "proposed", None, None, 0, 9) == []
    assert [line.id for line in listed(admin, "accepted", SKU, MARCH, 0, 9)] == [one.id]


def test_what_was_dismissed_is_not_proposed_again_for_a_quarter(brand: World) -> None:
    """Nor in the month after; with its reason."""
    agent = brand.actor("agent")
    suggest(NIGHT)
    [one] = listed(agent, "proposed", None, None, 0, 9)
    assert dismiss(agent, one.id, "包装已改", NIGHT).dismissed_for == "包装已改"
    with db.engine.begin() as tx:
        tx.execute(update(Job).values(closed_at=CLOSED + timedelta(days=20)))
        tx.execute(update(Complaint).values(opened_at=CLOSED + timedelta(days=20)))
    suggest(NIGHT + timedelta(days=20))
    assert listed(agent, "proposed", None, None, 0, 9) == []


def test_what_no_longer_speaks_is_taken_away(brand: World) -> None:
    """A cause said anew changes the count of the night after."""
    suggest(NIGHT)
    for row in rows("SELECT id FROM complaint"):
        causes.give(brand.actor("agent"), "complaint", row.id, "other", NIGHT)
    assert suggest(NIGHT + timedelta(days=1)) == 0
    assert listed(brand.actor("admin"), "proposed", None, None, 0, 9) == []


def test_who_is_bound_to_some_shops_neither_sees_nor_decides(brand: World) -> None:
    """Suggestions count every shop."""
    suggest(NIGHT)
    [one] = listed(brand.actor("admin"), None, None, None, 0, 9)
    bound = brand.actor("agent", channel_ids=frozenset({brand.channel_id}))
    assert listed(bound, None, None, None, 0, 9) == []
    with pytest.raises(NotFound):
        accept(bound, one.id, None, NIGHT)


def test_each_source_counts_once_with_its_cause(world: World) -> None:
    """A complaint, a bad review, an aborted visit, a return visit; a review made a complaint is the complaint."""
    agent, [first, second, third] = world.actor("agent"), closed(world, 3)
    complained([first], "lateness")
    told = {"score": 1, "reviewed_at": CLOSED, "text": "乱收费"}
    number = rows("SELECT number FROM customer_order LIMIT 1")[0].number
    for name in ("R-1", "R-2"):
        reviews.tell(
            agent, ReviewGiven(name, order_number=number, channel_id=world.channel_id, **told), CLOSED
        )
    rows(
        "UPDATE review SET job_id = :j, complaint_id = (SELECT max(id) FROM complaint) WHERE platform_id = 'R-2'",
        j=first,
    )
    abort(second, "part_missing")
    abort(second, "site_unfit", seq=91)
    abort(third, "absent")
    call = create(agent, confirmed(world), CLOSED)
    perform(agent, call.id, Command(Action.ACCEPT), CLOSED)
    answers = (("on_time", "no"), *(one for one in ALL if one[0] != "on_time"))
    perform(agent, call.id, Command(Action.RECORD_ANSWERS, answers=answers), CLOSED)
    perform(agent, call.id, Command(Action.CLOSE), CLOSED)

    [row] = report(world)
    assert (row.complaints, row.reviews, row.aborts, row.return_visits) == (1, 1, 1, 1)
    assert (row.late, row.charge_not_told, row.not_compatible, row.cases, row.jobs) == (2, 1, 1, 4, 3)
    assert (row.month, row.rate_bp) == (MARCH, 13333)
    assert report(world, channel_ids=frozenset({999})) == []


def abort(job_id: int, reason: str, seq: int = 90) -> None:
    """A visit given up."""
    with db.engine.begin() as tx:
        tx.execute(
            insert(JobEvent).values(
                job_id=job_id, seq=seq, action="abort_visit", to_status="suspended", actor_role="installer",
                reason=reason, occurred_at=CLOSED, received_at=CLOSED, data={}, prev_hash=b"", hash=b"",
            )
        )  # fmt: skip


def test_a_person_may_say_another_cause_within_his_shops(world: World) -> None:
    """The last word counts; nothing of other shops, no case that is none."""
    agent, [job_id] = world.actor("agent"), closed(world, 1)
    complained([job_id], "workmanship")
    [complaint] = rows("SELECT id FROM complaint")
    causes.give(agent, "complaint", complaint.id, "damage", NIGHT)
    assert (
        causes.give(agent, "complaint", complaint.id, "not_compatible", NIGHT).cause_name == "与家中条件不符"
    )
    assert (report(world)[0].not_compatible, report(world)[0].workmanship) == (1, 0)
    for who, source, number in (
        (world.actor("agent", channel_ids=frozenset({999})), "complaint", complaint.id),
        (agent, "abort", job_id),
        (agent, "return_visit", job_id),
        (agent, "review", 1),
    ):
        with pytest.raises(NotFound):
            causes.give(who, source, number, "late", NIGHT)


def test_a_reviews_cause_follows_its_words_until_somebody_says_another(world: World) -> None:
    """Read when it comes in, for its words are sealed; changed words change what nobody has said."""
    agent = world.actor("agent")
    given = {"channel_id": world.channel_id, "platform_id": "R-1", "score": 1, "reviewed_at": CLOSED}
    told = reviews.tell(agent, ReviewGiven(**given, text="没人上门"), CLOSED)
    assert rows("SELECT cause FROM cause_given")[0].cause == "late"
    reviews.tell(agent, ReviewGiven(**given, text="漏水"), CLOSED)
    assert rows("SELECT cause FROM cause_given")[0].cause == "workmanship"
    causes.give(agent, "review", told.id, "damage", NIGHT)
    reviews.tell(agent, ReviewGiven(**given, text="没人上门"), CLOSED)
    assert rows("SELECT cause FROM cause_given")[0].cause == "damage"
    assert suggestions.suggest(NIGHT) == 0
