"""Why people were unhappy: one small closed list for complaints, bad reviews, aborted visits and return visits.

Where a person has said the cause, that counts; else it is derived from what was told (a complaint's category, an
aborted visit's reason, a return visit's answers, the words of a review). What has no cause is counted nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CAUSES: Mapping[str, str] = {
    "charge_not_told": "收费未事先说明",
    "late": "迟到或未上门",
    "workmanship": "安装质量",
    "attitude": "服务态度",
    "damage": "货物损坏",
    "not_compatible": "与家中条件不符",
    "missing_part": "缺少配件",
    "unclear_instructions": "说明不清楚",
    "safety": "安全隐患",
    "other": "其他",
}
SOURCES = ("complaint", "review", "abort", "return_visit")
SOURCE_NAMES: Mapping[str, str] = {
    "complaint": "投诉",
    "review": "差评",
    "abort": "中止上门",
    "return_visit": "回访",
}

OF_COMPLAINT: Mapping[str, str] = {
    "charge": "charge_not_told",
    "lateness": "late",
    "workmanship": "workmanship",
    "attitude": "attitude",
    "damage": "damage",
    "safety": "safety",
}
OF_ABORT: Mapping[str, str] = {
    "goods_wrong": "damage",
    "site_unfit": "not_compatible",
    "price_refused": "charge_not_told",
    "part_missing": "missing_part",
    "unsafe": "safety",
}
"""Nobody at home and a wrong address say nothing about the product's page."""
OF_ANSWER: tuple[tuple[str, str, str], ...] = (
    ("fees_shown", "no", "charge_not_told"),
    ("on_time", "no", "late"),
    ("works", "no", "workmanship"),
    ("cleaned", "no", "attitude"),
)
"""(question, answer, cause) of a return visit, the weightiest first: one call has one cause."""

# In this order: money and danger are said plainly, "other" is never guessed.
_WORDS: tuple[tuple[str, str], ...] = (
    ("safety", r"漏电|触电|煤气|燃气泄|着火|起火|爆炸|冒烟|危险|漏气"),
    ("charge_not_told", r"乱收费|多收|收费|加价|另外收|额外|材料费|配件费|安装费|打孔费|远程费|要钱"),
    (
        "late",
        r"没人上门|不上门|没人来|没来|迟到|爽约|放鸽子|一直等|等了.{0,6}[天周]|拖了|联系不上|推迟|预约不",
    ),
    ("damage", r"破损|碎了|摔坏|磕碰|划痕|压坏|变形|裂"),
    ("missing_part", r"少配件|缺配件|少了.{0,6}(螺丝|配件|管)|没有配件|漏发|少发"),
    ("not_compatible", r"装不了|装不上|不匹配|尺寸不|放不下|不合适|插座|电线太细|水压"),
    ("unclear_instructions", r"说明书|看不懂|没说清|没有说明|介绍不"),
    ("attitude", r"态度|骂|不耐烦|不礼貌|推诿|踢皮球|凶"),
    (
        "workmanship",
        r"漏水|装歪|没装好|安装.{0,4}差|不牢|松动|返工|师傅.{0,6}(差|不专业)|服务.{0,4}差|售后.{0,6}差",
    ),
)
_PATTERNS = tuple((cause, re.compile(pattern)) for cause, pattern in _WORDS)
_NOT_SO = re.compile(
    r"(没有?|不|未|无)(任何|再|另外|额外|乱|多)*(收费|加价|多收|额外|收.{0,4}费|要钱|漏水|迟到|破损|磕碰|划痕|推诿)"
)


def of_words(text: str) -> str | None:
    """The service fault a review's words name, or None: `师傅乱收费` → charge_not_told; `没有乱收费` → None."""
    told = _NOT_SO.sub("", text)
    return next((cause for cause, pattern in _PATTERNS if pattern.search(told)), None)


def is_bad(score: int, text: str, worst: int) -> bool:
    """At or below `worst` stars, or fewer than five with words of a service fault: 3 stars `师傅没来` with worst 2."""
    return score <= worst or (score < 5 and of_words(text) is not None)
