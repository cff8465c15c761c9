"""What an offer pays, told while the dealer decides: by the look-ups that post the fee, so that both are the same."""

from __future__ import annotations

from dataclasses import dataclass

from domain.clocks import Zone
from domain.dispatch import Candidate
from domain.fee_facts import JobFacts
from domain.fee_remote import RemoteFeeNotAgreed, km
from domain.fee_rules import FeeRule, NoFee
from domain.fees import Price, price_for
from domain.money import yuan


@dataclass(frozen=True, slots=True)
class OfferFee:
    """`fen` for work and way together; None: not known yet, `text` says why."""

    fen: int | None
    text: str


def of(job: JobFacts, rule: FeeRule | None) -> OfferFee:
    """¥80.00 and ¥6.80 for the way: 8680, with both sums in words. Extras, bonus and penalty come on top."""
    try:
        price = price_for(job, rule) if rule is not None else None
    except NoFee:
        rule = price = None
    if rule is None:
        return OfferFee(None, "收费规则中没有这类工单的费用，请向客服确认")
    if price is None:
        return OfferFee(0, "返工责任在本网点，不另付费")
    told = "；".join((*price.told, *_unused(job, price)))
    if price.total_fen is None:
        return OfferFee(None, f"{told}；远程费需先与客服协商")
    return OfferFee(
        price.total_fen, f"{told}。合计 {yuan(price.total_fen)}，按今日收费规则，同户同次上门远程费只计一次"
    )


def _unused(job: JobFacts, price: Price) -> tuple[str, ...]:
    """An agreed sum is paid where the rule has no answer; whoever was told of it learns here that it is not."""
    agreed = job.agreed_remote_fen
    if agreed is None or (price.remote is not None and price.remote.amount_fen == agreed):
        return ()
    return (f"约定的远程费 {yuan(agreed)} 只用于规则算不出的上门，本单按规则计，不付这笔约定费",)


def by_rule_alone(rule: FeeRule, category: str, line: Candidate) -> str | None:
    """What the rule says of a dealer's way and leaves nothing to agree on: `远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80`.

    None: beyond the formula, by the road, or not measured; a price is agreed.
    """
    zone, own = Zone(line.zone), (line.free_m, line.per_km_fen)
    if rule.remote_rate(category, zone, *own) is None:
        return "该区域不计远程费"
    try:
        part = rule.remote_part(category, zone, line.distance_m, None, *own)
    except RemoteFeeNotAgreed:
        return None
    if part is None and line.distance_m is not None:
        return f"{km(line.distance_m // 100 * 100)}，在免费里程内"
    return None if part is None else part.text
