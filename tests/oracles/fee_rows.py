"""A month of stories as the rows that the product would have written by the time its fee run looks: facts only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from services.personal import new_subject
from tests.oracles.fee_stories import (
    CATEGORIES,
    CHANNELS,
    DEALERS,
    FIRST,
    Month,
    channel_of,
    operator_of,
    served_by,
)
from tests.oracles.fees import Clock, Complaint, Event, Story, Taken
from tests.oracles.market_rows import write_alliance, write_divisions, write_market
from tests.oracles.putting import Row, put
from tests.oracles.shares import Sale

LEFT_BY_DEEDS = """dealer_id visit_id accepted_at checked_in_at submitted_at confirmed_at closed_at trip_fee trip_fault
    cancel_reason distance_m remote_agreed_fen free_m per_km_fen"""
STATUS = {
    "accept": "accepted",
    "check_in": "on_site",
    "abort_visit": "suspended",
    "suspend": "suspended",
    "redispatch": "new",
    "submit": "submitted",
    "confirm": "confirmed",
    "close": "closed",
    "cancel": "cancelled",
}


def write(tx: Connection, month: Month) -> None:
    """Everything, in an order the foreign keys like."""
    put(tx, "category", [{"code": code, "name": code} for code in CATEGORIES])
    put(tx, "product", [{"sku": code, "category_code": code, "name": code} for code in CATEGORIES])
    dealers = range(1, max(DEALERS, len(month.alliance.members)) + 1)
    put(tx, "dealer", [{"id": n, "code": f"D{n}", "name": f"经销商{n}"} for n in dealers])
    put(tx, "channel", [_channel(n) for n in range(1, CHANNELS + 1)])
    write_divisions(tx)
    new_subject(tx)
    put(tx, "person", [{"id": n, "subject_id": 1, "status": "active", "created_at": FIRST} for n in (1, 2)])
    put(tx, "price_list", [{"id": 1, "version": 1, "effective_from": month.rules[0][0]}])
    item = {"price_list_id": 1, "code": "drill", "name": "打孔", "unit": "个", "price_fen": 5_000}
    put(tx, "price_item", [{"id": 1} | item | {"charge_type": 6}])
    versions = enumerate(month.rules, 1)
    put(tx, "fee_rule", [{"version": n, "effective_from": at, "rule": rule} for n, (at, rule) in versions])
    stories = month.stories
    sales = {sale.story.id: sale for sale in month.market.sales}
    bought = [story for story in stories if story.parent is None]
    put(tx, "customer_order", [_order(story, sales.get(story.id)) for story in bought])
    put(tx, "order_line", [_line(story, sales.get(story.id)) for story in bought])
    put(tx, "visit", _visits(month))
    put(tx, "job", [_job(story) for story in stories])
    put(tx, "job_unit", [_unit(story, n) for story in stories for n in range(1, story.units + 1)])
    put(tx, "job_event", [row for story in stories for row in _events(story)])
    put(tx, "offer", [row for story in stories for row in _offers(story)])
    put(tx, "check_in", [row for story in stories for row in _check_ins(story)])
    put(tx, "charge", [row for story in stories for row in _charges(story)])
    put(tx, "audit", [_audit(story) for story in stories if story.fraud])
    put(tx, "audit", [_audit(story) for story in stories if story.overturned])
    put(tx, "service_request", [_request(story) for story in stories if story.mended_by])
    voices(tx, [story for story in stories if not story.said_late])
    _platforms(tx, stories)
    put(tx, "promotion_day", [{"day": day, "name": name} for day, name in month.promotions.items()])
    _write_clocks(tx, stories)
    write_market(tx, month)
    write_alliance(tx, month)
    for table in ("note", "clock"):
        tx.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 10000000)"))


def voices(tx: Connection, stories: list[Story]) -> None:
    """What their customers said."""
    put(tx, "rating", [_rating(story) for story in stories if story.stars is not None])
    settled = [(story, one) for story in stories for one in story.complaints]
    put(tx, "complaint", [_complaint(story, one) for story, one in settled])


def _platforms(tx: Connection, stories: list[Story]) -> None:
    """What platforms took, and the penalties on dealers at fault; brand and operator are named afterwards."""
    pairs = [(story, taken) for story in stories for taken in story.taken]
    put(tx, "channel_charge", [_taken(story, taken) for story, taken in pairs])
    laid = [(story, taken) for story, taken in pairs if _laid(story, taken)]
    notes = [{"id": taken.id, "job_id": story.id, "subject_id": 1} for story, taken in laid]
    put(tx, "note", [note | {"created_at": FIRST} for note in notes])
    put(tx, "penalty", [_penalty(story, taken) for story, taken in laid])


def _laid(story: Story, taken: Taken) -> bool:
    return taken.fault == "dealer" and taken.dealer != story.operator


def _taken(story: Story, taken: Taken) -> Row:
    at = story.events[-1].at
    stands = _laid(story, taken) and taken.appeal != "won"
    return {
        "id": taken.id,
        "channel_id": channel_of(story),
        "number": f"P{taken.id}",
        "charged_on": at.date(),
        "reason": "late",
        "amount_fen": taken.fen,
        "order_line_id": story.parent or story.id,
        "created_at": at,
        "fault": "dealer" if stands else None,
        "allocated_at": at if stands else None,
    }


def _penalty(story: Story, taken: Taken) -> Row:
    at, answered = story.events[-1].at, taken.appeal in ("declined", "won")
    return {
        "dealer_id": taken.dealer,
        "job_id": story.id,
        "reason": "platform",
        "note_id": taken.id,
        "evidence": {"photo_ids": [], "complaint_id": None},
        "takes": "statement",
        "amount_fen": taken.fen,
        "year": 2026,
        "due_month": date(2026, 5, 1),
        "imposed_by": 1,
        "imposed_at": at,
        "appealed_at": at if taken.appeal else None,
        "answered_at": at if answered else None,
        "answered_by": 2 if answered else None,
        "lifted": taken.appeal == "won" if answered else None,
        "settled": taken.appeal == "won",
        "channel_charge_id": taken.id,
    }


def _channel(n: int) -> Row:
    return {
        "id": n,
        "code": f"ch{n}",
        "name": f"店铺{n}",
        "platform": "own",
        "operator_dealer_id": operator_of(n),
    }


def _order(story: Story, sale: Sale | None) -> Row:
    return {
        "id": story.id,
        "channel_id": channel_of(story),
        "number": f"O{story.id}",
        "subject_id": 1,
        "resolution": "resolved",
        "ordered_at": sale.ordered if sale else None,
    }


def _line(story: Story, sale: Sale | None) -> Row:
    return {
        "id": story.id,
        "order_id": story.id,
        "line_number": 1,
        "sku": story.category,
        "title": story.category,
        "quantity": story.units,
        "state": "paid",
        "fingerprint": "\\x00",
        "paid_fen": sale.paid if sale else None,
        "refunded_fen": sale.back[0] if sale else 0,
        "delivered_at": sale.delivered if sale else None,
    }


def _visits(month: Month) -> Iterable[Row]:
    began: dict[int, datetime] = {}
    for story in month.stories:
        for event in story.events:
            if event.what == "check_in":
                began.setdefault(event.visit, event.at)
    for number, at in began.items():
        ends = at + timedelta(hours=2)
        dealer = month.visits[number]
        yield {"id": number, "dealer_id": dealer, "window_start": at, "window_end": ends, "ended_at": ends}


def _job(story: Story) -> Row:
    """The columns as the deeds of these events leave them."""
    events, last = story.events, story.events[-1]
    held: dict[str, Any] = dict.fromkeys(LEFT_BY_DEEDS.split())
    held["zone"] = "free"
    for event in events:
        _apply(held, event)
    return held | {
        "id": story.id,
        "kind": story.kind,
        "status": STATUS[last.what],
        "order_line_id": story.parent or story.id,
        "parent_id": None if story.kind == "repair" else story.parent,
        "fault": story.fault,
        "channel_id": channel_of(story),
        "subject_id": 1,
        "sku": story.category,
        "category_code": story.category,
        "units": story.units,
        "division_code": "370602",
        "scheme": story.scheme,
        "price_list_id": 1,
        "remote_payer": story.remote_payer,
        "promised_remote_fen": story.promised_remote_fen,
        "trip_by_customer": story.trip_by_customer,
        "created_at": events[0].at - timedelta(hours=1),
        "updated_at": last.at,
        "last_occurred_at": last.at,
        "event_seq": len(events),
        "event_hash": "\\x00",
    }


def _apply(held: dict[str, Any], event: Event) -> None:
    if event.what == "accept":
        assert event.terms is not None
        terms = event.terms
        held |= {"dealer_id": event.dealer, "accepted_at": event.at, "zone": terms.zone}
        held |= {"distance_m": terms.distance_m, "remote_agreed_fen": terms.agreed_fen}
        held |= {"free_m": terms.free_m, "per_km_fen": terms.per_km_fen}
    elif event.what == "check_in":
        held |= {"visit_id": event.visit, "checked_in_at": event.at}
    elif event.what == "abort_visit":
        held |= {"visit_id": None, "trip_fee": "after_check_in", "trip_fault": event.fault}
    elif event.what == "redispatch":
        held |= {"dealer_id": None, "visit_id": None, "accepted_at": None}
    elif event.what == "cancel":
        held |= {"closed_at": event.at, "cancel_reason": "other"}
        if event.fault != "same":  # of an abort that ends the job the columns stand already
            trip = (
                "after_submit"
                if held["submitted_at"]
                else "after_check_in"
                if held["checked_in_at"]
                else None
            )
            held |= {"trip_fee": trip, "trip_fault": (event.fault or "customer") if trip else None}
    else:
        ends = {"submit": "submitted_at", "confirm": "confirmed_at", "close": "closed_at"}
        if event.what in ends:
            held[ends[event.what]] = event.at


def _unit(story: Story, n: int) -> Row:
    return {"job_id": story.id, "position": n}


def _events(story: Story) -> Iterable[Row]:
    before, seq = "offered", 0
    for event, after in zip(story.events, [*story.events[1:], None], strict=True):
        if event.what == "cancel" and event.fault == "same":
            continue
        to = STATUS[event.what]
        if event.what == "abort_visit" and after is not None and after.fault == "same":
            to = "cancelled"
        data: dict[str, Any] = {}
        if event.what == "accept":
            data = {"dealer_id": event.dealer}
        elif event.what == "check_in":
            data = {"visit_id": event.visit, "place": "inside"}
        elif event.what == "abort_visit":
            data = {"trip_fault": event.fault}
        seq += 1
        yield {
            "job_id": story.id,
            "seq": seq,
            "action": event.what,
            "from_status": before,
            "to_status": to,
            "actor_role": "system",
            "occurred_at": event.at,
            "received_at": event.at,
            "data": data,
            "prev_hash": "\\x00",
            "hash": "\\x00",
        }
        before = to


def _offers(story: Story) -> Iterable[Row]:
    for turn, event in enumerate((one for one in story.events if one.what == "accept"), 1):
        assert event.terms is not None
        yield {
            "job_id": story.id,
            "dealer_id": event.dealer,
            "round": turn,
            "status": "accepted",
            "offered_at": event.at - timedelta(minutes=30),
            "expires_at": event.at + timedelta(minutes=30),
            "decided_at": event.at,
            "zone": event.terms.zone,
            "distance_m": event.terms.distance_m,
            "free_m": event.terms.free_m,
            "per_km_fen": event.terms.per_km_fen,
            "funnel": [],
        }


def _check_ins(story: Story) -> Iterable[Row]:
    terms = None
    for event in story.events:
        if event.what == "accept":
            terms = event.terms
        elif event.what == "check_in":
            assert terms is not None
            yield {
                "visit_id": event.visit,
                "job_id": story.id,
                "subject_id": 1,
                "result": "inside",
                "zone": terms.zone,
                "outlet_m": terms.distance_m,
                "agreed_fen": terms.agreed_fen,
                "occurred_at": event.at,
                "received_at": event.at,
            }


def _charges(story: Story) -> Iterable[Row]:
    for extra in story.extras:
        yield {
            "id": extra.id,
            "job_id": story.id,
            "item_code": "remote" if extra.way else "drill",
            "charge_type": 8 if extra.way else 6,
            "quantity": extra.quantity,
            "unit_fen": extra.unit_fen,
            "amount_fen": extra.quantity * extra.unit_fen,
            "status": extra.status,
            "collected_by": extra.collected_by,
            "settled_at": extra.at if extra.settled else None,
            "shown": extra.quarrel is not None and extra.quarrel.shown,
            "decided_at": extra.at,
            "created_at": extra.at,
        }


def _audit(story: Story) -> Row:
    """Of fraud, or of the parent whose work was called bad; taken back already, or appealed and not answered yet."""
    at, back = story.events[-1].at, story.overturned and not story.back_late
    return {
        "job_id": story.parent if story.overturned else story.id,
        "dealer_id": story.first_dealer if story.overturned else served_by(story),
        "drawn_at": at,
        "why": "random",
        "inclusion_bp": 1_000,
        "rate_bp": 1_000,
        "seed": "seed",
        "ticket": 1,
        "risk": 0,
        "second": False,
        "round": 1,
        "verdict": "work",
        "fault": "dealer",
        "fraud": not story.overturned,
        "failed": not back,
        "score_change": 0,
        "decided_at": at,
        "child_id": story.id if story.overturned else None,
        "reversed_at": at if back else None,
        "appealed_at": at if story.back_late else None,
        "appealed_by": 1 if story.back_late else None,
    }


def _request(story: Story) -> Row:
    """Of a repair, decided and where it must be agreed."""
    at = story.events[0].at - timedelta(hours=2)
    return {
        "job_id": story.id,
        "channel_id": channel_of(story),
        "subject_id": 1,
        "cover": "workmanship" if story.mended_by == "dealer" else "goods",
        "verdict": "outside" if story.mended_by == "customer" else "inside",
        "payer": story.mended_by,
        "text": "",
        "from_job_id": story.parent,
        "liable_dealer_id": story.first_dealer,
        "answer": "agreed" if story.mended_by == "customer" else None,
        "created_at": at,
    }


def _rating(story: Story) -> Row:
    return {"job_id": story.id, "overall": story.stars, "tags": [], "created_at": story.events[-1].at}


def _complaint(story: Story, one: Complaint) -> Row:
    return {
        "id": one.id,
        "job_id": story.id,
        "category": one.category,
        "opened_at": one.at,
        "opened_by_role": "customer",
        "closed_at": None if one.said_late else story.events[-1].at,
        "verdict": None if one.said_late else "upheld" if one.upheld else "not_upheld",
        "fault": None if one.said_late else one.fault,
        "compensation_fen": 0,
    }


def _write_clocks(tx: Connection, stories: list[Story]) -> None:
    clocks: list[Row] = []
    breaches: list[Row] = []
    for story in stories:
        turns: dict[tuple[str, str], int] = {}
        for clock in story.clocks:
            turn = turns[clock.kind, clock.family] = turns.get((clock.kind, clock.family), 0) + 1
            number = len(clocks) + 1
            clocks.append(_clock(story, clock, number, turn))
            breaches += [_breach(story, clock, number, level) for level in range(2, clock.level + 1)]
    put(tx, "clock", clocks)
    put(tx, "breach", breaches)


def _clock(story: Story, clock: Clock, number: int, turn: int) -> Row:
    at, level = story.events[0].at, 0 if clock.withdrawn else clock.level
    stopped = at + timedelta(hours=(1, 2, 4, 8)[level])
    return {
        "id": number,
        "job_id": story.id,
        "kind": clock.kind,
        "family": clock.family,
        "owner": clock.owner,
        "turn": turn,
        "dealer_id": clock.dealer,
        "counts": "wall",
        "window_s": 10_800,
        "starts_at": at,
        "due_at": at + timedelta(hours=3),
        "severe_at": at + timedelta(hours=6),
        "level": level,
        "stopped_at": stopped if clock.stopped else None,
    }


def _breach(story: Story, clock: Clock, number: int, level: int) -> Row:
    due = story.events[0].at + timedelta(hours=3)
    return {
        "clock_id": number,
        "job_id": story.id,
        "dealer_id": clock.dealer,
        "kind": clock.kind,
        "family": clock.family,
        "level": level,
        "due_at": due,
        "raised_at": due,
        "excused_at": due if clock.excused else None,
        "appealed_at": due if clock.appeal else None,
        "declined_at": due if clock.appeal == "declined" else None,
        "withdrawn_at": due if clock.withdrawn else None,
    }
