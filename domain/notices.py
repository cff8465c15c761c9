"""Who is told what when something happens to a job (domain.md §8): a table for lifecycle and drain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.actions import Action as A


class Audience(StrEnum):
    """Whom a notice is for; resolved to people when it is sent."""

    CUSTOMER = "customer"
    DESK = "desk"  # dispatchers and owner of the job's dealer
    OFFERED = "offered"  # desks of the dealers the job was just offered to
    INSTALLER = "installer"
    AGENTS = "agents"  # the queue of the channel's desk


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the table: `template` names the words, see `TEMPLATES`."""

    audience: Audience
    template: str


TOLD: Mapping[A, tuple[Notice, ...]] = MappingProxyType(
    {
        A.OFFER: (Notice(Audience.OFFERED, "job_offered"),),
        A.ASSIGN: (Notice(Audience.INSTALLER, "job_assigned"),),
        A.REASSIGN: (Notice(Audience.INSTALLER, "job_assigned"),),
        A.BOOK: (Notice(Audience.CUSTOMER, "visit_booked"),),
        A.FAIL_BOOKING: (Notice(Audience.CUSTOMER, "booking_failed"),),
        A.RESCHEDULE: (Notice(Audience.CUSTOMER, "visit_moved"), Notice(Audience.INSTALLER, "visit_moved")),
        A.SUSPEND: (Notice(Audience.CUSTOMER, "job_suspended"),),
        A.HOLD: (Notice(Audience.CUSTOMER, "job_held"), Notice(Audience.AGENTS, "job_held")),
        A.ADD_CHARGE: (Notice(Audience.CUSTOMER, "charge_proposed"),),
        A.ABORT_VISIT: (Notice(Audience.CUSTOMER, "visit_aborted"), Notice(Audience.DESK, "visit_aborted")),
        A.SUBMIT: (Notice(Audience.CUSTOMER, "please_confirm"),),
        A.DISPUTE: (Notice(Audience.AGENTS, "dispute_opened"), Notice(Audience.DESK, "dispute_opened")),
        A.CONFIRM_WITH_RESERVES: (Notice(Audience.AGENTS, "dispute_opened"),),
        A.RULE: (Notice(Audience.CUSTOMER, "dispute_ruled"), Notice(Audience.DESK, "dispute_ruled")),
        A.AUDIT_FAIL: (Notice(Audience.DESK, "audit_failed"),),
        A.COMPLAINT_OPENED: (
            Notice(Audience.AGENTS, "complaint_opened"),
            Notice(Audience.DESK, "complaint_opened"),
        ),
        A.URGE: (Notice(Audience.DESK, "job_urged"),),
        A.REDISPATCH: (Notice(Audience.DESK, "job_withdrawn"),),
        A.CANCEL: (Notice(Audience.DESK, "job_cancelled"), Notice(Audience.INSTALLER, "job_cancelled")),
    }
)


@dataclass(frozen=True, slots=True)
class Template:
    """A notice's words for inbox and SMS; {number}, {window}, {deadline}, {count} are filled in."""

    title: str
    body: str


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "job_offered": Template("新的安装单", "工单 {number} 等您接单，请在 {deadline} 前处理"),
        "job_assigned": Template("您有新任务", "工单 {number} 已指派给您，{window}"),
        "visit_booked": Template("上门时间已约定", "师傅将于 {window} 上门安装，请保持电话畅通"),
        "booking_failed": Template("暂未约上", "网点未能与您约定上门时间，如情况不符请点链接告知我们"),
        "visit_moved": Template("上门时间变更", "上门时间改为 {window}"),
        "job_suspended": Template("安装已暂停", "您的安装单 {number} 已暂停，网点会再次联系您"),
        "job_held": Template("上门暂缓", "安装单 {number} 暂缓上门，客服正在处理"),
        "charge_proposed": Template("请确认收费", "师傅提出一项收费，您同意后才会收取"),
        "visit_aborted": Template("本次上门已中止", "安装单 {number} 本次上门未完成，稍后会与您联系"),
        "please_confirm": Template("请验收", "安装单 {number} 已完工，请验收并评价"),
        "dispute_opened": Template("有异议待裁定", "工单 {number} 客户提出异议"),
        "dispute_ruled": Template("异议已裁定", "工单 {number} 的异议已有结果"),
        "audit_failed": Template("稽核未通过", "工单 {number} 稽核未通过，请查看要求"),
        "complaint_opened": Template("新投诉", "工单 {number} 有新的投诉"),
        "job_urged": Template("催办", "客服催办工单 {number}，请尽快答复"),
        "job_withdrawn": Template("工单已改派", "工单 {number} 已改派"),
        "job_cancelled": Template("工单已取消", "工单 {number} 已取消"),
        "breach_digest": Template("时效提醒", "您有 {count} 项时效需要处理，最早的是工单 {number}"),
        "confirm_reminder": Template("请验收", "安装单 {number} 尚未验收，逾期将按约定自动验收"),
        "identity_rebound": Template("账号换绑", "您的账号已在另一台设备上重新绑定"),
    }
)
