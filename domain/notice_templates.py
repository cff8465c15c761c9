"""The words of every notice, for inbox, SMS and WeChat; who gets which stands in `domain/notices.py`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.notice_forms import Audience, Template
from domain.notice_templates_doubts import OF_DOUBTS
from domain.notice_templates_money import OF_MONEY

_C = frozenset({Audience.CUSTOMER})
_BOTH = frozenset({Audience.CUSTOMER, Audience.INSTALLER})
_P = frozenset({Audience.PERSON})
_T = Template

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "job_offered": _T(
            "新的工单",
            "工单 {number} 等您接单，请在 {deadline} 前处理",
            "task",
            "待接单",
            "请尽快接单",
            several="jobs_offered",
        ),
        "jobs_offered": _T(
            "新的工单", "又有新的工单等您接单，请逐一处理", "task", "待接单", "有多个工单等您接单"
        ),
        "job_assigned": _T(
            "您有新任务", "工单 {number} 已指派给您，{window}", "task", "已派单", "请查看任务并准备上门"
        ),
        "window_unkept": _T(
            "约定时段可能赶不上",
            "工单 {number} 约定 {window}，按排程预计 {arrive} 到达（估算），请调整安排",
            "task",
            "可能迟到",
            "约定时段可能赶不上",
            several="windows_unkept",
        ),
        "windows_unkept": _T(
            "约定时段可能赶不上",
            "又有约定时段可能赶不上，请查看师傅的日程",
            "task",
            "可能迟到",
            "多个时段可能赶不上",
        ),
        "visit_booked": _T(
            "上门时间已约定",
            "{visitor}将于 {window} 上门{work}，请保持电话畅通",
            "visit",
            "已预约",
            "请保持电话畅通",
            _C,
        ),
        "contact_due": _T(
            "约好的回电到点",
            "工单 {number} 约好的回电时间已到，请联系客户；过一天仍未联系由客服跟进",
            "task",
            "待回电",
            "约好的回电时间已到",
        ),
        "window_wanted": _T(
            "请选上门时间",
            "{visitor}将上门{work}，请点链接选一个方便的时间；也可以等网点打电话与您约",
            "progress",
            "请选时间",
            "请选一个方便的上门时间",
            _C,
        ),
        "booking_failed": _T(
            "暂未约上",
            "网点未能与您约定上门时间，如情况不符请点链接告知我们",
            "progress",
            "未约上",
            "如情况不符请告知我们",
            _C,
        ),
        "visit_moved": _T(
            "上门时间变更",
            "上门时间改为 {window}，如情况不符请告知我们",
            "visit",
            "已改期",
            "上门时间已变更",
            _BOTH,
        ),
        "job_suspended": _T(
            "安装已暂停",
            "您的安装单 {number} 已暂停，网点会再次联系您，如情况不符请告知我们",
            "progress",
            "已暂停",
            "网点会再次联系您",
            _C,
        ),
        "job_held": _T(
            "上门暂缓", "安装单 {number} 暂缓上门，客服正在处理", "progress", "暂缓上门", "客服正在处理"
        ),
        "charge_proposed": _T(
            "请确认收费",
            "师傅提出{charges}，您同意后才会收取",
            "charge",
            "待确认",
            "您同意后才会收取",
            _C,
        ),
        "visit_aborted": _T(
            "本次上门已中止",
            "安装单 {number} 本次上门未完成，稍后会与您联系",
            "progress",
            "已中止",
            "稍后会与您联系",
            _C,
        ),
        "please_confirm": _T(
            "请验收",
            "安装单 {number} 已完工，请验收并评价",
            "confirm",
            "待验收",
            "安装已完工，请验收并评价",
            _C,
        ),
        "charge_lapse_near": _T(
            "收费待确认",
            "安装单 {number} 有{charges}待确认，不答复即不收取",
            "charge",
            "待确认",
            "不答复即不收取",
            _C,
        ),
        "charge_lapsed": _T(
            "收费未确认", "安装单 {number} 的收费未经确认，不收取", "charge", "已失效", "未确认的收费不收取"
        ),
        "job_taken": _T(
            "工单已另派", "工单 {number} 已另派他人，您不用上门了", "task", "已另派", "该工单不用您上门了"
        ),
        "booking_withdrawn": _T(
            "上门时间需重约",
            "抱歉，安装单 {number} 原约的上门时间取消，网点会尽快与您另约",
            "progress",
            "需重约",
            "原约的上门时间取消，将与您另约",
            _C,
        ),
        "repair_quoted": _T(
            "维修报价待确认",
            "您的维修单 {number} 已报价，请查看明细，同意后才会安排师傅上门",
            "charge",
            "待确认",
            "您同意报价后才会上门",
            _C,
        ),
        "service_unknown": _T(
            "序列号待核实",
            "维修申请 {number} 的序列号查不到安装记录，请核实",
            "task",
            "待核实",
            "请核实维修申请的序列号",
        ),
        "job_urged": _T("催办", "客服催办工单 {number}，请尽快答复", "task", "被催办", "请尽快答复催办"),
        "job_withdrawn": _T("工单已改派", "工单 {number} 已改派", "task", "已改派", "该工单已不归您处理"),
        "job_cancelled": _T("工单已取消", "工单 {number} 已取消", "task", "已取消", "无需上门"),
        "breach_digest": _T(
            "时效提醒",
            "您有 {count} 项时效{level}，最早到期的是工单 {number}",
            "task",
            "{level}",
            "有时效需要处理",
        ),
        "nobody_left": _T(
            "工单派不出去",
            "有 {count} 个工单{level}，等客服处理，其中有工单 {number}",
            "task",
            "派不出去",
            "有工单派不出去，请处理",
        ),
        "confirm_reminder": _T(
            "请验收",
            "安装单 {number} 尚未验收，逾期将按约定自动验收",
            "confirm",
            "待验收",
            "逾期将按约定自动验收",
            _C,
        ),
        "rebind_requested": _T(
            "换绑申请",
            "有人用您的手机号申请换绑微信，若非本人请联系网点",
            "account",
            "",
            "若非本人请联系网点",
            _P,
        ),
        "rebound": _T(
            "账号换绑", "您的账号已在另一个微信上重新绑定", "account", "", "若非本人请联系网点", _P
        ),
        "binding_pending": _T(
            "人员待批准", "有人申请加入您发出的岗位，请核对后处理", "account", "", "请核对后处理"
        ),
        **OF_DOUBTS,
        **OF_MONEY,
    }
)
