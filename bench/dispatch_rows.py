"""The network of the dispatch bench: 1,000 districts, three dealers to each, eleven categories; and new jobs."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from services.personal import new_subject, seal

NOW = datetime(2026, 11, 11, 2, tzinfo=UTC)  # ten in the morning in Shanghai
DISTRICTS, CATEGORIES = 1_000, 11

NETWORK = (
    "SET LOCAL session_replication_role = replica",  # the references are right by construction
    "INSERT INTO division (code, name, level) SELECT 'c' || i, '城市' || i, 2 FROM generate_series(0, 49) AS i",
    """INSERT INTO division (code, name, level, parent_code)
       SELECT 'd' || i, '区' || i, 3, 'c' || i %% 50 FROM generate_series(1, %(districts)s) AS i""",
    "INSERT INTO category (code, name) SELECT 'k' || i, '品类' || i FROM generate_series(1, %(categories)s) AS i",
    "INSERT INTO channel (code, name, platform) VALUES ('shop', '商城', 'own')",
    """INSERT INTO dealer (code, name, alliance, score, outlet_lng, outlet_lat)
       SELECT 'D' || i, '网点' || i, i %% 2 = 0, 80 + i %% 20, 121 + i %% 7 * 0.02, 37 + i %% 5 * 0.02
         FROM generate_series(1, 3 * %(districts)s) AS i""",
    """INSERT INTO coverage (dealer_id, category_code, division_code, zone, territory_owner, valid_from)
       SELECT dealer.id, 'k' || k, 'd' || 1 + dealer.id %% %(districts)s,
              CASE WHEN dealer.id <= %(districts)s THEN 'free' ELSE 'remote' END, dealer.id <= %(districts)s, %(now)s
         FROM dealer, generate_series(1, %(categories)s) AS k""",
    """INSERT INTO capacity (dealer_id, category_code, units)
       SELECT dealer.id, 'k' || k, 5 FROM dealer, generate_series(1, %(categories)s) AS k WHERE dealer.id %% 2 = 0""",
    "INSERT INTO person (subject_id) SELECT 1 FROM generate_series(1, 6 * %(districts)s)",
    """INSERT INTO role_binding (person_id, role, dealer_id, status)
       SELECT id, 'installer', 1 + id %% (3 * %(districts)s), 'active' FROM person""",
    """INSERT INTO skill (person_id, category_code, level)
       SELECT person.id, 'k' || k, 1 + person.id %% 3 FROM person, generate_series(1, %(categories)s) AS k""",
)
ORDERS = """
INSERT INTO customer_order (channel_id, number, subject_id, personal, place_lookup, division_code, resolution)
SELECT 1, 'N' || i, 1, sealed, door, 'd' || 1 + i * 7919 %% %(districts)s, 'resolved'
  FROM unnest(%(sealed)s::bytea[], %(doors)s::bytea[]) WITH ORDINALITY AS made(sealed, door, i)
"""
JOBS = (
    """INSERT INTO order_line (order_id, line_number, sku, title, quantity, state, fingerprint)
       SELECT id, 1, 'SKU', '热水器', 1, 'paid', '' FROM customer_order""",
    """INSERT INTO job (kind, status, order_line_id, channel_id, subject_id, sku, category_code, units, scheme,
                        division_code, created_at, updated_at, last_occurred_at)
       SELECT 'install', 'new', line.id, 1, 1, 'SKU', 'k' || 1 + line.id %% %(categories)s, 1, 'share',
              o.division_code, %(now)s, %(now)s, %(now)s
         FROM order_line line JOIN customer_order o ON o.id = line.order_id ORDER BY line.id""",
)


def fill(tx: Connection, jobs: int) -> None:
    """All of it; orders with a sealed address and a point, as they come from a shop."""
    asked: dict[str, Any] = {"districts": DISTRICTS, "categories": CATEGORIES, "now": NOW}
    _, key = new_subject(tx)
    for statement in NETWORK:
        tx.exec_driver_sql(statement, asked if "%" in statement else None)
    point = {"lng": 121.43, "lat": 37.51, "datum": "gcj02", "accuracy_m": None, "point_source": "geocoded"}
    told = {
        "name": "张三",
        "phone": "13800000000",
        "phone_kind": "real",
        "address": "建设路 1 号",
        "point": point,
    }
    sealed = [seal(key, "customer_order.personal", told) for _ in range(jobs)]
    doors = [os.urandom(32) for _ in range(jobs)]
    tx.exec_driver_sql(ORDERS, {"sealed": sealed, "doors": doors, "districts": DISTRICTS})
    for statement in JOBS:
        tx.exec_driver_sql(statement, asked if "%" in statement else None)
