"""The words of notices about what is in doubt: disputes, complaints, danger, audits and appeals."""

from __future__ import annotations

from collections.abc import Mapping

from domain.notice_forms import Audience, Template

_C = frozenset({Audience.CUSTOMER})
_P = frozenset({Audience.PERSON})
_T = Template

OF_DOUBTS: Mapping[str, Template] = {
    "delay_denied": _T(
        "客户否认延期",
        "工单 {number} 的客户否认延期原因，时效继续计算，请尽快联系",
        "task",
        "否认延期",
        "客户否认延期，请尽快联系",
    ),
    "charge_disputed": _T(
        "收费有异议",
        "工单 {number} 的收费有异议，请在 48 小时内答复",
        "task",
        "有异议",
        "逾期可能视为同意退还",
    ),
    "charge_contested": _T(
        "收费待裁定", "工单 {number} 的收费异议请在 72 小时内裁定", "task", "待裁定", "请裁定收费异议"
    ),
    "remote_to_rule": _T(
        "远程费待裁定",
        "工单 {number} 的远程费由谁承担无法按规则确定，请在 72 小时内裁定",
        "task",
        "待裁定",
        "请裁定远程费由谁承担",
    ),
    "answer_near": _T(
        "争议即将到期", "工单 {number} 的争议尚未答复，逾期按规则处理", "task", "将到期", "请尽快答复争议"
    ),
    "dispute_opened": _T("有异议待裁定", "工单 {number} 客户提出异议", "task", "有异议", "客户提出异议"),
    "dispute_ruled": _T(
        "异议已裁定", "工单 {number} 的异议已有结果", "progress", "已裁定", "异议已有结果", _C
    ),
    "audit_failed": _T(
        "稽核未通过", "工单 {number} 稽核未通过，请查看要求", "task", "未通过", "稽核未通过，请查看要求"
    ),
    "complaint_opened": _T("新投诉", "工单 {number} 有新的投诉", "task", "有投诉", "请及时回复投诉"),
    "safety_opened": _T(
        "安全投诉",
        "工单 {number} 有安全投诉，请在 30 分钟内回电客户。师傅已停止接单，核实后由客服解除",
        "task",
        "安全投诉",
        "请在 30 分钟内回电客户",
    ),
    "safety_desk": _T(
        "师傅因安全投诉停止接单",
        "工单 {number} 有安全投诉，师傅已停止接单：已约的工单请另派师傅，现场的由客服处理。由客服核实后解除",
        "task",
        "已停用",
        "师傅因安全投诉停止接单",
    ),
    "safety_stopped": _T(
        "您已暂停接单",
        "客户就工单 {number} 提出安全投诉，核实前您暂停接单、不能登录；请等客服与网点联系，投诉不成立即恢复",
        "account",
        "",
        "因安全投诉暂停接单",
        _P,
    ),
    "safety_lifted": _T(
        "停用已解除",
        "工单 {number} 的安全投诉已核实，师傅恢复接单，请重新登录",
        "account",
        "",
        "安全停用已解除，恢复接单",
        _P,
    ),
    "complaint_replied": _T(
        "投诉有回复",
        "您的安装单 {number} 的投诉有了回复，请查看",
        "progress",
        "有回复",
        "投诉有了回复，请查看",
        _C,
    ),
    "complaint_ruled": _T(
        "投诉已处理",
        "您的安装单 {number} 的投诉已有结果，请查看",
        "progress",
        "已处理",
        "投诉已有结果，请查看",
        _C,
    ),
    "review_alert": _T(
        "有新的差评",
        "店铺有 {count} 条差评待处理，请先安抚客户，再协调网点",
        "task",
        "有差评",
        "请先安抚客户再协调网点",
    ),
    "price_alert": _T("价格预警", "店铺有 {count} 笔价格异常订单", "task", "价格预警", "请核实成交价"),
    "breach_appealed": _T("时效申诉", "工单 {number} 有时效申诉待答复", "task", "有申诉", "请按时答复申诉"),
    "breach_explained": _T(
        "师傅有说明",
        "工单 {number} 超时，师傅写了说明，请查看并决定是否申诉",
        "task",
        "有说明",
        "请查看师傅的说明",
    ),
    "appeal_declined": _T("申诉未通过", "工单 {number} 的时效申诉未通过", "task", "未通过", "请查看驳回原因"),
    "audit_appealed": _T(
        "稽核申诉",
        "有 {count} 件稽核申诉待答复，其中有工单 {number}",
        "task",
        "有申诉",
        "请按时答复稽核申诉",
    ),
    "audit_answered": _T(
        "稽核申诉已答复",
        "工单 {number} 的稽核申诉{level}，请查看答复",
        "task",
        "已答复",
        "请查看稽核申诉的答复",
    ),
    "audit_disputed": _T(
        "稽核结论不一",
        "有 {count} 个工单两人稽核结论不同，请裁定，其中有工单 {number}",
        "task",
        "待裁定",
        "请裁定",
    ),
}
