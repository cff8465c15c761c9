"""What is sold, page by page."""

from __future__ import annotations

import io

from flask import Flask
from flask.testing import FlaskClient

from services.parts import photo_store
from tests import worlds
from tests.photographing import decoder  # noqa: F401  # a fixture
from tests.rows import rows
from tests.uploads import pictures
from uploads.decode import Decoder


def test_products_go_on_where_the_page_before_ended(client: FlaskClient) -> None:
    """The cursor of a page is what the next one is asked with; every product comes once, by its SKU."""
    world = worlds.build()
    who = world.sign_in("agent", world.now)
    more = """'{"sku": "ZZ-9"}'"""
    rows(f"INSERT INTO product SELECT (jsonb_populate_record(product, {more})).* FROM product LIMIT 1")
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/api/v1/products", headers=who, query_string={"limit": 1, **cursor}).json
        found += [one["sku"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert found == [row.sku for row in rows("SELECT sku FROM product ORDER BY sku")]
    assert len(found) > 1


def test_an_example_is_for_anybody_who_has_its_link_and_is_kept_by_browsers(
    app: Flask,
    client: FlaskClient,
    decoder: Decoder,  # noqa: F811
) -> None:
    """An `<img>` sends no session; a new picture has a new address, so that no copy is ever stale."""
    app.extensions[photo_store.DECODER] = decoder
    world = worlds.build()
    form = {"file": (io.BytesIO(pictures.phone_jpeg()), "x.html", "text/html")}
    sent = client.post("/api/v1/slot-examples", data=form, headers=world.sign_in("admin", world.now))
    shown = client.get(sent.json["example"])

    assert (sent.status_code, shown.status_code, shown.mimetype) == (201, 200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert client.get("/api/v1/slot-examples/" + "0" * 64).status_code == 404
