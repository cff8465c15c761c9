"""What a sale online leaves, and whose it is: one order line, to the fen (domain.md §6, profit share).

The operator keeps a few per cent of the profit, the dealer in whose territory it was sold gets the rest; a loss shares
nothing. Where the dealer ships it has the sale itself, and the operator an agreed rate of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.fee_facts import Scheme
from domain.ledger import Account, Entry, Leg, account
from domain.money import BP, half_up_fen, percent, split_by_largest_remainder, whole, yuan


class Cost(StrEnum):
    """What is told of a sale. `revenue` only of one order line whose own sum the platform does not say."""

    GOODS = "goods"
    CHANNEL = "channel"
    LOGISTICS = "logistics"
    OPERATING = "operating"
    REVENUE = "revenue"


COST_NAMES = {
    Cost.GOODS: "货品成本",
    Cost.CHANNEL: "渠道与推广",
    Cost.LOGISTICS: "物流",
    Cost.OPERATING: "线上运营",
    Cost.REVENUE: "成交金额",
}
MOST_FEN = 100_000_000
TAKEN_OFF = (Cost.GOODS, Cost.CHANNEL, Cost.LOGISTICS, Cost.OPERATING)


class Ships(StrEnum):
    """Who sends the goods: the brand (or who operates the shop), or the dealer."""

    BRAND = "brand_ships"
    DEALER = "dealer_ships"


@dataclass(frozen=True, slots=True)
class ShareRule:
    """A version of the terms, in force for what is ordered from a day on. Rates in basis points.

    `dealer_bp` of what the operator does not keep is the dealer's; `dealer_ships_bp` of the sale is the operator's.
    """

    version: int
    effective_from: date
    operator_bp: int = 500
    dealer_bp: int = BP
    tax_bp: int = 1_300
    dealer_ships_bp: int = 500
    refund_days: int = 15


UNTOLD = ShareRule(0, date.min)
"""In force before anybody made a rule."""


@dataclass(frozen=True, slots=True)
class Sale:
    """An order line as sold, whole fen for the line. `costs` the operator's; `service_fen` what it paid for service.

    `off`: taken back whole. `floor_fen`: the least the line may cost by the price guard; below it the difference is
    the operator's.
    """

    line_id: int
    sku: str
    scheme: Scheme
    paid_fen: int | None
    refunded_fen: int = 0
    off: bool = False
    floor_fen: int | None = None
    costs: tuple[tuple[Cost, int], ...] = ()
    service_fen: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What a sale came to, and the arithmetic in words. A loss is a negative profit and shares 0."""

    revenue_fen: int
    profit_fen: int
    kept_fen: int
    dealer_fen: int
    text: str


def rule_on(rules: Iterable[ShareRule], day: date) -> ShareRule:
    """The terms of a day: the latest effective, the higher version on a tie, else the defaults."""
    begun = [rule for rule in rules if rule.effective_from <= day]
    return max(begun, key=lambda rule: (rule.effective_from, rule.version), default=UNTOLD)


def ships(scheme: Scheme) -> Ships:
    """`dealer_ships` is the dealer's own; under `share` and `exclusive` the brand ships."""
    return Ships.DEALER if scheme == Scheme.DEALER_SHIPS else Ships.BRAND


def receiver(owner_id: int | None, *, declined: bool, served_id: int | None) -> int | None:
    """The territory's owner; where there is none, or it declined, the dealer who served."""
    return served_id if owner_id is None or declined else owner_id


def missing(sale: Sale) -> tuple[Cost, ...]:
    """What must be told before the line can be shared; nothing where nothing will be."""
    if sale.off or sale.scheme == Scheme.EXCLUSIVE:
        return ()
    wanted = [] if sale.paid_fen is not None else [Cost.REVENUE]
    if sale.scheme == Scheme.SHARE:
        told = {cost for cost, _ in sale.costs}
        wanted += [cost for cost in TAKEN_OFF if cost not in told]
    return tuple(wanted)


def share(sale: Sale, rule: ShareRule) -> Share:
    """What the sale leaves and for whom; a ValueError while something is `missing`.

    ¥1,130.00 at 13 % tax is ¥1,000.00; less costs ¥720.00 and service ¥80.00: profit ¥200.00, 5 % kept, ¥190.00 shared.
    """
    if missing(sale):
        raise ValueError(f"line {sale.line_id} waits for {missing(sale)}")
    if sale.scheme == Scheme.EXCLUSIVE:
        return Share(0, 0, 0, 0, "网上独家，不分利润")
    revenue, words = _revenue(sale)
    if sale.scheme == Scheme.DEALER_SHIPS:
        return _shipped(sale, rule, revenue, words)
    if sale.off or revenue <= 0:
        return Share(0, 0, 0, 0, "已全额退款，不分利润")
    return _shared(sale, rule, revenue, words)


def _revenue(sale: Sale) -> tuple[int, str]:
    """What was paid, raised to the floor, less what went back in proportion; and the words."""
    paid = whole(sale.paid_fen or 0)
    left = max(0, paid - whole(sale.refunded_fen))
    if sale.off or not left:
        return 0, yuan(0)
    words = yuan(paid) if left == paid else f"({yuan(paid)} − 退款 {yuan(sale.refunded_fen)})"
    if sale.floor_fen is None or paid >= sale.floor_fen:
        return left, words
    raised = half_up_fen(sale.floor_fen * left, paid)
    return raised, f"{words} × 底价 {yuan(sale.floor_fen)} ÷ 成交 {yuan(paid)}"


def _shared(sale: Sale, rule: ShareRule, revenue: int, words: str) -> Share:
    net = half_up_fen(revenue * BP, BP + rule.tax_bp)
    costs = dict(sale.costs)
    off = [(COST_NAMES[cost], costs[cost]) for cost in TAKEN_OFF] + [("服务费", sale.service_fen)]
    profit = net - sum(fen for _, fen in off)
    taken = "、".join(f"{name} {yuan(fen)}" for name, fen in off)
    text = f"利润分成 {sale.sku} 收入 {words} ÷ {percent(BP + rule.tax_bp)} = {yuan(net)}"
    text = f"{text}，减{taken}，利润 {yuan(profit)}"
    if profit <= 0:
        return Share(revenue, profit, 0, 0, f"{text}，不足分配")
    kept, dealers = split(profit, rule)
    text = f"{text}；经营方留 {percent(rule.operator_bp)}"
    if rule.dealer_bp != BP:
        text = f"{text}，其余的 {percent(rule.dealer_bp)} 归服务商"
    return Share(revenue, profit, kept, dealers, f"{text}，服务商得 {yuan(dealers)}{_version(rule)}")


def split(profit_fen: int, rule: ShareRule) -> tuple[int, int]:
    """The operator's part and the dealer's, whole: ¥200.00 at 5 % → ¥10.00, ¥190.00."""
    others = BP - rule.operator_bp
    theirs = others * rule.dealer_bp
    kept, dealers = split_by_largest_remainder(profit_fen, (BP * BP - theirs, theirs))
    return kept, dealers


def _shipped(sale: Sale, rule: ShareRule, revenue: int, words: str) -> Share:
    if not revenue:
        return Share(0, 0, 0, 0, "已全额退款，无货款")
    kept, dealers = split_by_largest_remainder(revenue, (rule.dealer_ships_bp, BP - rule.dealer_ships_bp))
    text = f"网上订单货款 {sale.sku} {words}，经营方收 {percent(rule.dealer_ships_bp)} {yuan(kept)}"
    return Share(revenue, revenue, kept, dealers, f"{text}，供货服务商得 {yuan(dealers)}{_version(rule)}")


def _version(rule: ShareRule) -> str:
    return f"（分成规则 {rule.version}）" if rule.version else "（默认分成规则）"


KINDS = {Ships.BRAND: "profit_share", Ships.DEALER: "dealer_ships"}


def payer(scheme: Scheme, operator_id: int | None) -> str:
    """The account that pays: the operating dealer's; the brand's profit, or the money it holds for who ships."""
    if operator_id is not None:
        return account(Account.CHANNEL_OPERATOR, operator_id)
    held = ships(scheme) == Ships.DEALER
    return account(Account.CUSTOMER_CLEARING if held else Account.PROFIT_SHARE_EXPENSE)


def key(line_id: int, revision: int) -> str:
    """Once per line: `line:7:profit_share`; what comes in its place afterwards is counted: `line:7:profit_share:2`."""
    return f"line:{line_id}:profit_share" + (f":{revision}" if revision > 1 else "")


def entry(
    natural_key: str,
    sale_scheme: Scheme,
    fen: int,
    payer_account: str,
    dealer_id: int,
    job_id: int,
    month: date,
    memo: str,
) -> Entry:
    """¥190.00 → profit_share_expense +19000, dealer_payable:7 −19000."""
    legs = (Leg(payer_account, fen), Leg(account(Account.DEALER_PAYABLE, dealer_id), -fen))
    return Entry(natural_key, month, legs, memo, None, KINDS[ships(sale_scheme)], job_id)
