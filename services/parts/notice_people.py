"""Whom a notice reaches: an audience resolved to people, their WeChat accounts, and the phone for an SMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from domain import phones
from domain.notices import Audience
from domain.phones import PhoneKind
from services import personal
from services.config import config

_HEAD = """
SELECT DISTINCT person.id, w.id AS identity_id FROM person
  LEFT JOIN wechat_identity w ON w.person_id = person.id AND w.app_id = :app
"""
_HOLDS = """
  JOIN role_binding b ON b.person_id = person.id AND b.status = 'active' AND {which}
 WHERE person.status = 'active' ORDER BY 1
"""
_DESK = _HOLDS.format(which="b.role IN ('dispatcher', 'dealer_owner') AND b.dealer_id = ANY(:dealers)")
_AGENTS = """
  JOIN role_binding b ON b.person_id = person.id AND b.status = 'active' AND b.role = 'agent'
 WHERE person.status = 'active'
   AND (b.desk_id IS NULL OR EXISTS (
       SELECT 1 FROM desk_channel d WHERE d.desk_id = b.desk_id
          AND d.channel_id = coalesce(:channel, (SELECT channel_id FROM job WHERE id = :job)))) ORDER BY 1
"""
_ORDER = """
SELECT o.phone_lookup, o.personal, subject.wrapped_key FROM job
  JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
  JOIN subject ON subject.id = o.subject_id WHERE job.id = :job
"""
_CUSTOMER = """
 WHERE person.status = 'active' AND person.phone_lookup = (
   SELECT o.phone_lookup FROM job JOIN order_line line ON line.id = job.order_line_id
     JOIN customer_order o ON o.id = line.order_id WHERE job.id = :job) ORDER BY 1
"""
_PERSON = " WHERE person.status = 'active' AND person.id = :person"
_BY_AUDIENCE = {
    Audience.CUSTOMER: _CUSTOMER,
    Audience.DESK: _DESK,
    Audience.OFFERED: _DESK,
    Audience.AGENTS: _AGENTS,
    Audience.OWNER: _HOLDS.format(which="b.role = 'dealer_owner' AND b.dealer_id = ANY(:dealers)"),
    Audience.AUDITORS: _HOLDS.format(which="b.role = 'auditor'"),
    Audience.FINANCE: _HOLDS.format(which="b.role = 'finance'"),
    Audience.LEADS: _HOLDS.format(which="b.role = 'admin'"),
    Audience.INSTALLER: _PERSON,
    Audience.PERSON: _PERSON,
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


def recipients(
    tx: Connection, payload: Mapping[str, Any], job_id: int | None, person_id: int | None
) -> list[Recipient]:
    """Everybody a notice is for, each once. A customer whom nobody knows is a recipient without a person."""
    audience = audience_of(payload)
    values = {
        "app": config().wechat_app_id,
        "dealers": payload.get("dealer_ids") or [],
        "job": job_id,
        "channel": payload.get("channel_id"),  # of what is about a shop and no job
        "person": payload.get("person_id") or person_id,
    }
    statement = text(_HEAD + _BY_AUDIENCE[audience])
    wanted = {name: value for name, value in values.items() if f":{name}" in statement.text}
    found = [Recipient(row.id, row.identity_id) for row in tx.execute(statement, wanted)]
    if "identity_id" in payload:  # a notice to one account, e.g. the one a person has moved away from
        found = [Recipient(one.person_id, payload["identity_id"]) for one in found]
    if audience is Audience.CUSTOMER and not found:
        return [Recipient(None, None)]
    return found


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
