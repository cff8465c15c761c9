"""Quarrels played through the product's own deeds: over extras, over the way, and complaints that are settled."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from domain.actions import Action, Command
from domain.actors import Actor, Role
from services import charge_sweeps
from services.lifecycle import perform
from tests.oracles.fee_stories import Month, served_by
from tests.oracles.fees import Complaint, Extra, Quarrel, Story, rule_at, trips, way

AGENT = Actor(Role.AGENT, person_id=1)
SILENCE = timedelta(hours=73)
HOWS = ("stands", "refunded", "refunded", "overcharged", "conceded", "contested", "silent")
HAND_IN = """
UPDATE job SET status = 'submitted', confirmed_at = NULL, closed_at = NULL WHERE id = :id
"""
END = """
UPDATE job SET status = 'closed', confirmed_at = :confirmed, closed_at = :closed, dispute_open = false,
       remote_open = false, queue = NULL WHERE id = :id
"""


def quarrel(dice: random.Random, month: Month) -> None:
    """Who disputes what, and what comes of it."""
    visitors: dict[int, set[int]] = {}
    for story in month.stories:
        for trip in trips(story):
            visitors.setdefault(trip.visit, set()).add(story.id)
    for story in month.stories:
        if served_by(story) is not None:
            for extra in (extra for extra in story.extras if _paid(extra) and not extra.way):
                if dice.random() < 0.5:
                    most = extra.quantity * extra.unit_fen
                    extra.quarrel = Quarrel(
                        dice.choice(HOWS), dice.randrange(1, most + 1), dice.random() < 0.5
                    )
            made = trips(story)
            alone = (
                len(made) == 1 and len(visitors[made[0].visit]) == 1 and made[0].terms.distance_m is not None
            )
            plain = story.kind in ("install", "deliver_install") and story.remote_payer == "customer"
            if alone and plain and dice.random() < 0.4:
                paid = sum(extra.unit_fen for extra in story.extras if _paid(extra) and extra.way)
                story.ruling = dice.choice((0, dice.randrange(min(paid, owed_for_way(month, story)) + 1)))
        for complaint in story.complaints:
            if not story.said_late and trips(story) and dice.random() < 0.4:
                _settle(dice, complaint)


def owed_for_way(month: Month, story: Story) -> int:
    """Fen for its only way."""
    [trip] = trips(story)
    return way(rule_at(month.rules, trip.at), story, trip.terms)


def _paid(extra: Extra) -> bool:
    return extra.settled and extra.status == "approved"


def _settle(dice: random.Random, complaint: Complaint) -> None:
    """With money; an overcharge is the dealer's, and costs at least so many times the difference."""
    if complaint.upheld and dice.random() < 0.5:
        complaint.overcharged, complaint.fault = dice.randrange(1, 9_000), dice.choice((None, "dealer"))
        complaint.agreed = dice.choice((None, complaint.overcharged * 3 + dice.randrange(2_000)))
    else:
        complaint.agreed = dice.randrange(1, 20_000)


def _stopped(month: Month) -> list[Story]:
    """Jobs that are not over while somebody quarrels."""
    return [
        story
        for story in month.stories
        if story.ruling is not None or any(one.quarrel for one in story.extras)
    ]


def open_again(tx: Connection, month: Month) -> None:
    """They were handed in, and no more."""
    if found := _stopped(month):
        tx.execute(text(HAND_IN), [{"id": story.id} for story in found])


def end(tx: Connection, month: Month) -> None:
    """Confirmed and closed, as their stories say."""
    ends = [(story.id, *(event.at for event in story.events[-2:])) for story in _stopped(month)]
    if ends:
        tx.execute(text(END), [{"id": job, "confirmed": one, "closed": other} for job, one, other in ends])


def play(month: Month, end: datetime) -> None:
    """Everybody says what he has to say; who is silent is silent long enough, until `end`."""
    now = end - 2 * SILENCE
    for story in _stopped(month):
        customer = Actor(Role.CUSTOMER, job_id=story.id)
        for extra in (extra for extra in story.extras if extra.quarrel):
            perform(customer, story.id, Command(Action.DISPUTE_CHARGE, charge_id=extra.id), now)
            _answer(story, extra, now)
        if story.ruling is not None:
            perform(customer, story.id, Command(Action.DISPUTE_REMOTE), now)
            if story.ruling or (story.id % 3 and owed_for_way(month, story)):
                outcome, fen = ("customer", story.ruling) if story.ruling else ("brand", None)
                perform(AGENT, story.id, Command(Action.RULE_REMOTE, outcome=outcome, agreed_fen=fen), now)
    for late in (now + SILENCE, end):
        charge_sweeps.end_disputes(late)
        charge_sweeps.rule_by_silence(late)


def _answer(story: Story, extra: Extra, now: datetime) -> None:
    quarrel, desk = extra.quarrel, Actor(Role.DISPATCHER, person_id=1, dealer_id=served_by(story))
    assert quarrel is not None
    if quarrel.how == "conceded":
        perform(desk, story.id, Command(Action.CONCEDE_CHARGE, charge_id=extra.id), now)
    elif quarrel.how == "contested":
        perform(desk, story.id, Command(Action.CONTEST_CHARGE, charge_id=extra.id, note="价目表上有"), now)
    elif quarrel.how != "silent":
        fen = None if quarrel.how == "stands" else quarrel.fen
        said = Command(Action.RULE_CHARGE, charge_id=extra.id, outcome=quarrel.how, agreed_fen=fen)
        perform(AGENT, story.id, said, now)


def settle(month: Month, now: datetime) -> None:
    """Complaints that an agent closes with money, long after the fees."""
    for story in month.stories:
        for one in (one for one in story.complaints if one.said_late):
            said = Command(
                Action.COMPLAINT_CLOSED,
                complaint_id=one.id,
                outcome="upheld" if one.upheld else "not_upheld",
                fault=one.fault,
                agreed_fen=one.agreed,
                overcharged_fen=one.overcharged,
            )
            perform(AGENT, story.id, said, now)
