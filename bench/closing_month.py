"""An invented month whose fees are posted, made by SQL alone: jobs, entries, legs; and months closed before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg

DEALERS = 3_000
MONTH = date(2026, 3, 1)

PEOPLE = """
INSERT INTO category (code, name) VALUES ('c1', '热水器');
INSERT INTO product (sku, category_code, name) VALUES ('S1', 'c1', '型号');
INSERT INTO channel (code, name, platform) VALUES ('own', '店铺', 'own');
INSERT INTO dealer (code, name) SELECT 'D' || n, '经销商' || n FROM generate_series(1, {dealers}) n;
INSERT INTO subject DEFAULT VALUES;
INSERT INTO person (subject_id, personal) SELECT id, '\\x' FROM subject;
INSERT INTO ledger_account (code, kind) SELECT kind, kind FROM unnest(
    ARRAY['brand_service_expense', 'bonus_expense', 'penalty_income', 'customer_clearing', 'input_tax']) kind;
INSERT INTO ledger_account (code, kind, dealer_id)
SELECT 'dealer_payable:' || id, 'dealer_payable', id FROM dealer;
"""

# One fee for each job and each second piece; the way of one in four, a bonus for most, a penalty for some, an extra
# the brand took. About 2.3 entries a job.
JOBS = """
INSERT INTO job (kind, status, order_line_id, channel_id, subject_id, sku, category_code, units, division_code, zone,
    scheme, dealer_id, closed_at, fees_posted_at, created_at, updated_at, last_occurred_at, event_hash)
SELECT 'install', 'closed', n, 1, 1, 'S1', 'c1', 1, '370602', 'free', 'share', 1 + n % {dealers}, at, at, at, at, at, ''
  FROM generate_series(1, {jobs}) n,
       LATERAL (SELECT '{month} 01:00Z'::timestamptz + n * (interval '30 d' / {jobs}) AS at) x;
CREATE TEMP TABLE line AS
SELECT row_number() OVER (ORDER BY n, kind) + (SELECT coalesce(max(id), 0) FROM ledger_entry) AS id,
       1 + n % {dealers} AS dealer, n + (SELECT max(id) - {jobs} FROM job) AS job, kind, debit, fen
  FROM generate_series(1, {jobs}) n CROSS JOIN (VALUES
       ('base_fee:unit:1', 'brand_service_expense', 8000, 1, 0),
       ('base_fee:unit:2', 'brand_service_expense', 8000, 10, 3),
       ('remote_fee', 'brand_service_expense', 1360, 4, 1), ('timeliness:finish:1', 'bonus_expense', 500, 1, 0),
       ('timeliness:arrive:1', 'penalty_income', -1000, 20, 7), ('extra:1', 'customer_clearing', 10000, 14, 5))
       AS due(kind, debit, fen, every, at)
 WHERE n % every = at % every AND (kind <> 'timeliness:finish:1' OR n % 7 <> 0);
INSERT INTO ledger_entry (id, natural_key, month, kind, job_id, memo, posted_at, task)
SELECT id, 'job:' || job || ':' || kind, '{month}',
       CASE WHEN fen < 0 THEN 'penalty' WHEN kind LIKE 'timeliness%' THEN 'bonus' ELSE split_part(kind, ':', 1) END,
       job, '基础安装费 热水器 免费区 ¥80.00', '{month}', 'fees' FROM line;
INSERT INTO ledger_leg (entry_id, account_id, month, amount_fen)
SELECT line.id, account.id, '{month}'::date, -fen
  FROM line JOIN ledger_account account ON code = 'dealer_payable:' || dealer
UNION ALL
SELECT line.id, account.id, '{month}'::date, fen FROM line JOIN ledger_account account ON code = debit
ORDER BY 1;
DROP TABLE line;
"""
_STATED = """
INSERT INTO statement (dealer_id, month, status, total_fen, payout_fen, drawn_at)
SELECT dealer_id, month, 'closed', -sum(amount_fen), -sum(amount_fen), month
  FROM ledger_leg JOIN ledger_account account ON account.id = account_id WHERE dealer_id IS NOT NULL GROUP BY 1, 2;
INSERT INTO statement_line (entry_id, dealer_id, statement_id, amount_fen)
SELECT entry_id, dealer_id, statement.id, -amount_fen
  FROM ledger_leg leg JOIN ledger_account account ON account.id = account_id
  JOIN statement USING (dealer_id, month) ORDER BY statement.id;
INSERT INTO closed_month (month, closed_at) SELECT DISTINCT month, now() FROM statement;
"""
_SEQUENCES = "SELECT setval('ledger_entry_id_seq', (SELECT max(id) FROM ledger_entry))"


def fill(connection: psycopg.Connection[Any], jobs: int, before: int) -> None:
    """The month in an empty migrated database, behind `before` closed ones of the same size."""
    connection.execute("SET session_replication_role = replica")  # the references are right by construction
    connection.execute(PEOPLE.format(dealers=DEALERS).encode())
    months = [date(2026 - (n > 2), (2 - n) % 12 + 1, 1) for n in range(before, 0, -1)]
    for month in months:
        connection.execute(JOBS.format(jobs=jobs, dealers=DEALERS, month=month).encode())
    if months:
        connection.execute(_STATED.encode())
    connection.execute(JOBS.format(jobs=jobs, dealers=DEALERS, month=MONTH).encode())
    connection.execute(_SEQUENCES)
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE")
