"""After the sale over HTTP: reviews by file, a guide in versions, a repair quoted and agreed, suggestions."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models import db
from models.job import Job, JobUnit
from services.parts import addresses
from tests import worlds
from tests.api.conftest import Clock
from tests.services import money
from tests.worlds import SKU, World

API = "/api/v1"
Ask = Callable[..., Any]


@pytest.fixture
def world(app: Flask, clock: Clock) -> World:
    """A small invented brand at the application's time, with prices."""
    addresses.TABLE.forget()
    money.rule()
    return worlds.build(clock())


@pytest.fixture
def ask(client: FlaskClient, world: World, clock: Clock) -> Ask:
    """ask("agent", "POST", "/reviews", body) signs in and asks."""

    def send(name: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return client.open(
            f"{API}{path}", method=method, json=body, headers=world.sign_in(name, clock()), **more
        )

    return send


def test_a_file_of_reviews_goes_in_and_its_bad_rows_come_back(
    ask: Ask, client: FlaskClient, world: World, clock: Clock
) -> None:
    """The template's rows as real ones, a row that is none, an answer, a list, no page for another dealer."""
    clock.forward(days=10)  # the template's examples are of these days
    template = ask("agent", "GET", "/review-imports/template.csv")
    text = template.data.decode("utf-8-sig").replace("示例", "") + "R-3,7,2026-03-02,字,N-1,,,,\r\n"
    form = {"channel_id": str(world.channel_id), "file": (io.BytesIO(text.encode()), "r.csv")}
    sent = client.post(f"{API}/review-imports", data=form, headers=world.sign_in("agent", clock()))
    errors = ask("agent", "GET", f"/review-imports/{sent.json['id']}/errors.csv")
    shown = ask("agent", "GET", "/reviews?state=bad").json["items"]

    assert template.headers["Content-Disposition"].endswith('"review-template.csv"')
    assert (sent.status_code, sent.json["new"], sent.json["bad"], sent.json["loose"]) == (201, 2, 1, 2)
    assert "评分应为 1 到 5" in errors.data.decode()
    assert [(one["platform_id"], one["cause_name"]) for one in shown] == [("R-1002", "收费未事先说明")]
    one = f"/reviews/{shown[0]['id']}"
    assert ask("agent", "POST", f"{one}/answer", {"text": "已退还"}).json["answered_at"]
    assert ask("agent", "GET", one).json["answer"] == "已退还"
    assert ask("agent", "GET", "/reviews?state=unanswered").json["items"] == []
    assert ask("agent", "POST", f"{one}/complaint", {}).json["code"] == "review_loose"
    assert ask("dispatcher1", "GET", one).status_code == 404


def test_a_guide_is_read_by_anybody_in_any_version_and_cached(ask: Ask, client: FlaskClient) -> None:
    """Drafted by agents, published by administrators; a tag that changes with the version only."""
    draft = {"paid": ["打孔 ¥50.00"], "shots": [{"slot": "site", "text": "拍全插座"}], "lead_days": 2}
    draft["troubles"] = [{"symptom": "不加热", "checks": ["看插座"]}]
    assert ask("agent", "PUT", f"/products/{SKU}/guide/draft", draft).json["state"] == "draft"
    assert ask("agent", "POST", f"/products/{SKU}/guide/publish", {}).status_code == 403
    assert ask("admin", "POST", f"/products/{SKU}/guide/publish", {}).json["version"] == 1
    ask("admin", "PUT", f"/products/{SKU}/guide/draft", {"notes": ["须 10A 以上独立插座"]})
    ask("admin", "POST", f"/products/{SKU}/guide/publish", {})

    now, first = (client.get(f"{API}/products/{SKU}/guide{query}") for query in ("", "?version=1"))
    assert (now.json["version"], now.json["notes"], now.json["paid"]) == (2, ["须 10A 以上独立插座"], [])
    assert (first.json["version"], first.json["lead_days"], first.json["troubles"][0]["checks"]) == (
        1,
        2,
        ["看插座"],
    )
    assert now.headers["Cache-Control"].startswith("public")
    assert now.headers["ETag"] != first.headers["ETag"]
    assert client.get(f"{API}/products/{SKU}/guide?version=3").status_code == 404
    assert [one["version"] for one in ask("installer1", "GET", f"/products/{SKU}/guides").json["items"]] == [
        2,
        1,
    ]


def test_a_repair_outside_the_warranty_is_quoted_and_agreed(ask: Ask, world: World, clock: Clock) -> None:
    """Asked for, found among those to quote, quoted with its arithmetic, agreed on the phone."""
    job_id = world.job()
    with db.engine.begin() as tx:
        ago = clock() - timedelta(days=3 * 365)
        tx.execute(update(Job).where(Job.id == job_id).values(status="closed", submitted_at=ago))
        tx.execute(update(JobUnit).values(serial_number="SN-00001"))
        line = tx.execute(select(Job.order_line_id).where(Job.id == job_id)).scalar_one()
    made = ask("agent", "POST", "/service-requests", {"serial_number": "SN-00001", "problem": "漏水"}).json
    one = f"/service-requests/{made['id']}"
    assert (made["order_line_id"], made["payer"], made["queue"]) == (line, "customer", "quote")
    assert [card["id"] for card in ask("agent", "GET", "/service-requests?state=to_quote").json["items"]] == [
        made["id"]
    ]
    assert ask("agent", "POST", f"{one}/quote", {"parts": [{"item": "gold"}]}).status_code == 422
    quoted = ask("agent", "POST", f"{one}/quote", {"parts": [{"item": "drill"}]}).json
    assert (quoted["total_fen"], quoted["answer"]) == (13_000, None)
    assert [card["id"] for card in ask("agent", "GET", "/service-requests?state=quoted").json["items"]] == [
        made["id"]
    ]
    agreed = ask("agent", "POST", f"{one}/answer", {"agreed": True, "note": "张先生电话同意"})
    assert (agreed.json["answer"], agreed.json["queue"]) == ("agreed", None)
    card = ask("agent", "GET", one).json
    assert (card["answered_how"], card["quote_lines"][0]["item"], card["problem"]) == ("phone", "drill", None)
    assert ask("agent", "POST", f"{one}/line", {"order_line_id": line}).json["code"] == "request_not_waiting"
    assert (
        ask("agent", "POST", f"{one}/ruling", {"payer": "customer", "note": "x"}).json["code"]
        == "ruling_too_late"
    )
    assert ask("agent", "POST", f"{one}/ruling", {"payer": "brand", "note": "好意"}).json["payer"] == "brand"


def test_causes_and_suggestions_are_read_as_reports(ask: Ask) -> None:
    """With their definition and as a file; nothing to decide where nothing was proposed."""
    causes = ask("agent", "GET", "/reports/causes?by=sku,month")
    assert (causes.json["by"], causes.json["items"]) == (["sku", "month"], [])
    assert "同期完结的工单" in causes.json["definition"]["period"]
    assert "收费未事先说明" in ask("agent", "GET", "/reports/causes.csv").data.decode()
    assert ask("admin", "GET", "/reports/suggestions").json["items"] == []
    assert ask("admin", "POST", "/suggestions/1/accept", {}).status_code == 404
    assert (
        ask("agent", "POST", "/causes", {"source": "abort", "source_id": 1, "cause": "late"}).status_code
        == 404
    )
