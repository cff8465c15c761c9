"""What may be done about each extra, so that nobody is offered a button that must be refused; the deed asks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.actions import Action as A
from domain.actions import Command
from domain.actors import DEALER_ROLES, Role
from domain.charge_disputes import charge_disputed, dealer_to_answer
from domain.charge_guards import charge_approved, charge_proposed, charge_settled, charge_unsettled
from domain.facts import Facts
from domain.guards import Guard
from domain.job import JobState


@dataclass(frozen=True, slots=True)
class ChargeState:
    """What of an extra says who may do what with it."""

    status: str
    settled: bool
    ruled: bool
    answered: bool
    collected_by: str


_BARS: Mapping[A, Guard] = {
    A.APPROVE_CHARGE: charge_proposed,
    A.REFUSE_CHARGE: charge_proposed,
    A.WITHDRAW_CHARGE: charge_unsettled,
    A.SETTLE_CHARGE: charge_approved,
    A.DISPUTE_CHARGE: charge_settled,
    A.CONTEST_CHARGE: dealer_to_answer,
    A.CONCEDE_CHARGE: charge_disputed,
    A.RULE_CHARGE: charge_disputed,
}
ANSWERS = frozenset(_BARS) - {A.WITHDRAW_CHARGE, A.DISPUTE_CHARGE}
"""Deeds that wait for an extra in a certain state: a job without one has no button for them."""
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def settle_bar(collected_by: str, role: Role, *, through_wechat: bool) -> str | None:
    """Why this role does not say that an extra is paid: what is paid to the brand would be paid out to the dealer."""
    if collected_by != "brand" or role == Role.SYSTEM:
        return None
    if role in DEALER_ROLES:
        return "付给品牌的费用由客服确认到账"
    return "付给品牌的费用以微信支付到账为准，不能手工确认" if through_wechat else None


def of_charge(
    job: JobState, actions: Sequence[A], charge: ChargeState, role: Role, *, through_wechat: bool
) -> tuple[A, ...]:
    """Of the actions open to the role on this job those that this extra allows: proposed → approve, refuse."""
    facts = Facts(
        now=_ANY_TIME,
        charge_status=charge.status,
        charge_settled=charge.settled,
        charge_ruled=charge.ruled,
        charge_answered=charge.answered,
    )
    found = [one for one in actions if one in _BARS and not any(_BARS[one](job, Command(one), facts))]
    if settle_bar(charge.collected_by, role, through_wechat=through_wechat):
        found = [one for one in found if one != A.SETTLE_CHARGE]
    return tuple(found)


def of_job(
    job: JobState,
    actions: Sequence[A],
    charges: Sequence[ChargeState],
    role: Role,
    *,
    through_wechat: bool,
) -> tuple[A, ...]:
    """The job's actions without those that answer an extra where none waits for that answer."""
    open_ = {
        one
        for charge in charges
        for one in of_charge(job, actions, charge, role, through_wechat=through_wechat)
    }
    return tuple(one for one in actions if one not in ANSWERS or one in open_)
