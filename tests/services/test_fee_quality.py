"""What the customer says of the work, and what the calendar says of its day, in the ledger: by the run, or later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from domain.actions import Action, Command, Scores
from jobs.drains import owed
from models.complaint import Complaint
from services.fees import post_reversed, run_fees
from services.lifecycle import perform
from tests.rows import rows
from tests.services.money import (
    APRIL,
    APRIL_1,
    DAY,
    ENDED,
    aborted,
    accepted,
    arrive,
    clock,
    ended,
    posted,
    put,
    rule,
    visit,
)
from tests.worlds import World

QUALITY: dict[str, Any] = {
    "rating": [{"overall": 5, "fen": 500}],
    "first_time_fen": 300,
    "complaints": [{"fen": 5000}],
    "promotion": [{"fen": 1500}],
}


def found(*kinds: str) -> list[tuple[int, str, str]]:
    """Job, kind and memo of what is in the ledger; of these kinds only."""
    return [(row.job_id, row.kind, row.memo) for row in posted() if not kinds or row.kind in kinds]


def complained(job_id: int, fault: str | None = None, verdict: str = "upheld", at: datetime = ENDED) -> int:
    """A complaint about the attitude that has had its answer."""
    return put(
        Complaint, job_id=job_id, category="attitude", opened_at=at, opened_by_role="customer", closed_at=at,
        verdict=verdict, fault=fault,
    )  # fmt: skip


def test_good_work_on_a_promotion_day_earns_all_it_can(world: World) -> None:
    """Base, the day, the stars and the first visit: each a line; the run twice is once."""
    rule(**QUALITY)
    job_id = ended(world, units=2)
    put_day(ENDED - 8 * DAY, "开春大促")
    put_rating(job_id)

    run_fees(APRIL_1)
    again = run_fees(APRIL_1)

    assert again.entries == 0
    assert found("promotion", "rating_bonus", "first_time_bonus") == [
        (job_id, "first_time_bonus", "一次完工奖励 ¥3.00"),
        (job_id, "promotion", "大促补贴 开春大促 ¥15.00 × 2 台 = ¥30.00"),
        (job_id, "rating_bonus", "好评奖励 5 星 ¥5.00"),
    ]


def put_day(at: datetime, name: str) -> None:
    """The day of a moment is a promotion day."""
    rows("INSERT INTO promotion_day (day, name) VALUES (:day, :name)", day=at.date(), name=name)


def put_rating(job_id: int, overall: int = 5) -> None:
    """The customer's stars."""
    rows(
        "INSERT INTO rating (job_id, overall, created_at) VALUES (:job, :stars, :at)",
        job=job_id, stars=overall, at=ENDED,
    )  # fmt: skip


def test_a_second_visit_is_no_first_time_but_others_faults_cost_nobody_his_bonus(world: World) -> None:
    """Came twice; once in vain by the customer's fault; mends its own work, others'; a verdict taken back."""
    rule(first_time_fen=300)
    twice, in_vain, bad_work, bad_goods, taken_back = (ended(world) for _ in range(5))
    for job_id, fault in ((twice, None), (in_vain, "customer")):
        again = visit(world.dealers[0])
        arrive(job_id, again, ENDED - 9 * DAY)
        if fault is not None:
            rows(
                "UPDATE job SET trip_fee = 'after_check_in', trip_fault = :f WHERE id = :j", f=fault, j=job_id
            )
            rows("UPDATE check_in SET received_at = :at WHERE visit_id <> :v AND job_id = :j",
                 at=ENDED - 8 * DAY, v=again, j=job_id)  # fmt: skip
            aborted(job_id, fault, ENDED - 9 * DAY)
    for job_id, fault in ((bad_work, "dealer"), (bad_goods, "goods"), (taken_back, "dealer")):
        child = world.job(delivered=False)
        rows(
            "UPDATE job SET kind = 'second_visit', parent_id = :p, fault = :f WHERE id = :c",
            p=job_id, f=fault, c=child,
        )  # fmt: skip
    overturn(taken_back, child, world.dealers[0])

    run_fees(APRIL_1)

    assert [job_id for job_id, _, _ in found("first_time_bonus")] == [in_vain, bad_goods, taken_back]


def overturn(job_id: int, child_id: int, dealer_id: int) -> None:
    """A verdict of bad work, taken back on appeal."""
    rows(
        "INSERT INTO audit (job_id, dealer_id, drawn_at, why, inclusion_bp, rate_bp, seed, ticket, risk, second,"
        " verdict, fault, decided_at, child_id, reversed_at) VALUES (:job, :dealer, :at, 'random', 1, 1, 's', 1, 0,"
        " false, 'work', 'dealer', :at, :child, :at)",
        job=job_id, dealer=dealer_id, child=child_id, at=ENDED,
    )  # fmt: skip


@pytest.mark.parametrize(("metres", "more"), [(30_000, "1320"), (23_400, None)])
def test_a_verdict_taken_back_pays_no_second_way_for_one_visit(
    world: World, metres: int, more: str | None
) -> None:
    """A neighbour was paid ¥6.80 while the work that mends was nobody's to pay: of its own ¥20.00 the rest comes."""
    rule()
    first = ended(world)
    door = visit(world.dealers[0])
    neighbour = ended(
        world, visit_id=door, distance_m=23_400, trip_fee="after_check_in", trip_fault="customer"
    )
    rows("UPDATE check_in SET received_at = :at WHERE visit_id = :v", at=ENDED - 8 * DAY, v=door)
    arrive(neighbour, visit(world.dealers[0]), ENDED - 9 * DAY)  # a way of its own, on another day
    aborted(neighbour, "customer", ENDED - 9 * DAY)
    mending = ended(
        world, visit_id=door, distance_m=metres, kind="second_visit", parent_id=first, fault="dealer"
    )
    run_fees(APRIL_1)
    overturn(first, mending, world.dealers[0])

    for _ in range(2):
        post_reversed({"job_id": mending}, APRIL_1)

    ways = [row for row in posted() if row.kind == "remote_fee"]
    assert [row.job_id for row in posted() if row.kind == "base_fee"] == [first, neighbour, mending]
    assert [row.legs.split(", ")[0].split()[-1] for row in ways] == ["680", "680", *filter(None, [more])]
    if more is not None:
        assert ways[-1].memo == (
            "远程费 (30 km − 20 km) × ¥2.00 = ¥20.00，同次上门的另一工单已计 ¥6.80，余 ¥13.20（稽核申诉成立后计入）"
        )


def test_a_verdict_taken_back_leaves_the_ledger_as_if_it_had_never_been(world: World) -> None:
    """Charged to the first dealer while it stood; then the brand pays the other's work, the trip, and its own bonus."""
    rule()
    first, other = world.dealers[:2]
    done = ended(world)
    mended = ended(world, dealer=2, kind="second_visit", parent_id=done, fault="dealer")
    given_up = ended(world, kind="second_visit", parent_id=done, fault="dealer", status="cancelled",
                     trip_fee="after_check_in", trip_fault="goods")  # fmt: skip
    own = ended(world, kind="second_visit", parent_id=done, fault="dealer")
    clock(own, dealer_id=first)
    run_fees(APRIL_1)
    before = [row.legs for row in posted() if row.job_id != done]
    overturn(done, mended, first)
    for job_id in (given_up, own):
        rows("UPDATE audit SET child_id = :c", c=job_id)
        post_reversed({"job_id": job_id}, APRIL_1)
    rows("UPDATE audit SET child_id = :c", c=mended)
    for _ in range(2):
        post_reversed({"job_id": mended}, APRIL_1)

    assert before == [f"dealer_payable:{first} 8000, dealer_payable:{other} -8000"]
    brand = "brand_service_expense {fen}, dealer_payable:{to} -{fen}"
    assert sorted(row.legs for row in posted() if row.job_id != done) == sorted(
        [
            *before,
            f"dealer_payable:{other} 8000, dealer_payable:{first} -8000",
            brand.format(fen=8000, to=other),
            brand.format(fen=4000, to=first),
            brand.format(fen=8000, to=first),
            f"bonus_expense 500, dealer_payable:{first} -500",
        ]
    )


def test_what_a_complaint_is_settled_for_comes_from_who_had_the_job_then(world: World) -> None:
    """As its penalty does: the second dealer, who finished the work, pays nothing."""
    job_id = ended(world, dealer=2)
    accepted(job_id, world.dealers[0], ENDED - 12 * DAY, seq=80)
    accepted(job_id, world.dealers[1], ENDED - 10 * DAY, seq=81)
    complaint = put(Complaint, job_id=job_id, category="attitude", opened_at=ENDED - 11 * DAY,
                    opened_by_role="customer")  # fmt: skip
    told = Command(
        Action.COMPLAINT_CLOSED, complaint_id=complaint, outcome="upheld", fault="dealer", agreed_fen=2000
    )
    perform(world.actor("agent"), job_id, told, APRIL_1)
    owed(APRIL_1)

    assert [row.legs for row in posted()] == [
        f"dealer_payable:{world.dealers[0]} 2000, customer_clearing -2000"
    ]


def test_an_upheld_complaint_costs_the_dealer_who_had_the_job_then(world: World) -> None:
    """Redispatched afterwards, it is still the first one's; not upheld, or another's fault, it costs nobody."""
    rule(complaints=[{"fen": 5000}])
    job_id = ended(world, dealer=2)
    accepted(job_id, world.dealers[0], ENDED - 12 * DAY, seq=80)
    accepted(job_id, world.dealers[1], ENDED - 10 * DAY, seq=81)
    first = complained(job_id, at=ENDED - 11 * DAY)
    second = complained(job_id, "dealer", at=ENDED - 9 * DAY)
    complained(job_id, "logistics")
    complained(job_id, verdict="not_upheld")

    run_fees(APRIL_1)

    assert [(row.key, row.legs) for row in posted() if row.kind == "complaint_penalty"] == [
        (f"job:{job_id}:complaint:{n}:penalty", f"dealer_payable:{dealer} 5000, penalty_income -5000")
        for n, dealer in ((first, world.dealers[0]), (second, world.dealers[1]))
    ]


def test_what_is_said_after_the_fees_are_posted_comes_into_the_open_month_once(world: World) -> None:
    """Stars given and a complaint upheld in April for work that closed in March."""
    rule(**QUALITY)
    job_id = ended(world)
    run_fees(ENDED + DAY)
    before = len(posted())
    agent = world.actor("agent")
    perform(world.customer(job_id), job_id, Command(Action.RATE, scores=Scores(5)), APRIL_1)
    perform(world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category="attitude"), APRIL_1)
    [complaint] = rows("SELECT id FROM complaint")
    ruled = Command(Action.COMPLAINT_CLOSED, complaint_id=complaint.id, outcome="upheld", fault="dealer")
    perform(agent, job_id, ruled, APRIL_1)

    owed(APRIL_1)
    rows("UPDATE outbox SET state = 'pending', next_at = created_at WHERE kind = 'quality'")
    owed(APRIL_1)

    late = [row for row in posted() if row.month == APRIL]
    assert len(posted()) == before + 2
    assert [(row.kind, row.memo) for row in late] == [
        ("complaint_penalty", "投诉扣款 服务态度投诉成立 ¥50.00（完结后计入）"),
        ("rating_bonus", "好评奖励 5 星 ¥5.00（完结后计入）"),
    ]
