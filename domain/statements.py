"""A dealer's statement for a month: the rows of its payable account, grouped, and their sum; nothing else.

Totals on paper, on screen and in the ledger are the same sum of the same rows. What a statement may become is a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.actors import Actor, Role
from domain.calendar import SHANGHAI
from domain.errors import Forbidden, IllegalTransition
from domain.ledger import Account, account
from domain.money import whole

KINDS: Mapping[str, str] = {
    "base_fee": "基础费",
    "trip_fee": "空跑费",
    "remote_fee": "远程费",
    "promotion": "大促补贴",
    "extra": "增项",
    "profit_share": "利润分成",
    "dealer_ships": "网上订单货款",
    "bonus": "时效奖励",
    "penalty": "时效扣款",
    "rating_bonus": "好评奖励",
    "first_time_bonus": "一次完工奖励",
    "complaint_penalty": "投诉扣款",
    "charge_refund": "收费退还",
    "compensation": "投诉补偿",
    "alliance_reward": "联盟奖励",
    "year_rebate": "年终返利",
    "imposed_penalty": "处罚扣款",
    "channel_charge": "平台扣款",
    "set_off": "抵扣应收",
    "payout": "付款",
    "tax": "税额",
}
"""Groups in the order people read them; kinds unknown here follow by name under their own name."""
LEDGER_KINDS: Mapping[str, str] = {**KINDS, "customer_payment": "客户付款", "customer_refund": "客户退款"}
"""And what stands in the ledger, but on no dealer's statement."""

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One leg on one account, with the entry's words. Debit positive, as everywhere in the ledger."""

    account: str
    month: date
    natural_key: str
    kind: str
    amount_fen: int
    memo: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One ledger entry as the dealer sees it: a fee is positive, a penalty negative."""

    natural_key: str
    amount_fen: int
    memo: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind under a Chinese title, and their sum."""

    kind: str
    title: str
    lines: tuple[StatementLine, ...]
    total_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """`total_fen` is the month's rows; `carried_in_fen` an older deficit, never positive.

    Rows of −¥50.00 and −¥20.00 carried in: payout 0, −¥70.00 carried out.
    """

    dealer_id: int
    month: date
    groups: tuple[Group, ...]
    total_fen: int
    carried_in_fen: int = 0

    @property
    def payout_fen(self) -> int:
        """What is paid: the month and the deficit before it, never less than nothing."""
        return max(0, self.total_fen + self.carried_in_fen)

    @property
    def carried_out_fen(self) -> int:
        """The deficit that goes on to the next statement, zero or negative."""
        return min(0, self.total_fen + self.carried_in_fen)


def draw(dealer_id: int, month: date, rows: Iterable[LedgerRow], carried_in_fen: int = 0) -> Statement:
    """The statement from exactly the rows of the dealer's payable account in that month; others are a ValueError."""
    if whole(carried_in_fen) > 0:
        raise ValueError("only a deficit is carried")
    payable = account(Account.DEALER_PAYABLE, dealer_id)
    by_kind: dict[str, list[StatementLine]] = {}
    for row in rows:
        if row.account != payable or row.month != month:
            raise ValueError(f"{row.natural_key} is not of {payable} in {month:%Y-%m}")
        by_kind.setdefault(row.kind, []).append(StatementLine(row.natural_key, -row.amount_fen, row.memo))
    groups = tuple(_group(kind, by_kind[kind]) for kind in sorted(by_kind, key=_kind_order))
    return Statement(dealer_id, month, groups, sum(group.total_fen for group in groups), carried_in_fen)


def _group(kind: str, lines: list[StatementLine]) -> Group:
    ordered = tuple(sorted(lines, key=lambda line: _natural(line.natural_key)))
    return Group(kind, KINDS.get(kind, kind), ordered, sum(line.amount_fen for line in ordered))


def _kind_order(kind: str) -> tuple[int, str]:
    known = list(KINDS)
    return (known.index(kind) if kind in KINDS else len(known), kind)


def _natural(key: str) -> list[tuple[int, str]]:
    """Numbers in a key sort as numbers: unit:2 before unit:10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(key)]


class Status(StrEnum):
    """Where a statement stands."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    APPROVED = "approved"
    INVOICED = "invoiced"
    PAID = "paid"
    CLOSED = "closed"


class Answer(StrEnum):
    """What finance says to a doubted line."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


STATUS_NAMES: Mapping[Status, str] = {
    Status.DRAFT: "待确认",
    Status.CONFIRMED: "已确认",
    Status.CONTESTED: "有异议",
    Status.APPROVED: "已批准",
    Status.INVOICED: "已开票",
    Status.PAID: "已付款",
    Status.CLOSED: "已关闭",
}

MOVES: Mapping[tuple[Status, str, Role], Status] = {
    # (from, action, who): to
    (Status.DRAFT, "confirm", Role.DEALER_OWNER): Status.CONFIRMED,
    (Status.DRAFT, "contest", Role.DEALER_OWNER): Status.CONTESTED,
    (Status.DRAFT, "confirm_by_silence", Role.SYSTEM): Status.CONFIRMED,
    (Status.CONTESTED, "contest", Role.DEALER_OWNER): Status.CONTESTED,
    (Status.CONTESTED, "withdraw_contest", Role.DEALER_OWNER): Status.DRAFT,
    (Status.CONTESTED, "review", Role.FINANCE): Status.CONTESTED,
    (Status.CONTESTED, "approve", Role.FINANCE): Status.APPROVED,
    (Status.CONFIRMED, "review", Role.FINANCE): Status.CONFIRMED,
    (Status.CONFIRMED, "approve", Role.FINANCE): Status.APPROVED,
    (Status.APPROVED, "record_invoice", Role.FINANCE): Status.INVOICED,
    (Status.APPROVED, "close_unpaid", Role.FINANCE): Status.CLOSED,
    (Status.INVOICED, "refuse_invoice", Role.FINANCE): Status.APPROVED,
    (Status.INVOICED, "record_payment", Role.FINANCE): Status.PAID,
    (Status.PAID, "close", Role.FINANCE): Status.CLOSED,
}
"""Contested lines move to the next statement, so a contested one is approved for the rest."""

CONTEST_FOR = timedelta(days=7)


def end_of(month: date) -> datetime:
    """The instant a month is over in Shanghai: March → 1 April 00:00."""
    following = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
    return datetime.combine(following, time(), SHANGHAI)


def answer_by(month: date, drawn_at: datetime) -> datetime:
    """Until when a draft may be contested: seven days after it last changed, or after its month ended.

    March drawn during March: 8 April 00:00 in Shanghai. After that, silence confirms.
    """
    return max(end_of(month), drawn_at) + CONTEST_FOR


class FourEyes(Forbidden):
    """Approval needs a second person: somebody else confirmed or reviewed before."""

    code = "four_eyes"
    title = "须由另一人复核后批准"


UNSEEN = "还没有人复核：须先由一人复核，再由另一人批准"
SEEN_ONESELF = "您确认或复核过这张结算单，须由另一人批准"
HANDS: Mapping[str, str] = {
    "rule": "制定收费规则的人不能批准按该规则计算的结算单",
    "share": "制定分成规则或录入成本的人不能批准含有该分成的结算单",
    "correction": "提出更正的人不能批准含有该更正的结算单",
    "penalty": "开出处罚的人不能批准含有该处罚的结算单",
}
"""By what somebody had a hand in: why he does not approve the statement."""


def unseen(actor: Actor, seen_by: frozenset[int]) -> str | None:
    """What of the four eyes is missing for this person to approve, in words; None: somebody else has seen it."""
    if not seen_by:
        return UNSEEN
    return SEEN_ONESELF if actor.person_id is None or actor.person_id in seen_by else None


class PayoutOpen(IllegalTransition):
    """A statement that pays out is closed by payment, one that does not has nothing to invoice."""

    code = "payout_mismatch"
    title = "应付金额与操作不符"


_PAYS: Mapping[str, bool] = {"record_invoice": True, "close_unpaid": False}


def available_actions(status: Status, role: Role, payout_fen: int) -> tuple[str, ...]:
    """What a role may do to a statement, from the table: finance on a confirmed one → review, approve."""
    pays = payout_fen > 0
    named = (action for at, action, who in MOVES if at == status and who == role)
    return tuple(action for action in named if _PAYS.get(action, pays) == pays)


def move(
    status: Status,
    action: str,
    actor: Actor,
    *,
    dealer_id: int,
    payout_fen: int,
    seen_by: frozenset[int] = frozenset(),
) -> Status:
    """The new status, or a refusal. `seen_by`: the people who confirmed or reviewed this statement so far.

    An owner acts only on its own dealer's statement. Approving needs someone in `seen_by`, and not the approver.
    """
    after = MOVES.get((status, action, actor.role))
    if after is None:
        raise IllegalTransition(available_actions=available_actions(status, actor.role, payout_fen))
    if actor.role == Role.DEALER_OWNER and actor.dealer_id != dealer_id:
        raise Forbidden
    if action == "approve" and (missing := unseen(actor, seen_by)):
        raise FourEyes(missing)
    if action not in available_actions(status, actor.role, payout_fen):
        raise PayoutOpen(available_actions=available_actions(status, actor.role, payout_fen))
    return after
