"""Promises over HTTP: public and limited, cacheable for shops, a page for customers, of a dealer only its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from api.app import create_app
from models import db
from tests import warm, worlds
from tests.api.contract import StrictClient
from tests.reuse import Reused
from tests.settings import config_for
from tests.worlds import DISTRICT, SKU, World

QUESTION = {"lines": [{"sku": SKU}], "division_code": DISTRICT}
FORM = {"sku": SKU, "division_code": DISTRICT}


@pytest.fixture
def app(database_url: str, reused: Reused, tmp_path: Path) -> Iterator[Flask]:
    """The application at the world's first moment."""
    made = create_app(config_for(database_url, tmp_path), clock=lambda: worlds.MONDAY)
    made.test_client_class = StrictClient
    with made.app_context(), warm.connections(reused):
        yield made


@pytest.fixture
def world(app: Flask) -> World:
    """A small brand."""
    return worlds.build()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Checks every answer against the OpenAPI document."""
    return app.test_client(use_cookies=False)


def uncover() -> None:
    """Nobody serves the district any more, and the heater may be put up by whoever can."""
    with db.engine.begin() as tx:
        tx.execute(text("UPDATE coverage SET zone = 'none'"))
        tx.execute(
            text('UPDATE product SET self_install_allowed = true, guide = \'{"video_url": "https://v/1"}\'')
        )


def test_anybody_may_ask_and_see_it_again_and_learns_only_the_dealers_name(
    world: World, client: FlaskClient
) -> None:
    """201, then the same page under its signed id; no id, no outlet, no capacity of the dealer anywhere."""
    made = client.post("/api/v1/promises", json=QUESTION)
    again = client.get(f"/api/v1/promises/{made.json['id']}")

    assert (made.status_code, again.status_code, again.json) == (201, 200, made.json)
    line = made.json["answer"]["lines"][0]
    assert (line["dealer"], line["covered"]) == ("烟台第1网点", True)
    assert "dealer_id" not in made.text
    assert "121.38" not in made.text
    assert made.json["made_at"].endswith("Z")
    assert line["windows"][0]["start"] == "2026-03-03T00:00:00Z"


def test_a_forged_name_and_an_unclear_address_are_refused_in_words(world: World, client: FlaskClient) -> None:
    """404 for what we did not sign; 422 with the candidates for an address that could be anywhere."""
    assert client.get("/api/v1/promises/p1.AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    unclear = client.post("/api/v1/promises", json={"lines": [{"sku": SKU}], "address": "山东省烟台市"})

    assert (unclear.status_code, unclear.json["code"]) == (422, "address_unclear")
    assert unclear.json["candidates"] == [{"code": DISTRICT, "name": "山东省烟台市芝罘区"}]
    big = client.post("/api/v1/promises", json=QUESTION | {"address": "x" * 20_000})
    assert big.status_code == 413


def test_a_shop_may_cache_the_terms_of_a_division_and_ask_with_its_tag(
    world: World, client: FlaskClient
) -> None:
    """The same tag while nothing changes, 304 for whoever has it; another tag after the coverage changed."""
    address = f"/api/v1/products/{SKU}/promise?division={DISTRICT}"
    first = client.get(address)
    plain = client.application.test_client(use_cookies=False)
    plain.__class__ = FlaskClient  # 304 has no body to check
    same = plain.get(address, headers={"If-None-Match": first.headers["ETag"]})
    uncover()

    assert (first.status_code, same.status_code) == (200, 304)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert client.get(address).headers["ETag"] != first.headers["ETag"]
    assert client.get(f"/api/v1/products/{SKU}/promise?division=999999").status_code == 404
    guide = client.get(f"/api/v1/products/{SKU}/guide").json
    assert (guide["lead_days"], guide["included"][0], guide["video_url"]) == (1, "上门一次", "https://v/1")


def test_the_covered_areas_of_an_sku_are_published(world: World, client: FlaskClient) -> None:
    """In part for the province and the city, in all for the district, by members of the alliance."""
    told = {}
    for parent in ("", "&parent=370000", "&parent=370600"):
        for item in client.get(f"/api/v1/coverage?sku={SKU}{parent}").json["items"]:
            told[item["code"]] = (item["covered"], item["alliance"])

    assert told == {"370000": ("part", True), "370600": ("part", True), DISTRICT: ("all", True)}


def test_the_widget_leads_from_province_to_promise_without_a_script(
    world: World, client: FlaskClient
) -> None:
    """Links down to the district, a form, and the promise under its own address; a strict policy on every page."""
    top = client.get(f"/widget/promise?sku={SKU}&channel=own-shop")
    district = client.get(f"/widget/promise?sku={SKU}&division={DISTRICT}")
    asked = client.post("/widget/promises", data=FORM, content_type="multipart/form-data")
    page = client.get(asked.headers["Location"])

    assert (top.status_code, district.status_code, asked.status_code, page.status_code) == (
        200,
        200,
        303,
        200,
    )
    assert "山东省" in top.text
    assert f'href="?sku={SKU}&amp;channel=own-shop&amp;division=370000"' in top.text
    assert "查看服务承诺" in district.text
    assert "由" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script" not in top.text + district.text + page.text
    assert "烟台第1网点" in page.text
    assert client.get("/widget/promise.css").status_code == 200


def test_where_nobody_comes_the_widget_asks_shows_the_film_and_is_honest(
    world: World, client: FlaskClient
) -> None:
    """Who cannot install it is advised not to buy; the decision is kept."""
    uncover()
    asked = client.post("/widget/promises", data=FORM, content_type="multipart/form-data")
    page = asked.headers["Location"]
    question = client.get(page).text
    no = {"decision": "cannot"}
    decided = client.post(f"{page}/decision", data=no, content_type="multipart/form-data")

    assert "您能自己安装吗" in question
    assert "https://v/1" in question
    assert decided.status_code == 303
    after = client.get(page).text
    assert "您说装不了" in after
    assert "建议您不要购买本商品" in after
    assert 'value="can"' in after  # may be changed
    assert 'value="cannot"' not in after
    assert "承诺编号" not in question + after


def test_a_browser_gets_the_widgets_refusals_as_a_page_in_the_frame(world: World, app: Flask) -> None:
    """Unknown goods, no goods, an unknown shop at the first page, a forged promise: in Chinese, and where to go on."""
    browser = FlaskClient(app, app.response_class, use_cookies=False)
    told = {
        "?sku=NO": "没有商品 NO",
        "": "网址中缺少正确的商品编号（sku）",
        f"?sku={SKU}&channel=bogus": "没有店铺 bogus",
        f"?sku={SKU}&division=999999": "没有区划 999999",
    }
    for query, why in told.items():
        page = browser.get(f"/widget/promise{query}", headers={"Accept": "text/html,*/*"})
        assert (page.status_code >= 400, page.mimetype, why in page.text) == (True, "text/html", True), (
            page.text
        )
        assert "frame-ancestors https:" in page.headers["Content-Security-Policy"]
    forged = browser.get("/widget/promises/p1.AAAAAAAAAAAAAAAAAAAAAA", headers={"Accept": "text/html"})
    assert (forged.status_code, "没有找到" in forged.text) == (404, True)
    assert browser.get("/widget/promise?sku=NO").mimetype == "application/problem+json"


def test_only_staff_see_how_a_promise_comes_out_again(world: World, client: FlaskClient) -> None:
    """An agent gets the proof, a dealer 403."""
    made = client.post("/api/v1/promises", json=QUESTION).json["id"]
    address, body = "/api/v1/promise-proofs", {"promise_id": made}
    agent, dealer = (world.sign_in(name, worlds.MONDAY) for name in ("agent", "owner1"))

    assert client.post(address, json=body, headers=agent).json["same"] is True
    assert client.post(address, json=body, headers=dealer).status_code == 403


def test_anybody_finds_the_goods_a_promise_can_be_asked_for(client: FlaskClient, world: World) -> None:
    """By any part of name, SKU or category; nothing else of the catalogue is public."""
    found = client.get("/api/v1/promise-products", query_string={"q": "ewh"}).json["items"]
    nothing = client.get("/api/v1/promise-products", query_string={"q": "没有这种"}).json["items"]
    everything = client.get("/api/v1/promise-products", query_string={"q": ""}).json["items"]

    assert [one["sku"] for one in found] == ["EWH-60"]
    assert set(found[0]) == {"sku", "name", "category_name"}
    assert nothing == []
    assert everything == client.get("/api/v1/promise-products").json["items"] != []
