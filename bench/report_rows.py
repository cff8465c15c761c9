"""Half a year of invented history for the reports bench, written by the database itself: jobs spread evenly over it,
each with its events, clocks, breaches, visit and check-in; some complaints, damage and lost orders."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DAYS, DEALERS, PRODUCTS = 182, 2_000, 40
CLOCKS = (  # kind, family, owner, hours after acceptance that it starts, window in hours
    ("accept", "dealer", "dealer", -1, 2), ("name_installer", "platform", "dealer", 0, 6),
    ("contact", "dealer", "dealer", 0, 4), ("book", "dealer", "dealer", 0, 24), ("arrive", "dealer", "dealer", 40, 4),
    ("finish", "platform", "dealer", 0, 48), ("finish", "dealer", "dealer", 0, 48),
    ("confirm", "none", "customer", 44, 48),
)  # fmt: skip
EVENTS = (
    "create", "offer", "accept", "assign", "contact", "book", "reschedule", "check_in", "take_photo", "submit",
    "confirm", "close",
)  # fmt: skip
_AT = f"timestamptz '{NOW.isoformat()}' - interval '{DAYS} days' + i * interval '{DAYS} days' / %(jobs)s"
FILL = (
    "SET session_replication_role = replica",
    "INSERT INTO subject DEFAULT VALUES",
    "INSERT INTO category (code, name) VALUES ('heater', '热水器')",
    "INSERT INTO channel (code, name, platform) SELECT 'shop' || i, '商城' || i, 'own' FROM generate_series(1, 4) AS i",
    f"INSERT INTO dealer (code, name) SELECT 'D' || i, '网点' || i FROM generate_series(1, {DEALERS}) AS i",
    f"""INSERT INTO product (sku, category_code, name)
       SELECT 'P' || i, 'heater', '型号' || i FROM generate_series(1, {PRODUCTS}) AS i""",
    f"""INSERT INTO capacity (dealer_id, category_code, units)
       SELECT i, 'heater', 4 FROM generate_series(1, {DEALERS}) AS i""",
    "INSERT INTO promotion_day (day, name) VALUES ('2026-06-18', '618')",
    "INSERT INTO customer_order (channel_id, number, subject_id, resolution) VALUES (1, '1', 1, 'resolved')",
    """INSERT INTO order_line (order_id, line_number, sku, title, quantity, paid_fen, state, fingerprint)
       SELECT 1, i, 'P1', '', 1, 100000, 'paid', '' FROM generate_series(1, %(jobs)s) AS i""",
    f"""INSERT INTO job (kind, status, order_line_id, channel_id, subject_id, sku, category_code, units, scheme,
             dealer_id, division_code, delivered_at, accepted_at, window_start, window_end, checked_in_at, submitted_at,
             confirmed_at, closed_at, visit_id, created_at, updated_at, last_occurred_at, event_hash)
       SELECT 'install', CASE WHEN i %% 50 = 0 THEN 'unserved' ELSE 'closed' END, i, 1 + i %% 4, 1,
              'P' || 1 + i %% {PRODUCTS}, 'heater', 1, 'share', CASE WHEN i %% 50 > 0 THEN 1 + i %% {DEALERS} END,
              (110000 + 10000 * (i %% 30) + 100 * (i %% 9) + i %% 12)::text, at, at + interval '1 hour',
              at + interval '41 hours' + i %% 3 * interval '1 day',
              at + interval '45 hours' + i %% 3 * interval '1 day',
              at + interval '42 hours' + i %% 4 * interval '1 day',
              at + interval '44 hours' + i %% 4 * interval '1 day',
              at + interval '5 days', at + interval '12 days', i, at, at, at, decode(repeat('00', 32), 'hex')
         FROM (SELECT i, {_AT} AS at FROM generate_series(1, %(jobs)s) AS i) AS planned""",
    """INSERT INTO visit (dealer_id, window_start, window_end) SELECT coalesce(dealer_id, 1), window_start, window_end
         FROM job ORDER BY id""",
    """INSERT INTO check_in (visit_id, job_id, subject_id, result, zone, occurred_at, received_at)
       SELECT visit_id, id, 1, 'inside', 'free', checked_in_at, checked_in_at
         FROM job WHERE dealer_id IS NOT NULL ORDER BY id""",
    """INSERT INTO job_event (job_id, seq, action, from_status, to_status, actor_role, occurred_at, received_at, reason,
                              data, prev_hash, hash)
       SELECT job.id, n, (%(events)s::text[])[n], 'new', 'new', 'system', created_at + n * interval '4 hours',
              created_at + n * interval '4 hours', CASE WHEN n = 7 AND job.id %% 3 = 0 THEN 'customer' END, '{}',
              decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
         FROM job, generate_series(1, 12) AS n WHERE n <> 7 OR job.id %% 10 = 0 ORDER BY job.id, n""",
    """INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, notice_at, due_at,
                          severe_at, level, stopped_at)
       SELECT id, kind, family, owner, CASE WHEN kind <> 'finish' THEN dealer_id END, 'wall', hours * 3600, start, due,
              due, due + hours * interval '1 hour', CASE WHEN id %% 12 = 0 THEN 2 ELSE 0 END,
              due + CASE WHEN id %% 12 = 0 THEN interval '1 hour' ELSE interval '-1 hour' END
         FROM (SELECT job.id, job.dealer_id, c.*, accepted_at + c.after * interval '1 hour' AS start,
                      accepted_at + (c.after + c.hours) * interval '1 hour' AS due
                 FROM job CROSS JOIN json_to_recordset(%(clocks)s::json)
                      AS c(kind text, family text, owner text, after int, hours int)) AS planned
        WHERE dealer_id IS NOT NULL ORDER BY due""",
    """INSERT INTO breach (clock_id, job_id, dealer_id, kind, family, level, due_at, raised_at, excused_at)
       SELECT id, job_id, dealer_id, kind, family, level, due_at, due_at, CASE WHEN id %% 9 = 0 THEN due_at END
         FROM clock WHERE level = 2""",
    """INSERT INTO complaint (job_id, category, opened_at, opened_by_role)
       SELECT id, 'charge', confirmed_at, 'customer' FROM job WHERE id %% 40 = 1""",
    """INSERT INTO damage (job_id, package, exterior, function, carrier, created_at)
       SELECT id, 'intact', 'damaged', 'unknown', '快递' || id %% 6, checked_in_at FROM job WHERE id %% 100 = 1""",
    "RESET session_replication_role",
)


def fill(connection: psycopg.Connection[Any], jobs: int) -> None:
    """Write it, and let the database look at it."""
    began = time.perf_counter()
    names = ("kind", "family", "owner", "after", "hours")
    clocks = Jsonb([dict(zip(names, clock, strict=True)) for clock in CLOCKS])
    values = {"jobs": jobs, "events": list(EVENTS), "clocks": clocks}
    for statement in FILL:
        asked = values if "%" in statement else None
        connection.execute(statement.encode(), asked)
    connection.execute("VACUUM ANALYZE")
    print(f"{jobs:,} jobs over {DAYS} days in {time.perf_counter() - began:.0f} s", flush=True)
