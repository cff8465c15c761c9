"""The fee run against an oracle that shares no code with it; ten thousand jobs by `make bench-oracle JOBS=10000`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from models import db
from tests.oracles import fee_comparing
from tests.oracles.fee_playing import play, random_month
from tests.oracles.fee_stories import Month
from tests.oracles.fees import Clock, Event, Extra, Story, Terms

MARCH_2 = datetime(2026, 3, 2, 1, tzinfo=UTC)
NEAR, FAR = Terms("free", 1_000), Terms("free", 25_000)


def test_a_hundred_and_twenty_random_jobs_pay_what_the_rules_text_says_to_the_fen(app: Flask) -> None:
    """Rules changed in mid-month, lateness, redispatches, second visits, repairs, rulings, sales online, the year."""
    month, found = random_month(30, 120)
    assert found == []
    assert len({event.what for story in month.stories for event in story.events}) == 9
    said = {
        "rating_bonus",
        "first_time_bonus",
        "complaint_penalty",
        "promotion",
        "channel_charge",
        "charge_refund",
    }
    said |= {"compensation", "profit_share", "dealer_ships", "alliance_reward", "year_rebate"}
    assert said < {where.kind for where in fee_comparing.by_oracle(month)}
    assert any(story.back_late for story in month.stories)


def test_what_the_oracle_had_found_stays_mended(app: Flask) -> None:
    """Six small months' worth in one: each was paid twice, not at all, or by the wrong rule, before."""
    month = Month([(datetime(2025, 12, 31, 16, tzinfo=UTC), _rule("2026-01-01", 1_000))])
    month.rules.append((datetime(2026, 3, 10, 16, tzinfo=UTC), _rule("2026-03-11", 3_000)))
    month.stories = [_story(1 + n, kind) for n, kind in enumerate(["install"] * 7 + ["second_visit"])]
    late, again, done, vain, other, given_up, moved, second = month.stories
    month.visits = {1: 2, 2: 3, 3: 3, 4: 4, 5: 4, 6: 5, 7: 6, 8: 7, 9: 9}

    _live(late, "accept 1", "redispatch", "accept 2", "check_in 1", "submit", "confirm", "close")
    late.clocks = [Clock("contact", "dealer", "dealer", 1, level=2)]
    _live(
        again, "accept 3 far", "check_in 2", "abort_visit dealer", "check_in 3", "submit", "confirm", "close"
    )
    _live(done, "accept 3 far", "check_in 2", "submit", "confirm", "close")
    _live(
        vain,
        "accept 4 far",
        "check_in 4",
        "abort_visit goods",
        "check_in 5",
        "abort_visit dealer",
        "cancel same",
    )
    _live(other, "accept 4 far", "check_in 4", "submit", "confirm", "close")
    _live(given_up, "accept 5 far", "check_in 6", "submit", "cancel customer")
    given_up.remote_payer, given_up.promised_remote_fen = "customer", 680
    given_up.extras = [Extra(1, 1, 680, "dealer", "approved", True, given_up.events[2].at, way=True)]
    _live(moved, "accept 6 far", "check_in 7", "abort_visit goods", "redispatch", "accept 7", "check_in 8")
    _live(moved, "submit", "confirm", "close")
    assert moved.events[0].terms is not None
    moved.events[0].terms = Terms("free", 25_000, free_m=5_000)
    _live(second, "accept 9", "check_in 9", "abort_visit dealer", "cancel same")
    second.parent, second.first_dealer, second.fault = 1, 2, "dealer"

    assert play(month) == []
    with db.engine.begin() as tx:
        paid = fee_comparing.by_ledger(tx)
    assert {
        (where.job, where.kind, where.account[15:]): -fen for where, fen in paid.items() if _dealers(where)
    } == {
        (1, "base_fee", "2"): 10_000,
        (1, "penalty", "1"): -1_000,  # by the rule of the work, not by the one of the day it closed
        (2, "base_fee", "3"): 10_000,
        (2, "remote_fee", "3"): 1_000,
        (3, "base_fee", "3"): 10_000,
        (3, "remote_fee", "3"): 1_000,  # though the neighbour's part was missing
        (4, "trip_fee", "4"): 5_000,
        (4, "remote_fee", "4"): 1_000,
        (5, "base_fee", "4"): 10_000,  # the way of that visit is paid with the trip
        (6, "base_fee", "5"): 10_000,
        (6, "remote_fee", "5"): 320,  # ¥6.80 was taken at the door
        (7, "trip_fee", "6"): 5_000,
        (7, "remote_fee", "6"): 4_000,  # (25 km − his own 5 km) × ¥2.00
        (7, "base_fee", "7"): 10_000,
    }


def _dealers(where: fee_comparing.Where) -> bool:
    return where.account.startswith("dealer_payable:")


def _rule(since: str, late_fen: int) -> dict[str, Any]:
    return {
        "effective_from": since,
        "categories": [{"code": "heater", "name": "热水器"}],
        "base": [{"category": "heater", "zone": "free", "fen": 10_000}],
        "remote": [{"zone": "free", "free_m": 20_000, "per_km_fen": 200}],
        "timeliness": [{"clock": "contact", "level": "breach", "fen": late_fen}],
    }


def _story(number: int, kind: str) -> Story:
    return Story(number, kind, "heater", 1, "share", None)


def _live(story: Story, *told: str) -> None:
    """What befell it, three hours apart; it closes after nine days: "accept 3 far", "check_in 2", "cancel customer"."""
    for words in told:
        what, said, far = (*words.split(), "", "")[:3]
        at = story.events[-1].at + timedelta(hours=3) if story.events else MARCH_2
        event = Event(at + timedelta(days=9 * (what == "close")), what)
        if what == "accept":
            event.dealer, event.terms = int(said), FAR if far else NEAR
        elif what == "check_in":
            event.visit = int(said)
        else:
            event.fault = said or None
        story.events.append(event)
