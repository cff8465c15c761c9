"""Sales, costs and the alliance's year as the rows that the product would have written: facts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from tests.oracles.fee_stories import FIRST, Month
from tests.oracles.putting import Row, put
from tests.oracles.shares import Cost, Owner, Sale, owner_of
from tests.oracles.years import YEAR, Cut, Declared, Member, YearTerms

DIVISIONS = {"370000": None, "370600": "370000", "370602": "370600", "370611": "370600"}
CUTS = 1_000_000  # notes of cuts are numbered from here on


def write_divisions(tx: Connection) -> None:
    """A province, its city, two of its districts."""
    rows = [
        (code, parent, 1 + (code[2:] != "0000") + (code[4:] != "00")) for code, parent in DIVISIONS.items()
    ]
    put(
        tx,
        "division",
        [{"code": code, "parent_code": up, "level": level, "name": code} for code, up, level in rows],
    )


def write_market(tx: Connection, month: Month) -> None:
    """Terms, costs told in time, guards, territories, and who declined an offer."""
    market = month.market
    put(tx, "share_rule", [_share_rule(n, terms) for n, terms in enumerate(market.terms, 1)])
    put(tx, "sale_cost", [_cost(cost) for cost in market.costs if not cost.late])
    guards = [
        {"sku": guard.sku, "effective_from": guard.since, "floor_fen": guard.floor}
        | {"exclusive_channel_id": guard.channel}
        for guard in market.guards
    ]
    put(tx, "price_guard", [row | {"created_at": FIRST} for row in guards])
    put(tx, "coverage", [_territory(owner) for owner in market.owners])
    put(tx, "offer", [_declined(sale, owner_of(market, sale)) for sale in market.sales if sale.declined])


def refund(tx: Connection, sales: Sequence[Sale], look: int) -> list[Sale]:
    """What is given back before this look; of what."""
    found = [sale for sale in sales if sale.back[look] != sale.back[look - 1]]
    if found:
        back = [{"id": sale.story.id, "fen": sale.back[look]} for sale in found]
        tx.execute(text("UPDATE order_line SET refunded_fen = :fen WHERE id = :id"), back)
    return found


def _share_rule(version: int, terms: Any) -> Row:
    return {
        "version": version,
        "effective_from": terms.since,
        "operator_bp": terms.operator_bp,
        "dealer_bp": terms.dealer_bp,
        "tax_bp": terms.tax_bp,
        "dealer_ships_bp": terms.ships_bp,
        "refund_days": terms.refund_days,
        "created_at": FIRST,
    }


def _cost(cost: Cost) -> Row:
    place = {"sku": cost.sku, "order_line_id": cost.line, "effective_from": cost.since}
    return place | {"kind": cost.kind, "fen": cost.fen, "created_at": FIRST}


def _territory(owner: Owner) -> Row:
    return {
        "dealer_id": owner.dealer,
        "category_code": owner.category,
        "division_code": "370600" if owner.city else "370602",
        "zone": "free",
        "territory_owner": True,
        "valid_from": owner.since,
        "valid_to": owner.until,
    }


def _declined(sale: Sale, owner: int | None) -> Row:
    at = sale.story.events[0].at - timedelta(hours=1)
    return {
        "job_id": sale.story.id,
        "dealer_id": owner,
        "round": 1,
        "status": "declined" if sale.story.id % 2 else "expired",
        "offered_at": at - timedelta(minutes=30),
        "expires_at": at,
        "decided_at": at,
        "zone": "free",
        "funnel": [],
    }


def write_alliance(tx: Connection, month: Month) -> None:
    """Agreements, members, what they signed and declared, what was cut, and what the year pays."""
    alliance = month.alliance
    put(tx, "year_terms", [_year_terms(n, terms) for n, terms in enumerate(alliance.terms, 1)])
    texts = [
        {"id": n, "version": n, "text": f"第 {n} 版", "sha256": f"{n:064}"} for n, _ in alliance.agreements
    ]
    days = [
        {"effective_from": since, "published_by": 1, "published_at": FIRST}
        for _, since in alliance.agreements
    ]
    put(tx, "agreement", [one | day for one, day in zip(texts, days, strict=True)])
    put(tx, "agreement_signature", [row for member in alliance.members for row in _signatures(member)])
    stays = [(member.dealer, *stay) for member in alliance.members for stay in member.stays]
    put(
        tx,
        "alliance_membership",
        [{"dealer_id": n, "joined_on": one, "left_on": last} for n, one, last in stays],
    )
    told = [_declaration(member, one) for member in alliance.members for one in member.declared]
    put(tx, "offline_declaration", told)
    cuts = [(member.dealer, cut) for member in alliance.members for cut in member.cuts]
    notes = [{"id": CUTS + n, "job_id": 1, "subject_id": 1, "created_at": FIRST} for n in range(len(cuts))]
    put(tx, "note", notes)
    put(tx, "penalty", [_cut(CUTS + n, dealer, cut) for n, (dealer, cut) in enumerate(cuts)])


def _signatures(member: Member) -> Iterable[Row]:
    for version, at in member.signed:
        shown = {"agreement_id": version, "sha256": f"{version:064}"}
        yield shown | {"dealer_id": member.dealer, "person_id": 1, "signed_at": at}


def _year_terms(version: int, terms: YearTerms) -> Row:
    said = {
        "from_year": terms.since,
        "reward_bp": terms.reward_bp,
        "on_time_bp": terms.on_time_bp,
        "complaints_most": terms.complaints_most,
        "tiers": [{"from_fen": first, "bp": rate} for first, rate in terms.tiers],
        "applies": "slice" if terms.by_slice else "whole",
        "pay_after_days": terms.after_days,
    }
    return {"version": version, "terms": said, "created_at": FIRST}


def _declaration(member: Member, one: Declared) -> Row:
    decided = one.sent_back or one.verified is not None
    state = "refused" if one.sent_back else "verified" if decided else "declared"
    return {
        "dealer_id": member.dealer,
        "year": YEAR,
        "division_code": one.market,
        "declared_fen": one.fen,
        "declared_by": 1,
        "declared_at": FIRST,
        "state": state,
        "verified_fen": one.verified,
        "reason": "与凭证不符" if decided else None,
        "decided_by": 2 if decided else None,
        "decided_at": FIRST if decided else None,
    }


def _cut(note: int, dealer: int, cut: Cut) -> Row:
    answered = cut.appeal in ("declined", "won")
    return {
        "dealer_id": dealer,
        "job_id": 1,
        "reason": "other",
        "note_id": note,
        "evidence": {"photo_ids": [], "complaint_id": None},
        "takes": "reward",
        "amount_fen": cut.fen,
        "year": YEAR,
        "due_month": date(YEAR, 12, 1),
        "imposed_by": 1,
        "imposed_at": cut.at,
        "appealed_at": cut.at if cut.appeal else None,
        "answered_at": cut.at if answered else None,
        "answered_by": 2 if answered else None,
        "lifted": cut.appeal == "won" if answered else None,
        "settled": cut.appeal == "won",
    }
