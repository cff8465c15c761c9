"""Whom a notice reaches: an audience resolved to people, their WeChat accounts, and the phone for an SMS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, text

from domain import phones
from domain.notices import Audience
from domain.phones import PhoneKind
from services import personal
from services.config import config
from services.parts.notice_queue import Row

# Each notice with its people; every branch knows its audiences by what `_asked` leaves filled in. OFFSET 0: nobody can
# estimate how many they are, and a plan for too many would read the whole of `person`, most of whom are customers.
_PEOPLE = """
WITH asked AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(asked)s::json)
        AS asked(id bigint, roles text[], dealers bigint[], channel bigint, job bigint, buyer bigint, person bigint)),
reached AS (
    SELECT asked.id, b.person_id
      FROM asked CROSS JOIN unnest(dealers) AS of(dealer_id) JOIN role_binding b ON b.dealer_id = of.dealer_id
     WHERE b.role = ANY(roles) AND b.status = 'active'
    UNION
    SELECT asked.id, b.person_id
      FROM asked CROSS JOIN unnest(roles) AS of(role) JOIN role_binding b ON b.role = of.role AND b.status = 'active'
      LEFT JOIN job ON job.id = asked.job
     WHERE dealers IS NULL AND (b.desk_id IS NULL OR EXISTS (
           SELECT 1 FROM desk_channel d
            WHERE d.desk_id = b.desk_id AND d.channel_id = coalesce(asked.channel, job.channel_id)))
    UNION
    SELECT asked.id, person.id
      FROM asked JOIN job ON job.id = buyer JOIN order_line line ON line.id = job.order_line_id
      JOIN customer_order o ON o.id = line.order_id JOIN person ON person.phone_lookup = o.phone_lookup
    UNION
    SELECT id, person FROM asked WHERE person IS NOT NULL)
SELECT reached.id AS notice, whom.id, whom.identity_id
  FROM reached CROSS JOIN LATERAL (
       SELECT person.id, w.id AS identity_id
         FROM person LEFT JOIN wechat_identity w ON w.person_id = person.id AND w.app_id = %(app)s
        WHERE person.id = reached.person_id AND person.status = 'active' OFFSET 0) AS whom
 ORDER BY whom.id
"""
_ORDER = """
SELECT o.phone_lookup, o.personal, subject.wrapped_key FROM job
  JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
  JOIN subject ON subject.id = o.subject_id WHERE job.id = :job
"""
_DESK = ("dispatcher", "dealer_owner")
_OF_DEALERS = {Audience.DESK: _DESK, Audience.OFFERED: _DESK, Audience.OWNER: ("dealer_owner",)}
_OF_BRAND = {
    Audience.AGENTS: ("agent",),
    Audience.AUDITORS: ("auditor",),
    Audience.FINANCE: ("finance",),
    Audience.LEADS: ("admin",),
}
_SEALED = """
SELECT person.personal, subject.wrapped_key FROM person JOIN subject ON subject.id = person.subject_id
 WHERE person.id = :person
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told. No person: a customer who never signed in and has only the order's phone."""

    person_id: int | None
    identity_id: int | None


def audience_of(payload: Mapping[str, Any]) -> Audience:
    """The audience named in an outbox payload; without one it is the one person of the row."""
    return Audience(payload.get("audience", Audience.PERSON))


def recipients(tx: Connection, rows: Sequence[Row]) -> dict[int, list[Recipient]]:
    """By notice everybody it is for, each once. A customer whom nobody knows is a recipient without a person."""
    asked = orjson.dumps([_asked(row) for row in rows]).decode()
    found: dict[int, dict[int, Recipient]] = {row.id: {} for row in rows}
    for one in tx.exec_driver_sql(_PEOPLE, {"asked": asked, "app": config().wechat_app_id}):
        found[one.notice][one.id] = Recipient(one.id, one.identity_id)
    return {row.id: _reached(row, list(found[row.id].values())) for row in rows}


def _asked(row: Row) -> dict[str, Any]:
    """What tells whom a notice is for: roles of dealers, roles of the brand, the buyer of a job, or one person."""
    payload, audience, asked = row.payload, audience_of(row.payload), {"id": row.id}
    if audience in _OF_DEALERS:
        return asked | {"roles": _OF_DEALERS[audience], "dealers": payload.get("dealer_ids") or []}
    if audience in _OF_BRAND:  # a channel is named by what is about a shop and no job
        return asked | {"roles": _OF_BRAND[audience], "job": row.job_id, "channel": payload.get("channel_id")}
    if audience is Audience.CUSTOMER:
        return asked | {"buyer": row.job_id}
    return asked | {"person": payload.get("person_id") or row.person_id}


def _reached(row: Row, people: list[Recipient]) -> list[Recipient]:
    if "identity_id" in row.payload:  # a notice to one account, e.g. the one a person has moved away from
        return [Recipient(one.person_id, row.payload["identity_id"]) for one in people]
    if not people and audience_of(row.payload) is Audience.CUSTOMER:
        return [Recipient(None, None)]
    return people


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an SMS goes: a mobile number of eleven digits."""

    phone: str = field(repr=False)


def reach(tx: Connection, audience: Audience, job_id: int | None, person_id: int | None) -> Reach | None:
    """The mobile to write to: a customer's by the order, anybody else's own. None: masked, virtual, erased."""
    if audience is Audience.CUSTOMER:
        row = tx.execute(text(_ORDER), {"job": job_id}).one_or_none()
        place = "customer_order.personal"
    else:
        row = tx.execute(text(_SEALED), {"person": person_id}).one_or_none()
        place = "person.personal"
    if row is None:
        return None
    try:
        known = personal.reveal(personal.unwrap(row.wrapped_key), place, row.personal)
    except personal.Erased:
        return None
    found = phones.parse(known.get("phone") or "")
    if found is None or found.kind is not PhoneKind.REAL or not found.number.startswith("1"):
        return None
    return Reach(found.number) if len(found.number) == 11 and found.extension is None else None
