"""Everything that can be done to a job, and what each deed asks for (domain.md §2.2).

`ASKS` is read by the API to build each route's body, by the lifecycle to refuse an incomplete command, and by
people to know which reasons there are. An action is English in code and Chinese on a button.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain import reasons
from domain.dispatch import Funnel
from domain.errors import Fault, Invalid
from domain.geo import Point


class Action(StrEnum):
    """What is done, by somebody or by the system. Past-tense names are facts heard of, not decisions."""

    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    MARK_UNSERVED = "mark_unserved"
    SELF_INSTALL_OUTCOME = "self_install_outcome"
    REDISPATCH = "redispatch"
    REOPEN = "reopen"
    CANCEL = "cancel"
    CONTACT = "contact"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    BOOK = "book"
    FAIL_BOOKING = "fail_booking"
    RESCHEDULE = "reschedule"
    SUSPEND = "suspend"
    RESUME = "resume"
    HOLD = "hold"
    RELEASE = "release"
    FIX_ADDRESS = "fix_address"
    DENY_DELAY = "deny_delay"
    DELIVERED = "delivered"
    WANTED_DATE_SET = "wanted_date_set"
    CHECK_IN = "check_in"
    TAKE_PHOTO = "take_photo"
    WAIVE_SLOT = "waive_slot"
    ADD_CHARGE = "add_charge"
    APPROVE_CHARGE = "approve_charge"
    REFUSE_CHARGE = "refuse_charge"
    WITHDRAW_CHARGE = "withdraw_charge"
    SETTLE_CHARGE = "settle_charge"
    DISPUTE_CHARGE = "dispute_charge"
    LAPSE_CHARGE = "lapse_charge"
    DISPUTE_REMOTE = "dispute_remote"
    RULE_REMOTE = "rule_remote"
    REPORT_DAMAGE = "report_damage"
    ABORT_VISIT = "abort_visit"
    SUBMIT = "submit"
    SUPPLEMENT = "supplement"
    CONFIRM = "confirm"
    AUTO_CONFIRM = "auto_confirm"
    CONFIRM_WITH_RESERVES = "confirm_with_reserves"
    DISPUTE = "dispute"
    RULE = "rule"
    CONTEST_CHARGE = "contest_charge"
    CONCEDE_CHARGE = "concede_charge"
    RULE_CHARGE = "rule_charge"
    RATE = "rate"
    AUDIT_SAMPLED = "audit_sampled"
    AUDIT_PASS = "audit_pass"
    AUDIT_FAIL = "audit_fail"
    COMPLAINT_OPENED = "complaint_opened"
    COMPLAINT_REPLIED = "complaint_replied"
    COMPLAINT_CLOSED = "complaint_closed"
    SAFETY_CALLED = "safety_called"
    LIFT_STOP = "lift_stop"
    URGE = "urge"
    URGE_ANSWERED = "urge_answered"
    ATTEND = "attend"
    RECORD_ANSWERS = "record_answers"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Window:
    """When somebody comes: start inclusive, end exclusive, aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Scores:
    """A rating: overall 1–5 and four parts, each 1–5 or not given; tags of our own list."""

    overall: int
    punctuality: int | None = None
    attitude: int | None = None
    workmanship: int | None = None
    charges: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Damage as found: package, exterior, function are each intact | damaged | unknown."""

    package: str
    exterior: str
    function: str
    carrier: str | None = None
    serial_number: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One deed with its particulars; which are needed stands in `ASKS`."""

    action: Action
    reason: str | None = None
    note: str | None = None
    outcome: str | None = None
    fault: str | None = None
    window: Window | None = None
    next_contact_at: datetime | None = None
    moment: datetime | None = None
    offer_id: int | None = None
    dealer_ids: tuple[int, ...] = ()
    installer_id: int | None = None
    agreed_fen: int | None = None
    overcharged_fen: int | None = None
    beyond_capacity: bool | None = None  # taken on purpose, though the month is full
    fix: Point | None = None
    photo_id: int | None = None
    slot: str | None = None
    serial_numbers: tuple[str, ...] = ()
    serial_sources: tuple[str, ...] = ()  # scanned or typed, one for each number, as the phone says
    charge_id: int | None = None
    item: str | None = None
    quantity: int | None = None
    collected_by: str | None = None
    code: str | None = None
    scores: Scores | None = None
    appraisal: Appraisal | None = None
    address: str | None = None
    funnel: Funnel | None = None  # of a run that has ranked already; never from outside
    complaint_id: int | None = None
    category: str | None = None
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """What an action needs: its name on a button, particulars, permitted reasons and outcomes."""

    name: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()


ASKS: Mapping[Action, Ask] = MappingProxyType(
    {
        Action.OFFER: Ask("派单", ("dealer_ids",), ("note", "agreed_fen")),
        Action.ACCEPT: Ask("接单", (), ("offer_id", "beyond_capacity")),
        Action.DECLINE: Ask("拒单", ("offer_id", "reason"), ("note",), reasons.DECLINE),
        Action.EXPIRE: Ask("超时未接", ("offer_id",)),
        Action.MARK_UNSERVED: Ask("标记无网点", (), ("note",)),
        Action.SELF_INSTALL_OUTCOME: Ask(
            "自行安装结果", ("outcome",), ("note",), outcomes=("done", "failed")
        ),
        Action.REDISPATCH: Ask(
            "改派网点", ("reason",), ("note",), {**reasons.DECLINE, "late": "迟迟不处理", "left": "网点退出"}
        ),
        Action.REOPEN: Ask("重新打开", (), ("note",)),
        Action.CANCEL: Ask("取消", ("reason",), ("note", "fault"), reasons.CANCEL),
        Action.CONTACT: Ask("联系客户", (), ("note",)),
        Action.ASSIGN: Ask("指派师傅", ("installer_id",)),
        Action.REASSIGN: Ask("换师傅", (), ("installer_id", "note")),
        Action.BOOK: Ask("预约", ("window",), ("note",)),
        Action.FAIL_BOOKING: Ask("预约失败", ("reason", "next_contact_at"), ("note",), reasons.BOOKING),
        Action.RESCHEDULE: Ask("改约", ("window", "reason"), ("note",), reasons.RESCHEDULE),
        Action.SUSPEND: Ask("挂起", ("reason",), ("window", "next_contact_at", "note"), reasons.SUSPEND),
        Action.RESUME: Ask("恢复", (), ("window", "note")),
        Action.HOLD: Ask("暂缓上门", ("reason",), ("note",), reasons.HOLD),
        Action.RELEASE: Ask("解除暂缓", (), ("note",)),
        Action.FIX_ADDRESS: Ask("更正地址", ("address",), ("fix", "note")),
        Action.DENY_DELAY: Ask("否认延期", (), ("note",)),
        Action.DELIVERED: Ask("已送达", ("moment",)),
        Action.WANTED_DATE_SET: Ask("期望日期", ("moment",)),
        Action.CHECK_IN: Ask("签到", (), ("fix", "reason", "photo_id"), reasons.OUTSIDE),
        Action.TAKE_PHOTO: Ask("拍照", ("photo_id", "slot")),
        Action.WAIVE_SLOT: Ask("免拍", ("slot", "reason"), ("note",), reasons.WAIVE),
        Action.ADD_CHARGE: Ask("增加收费", ("item", "quantity", "collected_by"), ("photo_id",)),
        Action.APPROVE_CHARGE: Ask("同意收费", ("charge_id",), ("code",)),
        Action.REFUSE_CHARGE: Ask("拒绝收费", ("charge_id",)),
        Action.WITHDRAW_CHARGE: Ask("撤回收费", ("charge_id",)),
        Action.SETTLE_CHARGE: Ask("已收款", ("charge_id",)),
        Action.DISPUTE_CHARGE: Ask("收费有异议", ("charge_id",), ("note",)),
        Action.LAPSE_CHARGE: Ask("收费未确认失效", ("charge_id",)),
        Action.DISPUTE_REMOTE: Ask("远程费有异议", (), ("note",)),
        Action.RULE_REMOTE: Ask(
            "裁定远程费", ("outcome",), ("agreed_fen", "note"), outcomes=("customer", "brand")
        ),
        Action.REPORT_DAMAGE: Ask("报损", ("appraisal",), ("note", "photo_id")),
        Action.ABORT_VISIT: Ask(
            "中止上门",
            ("reason", "photo_id", "outcome"),
            ("next_contact_at", "note"),
            reasons.ABORT,
            ("suspended", "cancelled"),
        ),
        # none given is one fault among others (guards.serials_given)
        Action.SUBMIT: Ask("提交完工", (), ("serial_numbers", "serial_sources", "note")),
        Action.SUPPLEMENT: Ask("补充照片", (), ("note",)),
        Action.CONFIRM: Ask("验收", (), ("code", "note")),
        Action.AUTO_CONFIRM: Ask("自动验收"),
        Action.CONFIRM_WITH_RESERVES: Ask("有保留验收", ("reason",), ("note",), reasons.DISPUTE),
        Action.DISPUTE: Ask("不予验收", ("reason",), ("note",), reasons.DISPUTE),
        Action.RULE: Ask("裁定", ("outcome",), ("fault", "note"), outcomes=("confirmed", "rework")),
        Action.CONTEST_CHARGE: Ask("不同意退还收费", ("charge_id",), ("note", "photo_id")),
        Action.CONCEDE_CHARGE: Ask("同意退还收费", ("charge_id",), ("note",)),
        Action.RULE_CHARGE: Ask(
            "裁定收费",
            ("charge_id", "outcome"),
            ("agreed_fen", "note"),
            outcomes=("stands", "refunded", "overcharged"),
        ),
        Action.RATE: Ask("评价", ("scores",), ("note",)),
        Action.AUDIT_SAMPLED: Ask("抽中稽核"),
        Action.AUDIT_PASS: Ask("稽核通过", (), ("note",)),
        Action.AUDIT_FAIL: Ask("稽核不通过", ("outcome",), ("fault", "note"), outcomes=("evidence", "work")),
        Action.COMPLAINT_OPENED: Ask("投诉", ("category",), ("note",)),
        Action.COMPLAINT_REPLIED: Ask("回复投诉", ("complaint_id", "note")),
        Action.COMPLAINT_CLOSED: Ask(
            "了结投诉",
            ("complaint_id", "outcome"),
            ("note", "agreed_fen", "fault", "overcharged_fen"),
            outcomes=("upheld", "not_upheld"),
        ),
        Action.SAFETY_CALLED: Ask("安全回电", ("complaint_id",), ("note",)),
        Action.LIFT_STOP: Ask("解除安全停用", ("complaint_id",), ("note",)),
        Action.URGE: Ask("催办", ("reason",), ("note",), reasons.URGE),
        Action.URGE_ANSWERED: Ask("答复催办", ("note",)),
        Action.ATTEND: Ask("已处理", (), ("note",)),
        Action.RECORD_ANSWERS: Ask("记录回访", ("answers",), ("note",)),
        Action.CLOSE: Ask("完结", (), ("note",)),
    }
)

CATEGORY_NAMES: Mapping[str, str] = {
    "charge": "收费",
    "lateness": "不准时",
    "workmanship": "安装质量",
    "attitude": "服务态度",
    "damage": "物品损坏",
    "safety": "安全隐患",
}
CATEGORIES = tuple(CATEGORY_NAMES)


def check(command: Command) -> None:
    """Refuse a command that lacks what its action asks for; all faults at once, in Chinese."""
    ask = ASKS[command.action]
    faults = [Fault(name, "required", "必填") for name in ask.required if not getattr(command, name)]
    for name, permitted in (("reason", ask.reasons), ("outcome", ask.outcomes), ("fault", reasons.FAULTS)):
        value = getattr(command, name)
        if value is not None and value not in permitted:
            faults.append(Fault(name, "unknown_value", f"可选：{'、'.join(permitted)}"))
    if command.category is not None and command.category not in CATEGORIES:
        faults.append(Fault("category", "unknown_value", f"可选：{'、'.join(CATEGORIES)}"))
    if faults:
        raise Invalid(errors=faults)
