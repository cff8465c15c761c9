"""Reports over HTTP: every answer is held against the OpenAPI document; the file is what the page shows."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import worlds
from tests.services.test_lifecycle import booked
from tests.worlds import World

API = "/api/v1/reports"
NAMES = ("on-time", "promised", "fairness", "satisfaction", "complaint-reasons", "damage", "coverage-holes")


@pytest.fixture
def world(app: Flask, clock: Any) -> World:
    """A booked job of dealer 1, three days later."""
    made = worlds.build()
    clock.now = made.now
    booked(made)
    clock.forward(days=3)
    return made


def test_reports_come_by_pages_and_as_files_with_their_definition(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """Each of the six; a page's cursor leads on; a file is called after its days; nonsense is refused."""
    finance, owner = world.sign_in("finance", clock.now), world.sign_in("owner1", clock.now)

    for name in NAMES:
        page = client.get(f"{API}/{name}?limit=1", headers=finance)
        assert (page.status_code, page.json["name"]) == (200, name)
        assert page.json["definition"]["denominator"]
        file = client.get(f"{API}/{name}.csv?since=2026-03-01&until=2026-03-31", headers=finance)
        assert file.data.startswith(b"\xef\xbb\xbf")
        assert f"{name}-2026-03-01-2026-03-31.csv" in file.headers["Content-Disposition"]

    for path in ("on-time/jobs?which=late", "fees/jobs?which=paid", "evidence-weeks", "money-standing"):
        assert client.get(f"{API}/{path}", headers=finance).status_code == 200
    assert client.get(f"{API}/fees", headers=owner).status_code == 403
    first = client.get(f"{API}/on-time?limit=1", headers=owner).json
    second = client.get(f"{API}/on-time?limit=1&cursor={first['next_cursor']}", headers=owner).json
    assert first["items"][0]["dealer_id"] == second["items"][0]["dealer_id"] == world.dealers[0]
    assert first["items"] != second["items"]

    assert client.get(f"{API}/damage", headers=owner).status_code == 403
    assert client.get(f"{API}/on-time?dealer_id={world.dealers[1]}", headers=owner).status_code == 404
    for wrong in ("by=city", "since=2026-03-02&until=2026-03-01", f"cursor={first['next_cursor']}&by=week"):
        assert client.get(f"{API}/on-time?{wrong}", headers=finance).status_code == 422
