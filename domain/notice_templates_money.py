"""The words of notices about money: the way's, and between brand and dealers (in `domain/notice_templates.py`)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.notice_forms import Audience, Template

OF_MONEY: Mapping[str, Template] = {
    "remote_ruled": Template(
        "远程费已裁定",
        "工单 {number} 的远程费由谁承担已裁定",
        "progress",
        "已裁定",
        "远程费已裁定",
        frozenset({Audience.CUSTOMER}),
    ),
    "penalty_imposed": Template(
        "处罚通知", "工单 {number} 有一笔处罚，七天内可申诉", "task", "有处罚", "请查看处罚，七天内可申诉"
    ),
    "penalty_appealed": Template(
        "处罚申诉", "工单 {number} 的处罚有申诉待答复", "task", "有申诉", "请按时答复处罚申诉"
    ),
    "penalty_answered": Template(
        "处罚申诉已答复",
        "工单 {number} 的处罚申诉{level}，请查看答复",
        "task",
        "已答复",
        "请查看处罚申诉的答复",
    ),
    "bank_account_changed": Template(
        "收款账户变更",
        "网点的收款账户有变更，{level}",
        "account",
        "",
        "若非本人请立即联系财务",
    ),
    "transfer_waiting": Template(
        "待收款",
        "有一笔结算款 {level} 待您在小程序确认收款，24 小时内有效",
        "account",
        "",
        "请在 24 小时内确认收款",
    ),
    "agreement_published": Template(
        "联盟协议更新",
        "服务联盟协议有新版本，自 {level} 起生效，请阅读并签署",
        "account",
        "",
        "请阅读并签署新版协议",
    ),
    "contest_answered": Template(
        "结算异议已答复",
        "{level}，请查看答复",
        "account",
        "",
        "请查看结算异议的答复",
        several="contests_answered",
    ),
    "contests_answered": Template(
        "结算异议已答复", "又有结算异议已答复，请逐一查看", "account", "", "有多项结算异议已答复"
    ),
    "invoice_refused": Template(
        "发票被退回", "{level}的发票被退回，请查看原因后重新开具", "account", "", "请查看原因后重新开票"
    ),
    "earnings_paid": Template(
        "劳务费已支付",
        "{level}已由网点支付，请核对明细",
        "account",
        "",
        "请核对劳务费明细",
    ),
    "statement_paid": Template("结算款已支付", "{level}已支付，请查收", "account", "", "请查收结算款"),
}
