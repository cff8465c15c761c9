"""Stars, work done at the first visit, upheld complaints and promotion days, as lines of a job."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.clocks import Zone
from domain.errors import Invalid
from domain.fee_facts import Blame, JobFacts, Outcome, Scheme, Upheld
from domain.fee_reading import read_rule
from domain.fees import lines
from domain.job import Kind
from domain.ledger import FeeLine, Party

DATA: dict[str, Any] = {
    "version": 4,
    "effective_from": "2026-01-01",
    "categories": [{"code": "heater", "name": "电热水器"}, {"code": "hood", "name": "油烟机"}],
    "base": [{"category": code, "zone": "free", "fen": 8000} for code in ("heater", "hood")],
    "rating": [{"overall": 5, "fen": 500}, {"overall": 4, "fen": 200}],
    "first_time_fen": 300,
    "complaints": [{"fen": 2000}, {"about": "attitude", "fen": 5000}],
    "promotion": [{"fen": 1500}, {"category": "hood", "fen": 2500}],
}
RULE = read_rule(DATA)
JOB = JobFacts(123, 7, Kind.INSTALL, "heater", Zone.FREE, Scheme.SHARE)
COMPLAINT = Upheld(9, "attitude")


def kinds(**facts: object) -> list[tuple[str, int]]:
    """Kind and fen of all lines but the base."""
    found = lines(replace(JOB, **facts), RULE)
    return [(line.kind, line.amount_fen) for line in found if line.kind != "base_fee"]


def test_five_stars_earn_their_bonus_once_a_job() -> None:
    """From the bonus account, two units or one; three stars earn nothing."""
    *_, bonus = lines(replace(JOB, units=2, stars=5), RULE)
    assert bonus == FeeLine(
        "job:123:rating", 123, "rating_bonus", 500, Party.BONUS, Party.DEALER, 4, "好评奖励 5 星 ¥5.00"
    )
    assert kinds(stars=4) == [("rating_bonus", 200)]
    assert kinds(stars=3) == []


def test_work_done_at_the_first_visit_earns_its_bonus() -> None:
    """¥3.00 in its own line."""
    *_, bonus = lines(replace(JOB, first_time=True), RULE)
    assert (bonus.key, bonus.amount_fen, bonus.text) == ("job:123:first_time", 300, "一次完工奖励 ¥3.00")


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": Outcome.AFTER_SUBMIT},
        {"outcome": Outcome.BEFORE_CHECK_IN},
        {"blame": Blame.DEALER},
        {"base_forfeited": True},
    ],
    ids=["cancelled after submit", "cancelled before", "mending its own work", "proven fraud"],
)
def test_only_finished_and_honest_work_earns_a_bonus(facts: dict[str, object]) -> None:
    """No stars make up for fraud, and mending one's own work earns nothing."""
    assert kinds(stars=5, first_time=True, **facts) == []


def test_an_upheld_complaint_costs_what_its_category_costs() -> None:
    """The category's own row before the one for any; each complaint is a line of its own."""
    *_, penalty = lines(replace(JOB, complaints=(COMPLAINT,)), RULE)
    assert penalty == FeeLine(
        "job:123:complaint:9:penalty", 123, "complaint_penalty", 5000, Party.DEALER, Party.PENALTY, 4,
        "投诉扣款 服务态度投诉成立 ¥50.00",
    )  # fmt: skip
    both = (COMPLAINT, Upheld(10, "lateness"))
    assert kinds(complaints=both) == [("complaint_penalty", 5000), ("complaint_penalty", 2000)]


def test_a_complaint_costs_whatever_became_of_the_job() -> None:
    """The customer gave up waiting and complained: nothing is paid, the penalty stands."""
    assert kinds(outcome=Outcome.BEFORE_CHECK_IN, complaints=(COMPLAINT,)) == [("complaint_penalty", 5000)]


def test_a_promotion_day_pays_its_supplement_per_unit() -> None:
    """By who pays the work; a category's own row before the one for any."""
    *_, line = lines(replace(JOB, units=2, promotion="双11"), RULE)
    assert line == FeeLine(
        "job:123:promotion", 123, "promotion", 3000, Party.OPERATOR, Party.DEALER, 4,
        "大促补贴 双11 ¥15.00 × 2 台 = ¥30.00",
    )  # fmt: skip
    assert kinds(category="hood", promotion="618") == [("promotion", 2500)]


def test_a_customer_never_pays_for_the_brands_promotion_day() -> None:
    """A repair that the customer pays: the supplement is the brand's, though the dealer took the money."""
    found = lines(replace(JOB, kind=Kind.REPAIR, payer=Party.CUSTOMER, promotion="双11"), RULE)
    assert [(line.kind, line.debit) for line in found] == [
        ("base_fee", Party.CUSTOMER),
        ("promotion", Party.BRAND),
    ]


def test_a_journey_in_vain_has_no_supplement() -> None:
    """Nothing was installed that day."""
    gone = {"outcome": Outcome.AFTER_CHECK_IN, "visit_id": 5, "promotion": "双11"}
    assert [kind for kind, _ in kinds(**gone)] == ["trip_fee"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rating": [{"overall": 6, "fen": 1}]}, "rating[0].overall"),
        ({"rating": [{"overall": 5, "fen": 1}] * 2}, "rating[1]"),
        ({"complaints": [{"about": "weather", "fen": 1}]}, "complaints[0].about"),
        ({"promotion": [{"category": "sofa", "fen": 1}]}, "promotion[0].category"),
        ({"overcharge_times": 1}, "overcharge_times"),
        ({"first_time_fen": 1.5}, "first_time_fen"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named_by_its_path(change: dict[str, Any], path: str) -> None:
    """Six stars, a double row, an unknown category, less than twice, half a fen."""
    with pytest.raises(Invalid) as refused:
        read_rule({**DATA, **change})
    assert [fault.field for fault in refused.value.errors] == [path]
