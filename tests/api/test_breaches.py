"""Breaches, the calendar and runs over HTTP; every answer is held against the OpenAPI document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from domain.actions import Action, Command
from domain.actors import SYSTEM
from models import db
from services import runs
from services.clocks import raise_levels
from services.corrections import work
from services.lifecycle import answer_offer, perform
from tests import worlds
from tests.worlds import World

API = "/api/v1"
DAYS = [
    {"day": "2027-01-01", "working": False, "note": "元旦"},
    {"day": "2027-01-03", "working": True, "note": None},
]


@pytest.fixture
def world(app: Flask, clock: Any) -> World:
    """The invented brand; the application's clock stands at its first moment."""
    made = worlds.build()
    clock.now = made.now
    return made


@pytest.fixture
def late(world: World, clock: Any) -> int:
    """A job that dealer 1 accepted and then forgot for 30 hours; the sweep has passed."""
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    with db.engine.connect() as connection:
        offer_id = connection.execute(text("SELECT id FROM offer")).scalar_one()
    answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=offer_id), world.now)
    raise_levels(clock.forward(hours=30))
    return job_id


def test_a_forgotten_job_is_on_its_dealers_list_and_on_nobody_elses(
    client: FlaskClient, world: World, clock: Any, late: int
) -> None:
    """Contact, installer and booking are late; filters narrow; the other dealer's list is empty."""
    desk, other = world.sign_in("dispatcher1", clock.now), world.sign_in("owner2", clock.now)

    every = client.get(f"{API}/breaches", headers=desk).json["items"]
    booking = client.get(f"{API}/breaches?kind=book&level=breach", headers=desk).json["items"]

    assert {line["kind"] for line in every} == {"contact", "name_installer", "book"}
    assert {line["job_id"] for line in every} == {late}
    assert [(line["kind"], line["level"]) for line in booking] == [("book", "breach")]
    assert client.get(f"{API}/breaches", headers=other).json["items"] == []
    assert client.get(f"{API}/breaches?job_id={late}&limit=2", headers=desk).json["next_cursor"]


def test_pages_of_breaches_follow_each_other_without_gap(
    client: FlaskClient, world: World, clock: Any, late: int
) -> None:
    """Two by two, everything once."""
    agent = world.sign_in("agent", clock.now)
    every = [line["id"] for line in client.get(f"{API}/breaches", headers=agent).json["items"]]

    seen: list[int] = []
    query = "?limit=2"
    while query:
        page = client.get(f"{API}/breaches{query}", headers=agent).json
        seen += [line["id"] for line in page["items"]]
        query = page["next_cursor"] and f"?limit=2&cursor={page['next_cursor']}"

    assert seen == every


def test_the_dealer_acknowledges_its_owner_appeals_and_an_agent_excuses(
    client: FlaskClient, world: World, clock: Any, late: int
) -> None:
    """Each in its role, each once; what is excused and acknowledged is no longer open."""
    desk, owner, agent = (world.sign_in(name, clock.now) for name in ("dispatcher1", "owner1", "agent"))
    [line] = client.get(f"{API}/breaches?kind=book&level=breach", headers=desk).json["items"]
    where = f"{API}/breaches/{line['id']}"

    said = client.post(f"{where}/acknowledge", json={"memo": "今天联系"}, headers=desk)
    again = client.post(f"{where}/acknowledge", json={"memo": "今天联系"}, headers=desk)
    asked = client.post(f"{where}/appeal", json={"reason": "客户要求下周"}, headers=owner)
    found = client.get(f"{API}/breaches?appealed=true", headers=agent).json["items"]
    excused = client.post(f"{where}/excuse", json={"reason": "customer"}, headers=agent)

    assert [said.status_code, again.status_code, asked.status_code, excused.status_code] == [
        200,
        409,
        200,
        200,
    ]
    assert again.json["code"] == "already_handled"
    assert [(one["memo"], one["appeal"]) for one in found] == [("今天联系", "客户要求下周")]
    assert excused.json["excuse"] == "customer"
    rest = client.get(f"{API}/breaches?open=true&kind=book", headers=desk).json["items"]
    assert rest == []


@pytest.mark.parametrize(
    ("name", "deed", "body", "status"),
    [
        ("dispatcher1", "appeal", {"reason": "x"}, 403),
        ("dispatcher1", "excuse", {"reason": "weather"}, 403),
        ("agent", "acknowledge", {"memo": "x"}, 409),
        ("owner2", "appeal", {"reason": "x"}, 404),
        ("agent", "excuse", {"reason": "我说的"}, 422),
        ("dispatcher1", "acknowledge", {}, 422),
    ],
)
def test_nobody_does_another_ones_part(
    client: FlaskClient, world: World, clock: Any, late: int, name: str, deed: str, body: Any, status: int
) -> None:
    """By role, by dealer, and with what the deed asks for."""
    agent = world.sign_in("agent", clock.now)
    breach_id = client.get(f"{API}/breaches", headers=agent).json["items"][0]["id"]

    answer = client.post(
        f"{API}/breaches/{breach_id}/{deed}", json=body, headers=world.sign_in(name, clock.now)
    )

    assert answer.status_code == status


def test_an_administrator_publishes_a_year_that_everybody_reads(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """Unpublished first, then with its days; a dispatcher may read and not write; the same key is one edit."""
    admin = {**world.sign_in("admin", clock.now), "Idempotency-Key": "calendar-2027"}
    desk = world.sign_in("dispatcher1", clock.now)
    body = {"source": "国办发明电〔2026〕1号", "days": DAYS}
    before = client.get(f"{API}/calendar/2027", headers=desk).json

    loaded = client.put(f"{API}/calendar/2027", json=body, headers=admin)
    repeated = client.put(f"{API}/calendar/2027", json=body, headers=admin)
    refused = client.put(f"{API}/calendar/2027", json=body, headers=desk)

    after = client.get(f"{API}/calendar/2027", headers=desk).json
    assert (before["published"], before["days"]) == (False, [])
    assert (loaded.status_code, loaded.json, refused.status_code) == (202, repeated.json, 403)
    assert (after["published"], after["days"]) == (True, DAYS)


def test_a_calendar_with_faults_is_refused_with_all_of_them(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """A day of another year and one named twice; a year out of range is not there."""
    admin = world.sign_in("admin", clock.now)
    body = {"source": "通知", "days": [DAYS[0], DAYS[0], {"day": "2026-01-01", "working": False}]}

    answer = client.put(f"{API}/calendar/2027", json=body, headers=admin)

    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json["errors"]] == ["repeated", "other_year"]
    assert client.put(f"{API}/calendar/1999", json=body, headers=admin).status_code == 404
    assert client.get(f"{API}/calendar/9999999999", headers=admin).status_code == 404


def test_an_administrator_sees_what_ran_and_asks_for_a_run(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """The list tells task, slot, counts and error; a run asked for waits for a runner; others may not look."""
    admin = world.sign_in("admin", clock.now)
    for task, error in (("sla", None), ("fees", "ValueError: x")):
        run_id = runs.claim(task, world.now, world.now)
        assert run_id is not None
        runs.finish(run_id, {"clocks": 3}, error, world.now + timedelta(seconds=1))

    failed = client.get(f"{API}/runs?failed=true", headers=admin).json["items"]
    asked = client.post(f"{API}/runs", json={"task": "sla"}, headers=admin)
    listed = client.get(f"{API}/runs?task=sla", headers=admin).json["items"]

    assert [(run["task"], run["counts"], run["error"]) for run in failed] == [
        ("fees", {"clocks": 3}, "ValueError: x")
    ]
    assert asked.status_code == 202
    assert [(run["id"], run["started_at"] is None) for run in listed] == [
        (asked.json["id"], True),
        (failed[0]["id"] - 1, False),
    ]
    assert client.get(f"{API}/runs", headers=world.sign_in("agent", clock.now)).status_code == 403


def test_an_administrator_corrects_a_policy_after_looking_at_the_difference(
    client: FlaskClient, world: World, clock: Any, late: int
) -> None:
    """409 unlooked; shown from what to what; ordered, done by the runner, on record; breaches taken back are marked."""
    admin, desk = world.sign_in("admin", clock.now), world.sign_in("dispatcher1", clock.now)
    policy = {
        "kind": "book", "family": "dealer", "counts": "wall", "window_s": 172_800,
        "effective_from": "2026-03-01T00:00:00+08:00",
    }  # fmt: skip
    path = f"{API}/clock-policies"

    unlooked = client.post(path, json={"policy": policy, "reason": "更正"}, headers=admin)
    shown = client.post(f"{path}/preview", json={"policy": policy}, headers=admin).json
    body = {"policy": policy, "reason": "更正", "seen": shown["seen"]}
    ordered = client.post(path, json=body, headers=admin)
    done = ordered.json
    again = client.post(path, json=body | {"reason": "再更正"}, headers=admin)
    waiting = client.get(done["look"], headers=admin).json["items"][0]
    work(clock.now)

    assert (unlooked.status_code, unlooked.json["code"]) == (409, "difference_not_seen")
    [line] = shown["difference"]["changes"]
    assert (line["job_id"], line["before"]["window_s"], line["after"]["window_s"]) == (late, 86_400, 172_800)
    assert (ordered.status_code, done["finished"], waiting["finished_at"]) == (202, False, None)
    assert (again.status_code, again.json["code"]) == (409, "correction_running")
    [change] = client.get(f"{API}/clock-changes?correction_id={done['correction_id']}", headers=admin).json[
        "items"
    ]
    assert (change["job_id"], change["before"]["level"], change["after"]["level"]) == (late, 2, 0)
    assert client.get(f"{API}/clock-corrections", headers=admin).json["items"][0]["changed"] == 1
    taken = client.get(f"{API}/breaches?kind=book", headers=desk).json["items"]
    assert {one["withdrawn"] for one in taken} == {"corrected"}
    versions = client.get(f"{path}?limit=100", headers=desk).json["items"]
    assert versions[-1]["made_by"] == done["correction_id"]
    assert client.post(f"{path}/preview", json={"policy": policy}, headers=desk).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field", "status"),
    [
        ({"effective_from": "1900-01-01T00:00:00Z"}, "policy.effective_from", 422),
        ({"effective_until": "9999-12-31T00:00:00Z"}, "policy.effective_until", 422),
        ({"effective_from": "2026-03-01T00:00:00"}, "policy.effective_from", 422),
        ({"kind": "finish", "zone": None}, "zone", 422),
        ({"window_s": 0}, "policy.window_s", 422),
        ({"kind": "arrive"}, "kind", 422),
    ],
    ids=range(6),
)
def test_a_policy_that_cannot_be_is_a_clear_problem(
    client: FlaskClient, world: World, clock: Any, wrong: dict[str, Any], field: str, status: int
) -> None:
    """1900 and 9999, no offset, no zone where it is asked, no window, a window that is booked; the field is named."""
    policy = {
        "kind": "book", "family": "dealer", "counts": "wall", "window_s": 3600,
        "effective_from": "2026-03-01T00:00:00Z", **wrong,
    }  # fmt: skip

    answer = client.post(
        f"{API}/clock-policies/preview", json={"policy": policy}, headers=world.sign_in("admin", clock.now)
    )

    assert answer.status_code == status
    assert [fault["field"] for fault in answer.json["errors"]] == [field]
