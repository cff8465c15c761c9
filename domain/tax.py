"""The tax within an amount: a rate per kind of line and dealer, and whether the amount holds it or it comes on top.

A statement's total is what is paid, so tax that comes on top is an entry and a line of its own (kind `tax`), and net
and tax of every line sum to the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.errors import Fault
from domain.ledger import Account, Entry, Leg, account, reverse
from domain.money import BP, half_up_fen, percent, share_of, whole, yuan
from domain.payouts import PAYOUT

ANY = "*"
TAX = "tax"


@dataclass(frozen=True, slots=True)
class TaxRule:
    """From `since` (a month) on: `kind` "*" is every kind, no dealer is every dealer. The rate in basis points."""

    since: date
    kind: str
    dealer_id: int | None
    rate_bp: int
    inclusive: bool = True


@dataclass(frozen=True, slots=True)
class Taxed:
    """An amount in two parts that sum to it, and the rate they were parted by."""

    net_fen: int
    tax_fen: int
    rate_bp: int
    inclusive: bool


NONE = TaxRule(date.min, ANY, None, 0)


def rule_for(rules: Iterable[TaxRule], kind: str, dealer_id: int, month: date) -> TaxRule:
    """The rule that holds: a dealer's own before everybody's, then a kind's own before "*", then the newest.

    None that fits: no tax. A payment, owed again once it is taken back, never bears any: what it paid for did.
    """
    if kind == PAYOUT:
        return NONE
    fitting = [
        rule
        for rule in rules
        if rule.since <= month and rule.kind in (kind, ANY) and rule.dealer_id in (dealer_id, None)
    ]
    return max(
        fitting, key=lambda rule: (rule.dealer_id is not None, rule.kind != ANY, rule.since), default=NONE
    )


def begin_faults(since: date, this_month: date) -> list[Fault]:
    """Of the month from which a rate holds: none is changed afterwards, and none begins in mid-month."""
    if since < this_month:
        return [Fault("since", "in_the_past", "只能从本月或以后生效")]
    return [Fault("since", "not_a_first", "只能从某月 1 日起生效")] if since.day > 1 else []


def part(amount_fen: int, kind: str, rule: TaxRule) -> Taxed:
    """¥106.00 with 6 % in it: ¥100.00 and ¥6.00, half up. With tax on top: all net, the tax all tax."""
    whole(amount_fen)
    if kind == TAX:
        return Taxed(0, amount_fen, rule.rate_bp, rule.inclusive)
    if not rule.inclusive:
        return Taxed(amount_fen, 0, rule.rate_bp, rule.inclusive)
    net = half_up_fen(amount_fen * BP, BP + rule.rate_bp)
    return Taxed(net, amount_fen - net, rule.rate_bp, rule.inclusive)


def on_top(
    key: str, job_id: int | None, dealer_id: int, amount_fen: int, rule: TaxRule, month: date
) -> Entry | None:
    """The tax on top of a line as an entry: ¥100.00 with 6 % owes the dealer ¥6.00 more; None for nothing."""
    tax = share_of(amount_fen, rule.rate_bp)
    if rule.inclusive or not tax:
        return None
    memo = f"税额 {yuan(amount_fen)} × {percent(rule.rate_bp)} = {yuan(tax)}"
    return _entry(key, job_id, dealer_id, tax, memo, month)


def taken_back(
    key: str, wrong_key: str, job_id: int | None, dealer_id: int, tax_fen: int, memo: str, month: date
) -> Entry:
    """The tax of the line `key` that takes back the line `wrong_key`: the mirror of that one's, whatever holds now."""
    return reverse(_entry(wrong_key, job_id, dealer_id, tax_fen, memo, month), f"{key}:tax:{dealer_id}")


def _entry(key: str, job_id: int | None, dealer_id: int, tax_fen: int, memo: str, month: date) -> Entry:
    legs = (
        Leg(account(Account.INPUT_TAX), tax_fen),
        Leg(account(Account.DEALER_PAYABLE, dealer_id), -tax_fen),
    )
    return Entry(f"{key}:tax:{dealer_id}", month, legs, memo, kind=TAX, job_id=job_id)
