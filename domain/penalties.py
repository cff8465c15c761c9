"""Penalties that people lay on a dealer: a reason from a list, evidence, an amount, an appeal; from the next statement.

One takes money from the statement or cuts the year's alliance reward. While an appeal is open it does neither; won,
it never did: what was posted is reversed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.calendar import month_of
from domain.errors import Conflict, Fault, Forbidden, Invalid
from domain.ledger import Account, Entry, Leg, account
from domain.money import whole, yuan

REASONS: Mapping[str, str] = {
    "complaint": "投诉成立",
    "attitude": "服务态度",
    "workmanship": "安装质量",
    "evidence": "验收资料造假",
    "no_show": "无故失约",
    "private_charge": "私自收费",
    "agreement": "违反服务联盟协议",
    "other": "其他",
}
"""Lateness is not here: the clocks have penalties of their own."""

PLATFORM = "platform"
REASON_NAMES: Mapping[str, str] = {**REASONS, PLATFORM: "平台扣款"}
"""Also what nobody may give as a reason: the platform's penalty that is the dealer's fault."""

APPEAL_WITHIN = timedelta(days=7)


class Takes(StrEnum):
    """Where it is taken: from the next statement, or from the alliance reward of the year."""

    STATEMENT = "statement"
    REWARD = "reward"


class State(StrEnum):
    """Where a penalty stands."""

    STANDING = "standing"
    APPEALED = "appealed"
    DECLINED = "declined"
    LIFTED = "lifted"


STATE_NAMES: Mapping[State, str] = {
    State.STANDING: "已开出",
    State.APPEALED: "申诉中",
    State.DECLINED: "申诉未成立",
    State.LIFTED: "已撤销",
}


class AppealClosed(Conflict):
    """Appealed before, lifted, or the days for it are over."""

    code = "appeal_closed"
    title = "该处罚不能申诉"


class NotAppealed(Conflict):
    """There is no open appeal to answer."""

    code = "not_appealed"
    title = "该处罚没有待答复的申诉"


class OwnPenalty(Forbidden):
    """Who laid it on does not answer the appeal against it."""

    code = "own_penalty"
    title = "开出处罚的人不能答复申诉"


def state(appealed: bool, lifted: bool | None) -> State:
    """`lifted` is the answer to the appeal; None while there is none."""
    if lifted is not None:
        return State.LIFTED if lifted else State.DECLINED
    return State.APPEALED if appealed else State.STANDING


def due_month(imposed_at: datetime) -> date:
    """The month from whose statement it is taken, the next one: laid on in March → April (first day)."""
    month = month_of(imposed_at)
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def reward_year(wanted: int | None, today: date) -> int:
    """The year whose reward is cut: this one, or, if wanted, the one before; `Invalid` for any other."""
    year = today.year if wanted is None else wanted
    if not today.year - 1 <= year <= today.year:
        raise Invalid(errors=[Fault("year", "out_of_range", "只能扣减今年或上一年的联盟奖励")])
    return year


def check_appeal(now: State, imposed_at: datetime, at: datetime) -> None:
    """An appeal comes once and within seven days; `AppealClosed`."""
    if now != State.STANDING or at > imposed_at + APPEAL_WITHIN:
        raise AppealClosed


def check_answer(now: State, imposed_by: int, person_id: int | None) -> None:
    """Only an open appeal, and by somebody else; `NotAppealed`, `OwnPenalty`."""
    if now != State.APPEALED:
        raise NotAppealed
    if person_id is None or person_id == imposed_by:
        raise OwnPenalty


def penalty_key(penalty_id: int) -> str:
    """The natural key of its entry."""
    return f"penalty:{penalty_id}"


def penalty_entry(
    penalty_id: int,
    dealer_id: int,
    job_id: int,
    reason: str,
    fen: int,
    month: date,
    to: str | None = None,
) -> Entry:
    """¥200.00 → dealer_payable:7 +20000, penalty_income (or `to`) −20000. No word of a person is in the memo."""
    legs = (
        Leg(account(Account.DEALER_PAYABLE, dealer_id), whole(fen)),
        Leg(to or account(Account.PENALTY_INCOME), -fen),
    )
    memo = f"处罚 {penalty_id} {REASON_NAMES[reason]} 工单 {job_id} {yuan(fen)}"
    kind = "channel_charge" if reason == PLATFORM else "imposed_penalty"
    return Entry(penalty_key(penalty_id), month, legs, memo, kind=kind, job_id=job_id)
