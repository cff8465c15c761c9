"""Extras and the way over HTTP: from the quote on the phone to the yes by the customer's link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.actions import Action, Command
from models import db
from services.lifecycle import perform
from services.parts import link_tokens
from tests import worlds
from tests.photographing import DOOR, take_over
from tests.rows import rows
from tests.services.test_lifecycle import photograph
from tests.worlds import World

HOUR = timedelta(hours=1)


@pytest.fixture
def world(app: Flask, clock: Any) -> World:
    """The invented brand; an hour after its first moment."""
    made = worlds.build()
    clock.now = made.now + HOUR
    return made


def by_link(client: FlaskClient, world: World, job_id: int) -> dict[str, str]:
    """The headers of a customer who opened the link of the notice."""
    with db.engine.begin() as tx:
        token = link_tokens.address(tx, job_id, world.now).partition("#t=")[2]
    opened = client.post("/api/v1/sessions/link", json={"token": token})
    return {"Authorization": f"Bearer {opened.json['token']}"}


def test_from_the_quote_on_the_phone_to_the_yes_by_the_link(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """Priced before it is proposed, photographed because no promise showed it, agreed on the customer's own page."""
    job_id = world.job()
    take_over(world, job_id, 1)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=DOOR), clock.now)
    photograph(world, job_id, "why", clock.now)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j", j=job_id)
    at, phone = f"/api/v1/jobs/{job_id}", world.sign_in("installer1", clock.now)
    extra = {"item": "drill", "quantity": 2, "collected_by": "installer"}

    quote = client.get(f"{at}/price-list?lines=drill:2", headers=phone).json["quote"]
    bare = client.post(f"{at}/charges", json=extra, headers=phone)
    added = client.post(f"{at}/charges", json=extra | {"photo_id": photo.id}, headers=phone)
    customer = by_link(client, world, job_id)
    sheet = client.get(f"{at}/charges", headers=customer).json
    charge = sheet["charges"][0]
    agreed = client.post(f"{at}/charges/{charge['id']}/approve", json={}, headers=customer)
    after = client.get(f"{at}/charges", headers=customer).json

    assert (quote["total_fen"], quote["needs_photo"]) == (10_000, True)
    assert [fault["code"] for fault in bare.json["errors"]] == ["above_promise_needs_photo"]
    assert [added.status_code, agreed.status_code] == [200, 200]
    assert (sheet["waiting_fen"], len(sheet["code"])) == (10_000, 6)
    assert (after["waiting_fen"], after["agreed_fen"], after["code"]) == (0, 10_000, None)
    assert after["charges"][0]["agreed_how"] == "link"


def test_who_pays_the_way_is_for_everybody_of_the_job_and_the_case_for_the_agent(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """The paragraph for the customer; places only for who rules, and the price list in its versions for all."""
    job_id = world.job()
    take_over(world, job_id, 1)
    at, phone = f"/api/v1/jobs/{job_id}/remote-fee", world.sign_in("installer1", clock.now)
    agent = world.sign_in("agent", clock.now)

    answer = client.get(at, headers=by_link(client, world, job_id)).json
    disputed = client.post(f"{at}/dispute", json={}, headers=phone)
    case = client.get(f"{at}/case", headers=agent)

    assert (answer["payer"], answer["customer_fen"]) == ("brand", 0)
    assert client.get(f"{at}/case", headers=phone).status_code == 403
    assert (disputed.status_code, case.json["suggestion"]["grounds"]) == (200, ["no_rule", "no_promise"])
    ruled = client.post(f"{at}/rule", json={"outcome": "brand"}, headers=agent)
    assert ruled.status_code == 200
    versions = client.get("/api/v1/price-lists", headers=agent).json["items"]
    assert [(line["version"], line["items"]) for line in versions] == [(1, 1)]
