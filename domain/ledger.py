"""Double entry: every fact of money is an entry whose legs sum to zero, posted once, never changed.

Sign convention: a debit is positive, a credit negative; what we owe a dealer is minus its `dealer_payable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from domain.errors import DomainError
from domain.money import whole


class Account(StrEnum):
    """The kinds of account. `CHART` says which are kept per dealer."""

    DEALER_PAYABLE = "dealer_payable"
    DEALER_RECEIVABLE = "dealer_receivable"
    CHANNEL_OPERATOR = "channel_operator"
    CUSTOMER_CLEARING = "customer_clearing"
    BRAND_SERVICE_EXPENSE = "brand_service_expense"
    BONUS_EXPENSE = "bonus_expense"
    PROFIT_SHARE_EXPENSE = "profit_share_expense"
    ALLIANCE_REWARD_EXPENSE = "alliance_reward_expense"
    REBATE_EXPENSE = "rebate_expense"
    PENALTY_INCOME = "penalty_income"
    INPUT_TAX = "input_tax"
    BANK = "bank"
    WECHAT_PAY = "wechat_pay"
    WITHHELD_TAX = "withheld_tax"


CHART: Mapping[Account, tuple[str, bool]] = {
    # account: (name people read, one per dealer?)
    Account.DEALER_PAYABLE: ("应付服务商", True),
    Account.DEALER_RECEIVABLE: ("应收服务商", True),
    Account.CHANNEL_OPERATOR: ("渠道经营方", True),
    Account.CUSTOMER_CLEARING: ("客户代收款", False),
    Account.BRAND_SERVICE_EXPENSE: ("品牌服务费用", False),
    Account.BONUS_EXPENSE: ("服务奖励费用", False),
    Account.PROFIT_SHARE_EXPENSE: ("利润分成费用", False),
    Account.ALLIANCE_REWARD_EXPENSE: ("联盟奖励费用", False),
    Account.REBATE_EXPENSE: ("年终返利费用", False),
    Account.PENALTY_INCOME: ("扣款收入", False),
    Account.INPUT_TAX: ("进项税额", False),
    Account.BANK: ("银行存款", False),
    Account.WECHAT_PAY: ("微信支付商户账户", False),
    Account.WITHHELD_TAX: ("应交代扣税款", False),
}


@lru_cache(maxsize=16_384)
def account(kind: Account, dealer_id: int | None = None) -> str:
    """The name of an account: DEALER_PAYABLE, 7 → "dealer_payable:7"; BANK → "bank"."""
    if CHART[kind][1] != (dealer_id is not None):
        raise ValueError(f"{kind.value} is{' not' * (dealer_id is not None)} kept per dealer")
    return kind.value if dealer_id is None else f"{kind.value}:{dealer_id}"


class Party(StrEnum):
    """Whose account a line touches, before anybody looked up who that is on the job."""

    OPERATOR = "operator"
    BRAND = "brand"
    CUSTOMER = "customer"
    DEALER = "dealer"
    DEALER_AT_FAULT = "dealer_at_fault"
    BONUS = "bonus"
    PENALTY = "penalty"


@dataclass(frozen=True, slots=True)
class FeeLine:
    """An amount, always positive, moved from `debit` to `credit`; both None: a memo, money we never held.

    `key` is natural and free of the rule version: run twice, or under a newer rule, it is still one fact.
    `text` is the arithmetic in words.
    """

    key: str
    job_id: int
    kind: str
    amount_fen: int
    debit: Party | None
    credit: Party | None
    rule_version: int
    text: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Who stands behind the roles on one job. No operator: the brand runs the channel itself."""

    dealer_id: int
    operator_dealer_id: int | None = None
    dealer_at_fault_id: int | None = None


class BadEntry(DomainError):
    """Legs that do not sum to zero, none at all, a zero leg, or one account twice."""

    code = "bad_entry"
    title = "分录不成立"


@dataclass(frozen=True, slots=True)
class Leg:
    """Fen on an account; debit positive."""

    account: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact in one month (its first day). Refuses to exist lopsided."""

    natural_key: str
    month: date
    legs: tuple[Leg, ...]
    memo: str
    rule_version: int | None = None
    kind: str = ""
    job_id: int | None = None
    reverses: str | None = None

    def __post_init__(self) -> None:
        total = 0
        for leg in self.legs:
            if not whole(leg.amount_fen):
                raise BadEntry(f"{self.natural_key}: {leg.account} moves nothing")
            total += leg.amount_fen
        if total or not self.legs:
            raise BadEntry(f"{self.natural_key}: legs {self.legs} do not sum to zero, or there are none")
        if len({leg.account for leg in self.legs}) != len(self.legs):
            raise BadEntry(f"{self.natural_key}: an account stands twice")
        if self.month.day != 1:
            raise BadEntry(f"{self.natural_key}: a month is named by its first day")


def reverse(entry: Entry, key: str, month: date | None = None) -> Entry:
    """The mirror of an entry, in the given open month (default: its own). The original stays as it is."""
    legs = tuple(Leg(leg.account, -leg.amount_fen) for leg in entry.legs)
    memo = f"冲销 {entry.memo}"
    return Entry(
        key, month or entry.month, legs, memo, entry.rule_version, entry.kind, entry.job_id, entry.natural_key
    )


@lru_cache(maxsize=16_384)
def _account_of(role: Party, dealer_id: int, operator_id: int | None, at_fault_id: int | None) -> str:
    if role == Party.OPERATOR and operator_id is not None:
        return account(Account.CHANNEL_OPERATOR, operator_id)
    if role == Party.DEALER_AT_FAULT and at_fault_id is None:
        raise ValueError("the line names the dealer at fault, but the job has none")
    if role in (Party.DEALER, Party.DEALER_AT_FAULT):
        return account(Account.DEALER_PAYABLE, dealer_id if role == Party.DEALER else at_fault_id)
    return account(_HOUSE_ACCOUNTS[role])


_HOUSE_ACCOUNTS: Mapping[Party, Account] = {
    Party.OPERATOR: Account.BRAND_SERVICE_EXPENSE,
    Party.BRAND: Account.BRAND_SERVICE_EXPENSE,
    Party.CUSTOMER: Account.CUSTOMER_CLEARING,
    Party.BONUS: Account.BONUS_EXPENSE,
    Party.PENALTY: Account.PENALTY_INCOME,
}


def entries_for(lines: Iterable[FeeLine], parties: Parties, month: date) -> tuple[Entry, ...]:
    """One entry per line, memos left out.

    ¥80.00 of base fee → brand_service_expense +8000, dealer_payable:7 −8000.
    """
    who = (parties.dealer_id, parties.operator_dealer_id, parties.dealer_at_fault_id)
    entries = []
    for line in lines:
        if line.debit is not None and line.credit is not None:
            debit = Leg(_account_of(line.debit, *who), line.amount_fen)
            credit = Leg(_account_of(line.credit, *who), -line.amount_fen)
            memo = (line.text, line.rule_version, line.kind, line.job_id)
            entries.append(Entry(line.key, month, (debit, credit), *memo))
    return tuple(entries)


def balances(entries: Iterable[Entry]) -> dict[str, int]:
    """The sum of each account over some entries, in fen; all balances together are zero."""
    sums: dict[str, int] = {}
    for entry in entries:
        for leg in entry.legs:
            sums[leg.account] = sums.get(leg.account, 0) + leg.amount_fen
    return sums
