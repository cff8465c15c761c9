"""The sentences of a promise, in Chinese, with every number explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.calendar import SHANGHAI
from domain.capacity import HORIZON_DAYS, PART_NAMES
from domain.fee_remote import RemoteRate, km
from domain.money import yuan


class _Window(Protocol):
    @property
    def part(self) -> str: ...
    @property
    def start(self) -> datetime: ...


NO_INSTALLATION = "该商品无需上门安装"
NO_SILENCE = "安装完成后须由您本人确认，不会自动验收"
NO_REMOTE = "不收远程费"
NO_TRIP = "师傅空跑不向您收费"
QUESTION = "您所在的地区暂时没有服务网点。看过安装视频，您能自己安装吗？"
NOTHING_TO_FOLLOW = (
    "您所在的地区没有我们的服务网点，该商品也没有安装视频或步骤可以照着做，"
    "建议不要购买本商品，可选择在当地有服务的其他品牌"
)
BY_STEPS = "您所在的地区暂时没有服务网点。看过安装步骤，您能自己安装吗？"
ONLY_IF_ABLE_BY_STEPS = (
    "能按步骤自己装好，可以放心购买；自己装不了，建议选择在当地有服务的其他品牌，不要购买本商品"
)
ONLY_IF_ABLE = "能按视频自己装好，可以放心购买；自己装不了，建议选择在当地有服务的其他品牌，不要购买本商品"
_NEEDS = {"gas": "燃气", "wiring": "固定布线"}
_INCLUDED = {
    "install": ("上门一次", "基础安装", "通水通电调试", "讲解使用方法", "清理安装现场"),
    "deliver_install": ("送货上门", "基础安装", "通水通电调试", "讲解使用方法", "清理安装现场"),
}


def included(kind: str) -> tuple[str, ...]:
    """What is free, where the product's guide does not say."""
    return _INCLUDED.get(kind, _INCLUDED["install"])


def silence(hours: int) -> str:
    """What silence means."""
    return f"安装提交后 {hours} 小时内您没有提出异议，即视为验收；这不影响您的其他权利，期间会提醒您两次"


def not_by_oneself(certificates: Sequence[str]) -> str:
    """Never for gas or fixed wiring; and nobody is sold what nobody can install."""
    needs = "、".join(_NEEDS.get(kind, kind) for kind in certificates)
    why = f"该商品涉及{needs}，须持证安装，不能自己安装" if needs else "该商品须由专业师傅安装"
    return f"{why}；您所在的地区没有我们的服务网点，建议不要购买本商品，可选择在当地有服务的其他品牌"


def uncovered(place: str, advice: str) -> str:
    """The alliance is not here."""
    return f"服务联盟尚未覆盖{place}。{advice}"


def zone_of(zone: str, basis: str, engine: int) -> str:
    """How the place is called: 免费上门 only where nothing is asked for the way, whatever the coverage says."""
    if engine < 3:
        return "免费上门区" if zone == "free" else "远程区"
    return "免费上门" if basis in ("none", "free") else "按距离收远程费"


def covered(
    dealer: str,
    where: str,
    lead: int,
    promotion: str | None,
    windows: Sequence[_Window],
    remote: str,
    trip: str,
) -> str:
    """Who, when, and what it may cost; `where` from `zone_of`."""
    early = f"请提前 {lead} 天预约" if lead else "当天可约"
    reason = f"（{promotion}期间订单较多）" if promotion and lead else ""
    if windows:
        first = windows[0]
        day = first.start.astimezone(SHANGHAI)
        when = f"最早可约 {day.month} 月 {day.day} 日{PART_NAMES[first.part]}"
    else:
        when = f"近 {HORIZON_DAYS} 天已约满，请改日再查"
    return f"由{dealer}上门安装（{where}）；{early}{reason}，{when}；{remote}；{trip}"


def at_the_door(engine: int) -> str:
    """When the customer pays. The first wording said that *he* comes to the door."""
    return "由您上门时支付" if engine < 3 else "师傅上门时由您支付"


def by_distance(rate: RemoteRate, by_road: bool, engine: int) -> str:
    """The rule, where the distance is not known yet. The road is nothing we measure: an agent finds it out."""
    way = "网点到您家的实际道路里程" if by_road else "网点到您家的距离"
    paid = "里程由客服核实，未经您同意不收" if by_road else at_the_door(engine)
    return f"远程费按{way}计算：{_formula(rate)}，超过 {km(rate.negotiated_beyond_m)} 先协商；{paid}"


def _formula(rate: RemoteRate) -> str:
    """`20 km 以内免费，超出部分每公里 ¥2.00（最多 ¥60.00）`; with a fixed sum for the first kilometres, and a least."""
    free = f"{km(rate.free_m)} 以内" + ("不计里程" if rate.least_fen else "免费")
    beyond = f"超出部分每公里 {yuan(rate.per_km_fen)}"
    if rate.flat_within_m is not None and rate.flat_fen is not None:
        beyond = f"超出 {km(rate.flat_within_m)} 以内固定 {yuan(rate.flat_fen)}，更远时{beyond}"
    least = f"，最低 {yuan(rate.least_fen)}" if rate.least_fen else ""
    return f"{free}，{beyond}{_cap(rate)}{least}"


def within(distance_m: int, rate: RemoteRate) -> str:
    """Inside the free radius."""
    return f"距网点 {_measured(distance_m)}，在 {km(rate.free_m)} 免费范围内，不收远程费"


def negotiated(distance_m: int, rate: RemoteRate) -> str:
    """Beyond the formula."""
    return f"距网点 {_measured(distance_m)}，超过 {km(rate.negotiated_beyond_m)}，远程费须先与您协商同意，未经同意不收"


def paid_on_site(arithmetic: str, engine: int) -> str:
    """The sum with its arithmetic, and when it is paid."""
    return f"{arithmetic}，{at_the_door(engine)}；同一次上门只收一次"


def trip(amount: str) -> str:
    """A trip in vain by the customer's fault."""
    return f"师傅按约上门后因您的原因（无人在家、临时不装）装不成，收空跑费 {amount}"


def whole(place: str, all_covered: bool, lines: Sequence[str], none_covered: bool = False) -> str:
    """One sentence over all lines, then each."""
    head = f"{place}：可安排上门服务" if all_covered else f"{place}：不是所有商品都能安排上门服务"
    if none_covered:
        head = f"{place}：暂时不能安排上门服务"
    return "。".join([head, *dict.fromkeys(lines)]) + "。"


def _cap(rate: RemoteRate) -> str:
    return f"（最多 {yuan(rate.cap_fen)}）" if rate.cap_fen is not None else ""


def _measured(distance_m: int) -> str:
    return km(distance_m // 100 * 100) + "（直线）"
