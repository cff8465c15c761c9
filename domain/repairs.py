"""A repair the customer pays: quoted with its arithmetic, and dispatched only after his yes.

The visit costs by the fee rule what the dealer is owed for it, the parts by the price list; nobody types an amount.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.charges import Quote
from domain.errors import Conflict
from domain.fee_remote import RemoteFeeNotAgreed
from domain.fees import Price
from domain.money import yuan


class QuoteMissing(Conflict):
    """There is nothing to say yes to, or it was answered."""

    code = "quote_missing"
    title = "没有待答复的报价"


class InsideWarranty(Conflict):
    """The installation date is known and the warranty runs: who pays follows from it."""

    code = "warranty_known"
    title = "安装日期可查且在保修期内，费用承担已按保修规定确定，无需判定"


class NotQuotable(Conflict):
    """Somebody else pays, nobody has said who pays, or the customer has answered."""

    code = "not_quotable"
    title = "该维修不由客户付费，或报价已答复"


@dataclass(frozen=True, slots=True)
class RepairQuote:
    """What the customer would pay at the door: `total_fen` = visit + way + parts. `parts` None: none foreseen."""

    visit_fen: int
    remote_fen: int
    parts: Quote | None
    total_fen: int
    text: str


def quote(price: Price, parts: Quote | None) -> RepairQuote:
    """Base ¥70.00 and one hose ¥25.00: ¥95.00. `RemoteFeeNotAgreed` beyond the formula."""
    if price.negotiated:
        raise RemoteFeeNotAgreed
    visit = price.base.amount_fen * price.units
    remote = price.remote.amount_fen if price.remote else 0
    total = visit + remote + (parts.total_fen if parts else 0)
    told = [*price.told]
    told += [line.text for line in parts.lines] if parts else []
    text = f"{'；'.join(told)}。合计 {yuan(total)}，您同意后才会派单，上门时支付"
    return RepairQuote(visit, remote, parts, total, text)
