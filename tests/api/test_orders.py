"""Orders, their files and repairs over HTTP: what shops, agents and dealers send, and what attackers do."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text, update

from api import signatures
from channels.template import FIELDS, template_csv
from models import db
from models.job import Job, JobUnit
from models.order import Channel
from models.session import ApiKey
from services.order_imports import claim_next, run_import
from services.parts import addresses
from services.personal import seal_secret
from tests import worlds
from tests.api.conftest import Clock
from tests.worlds import SKU, World

API = "/api/v1"
ORDER: dict[str, Any] = {
    "number": "SHOP-1",
    "receiver": "张三",
    "phone": "13800138000",
    "address": "山东省烟台市芝罘区建设路 1 号",
    "point": {"lng": 121.4, "lat": 37.53, "datum": "gcj02"},
    "lines": [{"sku": SKU, "quantity": 2, "paid_fen": 129_900}],
}
Ask = Callable[..., Any]


@pytest.fixture
def world(app: Flask, clock: Clock) -> World:
    """A small invented brand at the application's time."""
    addresses.TABLE.forget()
    return worlds.build(clock())


@pytest.fixture
def ask(client: FlaskClient, world: World, clock: Clock) -> Ask:
    """ask("agent", "POST", "/orders", body) signs in and asks."""

    def send(name: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        headers = world.sign_in(name, clock()) | more.pop("headers", {})
        return client.open(f"{API}{path}", method=method, json=body, headers=headers, **more)

    return send


@pytest.fixture
def order(world: World) -> dict[str, Any]:
    """A good order of the world's channel."""
    return {**ORDER, "channel_id": world.channel_id}


def test_an_order_comes_back_with_its_job_and_a_masked_contact(ask: Ask, order: dict[str, Any]) -> None:
    """Placed again it is not created again: the same with 200; changed, it has an event, with 200 too."""
    first, again = ask("agent", "POST", "/orders", order), ask("agent", "POST", "/orders", order)
    changed = ask("agent", "POST", "/orders", {**order, "receiver": "李四"})

    assert (first.status_code, again.status_code, changed.status_code) == (201, 200, 200)
    assert [event["kind"] for event in changed.json["lines"][0]["events"]] == ["receiver"]
    assert first.json == again.json
    [line] = first.json["lines"]
    assert [(job["status"], job["units"]) for job in line["jobs"]] == [("new", 2)]
    assert first.json["contact"]["phone"] == "138****8000"
    assert "建设路" not in json.dumps(first.json["contact"], ensure_ascii=False)


def test_a_shop_system_places_orders_with_its_key_in_its_own_channel(
    client: FlaskClient, world: World, clock: Clock, order: dict[str, Any]
) -> None:
    """Signed, with an idempotency key; another channel does not exist for it."""
    with db.engine.begin() as tx:
        secret = seal_secret(signatures.PLACE, "s3cret")
        key = {"key_id": "shop-1", "secret": secret, "channel_id": world.channel_id, "created_at": clock()}
        tx.execute(insert(ApiKey).values(**key))
        other = tx.execute(
            insert(Channel).values(code="b", name="别家", platform="jd").returning(Channel.id)
        ).scalar_one()

    def place(body: dict[str, Any], key: str) -> Any:
        raw, ts = json.dumps(body).encode(), int(clock().timestamp())
        signed = signatures.sign("s3cret", "POST", f"{API}/orders", ts, key, raw)
        headers = {
            "Authorization": f"TZ-HMAC key_id=shop-1, ts={ts}, signature={signed}",
            "Idempotency-Key": key,
        }
        return client.post(f"{API}/orders", data=raw, headers=headers, content_type="application/json")

    assert place(order, "k-1").status_code == 201
    assert place(order, "k-1").headers["Idempotent-Replay"] == "true"
    assert place({**order, "channel_id": other}, "k-2").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"sku": SKU}] * 51}, "lines"),
        ({"lines": [{"sku": "NO-SUCH"}]}, "lines.0.sku"),
        ({"lines": [{"sku": SKU}, {"sku": SKU}]}, "lines.1.line_number"),
        ({"lines": [{"sku": SKU, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"sku": SKU, "paid_fen": -1}]}, "lines.0.paid_fen"),
        ({"lines": [{"sku": SKU, "line_number": 2**63}]}, "lines.0.line_number"),
        ({"lines": [{"sku": SKU, "wanted_date": "9999-12-31"}]}, "lines.0.wanted_date"),
        ({"phone": "打不通"}, "phone"),
        ({"number": "中文"}, "number"),
        ({"address": "x" * 401}, "address"),
        ({"ordered_at": "1900-01-01T00:00:00Z"}, "ordered_at"),
        ({"surprise": 1}, "surprise"),
        ({"channel_id": "1"}, "channel_id"),
        ({"point": {"lng": 1e9, "lat": 0, "datum": "gcj02"}}, "point.lng"),
    ],
)
def test_a_bad_order_is_refused_by_field_and_leaves_nothing(
    ask: Ask, order: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    """422 with the field's path; no order, no subject, no job."""
    answer = ask("agent", "POST", "/orders", {**order, **change})

    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.json["errors"]]
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM customer_order")).scalar_one() == 0


def test_what_happens_to_an_order_is_told_by_route(ask: Ask, order: dict[str, Any]) -> None:
    """Delivery, another address, a refund: each an event of the line; a refund of part names its line."""
    body = {**order, "lines": [{"sku": SKU}, {"sku": SKU, "line_number": 2}]}
    path = f"/orders/{ask('agent', 'POST', '/orders', body).json['id']}/events"
    delivered = ask("agent", "POST", path, {"kind": "delivery"})
    moved = ask("agent", "POST", path, {"kind": "address", "address": "山东省烟台市芝罘区幸福路 9 号"})
    vague = ask("agent", "POST", path, {"kind": "refund", "refund_fen": 100})
    refunded = ask("agent", "POST", path, {"kind": "refund"})

    assert [answer.status_code for answer in (delivered, moved, vague, refunded)] == [201, 201, 422, 201]
    for line in refunded.json["lines"]:
        assert [event["kind"] for event in line["events"]] == ["delivery", "address", "refund"]
        assert [job["status"] for job in line["jobs"]] == ["cancelled"]
    assert ask("agent", "POST", path, {"kind": "address"}).status_code == 422
    assert ask("agent", "POST", "/orders/999999/events", {"kind": "refund"}).status_code == 404


def test_lists_are_filtered_and_bounded_by_who_asks(ask: Ask, world: World, order: dict[str, Any]) -> None:
    """Pages by cursor; a dealer sees the shop it operates and another sees nothing."""
    for number in ("A-1", "A-2", "A-3"):
        ask("agent", "POST", "/orders", {**order, "number": number})
    first = ask("admin", "GET", "/orders?limit=2").json
    rest = ask("admin", "GET", f"/orders?limit=2&cursor={first['next_cursor']}").json
    with db.engine.begin() as tx:
        tx.execute(update(Channel).values(operator_dealer_id=world.dealers[0]))

    assert [card["number"] for card in first["items"] + rest["items"]] == ["A-3", "A-2", "A-1"]
    assert [card["number"] for card in ask("agent", "GET", "/orders?number=A-2").json["items"]] == ["A-2"]
    assert ask("agent", "GET", "/orders?state=refunded").json["items"] == []
    order_id = first["items"][0]["id"]
    assert ask("owner1", "GET", f"/orders/{order_id}").status_code == 200
    assert ask("owner2", "GET", f"/orders/{order_id}").status_code == 404
    assert ask("owner2", "GET", "/orders").json["items"] == []
    assert ask("installer1", "GET", "/orders").status_code == 403


def file_of(*numbers: str, **changed: str) -> bytes:
    told = {
        "sku": SKU,
        "quantity": "1",
        "receiver": "李四",
        "phone": "13900139000",
        "address": "山东省烟台市芝罘区建设路 2 号",
    }
    lines = [{**told, "order_number": number, **changed} for number in numbers]
    return template_csv([tuple(line.get(field, "") for field in FIELDS) for line in lines])


@pytest.fixture
def upload(client: FlaskClient, world: World, clock: Clock) -> Ask:
    """upload(content, name="agent", channel_id=…)"""

    def send(content: bytes, name: str = "agent", filename: str = "订单.csv", **form: Any) -> Any:
        body = {"channel_id": str(world.channel_id), "file": (io.BytesIO(content), filename), **form}
        headers = world.sign_in(name, clock())
        path = f"{API}/order-imports"
        return client.post(path, data=body, headers=headers, content_type="multipart/form-data")

    return send


def test_a_file_is_taken_in_the_background_and_its_bad_rows_fetched(
    ask: Ask, upload: Ask, clock: Clock
) -> None:
    """202, then progress, then the errors as a file that can be mended."""
    good = file_of("F-1", "F-2")
    bad = file_of("F-3", sku="NO-SUCH").split(b"\r\n", 1)[1]
    sent = upload(good + bad)
    import_id = claim_next(clock())
    run_import(import_id or 0, clock())
    path = f"/order-imports/{sent.json['id']}"
    done = ask("agent", "GET", path)
    errors = ask("agent", "GET", f"{path}/errors.csv")

    assert (sent.status_code, sent.json["state"], import_id) == (202, "waiting", sent.json["id"])
    assert (done.json["state"], done.json["rows_new"], done.json["rows_bad"]) == ("done", 2, 1)
    assert "商家编码 NO-SUCH 不在商品目录中" in errors.data.decode("utf-8-sig")
    assert [one["id"] for one in ask("admin", "GET", "/order-imports").json["items"]] == [import_id]


def test_templates_are_files_to_save(ask: Ask) -> None:
    """CSV that Excel opens and a workbook."""
    csv, xlsx = (ask("agent", "GET", f"/order-imports/template.{kind}") for kind in ("csv", "xlsx"))

    assert csv.data.startswith(b"\xef\xbb\xbf")
    assert xlsx.data.startswith(b"PK")
    assert "order-template.xlsx" in xlsx.headers["Content-Disposition"]


def test_hostile_uploads_are_problems(upload: Ask, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty, nameless, for a channel that is none, without a file, by the wrong role, too long."""
    assert upload(b"").status_code == 422
    assert upload(b"x", channel_id="0").status_code == 422
    assert upload(b"x", channel_id="999999").status_code == 404
    assert upload(b"x", file="text").status_code == 422
    assert upload(b"x", name="owner1").status_code == 403
    assert upload(file_of("F-1"), filename="../../etc/\x01passwd").json["filename"] == "passwd"
    assert ask("agent", "GET", "/order-imports/999999/errors.csv").status_code == 404
    monkeypatch.setattr("services.parts.order_files.MOST_BYTES", 10)
    assert upload(b"12345678901").status_code == 413


@pytest.fixture
def installed(world: World, clock: Clock) -> int:
    """A closed installation of a year ago with serial number SN-00001; its order line's id."""
    job_id = world.job()
    with db.engine.begin() as tx:
        ago = clock() - timedelta(days=365)
        tx.execute(update(Job).where(Job.id == job_id).values(status="closed", submitted_at=ago))
        tx.execute(update(JobUnit).where(JobUnit.job_id == job_id).values(serial_number="SN-00001"))
        line: int = tx.execute(select(Job.order_line_id).where(Job.id == job_id)).scalar_one()
    return line


def test_a_repair_inside_the_warranty_is_the_brands_and_outside_is_quoted(
    ask: Ask, installed: int, clock: Clock
) -> None:
    """By serial number a year after, and by order line three years after; never two at once."""
    asked = {"serial_number": "SN-00001", "problem": "不加热"}
    first, twice = (
        ask("agent", "POST", "/service-requests", asked),
        ask("agent", "POST", "/service-requests", asked),
    )
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.kind == "repair").values(status="closed"))
    clock.forward(days=730)
    later = ask("agent", "POST", "/service-requests", {"order_line_id": installed, "problem": "漏水"})

    assert (first.status_code, twice.status_code, later.status_code) == (201, 409, 201)
    assert (first.json["warranty"], first.json["payer"], first.json["queue"]) == ("inside", "brand", None)
    assert (later.json["warranty"], later.json["payer"], later.json["queue"]) == (
        "outside",
        "customer",
        "quote",
    )
    with db.engine.connect() as connection:
        events = connection.execute(text("SELECT data FROM job_event WHERE action = 'service_requested'"))
        assert [row.data["warranty"] for row in events] == ["inside", "outside"]


def test_nobody_asks_for_the_repair_of_what_is_not_his(ask: Ask, installed: int) -> None:
    """An unknown serial number, both or neither given, and a role that may not."""
    assert (
        ask("agent", "POST", "/service-requests", {"serial_number": "SN-9", "problem": "x"}).status_code
        == 422
    )
    unknown = {"serial_number": "SN-99999", "problem": "x"}
    waits = ask("agent", "POST", "/service-requests", unknown)
    assert (waits.status_code, waits.json["job_id"], waits.json["status"]) == (201, None, "waiting")
    assert ask("agent", "POST", "/service-requests", {"problem": "x"}).status_code == 422
    both = {**unknown, "order_line_id": installed}
    assert ask("agent", "POST", "/service-requests", both).status_code == 422
    assert ask("installer1", "POST", "/service-requests", unknown).status_code == 403
