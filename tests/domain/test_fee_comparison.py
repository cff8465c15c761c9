"""Jobs priced twice: sums per kind, account and dealer, and the largest differences."""

from __future__ import annotations

from datetime import date

from domain.fee_comparison import LARGEST, AccountChange, Comparing, DealerChange, LineChange, Refusal
from domain.ledger import Entry, Leg

MONTH = date(2026, 3, 1)


def entry(
    job: int, fen: int, kind: str = "base_fee", debit: str = "brand_service_expense", dealer: int = 7
) -> Entry:
    """A fee to a dealer, or with `debit` his own account and `fen` negative, a penalty."""
    legs = (Leg(debit, fen), Leg(f"dealer_payable:{dealer}", -fen))
    return Entry(f"job:{job}:{kind}", MONTH, legs, f"{kind} {fen}", 1, kind, job)


def test_each_side_is_summed_by_kind_account_and_dealer() -> None:
    """¥80.00 becomes ¥85.00, a penalty of ¥20.00 stays: the dealer gets ¥5.00 more, the brand pays it."""
    comparing = Comparing()
    late = entry(1, -2000, "penalty", "penalty_income")
    comparing.add(1, [entry(1, 8000), late], [entry(1, 8500), late])
    found = comparing.result()
    assert [(one.title, one.was_fen, one.now_fen) for one in found.kinds] == [
        ("基础费", 8000, 8500),
        ("时效扣款", -2000, -2000),
    ]
    assert found.accounts == (
        AccountChange("brand_service_expense", "品牌服务费用", 8000, 8500),
        AccountChange("dealer_payable", "应付服务商", -6000, -6500),
        AccountChange("penalty_income", "扣款收入", -2000, -2000),
    )
    assert found.dealers == (DealerChange(7, 6000, 6500),)
    assert (found.was_fen, found.now_fen, found.changed) == (6000, 6500, 1)
    assert found.largest[0].lines == (LineChange("base_fee", "base_fee 8000", "base_fee 8500"),)


def test_one_dealer_at_fault_pays_another_and_both_are_named() -> None:
    """The line is the one's who worked; the other's account goes down by as much."""
    comparing = Comparing()
    comparing.add(1, [entry(1, 8000, debit="dealer_payable:8")], [entry(1, 9000, debit="dealer_payable:8")])
    found = comparing.result()
    assert (found.kinds[0].was_fen, found.kinds[0].now_fen) == (8000, 9000)
    assert found.dealers == (DealerChange(7, 8000, 9000), DealerChange(8, -8000, -9000))


def test_only_the_largest_differences_are_kept_the_largest_first() -> None:
    """Thirty jobs that differ by their number: twenty are named; a line of another version alone is no difference."""
    comparing = Comparing()
    for job in range(1, 31):
        comparing.add(job, [entry(job, 8000)], [entry(job, 8000 + job)])
    comparing.add(99, [entry(99, 8000)], [entry(99, 8000)])
    found = comparing.result()
    assert [one.job_id for one in found.largest] == list(range(30, 30 - LARGEST, -1))
    assert (found.jobs, found.changed) == (31, 30)


def test_a_line_that_comes_or_goes_says_so() -> None:
    """None on the side that has no such line."""
    comparing = Comparing()
    comparing.add(1, [], [entry(1, 680, "remote_fee")])
    assert comparing.result().largest[0].lines == (LineChange("remote_fee", None, "remote_fee 680"),)


def test_jobs_without_a_price_are_counted_apart() -> None:
    """Refused by the new version, and unpaid today with or without a price then; none of them is in a sum."""
    comparing = Comparing()
    comparing.refuse(Refusal(1, "no_base_fee", "?"))
    comparing.unpaid(still=True)
    comparing.unpaid(still=False)
    found = comparing.result()
    assert (found.jobs, found.refused, found.unpaid, found.priced, found.was_fen) == (3, 1, 2, 1, 0)
    assert found.refusals == (Refusal(1, "no_base_fee", "?"),)
