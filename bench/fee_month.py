"""An invented month of ended jobs, made by SQL alone: dealers, visits, clocks, extras, stars, complaints."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

DEALERS, CHANNELS = 2_000, 20

RULE: dict[str, Any] = {
    "effective_from": "2026-01-01",
    "categories": [{"code": f"c{n}", "name": f"品类{n}"} for n in range(1, 6)],
    "base": [
        {"category": f"c{n}", "zone": zone, "fen": 6000 + 500 * n + extra}
        for n in range(1, 6)
        for zone, extra in (("free", 0), ("remote", 800))
    ],
    "remote": [
        {"zone": "free", "free_m": 20_000, "per_km_fen": 200},
        {"zone": "remote", "free_m": 10_000, "per_km_fen": 200, "cap_fen": 12_000},
    ],
    "timeliness": [
        {"clock": "finish", "level": "met", "fen": 500},
        {"clock": "finish", "level": "breach", "fen": 2_000},
        {"clock": "finish", "level": "severe", "fen": 5_000},
        {"clock": "arrive", "level": "breach", "fen": 1_000},
    ],
    "rating": [{"overall": 5, "fen": 500}],
    "first_time_fen": 300,
    "complaints": [{"fen": 2_000}, {"about": "attitude", "fen": 5_000}],
    "promotion": [{"fen": 1_500}],
}

PEOPLE = """
INSERT INTO category (code, name) SELECT 'c' || n, '品类' || n FROM generate_series(1, 5) n;
INSERT INTO product (sku, category_code, name) SELECT 'S' || n, 'c' || n, '型号' || n FROM generate_series(1, 5) n;
INSERT INTO dealer (code, name) SELECT 'D' || n, '经销商' || n FROM generate_series(1, {dealers}) n;
INSERT INTO channel (code, name, platform, operator_dealer_id)
SELECT 'ch' || n, '店铺' || n, 'own', CASE WHEN n % 5 = 0 THEN n END FROM generate_series(1, {channels}) n;
INSERT INTO subject DEFAULT VALUES;
INSERT INTO price_list (version, effective_from) VALUES (1, '2026-01-01Z');
INSERT INTO price_item (price_list_id, code, name, unit, price_fen, charge_type)
VALUES (1, 'drill', '墙面打孔', '个', 5000, 6);
"""

JOBS = """
INSERT INTO customer_order (channel_id, number, subject_id, resolution)
SELECT 1 + n % {channels}, 'O' || n, 1, 'resolved' FROM generate_series(1, {jobs}) n;
INSERT INTO order_line (order_id, line_number, sku, title, quantity, state, fingerprint)
SELECT n, 1, 'S' || (1 + n % 5), '型号', 1, 'paid', '' FROM generate_series(1, {jobs}) n;
INSERT INTO visit (dealer_id, window_start, window_end)
SELECT 1 + n % {dealers}, at, at + interval '2 h'
  FROM generate_series(1, {jobs}) n, LATERAL (SELECT '2026-03-01Z'::timestamptz + n * interval '20 s' AS at) x;
INSERT INTO job (kind, status, order_line_id, channel_id, subject_id, sku, category_code, units, division_code, zone,
    scheme, price_list_id, distance_m, dealer_id, visit_id, checked_in_at, submitted_at, confirmed_at, closed_at,
    created_at, updated_at, last_occurred_at, event_hash, trip_fee, trip_fault)
SELECT 'install', CASE WHEN n % 33 = 0 THEN 'cancelled' ELSE 'closed' END, n, 1 + n % {channels}, 1,
       'S' || (1 + n % 5), 'c' || (1 + n % 5), CASE WHEN n % 10 = 0 THEN 2 ELSE 1 END, '370602',
       CASE WHEN n % 4 = 0 THEN 'remote' ELSE 'free' END, 'share', 1, (n::bigint * 7919) % 45000,
       1 + visit % {dealers}, visit, at - interval '8 d', at - interval '8 d', at - interval '7 d', at,
       at - interval '12 d', at, at, sha256(n::text::bytea),
       CASE WHEN n % 66 = 0 THEN 'after_check_in' END, CASE WHEN n % 66 = 0 THEN 'customer' END
  FROM generate_series(1, {jobs}) n,
       LATERAL (SELECT CASE WHEN n % 20 = 1 AND n > 1 THEN n - 1 ELSE n END AS visit,
                       '2026-03-01 01:00Z'::timestamptz + n * (interval '30 d' / {jobs}) AS at) x;
INSERT INTO check_in (visit_id, job_id, subject_id, result, zone, outlet_m, occurred_at, received_at)
SELECT visit_id, id, 1, 'inside', zone, distance_m, checked_in_at, checked_in_at FROM job;
INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, due_at, level, stopped_at)
SELECT job.id, named, 'dealer', 'dealer', dealer_id, 'wall', 7200, created_at, submitted_at,
       CASE WHEN (job.id + length(named)) % 100 = 0 THEN 3 WHEN (job.id + length(named)) % 20 = 0 THEN 2 ELSE 0 END,
       submitted_at
  FROM job, unnest(ARRAY['accept', 'contact', 'book', 'arrive', 'finish']) named;
INSERT INTO charge (job_id, item_code, charge_type, quantity, unit_fen, amount_fen, status, collected_by, settled_at,
                    created_at)
SELECT id, 'drill', 6, 2, 5000, 10000, 'approved', CASE WHEN id % 2 = 0 THEN 'brand' ELSE 'installer' END,
       submitted_at, submitted_at FROM job WHERE id % 7 = 0 AND status = 'closed';
INSERT INTO rating (job_id, dealer_id, overall, created_at)
SELECT id, dealer_id, 1 + id % 5, closed_at FROM job WHERE id % 3 = 0 AND status = 'closed';
INSERT INTO complaint (job_id, category, opened_at, opened_by_role, closed_at, verdict)
SELECT id, 'attitude', confirmed_at, 'customer', closed_at, 'upheld' FROM job WHERE id % 50 = 0;
INSERT INTO promotion_day (day, name) VALUES ('2026-03-08', '开春大促'), ('2026-03-09', '开春大促');
"""


def fill(
    connection: psycopg.Connection[Any], jobs: int, dealers: int = DEALERS, channels: int = CHANNELS
) -> None:
    """Make the month in an empty migrated database, and look at it as autovacuum would have."""
    sizes = {"dealers": dealers, "channels": channels, "jobs": jobs}
    connection.execute((PEOPLE + JOBS).format(**sizes).encode())
    connection.execute(
        "INSERT INTO fee_rule (version, effective_from, rule) VALUES (1, '2025-12-31 16:00Z', %s)",
        [Jsonb(RULE)],
    )
    connection.execute("VACUUM ANALYZE")
