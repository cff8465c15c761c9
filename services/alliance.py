"""The alliance's agreement: admins publish versions, a dealer's owner signs what was shown, joins by it and leaves.

Agreements and signatures are kept for ever; what a signature names is the hash of the text that was on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.alliance import NotSignable, OtherText, fingerprint
from domain.calendar import local_date
from domain.errors import Fault, Invalid, NotFound
from domain.notices import Audience
from services.parts import outbox, versions
from services.parts.outbox import Owed
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class Published:
    """A version of the agreement, and how many members are asked to sign it."""

    id: int
    version: int
    sha256: str
    effective_from: date
    members: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, and since when its dealer is a member."""

    id: int
    version: int
    sha256: str
    signed_at: datetime
    member_since: date


@dataclass(frozen=True, slots=True)
class Left:
    """A membership that is over; its last day is today."""

    dealer_id: int
    joined_on: date
    left_on: date


_LAST = "SELECT effective_from FROM agreement ORDER BY version DESC LIMIT 1"
_PUBLISH = """
INSERT INTO agreement (version, text, sha256, effective_from, published_by, published_at)
VALUES (%(version)s, %(text)s, %(sha256)s, %(day)s, %(by)s, %(now)s) RETURNING id
"""
_MEMBERS = "SELECT dealer_id FROM alliance_membership WHERE left_on IS NULL ORDER BY dealer_id"


@use_case
def publish(tx: Connection, actor: Actor, text: str, effective_from: date, now: datetime) -> Published:
    """The next version, in force from today or later and after the one before it; every member's owner is told."""
    version = versions.next_of(tx, "agreement")
    last = tx.exec_driver_sql(_LAST).scalar()
    if effective_from < local_date(now) or (last and effective_from <= last):
        fault = Fault("effective_from", "too_early", "不能早于今天，且须晚于上一版协议的生效日")
        raise Invalid(errors=[fault])
    digest = fingerprint(text)
    values = {"version": version, "text": text, "sha256": digest, "day": effective_from}
    made = tx.exec_driver_sql(_PUBLISH, values | {"by": actor.person_id, "now": now}).scalar_one()
    members = tx.exec_driver_sql(_MEMBERS).scalars().all()
    told: dict[str, Any] = {"template": "agreement_published", "audience": Audience.OWNER}
    told |= {"values": {"level": f"{effective_from:%Y-%m-%d}"}}
    owed = [Owed("notice", f"agreement:{made}:{one}", told | {"dealer_ids": [one]}) for one in members]
    outbox.put(tx, owed, now)
    return Published(made, version, digest, effective_from, len(members))


IN_FORCE = "SELECT id FROM agreement WHERE effective_from <= %(day)s ORDER BY effective_from DESC LIMIT 1"
_AGREEMENT = "SELECT id, sha256, effective_from FROM agreement WHERE version = %(version)s"
_SIGNED = "SELECT 1 FROM agreement_signature WHERE dealer_id = %(dealer)s AND agreement_id = %(id)s LIMIT 1"
_SIGN = """
INSERT INTO agreement_signature (agreement_id, dealer_id, person_id, sha256, device_id, signed_at)
VALUES (%(id)s, %(dealer)s, %(person)s, %(sha256)s, %(device)s, %(now)s) RETURNING id
"""
_MEMBER = """
SELECT joined_on FROM alliance_membership WHERE dealer_id = %(dealer)s AND left_on IS NULL
"""
_JOIN = (
    "INSERT INTO alliance_membership (dealer_id, joined_on) VALUES (%(dealer)s, %(day)s) RETURNING joined_on"
)


@use_case
def sign(tx: Connection, actor: Actor, version: int, sha256: str, now: datetime) -> Signed:
    """The owner says yes to the text with this hash; who is no member becomes one today.

    Newcomers sign what is in force, members also what comes. `OtherText` where something else was shown,
    `NotSignable` for a version that was replaced or is signed already.
    """
    dealer_id = _own(actor)
    _hold(tx, dealer_id)
    row = tx.exec_driver_sql(_AGREEMENT, {"version": version}).first()
    if row is None:
        raise NotFound
    today = local_date(now)
    since = tx.exec_driver_sql(_MEMBER, {"dealer": dealer_id}).scalar()
    current = tx.exec_driver_sql(IN_FORCE, {"day": today}).scalar()
    asked = {"id": row.id, "dealer": dealer_id}
    coming = since is not None and row.effective_from > today
    known = since is not None and tx.exec_driver_sql(_SIGNED, asked).first() is not None
    if known or (row.id != current and not coming):
        raise NotSignable
    if row.sha256 != sha256:
        raise OtherText
    values = asked | {"person": actor.person_id, "sha256": sha256, "device": actor.device_id, "now": now}
    made = tx.exec_driver_sql(_SIGN, values).scalar_one()
    if since is None:
        since = tx.exec_driver_sql(_JOIN, {"dealer": dealer_id, "day": today}).scalar_one()
        _flag(tx, dealer_id, True)
    return Signed(made, version, sha256, now, since)


_LEAVE = """
UPDATE alliance_membership SET left_on = greatest(joined_on, %(day)s), left_by = %(by)s
 WHERE dealer_id = %(dealer)s AND left_on IS NULL RETURNING dealer_id, joined_on, left_on
"""


@use_case
def leave(tx: Connection, actor: Actor, dealer_id: int | None, now: datetime) -> Left:
    """The owner leaves, or an admin ends a dealer's membership; yesterday is its last day. The reward is by months.

    `NotFound` for who is no member, and for an owner who names another dealer.
    Who joined today and leaves today had a day.
    """
    if actor.role != Role.ADMIN:
        dealer_id = _own(actor, dealer_id)
    if dealer_id is None:
        raise Invalid(errors=[Fault("dealer_id", "required", "请指明经销商")])
    _hold(tx, dealer_id)
    yesterday = local_date(now) - timedelta(days=1)
    values: dict[str, Any] = {"dealer": dealer_id, "day": yesterday, "by": actor.person_id}
    row = tx.exec_driver_sql(_LEAVE, values).first()
    if row is None:
        raise NotFound
    _flag(tx, dealer_id, False)
    return Left(*row)


def _own(actor: Actor, named: int | None = None) -> int:
    own = actor.role == Role.DEALER_OWNER and named in (None, actor.dealer_id)
    if not own or actor.dealer_id is None:
        raise NotFound
    return actor.dealer_id


def _hold(tx: Connection, dealer_id: int) -> None:
    found = tx.exec_driver_sql("SELECT 1 FROM dealer WHERE id = %(id)s FOR NO KEY UPDATE", {"id": dealer_id})
    if found.first() is None:
        raise NotFound


def _flag(tx: Connection, dealer_id: int, member: bool) -> None:
    """What dispatch and promises read."""
    values = {"id": dealer_id, "member": member}
    tx.exec_driver_sql("UPDATE dealer SET alliance = %(member)s WHERE id = %(id)s", values)
