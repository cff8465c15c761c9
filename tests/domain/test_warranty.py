"""Who pays for a repair, by what is to be mended and the days since it was installed."""

from __future__ import annotations

from datetime import date

import pytest

from domain.warranty import Terms, Work, judge, months_later

INSTALLED = Work(7, 70, "install", date(2026, 3, 2))
MENDED = Work(9, 71, "repair", date(2027, 1, 10))
TERMS = Terms(goods=24)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 24, date(2028, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 12, 15), 0, date(2026, 12, 15)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_one(day: date, months: int, later: date) -> None:
    """31 August and six months is the last day of February."""
    assert months_later(day, months) == later


@pytest.mark.parametrize(
    ("cover", "today", "verdict", "payer", "until"),
    [
        ("goods", date(2028, 3, 2), "inside", "brand", date(2028, 3, 2)),
        ("goods", date(2028, 3, 3), "outside", "customer", date(2028, 3, 2)),
        ("fitting", date(2026, 6, 2), "inside", "dealer", date(2026, 6, 2)),
        ("fitting", date(2026, 6, 3), "outside", "customer", date(2026, 6, 2)),
        ("workmanship", date(2027, 3, 2), "inside", "dealer", date(2027, 3, 2)),
        ("workmanship", date(2027, 3, 3), "outside", "customer", date(2027, 3, 2)),
    ],
)
def test_each_cover_has_its_last_day_and_its_payer(
    cover: str, today: date, verdict: str, payer: str, until: date
) -> None:
    """The last day is inside, the day after is not."""
    found = judge(cover, TERMS, [INSTALLED], today)
    assert (found.verdict, found.payer, found.until, found.from_job_id) == (verdict, payer, until, 7)


def test_the_dealer_who_pays_is_the_one_whose_work_it_was_last() -> None:
    """Workmanship counts from the last work on it, the goods from their installation."""
    work = judge("workmanship", TERMS, [INSTALLED, MENDED], date(2027, 6, 1))
    goods = judge("goods", TERMS, [INSTALLED, MENDED], date(2027, 6, 1))
    assert (work.payer, work.dealer_id, work.from_job_id) == ("dealer", 71, 9)
    assert (goods.payer, goods.dealer_id, goods.from_job_id) == ("brand", None, 7)


def test_the_arithmetic_stands_in_words() -> None:
    """Day, months, last day, today, consequence."""
    told = judge("goods", TERMS, [INSTALLED], date(2026, 8, 2)).text
    assert told == (
        "安装于 2026-03-02，整机保修 24 个月，至 2028-03-02 止；今天 2026-08-02，在保修期内，费用由品牌承担"
    )


def test_without_a_known_installation_an_agent_says_who_pays() -> None:
    """Nothing is guessed: a repair alone is no installation of the goods."""
    for works in ((), (MENDED,)):
        found = judge("goods", TERMS, works, date(2027, 6, 1))
        assert (found.verdict, found.payer, found.until) == ("unknown", None, None)


def test_work_of_a_dealer_nobody_knows_is_the_brands() -> None:
    """A job without a dealer has nobody to charge."""
    found = judge("workmanship", TERMS, [Work(7, None, "install", date(2026, 3, 2))], date(2026, 4, 1))
    assert (found.payer, found.dealer_id) == ("brand", None)
