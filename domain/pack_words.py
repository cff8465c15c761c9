"""The codes of an evidence pack in words, for the people who read it."""

from __future__ import annotations

from datetime import datetime

from domain.calendar import SHANGHAI

ROLES = {
    "customer": "客户", "installer": "师傅", "dispatcher": "调度", "dealer_owner": "网点负责人", "agent": "客服",
    "auditor": "稽核", "finance": "财务", "admin": "管理员", "system": "系统",
    "guest": "未绑定",
}  # fmt: skip
RESULTS = {"inside": "在范围内", "outside": "在范围外", "unknown": "位置未知"}
CAPTURES = {"camera": "现场拍摄", "gallery": "相册选取", "unknown": "来源未知"}
SOURCES = {"scanned": "扫码", "typed": "手工输入", None: "未说明"}
AGREED = {"tap": "本人点按", "link": "短信链接", "code": "告知验证码", "promise": "购买前已展示", None: "—"}
CONFIRMED = {
    "code": "验收码", "tap": "本人点按", "link": "短信链接", "platform_code": "平台核销码", "silence": "逾期默认",
    "agent": "客服代确认",
}  # fmt: skip
VERDICTS = {"pass": "合格", "evidence": "需补充证据", "work": "需返工"}
FACTS = {
    "create": "建单", "queued": "转客服处理", "order_changed": "订单变更", "follow_remote": "随同次上门的远程费裁定",
    "service_requested": "申请售后", "repair_quoted": "维修报价", "repair_agreed": "同意维修报价",
    "repair_refused": "不同意维修报价", "warranty_ruled": "保修责任已定",
}  # fmt: skip
"""What stands on a chain and is no action."""
GONE = {"deleted": "师傅已撤换", "late": "改派或取消后才上传", "redispatched": "改派前所拍"}


def at(text: str | None) -> str:
    """A time for people in China: 2026-03-02 14:05:09."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if text else "—"
