"""Penalties that a platform lays on the operator of a shop, and whose they are by fault (S0 附加条件).

The platform takes the money from the operator, outside our books. The dealer at fault pays it back by a penalty, which
he may appeal; the brand at fault pays a dealer who operates the shop; what is the operator's own, he has paid already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from domain.errors import Conflict
from domain.ledger import Account, Entry, Leg, account
from domain.money import whole, yuan

REASONS: Mapping[str, str] = {
    "late": "超时",
    "no_service": "未履约",
    "complaint": "客户投诉",
    "false_report": "虚假回传",
    "overcharge": "违规收费",
    "other": "其他",
}
MOST_FEN = 100_000_000


class Fault(StrEnum):
    """Whose fault it was that the platform took money."""

    DEALER = "dealer"
    BRAND = "brand"
    OPERATOR = "operator"


FAULT_NAMES: Mapping[Fault | None, str] = {
    None: "待划分",
    Fault.DEALER: "服务商责任",
    Fault.BRAND: "品牌责任",
    Fault.OPERATOR: "经营方责任",
}


class AlreadyAllocated(Conflict):
    """Its fault is said; another is said once it is opened again."""

    code = "already_allocated"
    title = "该平台扣款已划分责任"


class NothingToReopen(Conflict):
    """Nobody has said whose fault it is, or a dealer's: only his appeal opens that."""

    code = "nothing_to_reopen"
    title = "该平台扣款没有可撤回的划分，服务商责任只能经申诉撤销"


def operators_account(operator_id: int | None) -> str:
    """Who paid the platform: the dealer who operates the shop, or the brand."""
    if operator_id is None:
        return account(Account.BRAND_SERVICE_EXPENSE)
    return account(Account.CHANNEL_OPERATOR, operator_id)


def charge_key(charge_id: int, turn: int) -> str:
    """The natural key of the brand's entry: of the first turn channel_charge:5, opened again channel_charge:5:2."""
    return f"channel_charge:{charge_id}" if turn == 1 else f"channel_charge:{charge_id}:{turn}"


def brand_entry(
    key: str, number: str, reason: str, fen: int, operator_id: int | None, month: date
) -> Entry | None:
    """¥100.00 that dealer 9's shop paid by the brand's fault → brand_service_expense +10000, channel_operator:9 −10000.

    None for the brand's own shop: it has paid already.
    """
    if operator_id is None:
        return None
    legs = (
        Leg(account(Account.BRAND_SERVICE_EXPENSE), whole(fen)),
        Leg(operators_account(operator_id), -fen),
    )
    memo = f"平台扣款 {number} {REASONS[reason]} 品牌责任 {yuan(fen)}"
    return Entry(key, month, legs, memo, kind="channel_charge")
