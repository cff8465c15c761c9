"""What a customer may do, in a customer's words: forms for the page at /m and, as `x-customer-forms`, for the phone.

Which actions there are follows from the lifecycle's table, what each asks for from `domain.actions.ASKS`: neither can
drift from the rules. Here stand only the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.jobs import PATHS
from domain.actions import ASKS, CATEGORY_NAMES, Action
from domain.actors import Role
from domain.lifecycle import roles_for

# Of a list made for staff, what a customer says himself.
OWN_REASONS: Mapping[Action, tuple[str, ...]] = {
    Action.CANCEL: ("customer", "other"),
    Action.RESCHEDULE: ("customer", "goods", "other"),
}
OWN_NAMES: Mapping[tuple[Action, str], str] = {
    (Action.CANCEL, "customer"): "我不需要安装了",
    (Action.RESCHEDULE, "customer"): "我的时间有变",
    (Action.RESCHEDULE, "goods"): "货还没到",
}
OUTCOMES = {"done": "已自行装好", "failed": "没有装成"}
# A button's words and what pressing it means, where the name for staff would not say so to a customer.
TOLD: Mapping[Action, tuple[str, str]] = {
    Action.CONFIRM: ("验收通过", "装好了，没有问题。验收不影响您的质保和投诉权利。"),
    Action.CONFIRM_WITH_RESERVES: (
        "能用，但有问题要记下",
        "东西能用，但有问题要记录在案：暂不算验收，由客服裁定是验收还是返工。",
    ),
    Action.DISPUTE: ("没装好，不验收", "没装好，我不认可：不会自动验收，由客服裁定是否返工。"),
    Action.BOOK: ("预约上门时间", "选一个师傅有空的时段。"),
    Action.RESCHEDULE: ("改约时间", "选一个新的时段，师傅会收到通知。"),
    Action.DENY_DELAY: (
        "网点说的延期原因不符",
        "网点若登记您未收到货或暂不需要安装而推迟，与事实不符时请告诉我们。",
    ),
    Action.DELIVERED: ("货已送到", "告诉我们收货日期，安装时效从这天算起。"),
    Action.WANTED_DATE_SET: ("想过些天再装", "请选一个日期，网点按这天来安排。"),
    Action.REPORT_DAMAGE: ("货有损坏", "请如实选择，客服会联系您。"),
    Action.RATE: ("评价本次服务", "1 分最差，5 分最好。"),
    Action.COMPLAINT_OPENED: ("投诉", "客服会尽快回复，结果在本页查看。"),
    Action.SELF_INSTALL_OUTCOME: ("自行安装的结果", "装成了请告诉我们；没装成，客服会帮您。"),
    Action.CANCEL: ("取消安装", "取消后不再派人上门；退货退款请联系店铺。"),
    Action.DISPUTE_REMOTE: ("对远程费有异议", "由客服按承诺与规则裁定。"),
    Action.APPROVE_CHARGE: ("同意", ""),
    Action.REFUSE_CHARGE: ("不同意", ""),
    Action.DISPUTE_CHARGE: ("对这项收费有异议", "网点须在 48 小时内答复，客服再裁定。"),
    Action.RECORD_ANSWERS: ("回访：请说说这次安装", "都答完、没有问题，我们就不再打电话打扰您。"),
}
_KINDS = {
    "reason": "choice", "outcome": "choice", "category": "choice", "note": "text", "window": "window",
    "moment": "day", "scores": "scores", "appraisal": "appraisal",
    "answers": "answers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to fill in; `options`: (value, words) of a choice."""

    name: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a customer fills in to do something; `path` below /api/v1/jobs/{id}/."""

    name: str
    hint: str
    path: str
    fields: tuple[FormField, ...]


def forms() -> dict[str, Form]:
    """Every action a customer may ever do, as a form."""
    return {str(action): _form(action) for action in Action if Role.CUSTOMER in roles_for(action)}


def _form(action: Action) -> Form:
    ask = ASKS[action]
    name, hint = TOLD[action]
    asked = [(field, True) for field in ask.required] + [(field, False) for field in ask.optional]
    return Form(
        name,
        hint,
        PATHS[action],
        tuple(
            FormField(field, _KINDS[field], required, _options(action, field))
            for field, required in asked
            if field in _KINDS
        ),
    )


def _options(action: Action, field: str) -> tuple[tuple[str, str], ...]:
    ask = ASKS[action]
    if field == "reason":
        codes = OWN_REASONS.get(action, tuple(ask.reasons))
        return tuple((code, OWN_NAMES.get((action, code), ask.reasons[code])) for code in codes)
    if field == "outcome":
        return tuple((code, OUTCOMES[code]) for code in ask.outcomes)
    return tuple(CATEGORY_NAMES.items()) if field == "category" else ()
