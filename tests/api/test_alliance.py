"""The alliance and penalties over HTTP; every answer is held against the OpenAPI document."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from domain.alliance import fingerprint
from tests import worlds
from tests.services.money import ended

API = "/api/v1"
TEXT = "第一条\n加盟的经销商按标准为线上客户提供服务。"


def test_a_dealer_signs_declares_and_looks_and_appeals_a_penalty(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    """The text as it was published, the phone it was signed on, the paper as it came, the figures in one view."""
    world = worlds.build()
    clock.now = world.now
    admin, finance = world.sign_in("admin", clock.now), world.sign_in("finance", clock.now)
    owner = world.sign_in("owner1", clock.now, device_id="d" * 32)
    given = {"text": TEXT, "effective_from": "2026-03-02"}
    client.post(f"{API}/alliance/agreements", json=given, headers=admin)
    [shown] = client.get(f"{API}/alliance/agreements", headers=owner).json["items"]
    assert (shown["text"], shown["sha256"], shown["signatures"]) == (TEXT, fingerprint(TEXT), None)
    where = f"{API}/alliance/agreements/{shown['version']}"
    assert client.post(f"{where}/sign", json={"sha256": "0" * 64}, headers=owner).json["code"] == "other_text"
    assert client.post(f"{where}/sign", json={"sha256": shown["sha256"]}, headers=owner).status_code == 201
    [signed] = client.get(f"{where}/signatures", headers=admin).json["items"]
    assert (signed["signed_by"], signed["sha256"]) == (world.people["owner1"], shown["sha256"])

    sales = {"year": 2026, "division_code": worlds.DISTRICT, "declared_fen": 100_000_000}
    made = client.post(f"{API}/alliance/declarations", json=sales, headers=owner).json
    one = f"{API}/alliance/declarations/{made['id']}"
    file = {"file": (io.BytesIO(b"%PDF-1.7 invoices"), "发票.pdf")}
    kept = client.post(f"{one}/files", data=file, headers=owner).json
    saved = client.get(f"{one}/files/{kept['id']}", headers=finance)
    assert (saved.data, saved.mimetype) == (b"%PDF-1.7 invoices", "application/pdf")
    assert client.get(one, headers=world.sign_in("owner2", clock.now)).status_code == 404
    assert (
        client.post(f"{one}/verify", json={"verified_fen": 100_000_000}, headers=finance).status_code == 200
    )
    seen = client.get(f"{API}/alliance/outlook", headers=owner).json
    assert (seen["member"], seen["months"], seen["on_course_fen"], seen["lost_fen"]) == (
        True,
        10,
        1_250_000,
        0,
    )

    job = ended(world, at=world.now - timedelta(days=1))
    laid = {
        "job_id": job,
        "reason": "agreement",
        "words": "拒绝上门",
        "amount_fen": 50_000,
        "takes": "reward",
    }
    penalty = client.post(f"{API}/penalties", json=laid, headers=finance).json
    assert client.get(f"{API}/alliance/outlook", headers=owner).json["lost_fen"] == 50_000
    door = f"{API}/penalties/{penalty['id']}"
    assert (
        client.post(f"{door}/appeal", json={"reason": "客户改期"}, headers=owner).json["state"] == "appealed"
    )
    no = {"granted": True, "reason": "情况属实"}
    assert client.post(f"{door}/answer", json=no, headers=finance).json["code"] == "own_penalty"
    assert client.post(f"{door}/answer", json=no, headers=admin).json["state"] == "lifted"
    [line] = client.get(f"{API}/alliance/rewards?year=2026", headers=finance).json["items"]
    assert (line["reward_fen"], line["held"], line["posted"]) == (1_250_000, [], [])
    terms = {"from_year": 2026, "tiers": [{"from_fen": 100_000_000, "bp": 100}]}
    assert client.post(f"{API}/alliance/terms", json=terms, headers=finance).json["version"] == 1
    [line] = client.get(f"{API}/alliance/rewards?year=2026", headers=finance).json["items"]
    assert line["rebate_fen"] == 1_000_000
