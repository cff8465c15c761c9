"""Extra charges: the ten types, a quote's arithmetic, what was shown before the purchase, what silence means.

An extra is an item of the price list times a quantity; nobody types an amount. The customer says yes to it before the
work. What the promise did not show at that price or more needs a photo too. Type 8, the way, is never an item: it
follows from the remote-fee verdict (`domain/remote_verdict.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.errors import Fault, Invalid
from domain.fee_rules import CHARGE_TYPES
from domain.money import yuan

REMOTE_TYPE = 8
REMOTE_ITEM = "remote"
MOST = 999
ANSWER_WITHIN = timedelta(hours=24)
RULE_WITHIN = timedelta(hours=72)


class State(StrEnum):
    """Where a charge stands. `lapsed`: the customer said nothing, so it is not taken."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DISPUTED = "disputed"


STATE_NAMES: Mapping[str, str] = {
    "proposed": "待您确认",
    "approved": "已同意",
    "refused": "已拒绝",
    "withdrawn": "已撤回",
    "lapsed": "未确认，已失效",
    "disputed": "有异议，客服裁定中",
}
FOR_STAFF: Mapping[str, str] = {"proposed": "待客户确认"}
RULING_NAMES: Mapping[str, str] = {
    "stands": "维持收费",
    "refunded": "退还",
    "overcharged": "多收，加倍赔付",
}
# The Tmall adjustment's own numbers; 9 is settled, 8 ended by timeout: here of a dispute, never a yes to an extra.
TMALL_STATES: Mapping[str, int] = {
    "proposed": 1,
    "approved": 2,
    "disputed": 3,
    "stands": 4,
    "refunded": 5,
    "overcharged": 5,
    "refused": 7,
    "withdrawn": 7,
    "lapsed": 7,
}
_SETTLED, _TIMEOUT = 9, 8


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the price list. `shown`: the customer's promise named it at this price or more."""

    code: str
    name: str
    unit: str
    price_fen: int
    charge_type: int
    shown: bool = False


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """An item times a quantity: `打孔费 打孔 ¥50.00 × 2 个 = ¥100.00`."""

    item: str
    name: str
    type: int
    type_name: str
    unit: str
    quantity: int
    unit_fen: int
    amount_fen: int
    needs_photo: bool
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines and their sum; `text` is what the customer is asked to agree to. `version` names the price list."""

    version: int
    lines: tuple[QuoteLine, ...]
    total_fen: int
    needs_photo: bool
    text: str


def arithmetic(charge_type: int, name: str, unit_fen: int, quantity: int, unit: str) -> str:
    """`打孔费 打孔 ¥50.00 × 2 个 = ¥100.00`."""
    sum_fen, kind = unit_fen * quantity, CHARGE_TYPES[charge_type]
    what = name if name == kind else f"{kind} {name}"
    return f"{what} {yuan(unit_fen)} × {quantity} {unit} = {yuan(sum_fen)}"


def quote(version: int, items: Iterable[Item], wanted: Sequence[tuple[str, int]]) -> Quote:
    """Price what is wanted: (code, quantity) each. `Invalid` names every unknown item and quantity at once."""
    known = {item.code: item for item in items}
    faults = list(_faults(known, wanted))
    if faults:
        raise Invalid(errors=faults)
    lines = tuple(_line(known[code], quantity) for code, quantity in wanted)
    total = sum(line.amount_fen for line in lines)
    told = "；".join(line.text for line in lines)
    text = f"按价目表第 {version} 版：{told}。合计 {yuan(total)}，您同意后才会施工和收取"
    return Quote(version, lines, total, any(line.needs_photo for line in lines), text)


def _faults(known: Mapping[str, Item], wanted: Sequence[tuple[str, int]]) -> Iterable[Fault]:
    for at, (code, quantity) in enumerate(wanted):
        if code == REMOTE_ITEM:
            yield Fault(f"lines.{at}", "remote_by_rule", "远程费按规则计算，不在价目表中")
        elif code not in known:
            yield Fault(f"lines.{at}", "not_on_price_list", f"价目表中没有该项目：{code}")
        if not 1 <= quantity <= MOST:
            yield Fault(f"lines.{at}", "quantity", f"数量应在 1 到 {MOST} 之间")


def item_faults(items: Sequence[tuple[str, int]]) -> Iterable[Fault]:
    """What is wrong with a new price list of (code, type) each: unknown types, the way, a code twice."""
    seen: set[str] = set()
    for code, charge_type in items:
        if charge_type not in CHARGE_TYPES:
            yield Fault(f"items.{code}", "charge_type", "收费类型应为 1–10")
        elif charge_type == REMOTE_TYPE or code == REMOTE_ITEM:
            yield Fault(f"items.{code}", "remote_by_rule", "远程费按规则计算，不在价目表中")
        if code in seen:
            yield Fault(f"items.{code}", "item_repeated", "项目代码重复")
        seen.add(code)


def _line(item: Item, quantity: int) -> QuoteLine:
    return QuoteLine(
        item=item.code,
        name=item.name,
        type=item.charge_type,
        type_name=CHARGE_TYPES[item.charge_type],
        unit=item.unit,
        quantity=quantity,
        unit_fen=item.price_fen,
        amount_fen=item.price_fen * quantity,
        needs_photo=not item.shown,
        text=arithmetic(item.charge_type, item.name, item.price_fen, quantity, item.unit),
    )


def state_name(state: str, to_customer: bool) -> str:
    """Where a charge stands, in the reader's words: `待您确认` to the customer, `待客户确认` to everybody else."""
    return STATE_NAMES[state] if to_customer else FOR_STAFF.get(state, STATE_NAMES[state])


def refund_told(fen: int, days: int, to_customer: bool, returned_fen: int = 0) -> str:
    """What goes back and when: `退还您 ¥100.00，由品牌在裁定或撤回后 7 天内退给您，…`; arrived: `已退还您 ¥100.00`."""
    whom = "您" if to_customer else "客户"
    if returned_fen >= fen:
        return f"已退还{whom} {yuan(fen)}"
    part = f"（已退 {yuan(returned_fen)}）" if returned_fen else ""
    ask = "，客服会与您核对收款方式" if to_customer else ""
    return f"退还{whom} {yuan(fen)}{part}，由品牌在裁定或撤回后 {days} 天内退给{whom}{ask}"


def sheet_told(waiting: int, waiting_fen: int, agreed_fen: int, to_customer: bool) -> str:
    """The sum of a job's extras in words: what waits for the customer and what he agreed to."""
    agreed = f"已同意 {yuan(agreed_fen)}" if agreed_fen else "没有已同意的收费"
    if not waiting:
        return f"{agreed}，没有待确认的收费"
    whose, who = ("您", "") if to_customer else ("客户", "客户")
    return (
        f"{waiting} 项待{whose}确认，合计 {yuan(waiting_fen)}；{who}不同意就不施工、不收费，"
        f"{who}不答复视为不同意。{agreed}"
    )


def tmall_state(state: str, ruling: str | None, settled: bool, by_silence: bool = False) -> int:
    """The number of Tmall's adjustment status: proposed 1, approved 2, paid 9, refused or withdrawn 7."""
    if state == State.DISPUTED and ruling is not None:
        return _TIMEOUT if by_silence else TMALL_STATES[ruling]
    if state == State.APPROVED and settled:
        return _SETTLED
    return TMALL_STATES[state]
