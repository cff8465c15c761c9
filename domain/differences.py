"""How the ledger and those who move its money (banks, WeChat) can differ."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Gap(StrEnum):
    """One kind of difference."""

    UNKNOWN_NUMBER = "unknown_number"
    AMOUNT = "amount"
    UNKNOWN_WORD = "unknown_word"
    PAID_AND_FAILED = "paid_and_failed"
    NOT_ANSWERED = "not_answered"
    NOT_POSTED = "not_posted"
    POSTED_ONLY = "posted_only"
    WECHAT_AMOUNT = "wechat_amount"
    OTHER_PERSON = "other_person"
    CONTRADICTED = "contradicted"
    WECHAT_ONLY = "wechat_only"
    OURS_ONLY = "ours_only"
    OPEN_LONG = "open_long"
    REFUND_FAILED = "refund_failed"


GAPS: Mapping[Gap, str] = {
    Gap.UNKNOWN_NUMBER: "对方结果中的编号不是我方的付款",
    Gap.AMOUNT: "银行金额与批次不符",
    Gap.UNKNOWN_WORD: "银行状态无法识别",
    Gap.PAID_AND_FAILED: "银行先后给出相反的结果",
    Gap.NOT_ANSWERED: "批次已三天，银行尚无结果",
    Gap.NOT_POSTED: "已付款但总账金额不符或没有分录",
    Gap.POSTED_ONLY: "总账有付款分录而没有付款记录",
    Gap.WECHAT_AMOUNT: "微信金额与我方不符",
    Gap.OTHER_PERSON: "微信付款人或收款人与我方不符",
    Gap.CONTRADICTED: "微信先后给出相反的结果",
    Gap.WECHAT_ONLY: "微信账单有记录，我方未完成或没有",
    Gap.OURS_ONLY: "我方已完成，微信账单没有记录",
    Gap.OPEN_LONG: "三天仍无结果",
    Gap.REFUND_FAILED: "退款未到客户，请人工处理",
}


def key_of(gap: Gap, *of: object) -> str:
    """Names one difference as it is now: with another number or amount it is another, and an alarm again."""
    return ":".join([gap, *("" if one is None else str(one) for one in of)])
