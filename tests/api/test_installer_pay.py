"""Installers' pay and a statement's papers over HTTP; every answer is held against the OpenAPI document."""

from __future__ import annotations

import io
from typing import Any

from flask.testing import FlaskClient

from services.statements import draw
from tests import worlds
from tests.services.money import APRIL_1, MARCH
from tests.services.test_installer_pay import closing
from tests.services.test_statements import post, statement

API = "/api/v1"


def test_an_owner_sets_a_rate_and_pays_and_the_installer_reads_every_line(
    client: FlaskClient, clock: Any
) -> None:
    """Pages with their cursors, months without one; another role has no business there."""
    world = worlds.build()
    clock.now = APRIL_1
    owner, installer = world.sign_in("owner1", APRIL_1), world.sign_in("installer1", APRIL_1)
    for _ in range(2):
        closing(world)
    rate = {"effective_from": "2026-03-01", "kind": "install", "fen": 5000}
    made = client.post(f"{API}/installer-rates", json=rate, headers=owner)
    assert (made.status_code, made.json["filled"]) == (201, 2)
    assert client.post(f"{API}/installer-rates", json=rate, headers=owner).json["code"] == "rate_earned"
    assert client.get(f"{API}/installer-rates", headers=owner).json["items"] == [made.json["rate"]]
    line = {"installer_id": world.people["installer1"], "amount_fen": -300, "reason": "materials"}
    added = client.post(f"{API}/installer-settlements/lines", json=line, headers=owner)
    assert (added.status_code, added.json["month"], added.json["paid_on"]) == (201, "2026-04-01", None)

    [month] = client.get(f"{API}/installer-settlements?month=2026-03", headers=owner).json["items"]
    told = {"installer_id": month["installer_id"], "month": "2026-03", "paid_on": "2026-04-01"}
    told["amount_fen"] = month["earnings"]["open_fen"]
    paid = client.post(f"{API}/installer-settlements/payments", json=told, headers=owner)
    assert (paid.status_code, paid.json["lines"], paid.json["amount_fen"]) == (201, 2, 10_000)
    mine = client.get(f"{API}/me/earnings?month=2026-03&limit=1", headers=installer).json
    rest = client.get(f"{API}/me/earnings?month=2026-03&cursor={mine['next_cursor']}", headers=installer).json
    assert (mine["month"]["paid_fen"], mine["month"]["jobs"], rest["next_cursor"]) == (10_000, 2, None)
    lines = client.get(f"{API}/installer-settlements/lines?month=2026-03", headers=owner).json["items"]
    assert lines == mine["items"] + rest["items"]
    assert client.get(f"{API}/me/earnings", headers=owner).status_code == 403
    assert client.get(f"{API}/installer-settlements", headers=installer).status_code == 403


def test_a_paper_to_a_doubt_is_listed_and_comes_back_as_it_came(client: FlaskClient, clock: Any) -> None:
    """The owner brings it, finance saves it; the other dealer knows nothing of it."""
    world = worlds.build()
    clock.now = APRIL_1
    owner, finance = world.sign_in("owner1", APRIL_1), world.sign_in("finance", APRIL_1)
    entry = post("doubted", world.dealers[0], 700)
    draw(MARCH, APRIL_1)
    where = f"{API}/statements/{statement(world.dealers[0]).id}"
    doubt = {"entry_ids": [entry], "reason": "金额不对"}
    assert client.post(f"{where}/contest", json=doubt, headers=owner).status_code == 200
    file = {"file": (io.BytesIO(b"%PDF-1.7 proof"), "证据.pdf")}
    kept = client.post(f"{where}/contests/{entry}/files", data=file, headers=owner)
    assert (kept.status_code, kept.json["entry_id"], kept.json["size_bytes"]) == (201, entry, 14)
    assert client.get(f"{where}/files", headers=finance).json["items"] == [kept.json]
    saved = client.get(f"{where}/files/{kept.json['id']}", headers=finance)
    assert (saved.data, saved.mimetype) == (b"%PDF-1.7 proof", "application/pdf")
    assert client.get(f"{where}/files", headers=world.sign_in("owner2", APRIL_1)).status_code == 404
    late = {"file": (io.BytesIO(b"%PDF-1.7"), "发票.pdf")}
    assert client.post(f"{where}/invoice/files", data=late, headers=finance).json["code"] == "no_invoice"
