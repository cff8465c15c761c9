"""A platform's penalty over HTTP: from the template to whose fault it was."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests import worlds
from tests.services.money import operated_channel

API = "/api/v1"
ROWS = "dealer-shop,P-1,2026-03-01,100.00,超时,,\ndealer-shop,P-2,2026-03-01,1.00,天气,,\n"


def test_a_platforms_penalty_from_the_file_to_its_fault(app: Flask, client: FlaskClient, clock: Any) -> None:
    """Finance takes the file and says whose fault; the operator's owner reads what his shop paid."""
    world = worlds.build()
    operated_channel(world, 2)
    finance, owner = world.sign_in("finance", clock.now), world.sign_in("owner2", clock.now)
    header = client.get(f"{API}/channel-charge-imports/template.csv", headers=finance).data.splitlines()[0]
    file = header + b"\n" + ROWS.encode()

    taken = client.post(
        f"{API}/channel-charge-imports", data={"file": (io.BytesIO(file), "p.csv")}, headers=finance
    )
    [line] = client.get(f"{API}/channel-charges", headers=owner).json["items"]
    path = f"{API}/channel-charges/{line['id']}/allocate"
    wordless = client.post(path, json={"fault": "dealer"}, headers=finance)
    told = client.post(path, json={"fault": "brand"}, headers=finance)
    again = client.post(path, json={"fault": "brand"}, headers=finance)
    waiting = client.get(f"{API}/channel-charges", headers=finance).json["items"]

    assert (taken.status_code, taken.json["new"], [row["row"] for row in taken.json["bad"]]) == (200, 1, [3])
    assert (line["number"], line["fault"], line["fault_name"]) == ("P-1", None, "待划分")
    assert wordless.status_code == 422
    assert (told.status_code, told.json["fault"], told.json["penalty_id"]) == (200, "brand", None)
    assert (again.status_code, again.json["code"], waiting) == (409, "already_allocated", [])
