"""What must hold after the Double 11 bench, by statements of its own; and the floor of the import."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench.double11_hands import Clock
from models import db

BATCH = 500
# What a new order with one line is: seven rows; `created` bounds them to the first so many orders.
TABLES = {
    "subject": "SELECT * FROM subject WHERE id IN (SELECT subject_id FROM customer_order WHERE id <= {most})",
    "customer_order": "SELECT * FROM customer_order WHERE id <= {most}",
    "order_line": "SELECT * FROM order_line WHERE order_id <= {most}",
    "job": "SELECT * FROM job WHERE id <= {most}",
    "job_event": "SELECT * FROM job_event WHERE job_id <= {most} AND seq = 1",
    "job_unit": "SELECT * FROM job_unit WHERE job_id <= {most}",
}
_LEFT = """
SELECT (SELECT count(*) FROM job WHERE status = 'new' AND queue IS NULL)
     + (SELECT count(*) FROM offer WHERE status = 'open' AND (dealer_id %% 2 = 0 OR (dealer_id / 2) %% 3 < 2))
     + (SELECT count(*) FROM outbox WHERE wire IS NULL AND state = 'pending' AND next_at <= %(now)s)
"""
# The units of a day against the limit of that very day; one job may have a day to itself, however large it is.
_OVER_BOOKED = """
SELECT count(*) FROM (
    SELECT dealer_id, category_code, (window_start AT TIME ZONE 'Asia/Shanghai')::date AS day, sum(units) AS units,
           count(*) AS jobs
      FROM job WHERE window_start IS NOT NULL AND status <> 'cancelled' GROUP BY 1, 2, 3) AS booked
  JOIN LATERAL (SELECT units AS most FROM capacity c
                 WHERE c.dealer_id = booked.dealer_id AND c.category_code = booked.category_code
                   AND (c.day = booked.day OR c.day IS NULL)
                   AND (NOT c.promotion OR booked.day IN (SELECT day FROM promotion_day))
                 ORDER BY c.day IS NULL, NOT c.promotion LIMIT 1) AS allowed ON true
 WHERE units > most AND (jobs > 1 OR most = 0)
"""
_COUNTS = {
    "jobs": "SELECT count(*) FROM job",
    "booked": "SELECT count(*) FROM job WHERE window_start IS NOT NULL",
    "day_rooms": """SELECT count(DISTINCT (dealer_id, (window_start AT TIME ZONE 'Asia/Shanghai')::date))
                      FROM job WHERE window_start IS NOT NULL""",
    "accepted": "SELECT count(*) FROM job WHERE status = 'accepted'",
    "no_capacity": "SELECT count(*) FROM job WHERE queue = 'no_capacity'",
    "no_dealer_left": "SELECT count(*) FROM job WHERE queue = 'no_dealer_left'",
    "breaches": "SELECT count(*) FROM breach",
    # What dealer and month can hold, against what it has taken on in all.
    "over_accepted": """
        SELECT count(*) FROM (SELECT dealer_id, sum(units) AS units FROM job WHERE dealer_id IS NOT NULL
                                 AND status IN ('accepted', 'booked') GROUP BY 1) AS taken
          JOIN (SELECT dealer_id, 30 * max(units) AS most FROM capacity GROUP BY 1) AS can USING (dealer_id)
         WHERE units > most""",
    "digests_told": """SELECT count(*) FROM outbox WHERE payload ->> 'template' = 'breach_digest' AND wire = 'inbox'""",
    "most_digests": """
        SELECT coalesce(max(n), 0) FROM (
            SELECT count(*) AS n FROM outbox
             WHERE payload ->> 'template' = 'breach_digest' AND wire = 'inbox' AND payload ? 'dealer_ids'
             GROUP BY payload -> 'dealer_ids', payload -> 'values' ->> 'level', date_trunc('hour', sent_at)) AS told""",
    "most_messages": """
        SELECT coalesce(max(n), 0) FROM (
            SELECT count(*) AS n FROM outbox
             WHERE payload ->> 'template' = 'breach_digest' AND wire = 'wechat' AND state = 'sent'
             GROUP BY person_id, payload -> 'values' ->> 'level', date_trunc('hour', sent_at)) AS sent""",
    "messages": "SELECT count(*) FROM outbox WHERE wire = 'wechat' AND state = 'sent'",
    "most_offers": """
        SELECT coalesce(max(n), 0) FROM (
            SELECT count(*) AS n FROM outbox WHERE payload ->> 'template' IN ('job_offered', 'jobs_offered')
               AND wire = 'wechat' AND state = 'sent'
             GROUP BY person_id, date_bin('10 minutes', sent_at, 'epoch')) AS sent""",
    "agents_digests": """
        SELECT coalesce(max(n), 0) FROM (
            SELECT count(*) AS n FROM outbox WHERE payload ->> 'audience' = 'agents' AND wire = 'inbox'
             GROUP BY payload ->> 'template', payload -> 'values' ->> 'level', date_trunc('hour', sent_at)) AS told""",
    "unsent": "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending', 'uncertain') AND wire IS NOT NULL",
}


def wait_until_settled(hands: Sequence[Future[Any]], clock: Clock, quiet_s: float = 3.0) -> None:
    """Until nothing is left to dispatch, answer or tell; a process that died shows here."""
    since = time.monotonic()
    while time.monotonic() - since < quiet_s:
        for hand in hands:
            if hand.done():
                hand.result()
        with db.engine.connect() as connection:
            if connection.exec_driver_sql(_LEFT, {"now": clock.now()}).scalar_one():
                since = time.monotonic()
        time.sleep(0.5)


def over_booked(connection: psycopg.Connection[Any]) -> int:
    """Dealer's days with more units than the dealer can do."""
    return _one(connection, _OVER_BOOKED)


def counted(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Every figure of the report that the database tells."""
    return {name: _one(connection, statement) for name, statement in _COUNTS.items()}


def _one(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])


def floors(connection: psycopg.Connection[Any], orders: int) -> dict[str, float]:
    """Seconds for the rows of so many orders, into tables of the same shape and indexes: by COPY and by INSERT."""
    rows, columns = {}, {}
    for table, statement in TABLES.items():
        connection.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)".encode())
        cursor = connection.execute(statement.format(most=orders).encode())
        columns[table] = [column.name for column in cursor.description or ()]
        rows[table] = [tuple(map(_plain, row)) for row in cursor]
    found = {}
    for name, work in (("copy", _copied), ("insert", _inserted)):
        connection.execute(f"TRUNCATE {', '.join(f'floor_{table}' for table in TABLES)}".encode())
        connection.execute(b"CHECKPOINT")
        began = time.perf_counter()
        work(connection, rows, columns)
        found[name] = time.perf_counter() - began
    return found


def _plain(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) else value


def _copied(connection: psycopg.Connection[Any], rows: dict[str, Any], columns: dict[str, list[str]]) -> None:
    for table, held in rows.items():
        with connection.cursor() as cursor:
            into = f"COPY floor_{table} ({', '.join(columns[table])}) FROM STDIN"
            with cursor.copy(into.encode()) as copy:
                for row in held:
                    copy.write_row(row)


def _inserted(
    connection: psycopg.Connection[Any], rows: dict[str, Any], columns: dict[str, list[str]]
) -> None:
    """By 500 orders a transaction, as the import has it, in psycopg's pipeline."""
    most = max(map(len, rows.values()))
    with connection.cursor() as cursor:
        for first in range(0, most, BATCH):
            with connection.transaction():
                for table, held in rows.items():
                    holes = ", ".join(["%s"] * len(columns[table]))
                    into = f"INSERT INTO floor_{table} ({', '.join(columns[table])}) OVERRIDING SYSTEM VALUE"
                    cursor.executemany(f"{into} VALUES ({holes})".encode(), held[first : first + BATCH])
