"""Money that goes back to a customer, and from whom it comes (domain.md §6).

A disputed extra is ruled on: it stands, it is refunded in whole or part, or it was an overcharge, for which the
customer receives at least twice the difference, from the dealer; so for what a complaint finds was taken beside the
price list. The brand pays the customer out of its clearing account and takes it from the dealer: off what it owes the
dealer where the brand had collected the extra, as a claim of its own where the dealer had (that money never passed
through a statement).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.actions import Command
from domain.errors import Fault
from domain.facts import Facts
from domain.job import JobState
from domain.ledger import Account, Entry, Leg, account
from domain.money import yuan

TIMES_OVERCHARGED = 2
"""The least, and what holds where no rule says more."""
UNDONE_BY_REFUND = ("profit_share", "rebate")
"""Kinds of entry that rest on the sale itself: a refund after the close takes them back; the work stays paid."""


class Ruling(StrEnum):
    """What became of a disputed extra."""

    STANDS = "stands"
    REFUNDED = "refunded"
    OVERCHARGED = "overcharged"


@dataclass(frozen=True, slots=True)
class Overcharge:
    """What was taken too much, how many times it goes back, and the version of the rule that says so."""

    difference_fen: int
    times: int = TIMES_OVERCHARGED
    rule_version: int | None = None

    @property
    def least_fen(self) -> int:
        """¥30.00 twice: 6000."""
        return self.difference_fen * self.times

    @property
    def told(self) -> str:
        """`多收 ¥30.00 × 2 = ¥60.00`."""
        return f"多收 {yuan(self.difference_fen)} × {self.times} = {yuan(self.least_fen)}"


def charges_ruled(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """A quarrel ends when each extra that was part of it has its own outcome."""
    if facts.unruled_charges:
        yield Fault("charges", "charges_unruled", f"还有 {facts.unruled_charges} 项有异议的收费未裁定")


def amount_faults(ruling: Ruling, given_fen: int | None, charged_fen: int) -> Iterator[Fault]:
    """What is wrong with the amount: an overcharge names its difference, a refund may name a part."""
    if ruling == Ruling.STANDS:
        return
    if given_fen is None and ruling == Ruling.OVERCHARGED:
        yield Fault("agreed_fen", "required", "请填写多收的差额")
    if given_fen is not None and not 0 < given_fen <= charged_fen:
        yield Fault("agreed_fen", "out_of_range", f"应在 ¥0.01 到 {yuan(charged_fen)} 之间")


def refund_fen(ruling: Ruling, given_fen: int | None, charged_fen: int) -> int:
    """What of an extra that was no overcharge goes back: of ¥100.00 all, or ¥30.00 of it; nothing if it stands."""
    if ruling == Ruling.STANDS:
        return 0
    return charged_fen if given_fen is None else given_fen


def compensation_faults(
    overcharge: Overcharge, given_fen: int | None, upheld: bool, fault: str | None
) -> Iterator[Fault]:
    """An overcharge is an upheld complaint's, paid by the dealer, with nothing less than the least."""
    if not upheld:
        yield Fault("overcharged_fen", "not_upheld", "投诉不成立时不能填写多收金额")
    if fault not in (None, "dealer"):
        yield Fault("fault", "dealers_own", "多收的费用由网点赔付")
    if given_fen is not None and given_fen < overcharge.least_fen:
        yield Fault("agreed_fen", "below_least", f"{overcharge.told}，赔付不得低于此数")


def charge_entry(
    job_id: int,
    charge_id: int,
    dealer_id: int,
    ruling: Ruling,
    fen: int,
    *,
    by_brand: bool,
    month: date,
    at_brands_cost: bool = False,
    step: int | None = None,
    overcharge: Overcharge | None = None,
) -> Entry:
    """¥60.00 for an extra the dealer took in cash → dealer_receivable:7 +6000, customer_clearing −6000.

    The brand's own collection was (or will be) credited to the dealer whole: then dealer_payable:7 +6000.
    At the brand's cost the dealer keeps its money, whoever took it: brand_service_expense +6000. A `step` corrects
    an earlier refund of the same charge, by a negative amount where that gave too much.
    """
    kind = Account.DEALER_PAYABLE if by_brand else Account.DEALER_RECEIVABLE
    whose = account(Account.BRAND_SERVICE_EXPENSE) if at_brands_cost else account(kind, dealer_id)
    words = f"收费退还{'更正' if fen < 0 else ''} {yuan(fen)}"
    if ruling == Ruling.OVERCHARGED:
        words = f"赔付客户 {overcharge.told if overcharge else yuan(fen)}"
    legs = (Leg(whose, fen), Leg(account(Account.CUSTOMER_CLEARING), -fen))
    key = f"job:{job_id}:charge:{charge_id}:refund" + ("" if step is None else f":{step}")
    version = overcharge.rule_version if overcharge else None
    return Entry(key, month, legs, words, version, "charge_refund", job_id)


def above(paid_fen: int, most_fen: int) -> int:
    """What of a payment goes back when the customer's part is less: ¥20.00 paid, ¥6.80 his part → ¥13.20."""
    return max(0, paid_fen - most_fen)


def set_off(key: str, job_id: int | None, dealer_id: int, fen: int, memo: str, month: date) -> Entry:
    """A claim on a dealer taken off what it is owed: dealer_payable:7 +6000, dealer_receivable:7 −6000."""
    legs = (
        Leg(account(Account.DEALER_PAYABLE, dealer_id), fen),
        Leg(account(Account.DEALER_RECEIVABLE, dealer_id), -fen),
    )
    return Entry(f"{key}:set_off", month, legs, f"抵扣应收：{memo}", kind="set_off", job_id=job_id)


def compensation_entry(
    job_id: int,
    complaint_id: int,
    fen: int,
    dealer_at_fault: int | None,
    month: date,
    overcharge: Overcharge | None = None,
) -> Entry:
    """What a complaint was settled for: from the dealer whose fault it was, else from the brand."""
    from_whom = (
        account(Account.BRAND_SERVICE_EXPENSE)
        if dealer_at_fault is None
        else account(Account.DEALER_PAYABLE, dealer_at_fault)
    )
    legs = (Leg(from_whom, fen), Leg(account(Account.CUSTOMER_CLEARING), -fen))
    key = f"job:{job_id}:complaint:{complaint_id}:compensation"
    words = f"投诉补偿 {yuan(fen)}" + (f"（{overcharge.told}）" if overcharge else "")
    version = overcharge.rule_version if overcharge else None
    return Entry(key, month, legs, words, version, "compensation", job_id)
