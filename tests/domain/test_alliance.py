"""The alliance's reward, the year-end rebate and penalties, as the articles tell them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from inspect import signature

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import alliance, penalties, rebates
from domain.alliance import Record, Span, late_allowed, missed, months_of, outlook, reward
from domain.errors import Invalid
from domain.ledger import Leg
from domain.penalties import AppealClosed, NotAppealed, OwnPenalty, State
from domain.rebates import rebate
from domain.year_terms import Applies, Tier, YearTerms, read_terms, terms_for

TERMS = YearTerms()
MILLION = 100_000_000
JANUARY = date(2027, 1, 1)
TIERS = (Tier(50_000_000, 100), Tier(100_000_000, 200))
FEN = st.integers(0, 10**13)
IMPOSED = datetime(2026, 3, 31, 15, tzinfo=UTC)  # 23:00 in Shanghai


def test_a_million_offline_is_fifteen_thousand_whatever_the_online_volume() -> None:
    """S0: 年销售额是100万元，无论其承接的线上服务量是多少，都可以得到1.5万元; online is not even asked for."""
    due = reward(2026, MILLION, 12, [], TERMS)
    assert due.fen == 1_500_000
    assert due.text == "2026 年度联盟奖励 线下销售额 ¥1,000,000.00 × 1.5% = ¥15,000.00（默认年度政策）"
    assert "online" not in " ".join(signature(reward).parameters)
    entry = alliance.reward_entry(2026, 7, due, JANUARY)
    assert entry.natural_key == "alliance_reward:2026:dealer:7"
    assert entry.legs == (Leg("alliance_reward_expense", 1_500_000), Leg("dealer_payable:7", -1_500_000))


@pytest.mark.parametrize(
    ("spans", "months"),
    [
        ([Span(date(2025, 5, 1))], 12),
        ([Span(date(2026, 7, 15))], 6),
        ([Span(date(2025, 5, 1), date(2026, 9, 10))], 8),
        ([Span(date(2026, 2, 28), date(2026, 3, 30)), Span(date(2026, 12, 31))], 2),
        ([Span(date(2026, 3, 1), date(2026, 3, 10)), Span(date(2026, 3, 20))], 10),
        ([Span(date(2027, 1, 1))], 0),
        ([], 0),
    ],
)
def test_who_joins_or_leaves_in_mid_year_is_paid_by_months(spans: list[Span], months: int) -> None:
    """The months at whose last day one is a member; six of twelve are half of the reward."""
    assert months_of(spans, 2026) == months
    assert reward(2026, MILLION, months, [], TERMS).fen == 125_000 * months


def test_penalties_cut_the_reward_and_never_below_nothing() -> None:
    """Two cuts of ¥500 and ¥200 leave ¥14,300; cuts of ¥20,000 leave nothing and no debt."""
    cut = reward(2026, MILLION, 12, [50_000, 20_000], TERMS)
    assert (cut.fen, cut.cut_fen) == (1_430_000, 70_000)
    assert "− 处罚扣减 ¥700.00（2 笔） = ¥14,300.00" in cut.text
    assert reward(2026, MILLION, 12, [2_000_000], TERMS).fen == 0


def test_the_standard_is_kept_by_whoever_had_no_jobs() -> None:
    """No jobs = kept; 90 % of 20 lets two be late, the third misses; complaints have a limit of their own."""
    assert missed(Record(), TERMS) == ()
    assert missed(Record(20, 2, 3), TERMS) == ()
    assert missed(Record(20, 3, 0), TERMS) == ("20 单中 17 单准时，未达 90%",)
    assert missed(Record(20, 0, 4), TERMS) == ("成立投诉 4 件，超过 3 件",)


def test_a_dealer_reads_what_it_is_on_course_for() -> None:
    """On course for ¥15,000; lost so far ¥0; two late jobs left before the standard is missed."""
    due = reward(2026, MILLION, 12, [], TERMS)
    good = outlook(due, Record(20, 0, 1), TERMS)
    bad = outlook(due, Record(20, 3, 0), TERMS)
    assert (good.on_course_fen, good.lost_fen, good.late_left, good.complaints_left) == (1_500_000, 0, 2, 2)
    assert good.text == "预计联盟奖励 ¥15,000.00；目前已损失 ¥0.00；再多 2 单超时、2 件成立投诉以内仍达标"
    assert (bad.on_course_fen, bad.lost_fen, bad.late_left) == (0, 1_500_000, 0)
    assert "目前未达标" in bad.text
    assert outlook(due, Record(), TERMS, signed=False).text.endswith("联盟协议尚未签署，签署后方可发放")


@settings(max_examples=40)
@given(FEN, st.integers(0, 12), st.lists(st.integers(1, 10**9), max_size=3), st.integers(0, 10_000))
def test_reward_and_cut_are_always_the_whole(sales: int, months: int, cuts: list[int], bp: int) -> None:
    """What is paid and what is cut sum to the gross; nobody gets more than the rate, nobody less than nothing."""
    due = reward(2026, sales, months, cuts, YearTerms(reward_bp=bp))
    assert due.fen + due.cut_fen == due.gross_fen
    assert 0 <= due.fen <= due.gross_fen <= reward(2026, sales, 12, [], YearTerms(reward_bp=bp)).gross_fen


@settings(max_examples=40)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 10_000))
def test_so_many_late_jobs_are_allowed_and_not_one_more(jobs: int, late: int, bp: int) -> None:
    """The count that is shown and the rate that is asked say the same."""
    if late <= jobs:
        kept = jobs == 0 or (jobs - late) * 10_000 >= bp * jobs
        assert (late <= late_allowed(jobs, bp)) == kept


def test_the_rebate_counts_online_sales_that_the_dealer_shipped() -> None:
    """S1: 由此带来的销售业绩也可计入代理商的年终返利: ¥800,000 alone reach 1 %, with ¥300,000 online 2 %."""
    terms = YearTerms(2, 2026, tiers=TIERS)
    alone, both = rebate(2026, 80_000_000, 0, terms), rebate(2026, 80_000_000, 30_000_000, terms)
    assert (alone.fen, both.fen) == (800_000, 2_200_000)
    assert both.text == (
        "2026 年终返利 线下 ¥800,000.00 + 计入的线上 ¥300,000.00 = ¥1,100,000.00；"
        "¥1,100,000.00 × 2% = ¥22,000.00（年度政策第 2 版）"
    )
    entry = rebates.rebate_entry(2026, 7, both, JANUARY)
    assert entry.natural_key == "year_rebate:2026:dealer:7"
    assert entry.legs == (Leg("rebate_expense", 2_200_000), Leg("dealer_payable:7", -2_200_000))


def test_tiers_may_count_slice_by_slice() -> None:
    """¥500,000 × 1 % + ¥100,000 × 2 % = ¥7,000: below the first tier nothing."""
    terms = YearTerms(2, 2026, tiers=TIERS, applies=Applies.SLICE)
    due = rebate(2026, 80_000_000, 30_000_000, terms)
    assert (due.fen, rebate(2026, 49_999_999, 0, terms).fen) == (700_000, 0)
    assert "¥500,000.00 × 1% + ¥100,000.00 × 2% = ¥7,000.00" in due.text
    assert "未达返利档位" in rebate(2026, 0, 0, terms).text


@settings(max_examples=40)
@given(FEN, FEN, st.sampled_from(Applies))
def test_more_sales_never_bring_less(offline: int, online: int, applies: Applies) -> None:
    """With rising rates the rebate rises with the sum, wherever the sales were made."""
    terms = YearTerms(1, 2026, tiers=TIERS, applies=applies)
    more = rebate(2026, offline + 1, online, terms)
    assert more.fen >= rebate(2026, offline, online, terms).fen
    assert more.fen == rebate(2026, offline, online + 1, terms).fen


def test_terms_are_data_by_year_and_every_fault_is_named() -> None:
    """The newest version that holds for the year; tiers rise, rates are basis points, years are given."""
    old = read_terms({"from_year": 2025}, 1)
    new = read_terms({"from_year": 2027, "reward_bp": 200, "tiers": [{"from_fen": 5, "bp": 1}]}, 2)
    assert [terms_for([old, new], year).version for year in (2024, 2025, 2026, 2027)] == [0, 1, 1, 2]
    with pytest.raises(Invalid) as refused:
        read_terms(
            {
                "reward_bp": 1.5,
                "applies": "x",
                "tiers": [{"from_fen": 9, "bp": 1}, {"from_fen": 9, "bp": -1}],
            },
            1,
        )
    assert {fault.field for fault in refused.value.errors} == {
        "from_year", "reward_bp", "applies", "tiers", "tiers.1.bp",
    }  # fmt: skip


def test_a_penalty_comes_with_the_next_statement() -> None:
    """Laid on late on 31 March: April's; its memo is codes and figures only."""
    assert penalties.due_month(IMPOSED) == date(2026, 4, 1)
    assert penalties.due_month(datetime(2026, 12, 5, tzinfo=UTC)) == JANUARY
    entry = penalties.penalty_entry(12, 7, 99, "no_show", 20_000, date(2026, 4, 1))
    assert (entry.natural_key, entry.memo) == ("penalty:12", "处罚 12 无故失约 工单 99 ¥200.00")
    assert entry.legs == (Leg("dealer_payable:7", 20_000), Leg("penalty_income", -20_000))


def test_an_appeal_comes_once_within_seven_days_and_somebody_else_answers() -> None:
    """Not after a week, not twice; not who laid it on, and nothing where nobody appealed."""
    week = IMPOSED + timedelta(days=7)
    penalties.check_appeal(State.STANDING, IMPOSED, week)
    for state, at in [(State.STANDING, week + timedelta(seconds=1)), (State.DECLINED, IMPOSED)]:
        with pytest.raises(AppealClosed):
            penalties.check_appeal(state, IMPOSED, at)
    penalties.check_answer(State.APPEALED, 1, 2)
    with pytest.raises(OwnPenalty):
        penalties.check_answer(State.APPEALED, 1, 1)
    with pytest.raises(NotAppealed):
        penalties.check_answer(State.STANDING, 1, 2)
    assert [penalties.state(*one) for one in [(False, None), (True, None), (True, False), (True, True)]] == [
        State.STANDING, State.APPEALED, State.DECLINED, State.LIFTED,
    ]  # fmt: skip
