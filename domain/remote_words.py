"""What a customer reads about the remote fee: where each number comes from, and who pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.calendar import SHANGHAI
from domain.fee_remote import km
from domain.money import yuan

NO_PROMISE = "没有找到您下单前看到的服务承诺"
GROUNDS: Mapping[str, str] = {
    "no_promise": "没有可以对照的服务承诺",
    "no_rule": "当日没有生效的收费规则",
    "distance_unknown": "网点到您家的距离无法核实",
    "not_agreed": "超出计价距离，尚未与您协商一致",
    "road_unknown": "收费按实际道路里程，里程尚未核实",
    "boundary_wrong": "下单前展示为免费，按规则却属于远程",
    "check_in_outside": "师傅签到的位置不在您家附近",
    "check_in_unknown": "师傅的签到位置无法核实",
}
_SHOWN: Mapping[str, str] = {
    "none": "不收远程费",
    "free": "在免费范围内，不收远程费",
    "by_distance": "远程费按网点到您家的距离计算",
    "negotiated": "远程费须先与您协商同意",
}


def shown(name: str, made_at: datetime, basis: str, amount_fen: int | None) -> str:
    """What was shown, when, under which name."""
    said = f"远程费 {yuan(amount_fen or 0)}" if basis == "by_km" else _SHOWN[basis]
    day = made_at.astimezone(SHANGHAI)
    return f"您下单前（{day.year} 年 {day.month} 月 {day.day} 日）看到的服务承诺 {name} 写明：{said}"


def by_rule(arithmetic: str, version: int) -> str:
    """The rule's own arithmetic."""
    return f"按收费规则第 {version} 版：{arithmetic}"


_LACKING: Mapping[str, str] = {
    "door": "您家的地址尚未准确定位，无法核对师傅的签到位置",
    "fix": "师傅签到时没有可用的定位",
    "unknown": "师傅签到时的位置无法核对",
}


def arrived(result: str, distance_m: int | None, lacking: str) -> str:
    """The check-in in a few words; `lacking`: door, fix or unknown, where nothing could be compared."""
    if result == "inside":
        return f"师傅已在您家签到（相距 {distance_m} 米）" if distance_m is not None else "师傅已在您家签到"
    if result == "outside":
        return f"师傅签到时距您家 {distance_m} 米" if distance_m is not None else "师傅签到时不在您家"
    return _LACKING[lacking]


def nothing(distance_m: int | None) -> str:
    """No remote fee at all."""
    where = f"网点到您家 {km(distance_m // 100 * 100)}（直线），" if distance_m is not None else ""
    return f"{where}按规则不收远程费，您无需支付"


def free_zone() -> str:
    """Nobody measured the way, and nobody told the customer of a fee for it."""
    return "您家在免费上门区，不收远程费，您无需支付"


def outcome(customer_fen: int, brand_fen: int) -> str:
    """Who pays what."""
    if not customer_fen and not brand_fen:
        return "按规则没有远程费，您无需支付"
    if not customer_fen:
        return f"远程费 {yuan(brand_fen)} 由品牌承担，您无需支付"
    if not brand_fen:
        return f"远程费 {yuan(customer_fen)} 由您支付，同一次上门只收一次"
    return f"您按承诺支付 {yuan(customer_fen)}，超出承诺的 {yuan(brand_fen)} 由品牌承担，同一次上门只收一次"


def open_question(why: Sequence[str], asked: bool) -> str:
    """Not decided: nothing is taken meanwhile. `asked`: an agent rules whether or not anybody disputes it."""
    because = f"因{'、'.join(why)}，"
    if asked:
        return f"{because}由客服核实裁定；裁定之前不向您收取远程费，请不要付款"
    return f"{because}未经客服裁定不向您收取远程费，请不要付款"


def ruled(customer_fen: int, brand_fen: int | None, by_default: bool) -> str:
    """An agent's word, or what holds when none came."""
    who = "客服未在期限内裁定，按约定" if by_default else "客服已裁定："
    return (
        f"{who}{outcome(customer_fen, brand_fen)}"
        if brand_fen is not None
        else f"{who}远程费由品牌承担，您无需支付"
    )


def for_staff(told: str) -> str:
    """The same paragraph about the customer in place of to him: `您家` → `客户家`, `请不要付款` → `请勿收款`."""
    return told.replace("请不要付款", "请勿收款").replace("您", "客户")


def paragraph(*sentences: str | None) -> str:
    """One paragraph of what there is to say."""
    return "。".join(sentence for sentence in sentences if sentence) + "。"
