"""Who may become what: bindings, invitations, approvals, erasure (wechat.md §4).

A phone number alone never makes anybody an installer: numbers are recycled, people attach any number they can
verify, owners mistype. Invitation *and* expected phone do; anything less waits for a person's approval.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from domain.actors import BRAND_ROLES, DEALER_ROLES, STAFF_ROLES, Actor, Role
from domain.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from domain.privacy import AFTER_CLOSE

INVITATION_LIFE = timedelta(days=7)
OWNERS_MAY_INVITE = frozenset({Role.INSTALLER, Role.DISPATCHER})
BindingStatus = Literal["pending", "active", "suspended", "ended"]


class InvitationRefused(NotFound):
    """Unknown, expired, used or revoked: one text for all, so that guessing teaches nothing."""

    code = "invitation_refused"
    title = "邀请码无效或已过期，请联系邀请人重新发送"


class BindingRefused(Conflict):
    """The person already holds this role there, or was suspended from it: only an approver may lift that."""

    code = "binding_refused"
    title = "您已拥有该岗位或该岗位已被停用"


class IdentityBound(Conflict):
    """This WeChat account already belongs to somebody with another phone."""

    code = "identity_already_bound"
    title = "该微信已绑定其他手机号"


class RebindNeeded(Conflict):
    """The phone's owner uses another WeChat account; a request was filed and waits for approval."""

    code = "rebind_needed"
    title = "该手机号已绑定其他微信，换绑申请已提交，请等待审核"


class ConsentNeeded(Forbidden):
    """The phone, a place or a photo may be taken only after its own, separate yes."""

    code = "consent_needed"
    title = "请先阅读并同意个人信息使用说明"


class OwnPhoneNeeded(Forbidden):
    """By a link one is known for one job only; rights over all data need the phone they were left with."""

    code = "own_phone_needed"
    title = "请在微信小程序中用下单手机号登录后，再导出或删除个人信息"


class Outcome(StrEnum):
    """What becomes of a wish to be bound."""

    ACTIVE = "active"
    PENDING = "pending"
    CUSTOMER = "customer"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a stable word for the audit trail; `alert` asks that the inviter be told."""

    outcome: Outcome
    reason: str
    alert: bool = False


def decide_binding(invited: bool, phone_expected: bool, existing: str | None) -> Decision:
    """The table of wechat.md §4.3.

    `invited`: a good invitation was shown. `phone_expected`: the verified phone is the one it (or, without
    one, any open invitation) expects. `existing`: the binding the person already has in that role there.
    `decide_binding(True, True, None)` → active; `decide_binding(False, True, None)` → pending.
    """
    if not invited and not phone_expected:
        return Decision(Outcome.CUSTOMER, "not_invited")
    if existing == "active":
        return Decision(Outcome.REFUSED, "already_bound")
    if existing == "suspended":
        return Decision(Outcome.REFUSED, "suspended")
    if not invited:
        return Decision(Outcome.PENDING, "phone_without_invitation")
    if not phone_expected:
        return Decision(Outcome.PENDING, "phone_differs", alert=True)
    return Decision(Outcome.ACTIVE, "invitation_and_phone")


def may_manage(actor: Actor, role: Role, dealer_id: int | None) -> bool:
    """Whether the actor may invite to, approve, suspend or end this role there."""
    if role not in STAFF_ROLES:
        return False
    if actor.role is Role.ADMIN:
        return True
    return (
        actor.role is Role.DEALER_OWNER
        and role in OWNERS_MAY_INVITE
        and dealer_id is not None
        and dealer_id == actor.dealer_id
    )


def check_place(role: Role, dealer_id: int | None, desk_id: int | None) -> None:
    """Dealer roles need a dealer, brand roles have none, only agents sit at a desk. Raises Invalid."""
    faults: list[Fault] = []
    if role not in STAFF_ROLES:
        faults.append(Fault("role", "not_invitable", "该角色不能通过邀请获得"))
    if role in DEALER_ROLES and dealer_id is None:
        faults.append(Fault("dealer_id", "required", "请选择经销商"))
    if role in BRAND_ROLES and dealer_id is not None:
        faults.append(Fault("dealer_id", "not_allowed", "品牌方岗位不属于经销商"))
    if role is not Role.AGENT and desk_id is not None:
        faults.append(Fault("desk_id", "not_allowed", "只有客服岗位可以选择客服组"))
    if faults:
        raise Invalid(errors=faults)


@dataclass(frozen=True, slots=True)
class Move:
    """A decision about a binding: from which statuses, to which."""

    sources: frozenset[str]
    target: BindingStatus


MOVES: dict[str, Move] = {
    "approve": Move(frozenset({"pending", "suspended"}), "active"),
    "suspend": Move(frozenset({"active"}), "suspended"),
    "end": Move(frozenset({"pending", "active", "suspended"}), "ended"),
}


def may_approve_rebinding(actor: Actor, person_id: int, held: Iterable[tuple[Role, int | None]]) -> bool:
    """Who may let a person change WeChat accounts.

    An admin; the owner of the dealer, when all the person's staff roles are ones the owner manages; an agent,
    when the person is only a customer; the person, in the session the old account still has.
    """
    staff = [(role, dealer_id) for role, dealer_id in held if role in STAFF_ROLES]
    if actor.role is Role.ADMIN or actor.person_id == person_id:
        return True
    if actor.role is Role.AGENT:
        return not staff
    return bool(staff) and all(may_manage(actor, role, dealer_id) for role, dealer_id in staff)


def e164(country_code: str, number: str) -> str:
    """`("86", "13800138000")` → `+8613800138000`: the form in which a phone is looked up. Raises Invalid."""
    code, digits = re.sub(r"\D", "", country_code) or "86", re.sub(r"\D", "", number)
    if not 5 <= len(digits) <= 15 or (code == "86" and not re.fullmatch(r"1[3-9]\d{9}", digits)):
        raise Invalid(errors=[Fault("phone", "malformed", "手机号格式不正确")])
    return f"+{code}{digits}"


def may_be_erased(open_jobs: int, held: bool, staff: bool) -> str | None:
    """Why a person's data must be kept for now; None when it may go. Order: hold, job, post."""
    if held:
        return "legal_hold"
    if open_jobs:
        return "job_open"
    return "staff_active" if staff else None


@dataclass(frozen=True, slots=True)
class JobScope:
    """Of a job, what decides who may see its customer; `ended_at`: closed or cancelled."""

    dealer_id: int | None
    installer_id: int | None
    channel_id: int
    ended_at: datetime | None


class ContactExpired(Forbidden):
    """Dealers lose the customer's address and phone seven days after the end."""

    code = "contact_expired"
    title = "工单完结已超过7天，不能再查看客户联系方式"


def check_reveal(actor: Actor, job: JobScope, now: datetime) -> None:
    """Who may open a customer's contact: admins, agents of the channel, the dealer's people while it is theirs.

    `NotFound` for a job the actor may not know of, `ContactExpired` for the dealer a week after the end.
    """
    if actor.role is Role.ADMIN:
        return
    if actor.role is Role.AGENT and (actor.channel_ids is None or job.channel_id in actor.channel_ids):
        return
    ours = actor.role in DEALER_ROLES and actor.dealer_id is not None and actor.dealer_id == job.dealer_id
    if not ours or (actor.role is Role.INSTALLER and actor.person_id != job.installer_id):
        raise NotFound
    if job.ended_at is not None and now - job.ended_at > AFTER_CLOSE:
        raise ContactExpired


class ErasureRefused(Conflict):
    """Not now: `extra['reason']` is legal_hold, job_open or staff_active."""

    code = "erasure_refused"
    title = "暂不能删除个人信息"


ERASURE_REASONS = {
    "legal_hold": "存在投诉或争议，相关信息须依法保留",
    "job_open": "还有未完结的工单",
    "staff_active": "仍在岗位上，请先由负责人办理离岗",
}
