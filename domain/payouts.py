"""What is paid to a dealer for a statement: one entry, payable to bank, and what a bank says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from domain.errors import Fault, Invalid
from domain.ledger import Account, Entry, Leg, account
from domain.money import whole, yuan

PAYOUT = "payout"


class State(StrEnum):
    """Of one payment: given to a bank, paid, or come back with a reason."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"


STATE_NAMES: Mapping[State, str] = {State.OPEN: "待付款", State.PAID: "已付款", State.FAILED: "付款失败"}


def key_of(statement_id: int) -> str:
    """A statement is paid once: `statement:12:payout`."""
    return f"statement:{statement_id}:payout"


def check_day(paid_on: date, since: date, today: date) -> None:
    """`Invalid` for a payment of before there was anything to pay, or of a day that has not come.

    Approved on 1 April and told on 9 April: paid on any day of these nine.
    """
    words = "付款日期晚于今天" if paid_on > today else f"付款日期早于 {since}，所付款项当时尚未确定"
    if not since <= paid_on <= today:
        raise Invalid(words, errors=[Fault("paid_on", "out_of_range", words)])


def payment(
    statement_id: int,
    dealer_id: int,
    of: date,
    amount_fen: int,
    month: date,
    out_of: Account = Account.BANK,
    withheld_fen: int = 0,
) -> Entry:
    """¥80.00 paid for March → dealer_payable:7 +8000, bank −8000, in the month in which the bank paid.

    ¥5,000.00 to a person with ¥800.00 withheld → dealer_payable:7 +500000, bank −420000, withheld_tax −80000.
    """
    if whole(amount_fen) <= whole(withheld_fen) or withheld_fen < 0:
        raise ValueError("nothing is paid for nothing")
    legs = [
        Leg(account(Account.DEALER_PAYABLE, dealer_id), amount_fen),
        Leg(account(out_of), withheld_fen - amount_fen),
    ]
    words = f"支付 {of:%Y-%m} 结算单 {yuan(amount_fen)}"
    if withheld_fen:
        legs.append(Leg(account(Account.WITHHELD_TAX), -withheld_fen))
        words += f"，其中代扣税款 {yuan(withheld_fen)}"
    return Entry(key_of(statement_id), month, tuple(legs), words, kind=PAYOUT)
