"""The profit share over HTTP: from the terms and the costs in a file to the line on an owner's statement."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from services import profit_shares
from services.fees import run_fees
from services.statements import draw
from tests import worlds
from tests.rows import rows
from tests.services.money import APRIL, DAY, ENDED, ended, rule

API = "/api/v1"
COSTS = "商家编码,生效日期,货品成本,渠道与推广,物流\nEWH-60,2026-01-01,600,60,40\nNONE,2026-01-01,1,1,1\n"


def test_from_a_file_of_costs_to_the_statement(app: Flask, client: FlaskClient, clock: Any) -> None:
    """Finance feeds and reads all of it; the owner reads its own line, with its arithmetic, and where it is paid."""
    world = worlds.build()
    rule()
    ended(world)
    rows("UPDATE order_line SET paid_fen = 113000")
    run_fees(ENDED + DAY)
    clock.now = ENDED + 20 * DAY
    finance, owner = world.sign_in("finance", clock.now), world.sign_in("owner1", clock.now)

    def post(path: str, **more: Any) -> Any:
        answer = client.post(API + path, headers=finance, **more)
        assert answer.status_code in (200, 201, 204), answer.json
        return answer.json

    def get(path: str, who: dict[str, str]) -> Any:
        answer = client.get(API + path, headers=who)
        assert answer.status_code == 200, answer.json
        return answer.json

    assert post("/share-rules", json={"effective_from": "2026-01-01", "operator_bp": 300})["version"] == 1
    taken = post("/sale-cost-imports", data={"file": (io.BytesIO(COSTS.encode()), "costs.csv")})
    profit_shares.run(clock.now)
    [held] = get("/profit-shares?state=held", finance)["items"]
    cost = {"kind": "operating", "fen": 2_000, "sku": "EWH-60", "since": "2026-01-01"}
    told = post("/sale-costs", json={"costs": [cost]})
    profit_shares.run(clock.now)
    draw(APRIL, clock.now)
    [own] = get("/profit-shares", owner)["items"]
    explained = get(f"/ledger/explain/{own['entry_id']}", owner)
    [card] = get("/statements", owner)["items"]
    groups = get(f"/statements/{card['id']}", owner)["groups"]
    post("/price-guards", json={"sku": "EWH-60", "effective_from": "2026-01-01", "floor_fen": 120_000})
    [alert] = get("/price-alerts", finance)["items"]
    post(f"/price-alerts/{alert['id']}/close", json={"note": "已恢复原价"})

    assert (taken["new"], taken["bad"], told["new"]) == (3, 1, 1)
    assert (held["missing"], held["missing_names"]) == (["operating"], ["线上运营"])
    assert (own["dealer_fen"], own["ships"], own["state_name"]) == (19_400, "brand_ships", "已分成")
    assert explained["arithmetic"].endswith("经营方留 3%，服务商得 ¥194.00（分成规则 1）")
    assert [(group["title"], group["total_fen"]) for group in groups] == [
        ("基础费", 8_000),
        ("利润分成", 19_400),
    ]
    assert get("/price-alerts", finance)["items"] == []
    errors = client.get(f"{API}/sale-cost-imports/{taken['id']}/errors.csv", headers=finance)
    assert "商家编码 NONE 不在商品目录中" in errors.text
