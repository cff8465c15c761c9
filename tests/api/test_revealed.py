"""A look at a customer's contact is a look each time, and its answer is kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from domain.actions import Action, Command
from services.lifecycle import perform
from tests import worlds
from tests.api.matrix import converters, filled
from tests.photographing import DOOR, HOUR, booked


def test_a_repeated_look_is_another_look_and_no_answer_is_kept(
    app: Flask, client: FlaskClient, clock: Any, rows: Callable[..., Any]
) -> None:
    """The same Idempotency-Key twice: two lines in the log, nothing in the table of answers."""
    world = worlds.build()
    clock.now = world.now
    headers = {**world.sign_in("agent", clock.now), "Idempotency-Key": "look"}
    job_id = world.job()

    looks = [
        client.post(f"/api/v1/jobs/{job_id}/reveal", json={"reason": "complaint"}, headers=headers)
        for _ in range(2)
    ]

    assert [look.json["name"] for look in looks] == ["张三", "张三"]
    assert rows("SELECT count(*) FROM remembered_answer") == (0,)
    assert rows("SELECT count(*) FROM access_event WHERE kind = 'revealed'") == (2,)


def test_a_week_after_the_end_no_page_of_the_dealers_people_says_where_the_customer_lives(
    app: Flask, clock: Any, rows: Callable[..., Any]
) -> None:
    """Whatever a job or nothing can be asked by, for all three roles; on the sixth day the job's page still does."""
    world = worlds.build()
    job_id = booked(world)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=DOOR), world.now + HOUR)
    words = Command(Action.COMPLAINT_OPENED, category="attitude", note="芝罘区建设路 1 号，13800001111，张三")
    perform(world.customer(job_id), job_id, words, world.now + HOUR)
    rows("UPDATE job SET status = 'closed', closed_at = %s RETURNING id", world.now)
    paths = [
        filled(rule.rule, {"job_id": job_id})
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and set(converters(rule.rule)) <= {"job_id"}
    ]

    def telling(days: int) -> set[str]:
        clock.now = world.now + timedelta(days=days)
        found = set()
        for name in ("installer1", "dispatcher1", "owner1"):
            headers = world.sign_in(name, clock.now)
            for path in paths:
                said = FlaskClient(app, app.response_class).get(path, headers=headers).get_data(as_text=True)
                if any(word in said for word in ("建设路 1", "13800001111")):
                    found.add(f"{name} {path}")
        return found

    page = f"/api/v1/jobs/{job_id}"
    assert telling(6) == {f"{name} {page}" for name in ("installer1", "dispatcher1", "owner1")}
    assert telling(8) == set()
    asked = FlaskClient(app, app.response_class).post(
        f"{page}/reveal", json={"reason": "contact"}, headers=world.sign_in("installer1", clock.now)
    )
    assert asked.json["code"] == "contact_expired"
