"""Versions of a product's guide in a given transaction: drafts, publishing, and putting one in force.

What is in force stands on the product with its version; the product's editions are what promises name, so a proof years
later reads the guide of that day (models/promise.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.errors import NotFound
from domain.guides import Content, dump, read

_PRODUCT = "SELECT sku, category_code, guide, lead_days FROM product WHERE sku = %(sku)s FOR UPDATE"
_DRAFT = "SELECT id, version, content FROM product_guide WHERE sku = %(sku)s AND state = 'draft' FOR UPDATE"
_NEXT = "SELECT coalesce(max(version), 0) + 1 FROM product_guide WHERE sku = %(sku)s"
_INSERT = """
INSERT INTO product_guide (sku, version, state, content, created_by, created_at, updated_at)
VALUES (%(sku)s, %(version)s, 'draft', %(content)s::jsonb, %(by)s, coalesce(%(now)s::timestamptz, now()),
        coalesce(%(now)s::timestamptz, now())) RETURNING id
"""
_CHANGE = "UPDATE product_guide SET content = %(content)s::jsonb, updated_at = %(now)s WHERE id = %(id)s"
_PUBLISH = """
UPDATE product_guide SET state = 'published', effective_from = coalesce(%(from)s::timestamptz, now()),
       published_at = coalesce(%(now)s::timestamptz, now()), published_by = %(by)s WHERE id = %(id)s
"""
_IN_FORCE = """
WITH begun AS (
    UPDATE product_guide SET in_force_at = coalesce(%(now)s::timestamptz, now()) WHERE id = %(id)s
    RETURNING sku)
UPDATE product SET guide = %(guide)s::jsonb, lead_days = coalesce(%(lead)s::bigint, lead_days)
  FROM begun WHERE product.sku = begun.sku
"""


def product(tx: Connection, sku: str) -> Any:
    """The product, locked: versions of one are made one after the other. `NotFound`."""
    row = tx.exec_driver_sql(_PRODUCT, {"sku": sku}).first()
    if row is None:
        raise NotFound
    return row


def draft_of(tx: Connection, sku: str) -> Any:
    """The draft's row, or None."""
    return tx.exec_driver_sql(_DRAFT, {"sku": sku}).first()


def _json(content: Content, version: int | None = None) -> str:
    return orjson.dumps(dump(content, version)).decode()


def write_draft(
    tx: Connection, sku: str, content: Content, by: int | None, now: datetime | None
) -> tuple[int, int]:
    """The draft as it shall be, made where there is none; (its id, its version). The product is locked before."""
    found = draft_of(tx, sku)
    if found is not None:
        tx.exec_driver_sql(_CHANGE, {"id": found.id, "content": _json(content), "now": now})
        return found.id, found.version
    version = int(tx.exec_driver_sql(_NEXT, {"sku": sku}).scalar_one())
    values = {"sku": sku, "version": version, "content": _json(content), "by": by, "now": now}
    return int(tx.exec_driver_sql(_INSERT, values).scalar_one()), version


def base_of(tx: Connection, row: Any) -> Content:
    """What the next version begins with: the draft, else what is published last, else what stands on the product."""
    found = draft_of(tx, row.sku)
    if found is not None:
        return read(found.content)
    last = tx.exec_driver_sql(_LAST, {"sku": row.sku}).scalar()
    return read(last if last is not None else row.guide)


_LAST = "SELECT content FROM product_guide WHERE sku = %(sku)s ORDER BY version DESC LIMIT 1"


def publish(
    tx: Connection, guide_id: int, by: int | None, begins: datetime | None, now: datetime | None
) -> None:
    """A draft becomes a version for good."""
    tx.exec_driver_sql(_PUBLISH, {"id": guide_id, "by": by, "from": begins, "now": now})


def put_in_force(tx: Connection, guide_id: int, version: int, content: Content, now: datetime | None) -> None:
    """On the product, from where promises and pages read it."""
    values = {"id": guide_id, "guide": _json(content, version), "lead": content.lead_days, "now": now}
    tx.exec_driver_sql(_IN_FORCE, values)


def straight(tx: Connection, sku: str, content: Content) -> int:
    """A version drafted, published and put in force at once, beside a draft somebody may be writing; its number."""
    found = draft_of(tx, sku)
    if found is not None:  # it keeps waiting, one number later
        tx.exec_driver_sql(_LATER, {"id": found.id})
    version = (
        found.version if found is not None else int(tx.exec_driver_sql(_NEXT, {"sku": sku}).scalar_one())
    )
    guide_id = int(
        tx.exec_driver_sql(_AT_ONCE, {"sku": sku, "version": version, "content": _json(content)}).scalar_one()
    )
    put_in_force(tx, guide_id, version, content, None)
    return version


_LATER = "UPDATE product_guide SET version = version + 1 WHERE id = %(id)s"
_AT_ONCE = """
INSERT INTO product_guide (sku, version, state, content, effective_from, created_at, updated_at, published_at)
VALUES (%(sku)s, %(version)s, 'published', %(content)s::jsonb, now(), now(), now(), now()) RETURNING id
"""
