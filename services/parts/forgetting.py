"""Where each kind of personal data of a customer lies, how it is emptied, and how one sees that it is.

One table for whoever erases (the person who asks, the term that is over) and for whoever proves it: a place that is
missing here is missing in both. Photos' bytes have a module of their own, `photo_erasing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.retention import Kind
from services.parts.holds import JOBS

_SUBJECT = "subject_id = ANY(%(subjects)s)"
_OF_JOBS = f"job_id IN ({JOBS})"
_ORDERS = "SELECT id FROM customer_order WHERE subject_id = ANY(%(subjects)s)"


@dataclass(frozen=True, slots=True)
class Drawer:
    """Columns of a table that hold something of a subject's.

    `whose` finds the rows, `full` says that there is still something, `emptied` takes it out; `at` is when it came.
    A drawer with `leads` is looked through, oldest first, for data whose term is over: it has an index for it.
    """

    table: str
    whose: str
    full: str
    emptied: str
    at: str
    leads: bool = False


# From how far away each dealer was, several distances lead back to the door. How far the dealer who did the work came
# stays on the job: its fee rests on it.
_NO_DISTANCE = """distance_m = NULL, funnel = coalesce((
       SELECT jsonb_agg(line || jsonb_build_object('distance_m', NULL, 'steps', coalesce((
                  SELECT jsonb_agg(step ORDER BY place)
                    FROM jsonb_array_elements(line -> 'steps') WITH ORDINALITY AS steps(step, place)
                   WHERE step ->> 'step' <> 'distance'), '[]')) ORDER BY n)
         FROM jsonb_array_elements(funnel) WITH ORDINALITY AS lines(line, n)), '[]')"""
_PROMISES = f"""(order_id IN ({_ORDERS}) OR phone_lookup IN (
       SELECT phone_lookup FROM customer_order WHERE {_SUBJECT} AND phone_lookup IS NOT NULL))"""

# Promises are found by the order's phone, so they go before it does.
DRAWERS: Mapping[Kind, tuple[Drawer, ...]] = {
    Kind.POINTS: (
        Drawer("check_in", _OF_JOBS, "place IS NOT NULL", "place = NULL", "received_at", leads=True),
        Drawer(
            "photo",
            _OF_JOBS,
            "place IS NOT NULL",
            "place = NULL, device_id = NULL",
            "received_at",
            leads=True,
        ),
    ),
    Kind.WORDS: (
        Drawer("note", _SUBJECT, "text IS NOT NULL", "text = NULL", "created_at", leads=True),
        Drawer("review", _SUBJECT, "words IS NOT NULL", "words = NULL", "created_at", leads=True),
        Drawer(
            "service_request", _SUBJECT, "problem IS NOT NULL", "problem = NULL", "created_at", leads=True
        ),
    ),
    Kind.ADDRESSES: (
        Drawer(
            "promise",
            _PROMISES,
            "(phone_lookup IS NOT NULL OR observed -> 'metres' <> '{}')",
            "phone_lookup = NULL, observed = jsonb_set(observed, '{metres}', '{}')",
            "made_at",
        ),
        Drawer(
            "customer_order",
            _SUBJECT,
            "(personal IS NOT NULL OR phone_lookup IS NOT NULL OR place_lookup IS NOT NULL)",
            "personal = NULL, phone_lookup = NULL, place_lookup = NULL",
            "created_at",
            leads=True,
        ),
        Drawer(
            "visit",
            f"id IN (SELECT visit_id FROM job WHERE id IN ({JOBS}))",
            "place_lookup IS NOT NULL",
            "place_lookup = NULL",
            "window_start",
        ),
        Drawer("offer", _OF_JOBS, "distance_m IS NOT NULL", _NO_DISTANCE, "offered_at"),
        Drawer("confirm_code", _OF_JOBS, "code IS NOT NULL", "code = NULL", "made_at"),
    ),
}
LEADS: Mapping[Kind, tuple[Drawer, ...]] = {
    **{kind: tuple(drawer for drawer in drawers if drawer.leads) for kind, drawers in DRAWERS.items()},
    Kind.PHOTOS: (Drawer("photo", _OF_JOBS, "erased_at IS NULL", "", "received_at", leads=True),),
}
_SEALED = " OR ".join(
    f"EXISTS (SELECT 1 FROM {drawer.table} WHERE {drawer.full} AND {drawer.whose})"
    for drawers in LEADS.values()
    for drawer in (*drawers, Drawer("person", _SUBJECT, "personal IS NOT NULL", "", "created_at"))
)
_KEYLESS = "UPDATE subject SET wrapped_key = NULL, erased_at = %(now)s WHERE id = ANY(%(subjects)s)"


def empty(tx: Connection, kind: Kind, subject_ids: Sequence[int]) -> dict[str, int]:
    """Take out all of this kind; how many rows of each table were full."""
    counts = {}
    for drawer in DRAWERS[kind]:
        sql = f"UPDATE {drawer.table} SET {drawer.emptied} WHERE {drawer.full} AND {drawer.whose}"
        counts[drawer.table] = tx.exec_driver_sql(sql, {"subjects": list(subject_ids)}).rowcount
    return counts


def left(connection: Connection, kind: Kind, subject_ids: Sequence[int], until: datetime) -> dict[str, int]:
    """What of this kind came before `until` and is still there: of nothing that was erased."""
    counts = {}
    for drawer in DRAWERS[kind]:
        sql = f"SELECT count(*) FROM {drawer.table} WHERE {drawer.full} AND {drawer.at} < %(until)s AND {drawer.whose}"
        asked = {"subjects": list(subject_ids), "until": until}
        counts[drawer.table] = connection.exec_driver_sql(sql, asked).scalar_one()
    return {table: count for table, count in counts.items() if count}


def destroy_keys(tx: Connection, subject_ids: Sequence[int], now: datetime) -> None:
    """The key of whoever has nothing sealed any more: copies of it in backups and replicas say nothing then."""
    for subject_id in subject_ids:
        asked = {"subjects": [subject_id], "now": now}
        if not tx.exec_driver_sql(f"SELECT {_SEALED}", asked).scalar_one():
            tx.exec_driver_sql(_KEYLESS, asked)
