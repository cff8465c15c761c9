"""The main story over HTTP: every role does its part through the routes made from the lifecycle's table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from domain.actions import Action, Command
from domain.actors import SYSTEM
from models import db
from models.job import Job, JobEvent
from services.lifecycle import perform
from tests import worlds
from tests.photographing import take_over
from tests.worlds import World


@pytest.fixture
def world(app: Flask, clock: Any) -> World:
    """The invented brand; the application's clock stands at its first moment."""
    made = worlds.build()
    clock.now = made.now
    return made


def offered(world: World, job_id: int) -> None:
    """The system offers the job to both dealers."""
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=tuple(world.dealers)), world.now)


def test_a_dealer_takes_an_offer_assigns_and_books_through_the_routes(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """GET /offers → accept → assign → a free window → book; the answer names what may be done next."""
    job_id = world.job()
    offered(world, job_id)
    desk = world.sign_in("dispatcher1", clock.now)

    [card] = client.get("/api/v1/offers", headers=desk).json["items"]
    accepted = client.post(f"/api/v1/offers/{card['id']}/accept", json={}, headers=desk)
    body = {"installer_id": world.people["installer1"]}
    assigned = client.post(f"/api/v1/jobs/{job_id}/assign", json=body, headers=desk)
    windows = client.get(f"/api/v1/jobs/{job_id}/windows", headers=desk).json["items"]
    window = {"start": windows[0]["start"], "end": windows[0]["end"]}
    booked = client.post(f"/api/v1/jobs/{job_id}/book", json={"window": window}, headers=desk)

    assert [accepted.status_code, assigned.status_code, booked.status_code] == [200, 200, 200]
    assert (booked.json["status"], "reschedule" in booked.json["available_actions"]) == ("booked", True)
    assert card["reasons"][0] == "本区域属地网点"


def test_a_second_dealer_gets_a_clear_refusal_and_never_the_customer(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """After the first accepted, the second gets 409; the job is gone from its list and page."""
    job_id = world.job()
    offered(world, job_id)
    one, two = world.sign_in("owner1", clock.now), world.sign_in("owner2", clock.now)
    [mine] = client.get("/api/v1/offers", headers=one).json["items"]
    [theirs] = client.get("/api/v1/offers", headers=two).json["items"]

    client.post(f"/api/v1/offers/{mine['id']}/accept", json={}, headers=one)
    late = client.post(f"/api/v1/offers/{theirs['id']}/accept", json={}, headers=two)
    foreign = client.post(f"/api/v1/offers/{mine['id']}/accept", json={}, headers=two)

    assert (late.status_code, late.json["code"]) == (409, "job_changed")
    assert foreign.status_code == 404
    assert client.get(f"/api/v1/jobs/{job_id}", headers=two).status_code == 404
    assert client.get("/api/v1/jobs", headers=two).json["items"] == []


def test_who_sees_how_much_of_the_customer(client: FlaskClient, world: World, clock: Any) -> None:
    """An agent sees masks, the dealer that has the job sees whom it visits."""
    job_id = world.job()
    offered(world, job_id)
    desk, agent = world.sign_in("dispatcher1", clock.now), world.sign_in("agent", clock.now)
    [card] = client.get("/api/v1/offers", headers=desk).json["items"]
    before = client.get(f"/api/v1/jobs/{job_id}", headers=desk).json["customer"]
    client.post(f"/api/v1/offers/{card['id']}/accept", json={}, headers=desk)
    after = client.get(f"/api/v1/jobs/{job_id}", headers=desk).json["customer"]
    masked = client.get(f"/api/v1/jobs/{job_id}", headers=agent).json["customer"]

    assert (before["masked"], after["masked"], masked["masked"]) == (True, False, True)
    assert (after["phone"], masked["phone"]) == ("13800001111", "138****1111")


def test_if_match_refuses_a_stale_version(client: FlaskClient, world: World, clock: Any) -> None:
    """A deed on an older version is 412 and changes nothing."""
    job_id = world.job()
    agent = world.sign_in("agent", clock.now)
    held = client.post(f"/api/v1/jobs/{job_id}/hold", json={"reason": "unpaid"}, headers=agent)
    stale = client.post(
        f"/api/v1/jobs/{job_id}/release",
        json={},
        headers={**agent, "If-Match": str(held.json["version"] - 1)},
    )

    assert (held.json["held"], stale.status_code) == ("unpaid", 412)
    assert world.row(job_id).held == "unpaid"


def test_the_chain_of_events_is_for_those_who_answer_for_it(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """An agent reads it, an installer may not."""
    job_id = world.job()
    agent = world.sign_in("agent", clock.now)
    read = client.get(f"/api/v1/jobs/{job_id}/events", headers=agent)

    refused = client.get(f"/api/v1/jobs/{job_id}/events", headers=world.sign_in("installer1", clock.now))

    assert [event["action"] for event in read.json["items"]] == ["create"]
    assert refused.status_code == 403


def test_a_call_by_telephone_goes_through_the_routes(client: FlaskClient, world: World, clock: Any) -> None:
    """Made by an agent for a confirmed job, taken, its questions answered in two parts, closed."""
    job_id, agent = world.job(), world.sign_in("agent", clock.now)
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == job_id).values(status="confirmed"))
    questions = client.get("/api/v1/return-visit-questions", headers=agent).json["items"]
    answers = [{"question": one["code"], "answer": one["options"][0]["code"]} for one in questions]

    made = client.post(f"/api/v1/jobs/{job_id}/return-visits", json={}, headers=agent)
    call = f"/api/v1/jobs/{made.json['id']}"
    steps = [
        ("accept", {}),
        ("answers", {"answers": answers[1:]}),
        ("close", {}),
        ("answers", {"answers": answers[:1]}),
    ]
    codes = [client.post(f"{call}/{name}", json=body, headers=agent).status_code for name, body in steps]
    closed = client.post(f"{call}/close", json={}, headers=agent)

    assert (made.status_code, codes) == (201, [200, 200, 409, 200])
    assert (closed.json["kind"], closed.json["status"]) == ("return_visit", "closed")


def test_a_phone_that_is_slow_is_read_on_our_clock(client: FlaskClient, world: World, clock: Any) -> None:
    """Three hours slow, offline for one: it says so by telling its own time with the request."""
    job_id = world.job()
    take_over(world, job_id, 1)
    phone = world.sign_in("installer1", clock.now, "phone-1")
    now = clock.forward(hours=6)
    body = {
        "occurred_at": (now - timedelta(hours=4)).isoformat(),
        "sent_at": (now - timedelta(hours=3)).isoformat(),
    }
    told = client.post(f"/api/v1/jobs/{job_id}/contact", json=body, headers=phone)

    with db.engine.begin() as tx:
        newest = select(JobEvent.occurred_at).where(JobEvent.job_id == job_id).order_by(JobEvent.seq.desc())
        assert tx.execute(newest.limit(1)).scalar_one() == now - timedelta(hours=1)
    assert told.status_code == 200
