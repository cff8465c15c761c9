"""Platform reviews: in by file and by API, once; linked, sealed, told to agents, answered, made a complaint of."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from channels.review_file import COLUMNS, template
from domain.errors import Invalid, NotFound
from domain.reviews import ComplaintMade, ReviewLinked, ReviewLoose
from models import db
from models.job import Job
from models.order import Channel, CustomerOrder, OrderLine
from models.person import Subject
from services import reviews
from services.personal import Erased
from services.queries.reviews import ReviewFilters, card, listed
from services.reviews import ReviewGiven, ReviewsImported, ReviewState
from tests.rows import rows
from tests.services import money
from tests.services.test_lifecycle import submitted
from tests.worlds import SKU, World

HEADER = ",".join(COLUMNS) + "\n"
HOUR = timedelta(hours=1)


def number_of(world: World, job_id: int) -> str:
    """The order's number of a job."""
    sql = "SELECT o.number FROM job JOIN order_line l ON l.id = order_line_id JOIN customer_order o ON o.id = order_id"
    return str(rows(f"{sql} WHERE job.id = :j", j=job_id)[0].number)


def take(world: World, *lines: str, days: int = 1, **actor: Any) -> ReviewsImported:
    """A file of these lines."""
    stream = io.BytesIO((HEADER + "".join(f"{line}\n" for line in lines)).encode())
    agent, now = world.actor("agent", **actor), world.now + timedelta(days=days)
    return reviews.take_file(agent, world.channel_id, "r.csv", stream, now)


def tell(world: World, platform_id: str = "R-1", score: int = 1, **more: Any) -> ReviewState:
    """One by API."""
    given = {"reviewed_at": world.now, "text": "师傅张三说要另外收费，电话 13800001111", **more}
    given.setdefault("channel_id", world.channel_id)
    return reviews.tell(
        world.actor("agent"), ReviewGiven(platform_id=platform_id, score=score, **given), world.now + HOUR
    )


def test_good_rows_go_in_once_and_bad_ones_come_back_with_the_reason(world: World) -> None:
    """Read as a stream, linked by order number and SKU; the same file again changes nothing."""
    job_id = submitted(world)
    number = number_of(world, job_id)
    lines = (
        f"R-1,1,2026-03-02 20:00,乱收费,{number},,{SKU},,",
        "R-2,5星,2026-03-02 20:00,很好,NOBODY,,,,",
        f"R-3,9,2026-03-02,字,{number},,,,",
        f"R-4,差评,2030-01-01,字,{number},,,,",
        f",3,昨天,字,{number},x,,,",
    )
    first, again = take(world, *lines), take(world, *lines, days=2)

    assert (first.rows, first.new, first.loose, first.bad) == (5, 2, 1, 3)
    assert (again.new, again.changed, again.same, again.bad) == (0, 0, 2, 3)
    told = b"".join(reviews.bad_rows_csv(world.actor("agent"), first.id)).decode("utf-8-sig")
    for reason in (
        "评分应为 1 到 5",
        "评价时间在将来",
        "评价编号不能为空",
        "评价时间格式无法识别",
        "订单行号应为正整数",
    ):
        assert reason in told
    kept = [
        (one.platform_id, one.job_id, one.bad, one.cause)
        for one in listed(world.actor("agent"), ReviewFilters(), None, 9)
    ]
    assert kept == [("R-2", None, False, None), ("R-1", job_id, True, "charge_not_told")]


def test_the_templates_examples_are_never_reviews(world: World) -> None:
    """Who forgets to delete them is told so."""
    done = reviews.take_file(
        world.actor("agent"), world.channel_id, "t.csv", io.BytesIO(template()), world.now + timedelta(days=9)
    )
    assert (done.new, done.loose, done.bad) == (0, 0, 2)
    assert (
        "这是模板的示例行，请删除" in b"".join(reviews.bad_rows_csv(world.actor("agent"), done.id)).decode()
    )


def test_told_anew_the_words_are_replaced_and_the_answer_stays(world: World) -> None:
    """A follow-up changes the review; one review per shop and platform id."""
    first = tell(world, score=5, text="不错")
    reviews.answer(world.actor("agent"), first.id, "谢谢您", world.now + HOUR)
    second = tell(world, score=5, text="不错", follow_up="用了一周漏水", follow_up_at=world.now)
    third = tell(world, score=3, text="不错", follow_up="用了一周漏水", follow_up_at=world.now)
    elsewhere = tell(world, channel_id=money.put(Channel, code="b", name="另一店", platform="own"))

    assert (first.bad, second.bad, third.bad) == (False, False, True)
    assert first.id == second.id == third.id != elsewhere.id
    shown = card(world.actor("agent"), first.id)
    assert (shown.score, shown.follow_up, shown.answer) == (3, "用了一周漏水", "谢谢您")
    assert shown.cause == "workmanship"


def test_agents_of_the_channel_are_told_once_an_hour(world: World) -> None:
    """All that came by then in one message; good ones tell nobody."""
    for at in range(5):
        tell(world, f"R-{at}")
    tell(world, "R-good", score=5, text="好")
    [told] = rows("SELECT payload FROM outbox WHERE dedupe_key LIKE 'reviews:%'")
    assert told.payload == {
        "template": "review_alert", "audience": "agents", "channel_id": world.channel_id, "values": {"count": 5},
    }  # fmt: skip


def test_one_order_with_several_lines_is_linked_by_its_sku_only(world: World) -> None:
    """Where two lines fit, a person must say which: the review waits among the loose ones."""
    job_id = submitted(world)
    number, agent = number_of(world, job_id), world.actor("agent")
    with db.engine.begin() as tx:
        order_id = tx.execute(select(CustomerOrder.id).where(CustomerOrder.number == number)).scalar_one()
        line = {
            "order_id": order_id,
            "line_number": 2,
            "sku": "HOOD-1",
            "title": "x",
            "quantity": 1,
            "state": "paid",
        }
        other = tx.execute(
            insert(OrderLine).values(**line, fingerprint=b"").returning(OrderLine.id)
        ).scalar_one()
    unclear, clear = tell(world, "R-1", order_number=number), tell(world, "R-2", order_number=number, sku=SKU)

    assert (unclear.order_line_id, clear.job_id) == (None, job_id)
    assert [one.id for one in listed(agent, ReviewFilters("loose"), None, 9)] == [unclear.id]
    linked = reviews.link(agent, unclear.id, other, world.now)
    assert (linked.order_line_id, linked.job_id) == (other, None)
    with pytest.raises(ReviewLinked):
        reviews.link(agent, unclear.id, other, world.now)
    assert listed(agent, ReviewFilters("loose"), None, 9) == []


def test_a_review_is_about_the_work_somebody_came_for(world: World) -> None:
    """Not about a repair that was asked for since and that nobody has come for."""
    done = submitted(world)
    line_id, repair = world.row(done).order_line_id, world.job()
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == repair).values(kind="repair", order_line_id=line_id))
    told = tell(world, order_number=number_of(world, done), reviewed_at=world.now + HOUR)
    assert told.job_id == done != repair


def test_a_review_that_came_before_its_order_finds_it_later(world: World) -> None:
    """By the hourly look; its words move under the customer's key, its own key is destroyed."""
    loose = tell(world, order_number="LATER-1")
    [own] = rows("SELECT subject_id FROM review")
    job_id = submitted(world)
    with db.engine.begin() as tx:
        tx.execute(update(CustomerOrder).values(number="LATER-1"))
    assert reviews.link_loose(world.now + timedelta(days=1)) == 1
    assert reviews.link_loose(world.now + timedelta(days=1)) == 0

    shown = card(world.actor("agent"), loose.id)
    assert (shown.job_id, shown.linked_by, shown.text) == (
        job_id,
        "number",
        "师傅张三说要另外收费，电话 13800001111",
    )
    [review] = rows("SELECT subject_id FROM review")
    assert review.subject_id == world.row(job_id).subject_id != own.subject_id
    assert rows("SELECT wrapped_key FROM subject WHERE id = :s", s=own.subject_id)[0].wrapped_key is None


def test_who_is_erased_takes_his_words_with_him(world: World) -> None:
    """Stars and link stay, the text is gone; an answer cannot be kept any more."""
    job_id = submitted(world)
    told = tell(world, order_number=number_of(world, job_id))
    with db.engine.begin() as tx:
        tx.execute(update(Subject).where(Subject.id == world.row(job_id).subject_id).values(wrapped_key=None))
    shown = card(world.actor("agent"), told.id)
    assert (shown.score, shown.job_id, shown.text) == (1, job_id, None)
    with pytest.raises(Erased):
        reviews.answer(world.actor("agent"), told.id, "抱歉", world.now)
    again = tell(world, text="又说一次", order_number=number_of(world, job_id))
    assert card(world.actor("agent"), again.id).text is None


def test_no_word_of_a_review_lies_open_in_the_database(world: World) -> None:
    """Neither linked nor loose, neither good nor bad rows of a file."""
    tell(world, order_number=number_of(world, submitted(world)))
    tell(world, "R-2", text="我叫李四住三楼")
    take(world, "R-3,0,2026-03-02,我叫王五,N-1,,,,")
    with db.engine.begin() as tx:
        for table in ("review", "review_import", "outbox", "job_event"):
            dump = "".join(map(str, tx.exec_driver_sql(f"SELECT t::text FROM {table} t").scalars()))
            assert not any(name in dump for name in ("张三", "李四", "王五", "13800001111"))


def test_a_dealer_reads_the_reviews_of_its_jobs_without_the_name(world: World) -> None:
    """Nor a number to call; another dealer and an agent of other shops read nothing; an operator its shop's."""
    told = tell(world, order_number=number_of(world, submitted(world)))
    shown = card(world.actor("dispatcher1"), told.id)
    assert shown.text == "师傅客户说要另外收费，电话 ***"
    for stranger in (world.actor("dispatcher2"), world.actor("agent", channel_ids=frozenset({9}))):
        with pytest.raises(NotFound):
            card(stranger, told.id)
        assert listed(stranger, ReviewFilters(), None, 9) == []
    with db.engine.begin() as tx:
        tx.execute(update(Channel).values(operator_dealer_id=world.dealers[1]))
    assert card(world.actor("dispatcher2"), told.id).text == shown.text


def test_an_agent_handles_only_the_shops_of_its_desk(world: World) -> None:
    """Neither import nor tell, link, answer or complain elsewhere."""
    told = tell(world)
    agent = world.actor("agent", channel_ids=frozenset({999}))
    with pytest.raises(NotFound):
        take(world, "R-9,1,2026-03-02,x,N,,,,", channel_ids=frozenset({999}))
    with pytest.raises(NotFound):
        reviews.answer(agent, told.id, "x", world.now)
    with pytest.raises(NotFound):
        reviews.complain(agent, told.id, None, world.now)
    with pytest.raises(NotFound):
        reviews.link(world.actor("agent"), told.id, 999_999, world.now)


def test_a_bad_review_becomes_a_complaint_with_its_clocks_once(world: World) -> None:
    """In the customer's words, the category read from them; loose ones and second ones are refused."""
    job_id, agent = submitted(world), world.actor("agent")
    told = tell(world, order_number=number_of(world, job_id))
    with pytest.raises(ReviewLoose):
        reviews.complain(agent, tell(world, "R-2").id, None, world.now)
    made = reviews.complain(agent, told.id, None, world.now + HOUR)
    with pytest.raises(ComplaintMade):
        reviews.complain(agent, told.id, None, world.now + HOUR)
    with pytest.raises(ReviewLinked):
        reviews.link(agent, told.id, world.row(job_id).order_line_id, world.now)

    [complaint] = rows("SELECT id, category, closed_at FROM complaint WHERE job_id = :j", j=job_id)
    assert (made.complaint_id, complaint.category, complaint.closed_at) == (complaint.id, "charge", None)
    assert rows("SELECT 1 FROM clock WHERE complaint_id = :c", c=complaint.id)
    assert world.row(job_id).open_complaints == 1


def test_words_that_tell_no_category_need_one_from_the_agent(world: World) -> None:
    """One star and a sigh."""
    told = tell(world, text="唉", order_number=number_of(world, submitted(world)))
    with pytest.raises(Invalid):
        reviews.complain(world.actor("agent"), told.id, None, world.now + HOUR)
    assert reviews.complain(world.actor("agent"), told.id, "attitude", world.now + HOUR).complaint_id


def test_bad_rows_are_forgotten_after_a_month(world: World) -> None:
    """Key and all: its file has a header and nothing under it."""
    done = take(world, "R-1,0,2026-03-02,我叫王五,N-1,,,,")
    assert reviews.purge(world.now + timedelta(days=20)) == 0
    assert reviews.purge(world.now + timedelta(days=40)) == 1
    assert rows("SELECT bad_rows FROM review_import")[0].bad_rows is None
    assert b"".join(reviews.bad_rows_csv(world.actor("agent"), done.id)).count(b"\r\n") == 1
