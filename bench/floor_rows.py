"""The floor of the database: the rows that finished stories left, written once more by plain psycopg.

Same rows, same indexes and checks (no foreign keys), one transaction per changing request, one connection: each
transaction moves the job's row under a guard, adds its event and whatever that deed wrote besides, and the answer
remembered for its Idempotency-Key. What is left out is everything that has to be known or decided.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

# Which deed wrote the rows of which table; clocks and the outbox are shared out by their own columns.
WRITTEN_BY = {
    "subject": "create",
    "customer_order": "create",
    "order_line": "create",
    "job_unit": "create",
    "offer": "offer",
    "visit": "book",
    "check_in": "check_in",
    "photo": "take_photo",
    "photo_finding": "take_photo",
    "slot_waiver": "waive_slot",
    "confirm_code": "submit",
    "note": "rate",
    "rating": "rate",
}
_OF_JOB = {
    "subject": "id IN (SELECT subject_id FROM job WHERE id = %(job)s)",
    "customer_order": "subject_id IN (SELECT subject_id FROM job WHERE id = %(job)s)",
    "order_line": "id IN (SELECT order_line_id FROM job WHERE id = %(job)s)",
    "visit": "id IN (SELECT visit_id FROM job WHERE id = %(job)s)",
    "photo_finding": "photo_id IN (SELECT id FROM photo WHERE job_id = %(job)s)",
}
_TABLES = (*WRITTEN_BY, "job", "job_event", "clock", "outbox", "remembered_answer")
_MOVE = """
UPDATE floor_job SET status = %(to_status)s, version = version + 1, event_seq = %(seq)s, event_hash = %(hash)s,
       last_occurred_at = %(occurred_at)s, updated_at = %(received_at)s
 WHERE id = %(job_id)s AND event_seq = %(seq)s - 1 RETURNING version
"""

Values = dict[str, Any]
Write = tuple[str, Values]


@dataclass(frozen=True, slots=True)
class Floor:
    """Per lifecycle: this process's milliseconds of CPU; and lifecycles per second on one connection."""

    cpu_ms: float
    per_second: float


def measure(dsn: str, lifecycles: int) -> Floor:
    """Write up to so many finished stories once more."""
    with psycopg.connect(dsn, row_factory=dict_row, autocommit=True) as connection:
        for table in _TABLES:
            names = Identifier(f"floor_{table}"), Identifier(table)
            make = "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING CONSTRAINTS)"
            connection.execute(SQL(make).format(*names))
        found = connection.execute(
            "SELECT id FROM job WHERE confirmed_at IS NOT NULL ORDER BY id LIMIT %s", [lifecycles]
        ).fetchall()
        answers = connection.execute("SELECT * FROM remembered_answer").fetchall()
        stories = [_story(connection, row["id"], answers) for row in found]
        connection.autocommit = False
        began, cpu = time.perf_counter(), time.process_time()
        for story in stories:
            for writes in story:
                for statement, values in writes:
                    connection.execute(statement.encode(), values)
                connection.commit()
        wall, used = time.perf_counter() - began, time.process_time() - cpu
    return Floor(used * 1e3 / len(stories), len(stories) / wall)


def _story(connection: psycopg.Connection[Values], job: int, answers: list[Values]) -> list[list[Write]]:
    """The transactions of one job, each a list of statements with their values."""
    rows = {table: _rows(connection, table, job) for table in _TABLES if table != "remembered_answer"}
    transactions = []
    for event in sorted(rows["job_event"], key=lambda row: row["seq"]):
        writes: list[Write] = []
        if event["seq"] == 1:
            head = rows["job"][0] | {
                "event_seq": 1,
                "event_hash": event["hash"],
                "version": 1,
                "status": "new",
            }
            writes.append((_insert("job", head), head))
        else:
            writes.append((_MOVE, event))
        writes.append((_insert("job_event", event), event))
        for table, action in WRITTEN_BY.items():
            if action == event["action"]:
                writes += [(_insert(table, row), row) for row in rows[table]]
        writes += [
            (_insert("outbox", row), row)
            for row in rows["outbox"]
            if row["dedupe_key"].startswith(f"job:{job}:{event['seq']}:")
        ]
        writes += [(_insert("clock", row), row) for row in rows["clock"] if _began_with(row, event, rows)]
        answer = answers.pop()
        transactions.append([*writes, (_insert("remembered_answer", answer), answer)])
    return transactions


def _began_with(clock: Values, event: Values, rows: dict[str, list[Values]]) -> bool:
    """Whether this event is the last one that had happened when the clock starts (the first, if none had)."""
    before = [row["seq"] for row in rows["job_event"] if row["occurred_at"] <= clock["starts_at"]]
    return bool(event["seq"] == max(before, default=1))


def _rows(connection: psycopg.Connection[Values], table: str, job: int) -> list[Values]:
    condition = _OF_JOB.get(table, "id = %(job)s" if table == "job" else "job_id = %(job)s")
    found = connection.execute(f"SELECT * FROM {table} WHERE {condition}".encode(), {"job": job}).fetchall()
    return [
        {name: Jsonb(value) if isinstance(value, dict | list) else value for name, value in row.items()}
        for row in found
    ]


def _insert(table: str, row: Values) -> str:
    made = SQL("INSERT INTO {} ({}) VALUES ({})").format(
        Identifier(f"floor_{table}"),
        SQL(", ").join(map(Identifier, row)),
        SQL(", ").join(map(Placeholder, row)),
    )
    return made.as_string()
