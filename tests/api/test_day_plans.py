"""An installer's day over HTTP; every answer is held against the OpenAPI document."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from jobs.routes import plan_days
from tests import worlds
from tests.services.test_lifecycle import booked

API = "/api/v1"


def test_the_installer_and_the_desk_read_the_same_day(app: Flask, client: FlaskClient, clock: Any) -> None:
    """Today by default; another day is empty; whoever is no installer has no day of his own."""
    world = worlds.build()
    clock.now = world.now
    booked(world)
    plan_days(world.now)
    installer, desk = world.sign_in("installer1", clock.now), world.sign_in("dispatcher1", clock.now)

    own = client.get(f"{API}/me/day", headers=installer).json
    seen = client.get(f"{API}/dealers/{world.dealers[0]}/days?day=2026-03-02", headers=desk).json

    assert seen["items"] == [own]
    assert (own["up_to_date"], own["stops"][0]["position"]) == (True, 1)
    assert client.get(f"{API}/me/day?day=2026-03-03", headers=installer).json["stops"] == []
    assert client.get(f"{API}/me/day", headers=desk).status_code == 403
