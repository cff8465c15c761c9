"""What is sold, page by page."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests import worlds
from tests.rows import rows


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
