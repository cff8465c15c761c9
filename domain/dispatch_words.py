"""The words of the funnel: what an agent reads about a dealer that was asked, and about one that was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.dispatch import Covering

BARS = {
    "inactive": "网点已停止接单",
    "not_covered": "该品类在此区域不服务",
    "unauthorised": "没有该品类的有效授权",
    "refused": "已拒绝、未按时响应或已被改派",
    "unskilled": "没有具备该品类技能的在职师傅",
    "uncertified": "在职师傅没有有效的资格证书",
    "full": "近期产能已满",
}
CERTIFICATES = {"gas": "燃气", "wiring": "电工"}


def lacking(kinds: tuple[str, ...]) -> str:
    """在职师傅没有有效的燃气、电工证书"""
    return f"在职师傅没有有效的{'、'.join(CERTIFICATES.get(kind, kind) for kind in kinds)}证书"


def merits(dealer: Covering) -> Iterator[tuple[str, bool, str]]:
    """(step, speaks for it, words), in the order in which they count."""
    yield (
        "territory",
        dealer.territory_owner,
        "本区域属地网点" if dealer.territory_owner else "可服务网点，非属地",
    )
    if dealer.same_door:
        numbers = "、".join(str(job) for job in dealer.same_door)
        yield "same_door", True, f"同址已有工单 {numbers}，建议一次上门，远程费只收一次"
    yield "alliance", dealer.alliance, "服务联盟成员" if dealer.alliance else "未加入服务联盟"
    yield "zone", dealer.zone == "free", "免费上门区" if dealer.zone == "free" else "远程区"
    if dealer.level:
        yield "skill", True, f"师傅技能 {dealer.level} 级，所需证书有效"
    if dealer.earliest is not None:
        day = f"{dealer.earliest.month}月{dealer.earliest.day}日"
        yield "days", dealer.in_time, f"最早 {day} 有空档" + ("" if dealer.in_time else "，期望日期已满")
    if dealer.distance_m is None:
        yield "distance", False, "距离未知"
    else:
        yield "distance", True, f"距离 {dealer.distance_m / 1000:.1f} km"
    yield "score", True, f"服务分 {dealer.score}"
    limit = "未设产能上限" if dealer.per_day is None else f"日产能 {dealer.per_day}"
    yield "share", True, f"近 7 天派单 {dealer.recent} 次，{limit}"
    if dealer.auto_accept:
        yield (
            "auto_accept",
            dealer.in_time,
            "自动接单" if dealer.in_time else "自动接单，但期望日期已满，改为人工接单",
        )
