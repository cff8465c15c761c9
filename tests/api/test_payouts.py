"""Payouts by bank over HTTP: a file goes out, its answer comes in, and only finance does either."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import worlds
from tests.services.money import APRIL_1
from tests.services.test_payouts import TEMPLATE, answered, numbers, ready  # noqa: F401 - a fixture
from tests.worlds import World

API = "/api/v1"


@pytest.fixture
def world(app: Flask) -> World:
    """The invented brand."""
    return worlds.build()


def test_a_batch_goes_to_the_bank_and_its_answer_comes_back(
    client: FlaskClient,
    world: World,
    clock: Any,
    ready: int,  # noqa: F811
) -> None:
    """Template, batch, file, answer, nothing that differs; an owner may see its account and no batch."""
    clock.now = APRIL_1
    owner, finance = world.sign_in("owner1", APRIL_1), world.sign_in("finance", APRIL_1)
    template = client.post(f"{API}/bank-templates", json={"name": "工行", **TEMPLATE}, headers=finance)
    made = client.post(
        f"{API}/payout-batches", json={"key": "2026-03", "template_id": template.json["id"]}, headers=finance
    )
    path = f"{API}/payout-batches/{made.json['id']}"
    file = client.get(f"{path}/file", headers=finance)
    told = answered(
        *(f"{number},{yuan},成功," for number, yuan in zip(numbers(), ("80.00", "50.00"), strict=True))
    )
    form = {"file": (io.BytesIO(told), "result.csv"), "paid_on": "2026-04-01"}
    read = client.post(f"{path}/result", data=form, headers=finance)
    listed = client.get(f"{API}/payout-batches", headers=finance)
    accounts = client.get(f"{API}/dealers/{world.dealers[0]}/bank-accounts", headers=owner)

    assert (template.status_code, made.status_code, made.json["amount_fen"]) == (201, 201, 13_000)
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store")
    assert (read.status_code, read.json["paid"]) == (200, 2), read.json
    assert listed.json["items"][0]["paid"] == 2
    assert client.get(f"{API}/payout-differences", headers=finance).json["differences"] == []
    assert accounts.json["accounts"][0]["masked"] == "尾号 2233"
    assert client.get(f"{path}/file", headers=owner).status_code == 403
