"""Inbox, subscriptions and the code by which a customer comes to the job, over HTTP."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.notices import CLAIM_PAGE
from models import db
from services.lifecycle import answer_offer, perform
from services.links import revoke
from services.notices import drain
from services.parts.outbox import Owed, put
from tests import worlds
from tests.api.conftest import SignIn
from tests.standing_in import APP, SECRET
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote


@pytest.fixture
def world(app: Flask, clock: Any) -> World:
    """The invented brand; the application's clock stands at its first moment."""
    made = worlds.build()
    clock.now = made.now
    return made


def told(world: World, template: str, name: str, clock: Any, key: str) -> None:
    """This person is told something."""
    owed = Owed("notice", key, {"template": template}, job_id=world.job(), person_id=world.people[name])
    with db.engine.begin() as tx:
        put(tx, [owed], clock.now)
    drain(clock.now)


def accepted(world: World) -> int:
    """A job that dealer 1 has."""
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    with db.engine.connect() as connection:
        offer_id = connection.execute(db.text("SELECT id FROM offer")).scalar_one()
    answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=offer_id), world.now)
    return job_id


def test_a_deed_ends_in_the_inbox_of_those_it_concerns(client: FlaskClient, world: World, clock: Any) -> None:
    """An offer made by the system, drained with the application's own gateways: the desk reads it."""
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    assert drain(clock.now).told == 1
    mine = client.get("/api/v1/inbox", headers=world.sign_in("dispatcher1", clock.now)).json["items"]
    theirs = client.get("/api/v1/inbox", headers=world.sign_in("dispatcher2", clock.now)).json["items"]
    [item] = mine
    assert (item["job_id"], item["title"], item["read_at"]) == (job_id, "新的工单", None)
    assert str(job_id) in item["body"]
    assert "限定时间" not in item["body"]
    assert theirs == []


def test_items_are_read_once_and_only_by_their_owner(client: FlaskClient, world: World, clock: Any) -> None:
    """The first reading counts; another's item doesn't exist; `unread` filters."""
    for number in range(2):
        told(world, "job_urged", "owner1", clock, f"k{number}")
    mine, other = world.sign_in("owner1", clock.now), world.sign_in("owner2", clock.now)
    [newest, oldest] = client.get("/api/v1/inbox", headers=mine).json["items"]
    path = f"/api/v1/inbox/{oldest['id']}/read"
    first = client.post(path, headers=mine).json
    clock.forward(minutes=5)
    assert client.post(path, headers=mine).json == first
    assert client.post(path, headers=other).status_code == 404
    unread = client.get("/api/v1/inbox?unread=true", headers=mine).json["items"]
    read = client.get("/api/v1/inbox?unread=false", headers=mine).json["items"]
    assert ([one["id"] for one in unread], [one["id"] for one in read]) == ([newest["id"]], [oldest["id"]])


def test_the_inbox_comes_in_pages(client: FlaskClient, world: World, clock: Any) -> None:
    """Newest first, the cursor leads on to the end."""
    for number in range(3):
        told(world, "job_urged", "owner1", clock, f"k{number}")
    mine, seen, cursor = world.sign_in("owner1", clock.now), [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/inbox?limit=2{cursor and '&cursor=' + cursor}", headers=mine).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert (len(seen), seen) == (3, sorted(seen, reverse=True))


def test_a_guest_learns_what_to_ask_for_and_hints_at_most_five(client: FlaskClient, sign_in: SignIn) -> None:
    """An account without a person has grants, too; a console session has none to give."""
    guest = sign_in("guest")
    answers = [{"template_id": "confirm", "answer": "accept"}, {"template_id": "visit", "answer": "reject"}]
    heard = client.post("/api/v1/subscriptions", json={"answers": answers}, headers=guest)
    assert [(one["name"], one["remaining"], one["hinted"]) for one in heard.json["items"]][:2] == [
        ("confirm", 0, True), ("visit", 0, False),
    ]  # fmt: skip
    assert (
        client.post("/api/v1/subscriptions", json={"answers": answers * 3}, headers=guest).status_code == 422
    )
    refused = client.post("/api/v1/subscriptions", json={}, headers=sign_in("agent", kind="console"))
    assert (refused.status_code, refused.json["code"]) == (403, "phone_session_only")


@pytest.fixture
def codes(app: Flask, wechat: Gateway, sim: Remote) -> Remote:
    """The application draws its codes at the stand-in, where the page is published."""
    sim.setup(apps=[{"appid": APP, "secret": SECRET, "pages": [CLAIM_PAGE]}])
    app.extensions["wechat"] = wechat
    return sim


def test_the_code_of_a_job_lets_a_customer_in_to_exactly_that_job(
    client: FlaskClient, world: World, clock: Any, codes: Remote
) -> None:
    """What a phone sees in the picture is an opaque word of 22 characters, good for a link session."""
    job_id = accepted(world)
    agent = world.sign_in("agent", clock.now)
    answer = client.get(f"/api/v1/jobs/{job_id}/qr", headers=agent).json
    seen = codes.scan(base64.b64decode(answer["image_base64"]))
    assert (answer["media_type"], seen["page"], len(seen["scene"])) == ("image/png", CLAIM_PAGE, 22)
    session = client.post("/api/v1/sessions/link", json={"token": seen["scene"]})
    bearer = {"Authorization": f"Bearer {session.json['token']}"}
    assert client.get(f"/api/v1/jobs/{job_id}", headers=bearer).status_code == 200
    again = client.get(f"/api/v1/jobs/{job_id}/qr", headers=agent).json
    assert codes.scan(base64.b64decode(again["image_base64"]))["scene"] == seen["scene"]


def test_taking_links_back_makes_the_printed_code_worthless_and_the_next_one_new(
    client: FlaskClient, world: World, clock: Any, codes: Remote
) -> None:
    """The permanent picture is revocable because what it means stands in our database."""
    job_id, agent = world.job(), world.sign_in("agent", clock.now)

    def scene() -> str:
        shown = client.get(f"/api/v1/jobs/{job_id}/qr", headers=agent).json["image_base64"]
        return str(codes.scan(base64.b64decode(shown))["scene"])

    old = scene()
    revoke(world.actor("agent"), job_id, clock.now)
    new = scene()
    assert new != old
    assert client.post("/api/v1/sessions/link", json={"token": old}).status_code == 401
    assert client.post("/api/v1/sessions/link", json={"token": new}).status_code == 201


def test_codes_are_for_the_brand_and_while_there_is_something_to_do(
    client: FlaskClient, world: World, clock: Any, codes: Remote
) -> None:
    """The dealer's side could speak as the customer with it: forbidden. Cancelled: over. WeChat away: later."""
    job_id = accepted(world)
    path = f"/api/v1/jobs/{job_id}/qr"
    agent = world.sign_in("agent", clock.now)
    for name in ("dispatcher1", "owner1", "installer1", "dispatcher2"):
        assert client.get(path, headers=world.sign_in(name, clock.now)).status_code == 403
    codes.preset("down")
    away = client.get(path, headers=agent)
    assert (away.status_code, "Retry-After" in away.headers) == (503, True)
    codes.heal()
    perform(world.actor("agent"), job_id, Command(Action.CANCEL, reason="other"), world.now)
    over = client.get(path, headers=agent)
    assert (over.status_code, over.json["code"]) == (409, "job_over")
