"""Separate, refusable consents for phone, place and photos: every word is kept, the last one counts (§9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from domain.consents import Purpose, require_known
from models.person import Consent
from models.session import Session, WechatIdentity
from services.config import config
from services.parts import access
from services.parts.linking import PhoneSessionOnly
from services.uow import use_case

PURPOSES: tuple[Purpose, ...] = ("phone", "place", "photo")


@dataclass(frozen=True, slots=True)
class Said:
    """A consent as it stands: the version of the text, yes or no, and when."""

    purpose: str
    version: str
    given: bool
    at: datetime


@use_case
def say(tx: Connection, session_id: int, purpose: Purpose, version: str, given: bool, now: datetime) -> Said:
    """Record a yes or a no to one purpose, by the session's person or (before there is one) its account.

    `Invalid` for a version of which there is no text.
    """
    require_known(purpose, version)
    row = tx.execute(
        select(Session.person_id, Session.identity_id).where(Session.id == session_id)
    ).one_or_none()
    if row is None or (row.person_id is None and row.identity_id is None):
        raise PhoneSessionOnly
    said = {"purpose": purpose, "version": version, "given": given, "at": now}
    tx.execute(insert(Consent).values(person_id=row.person_id, identity_id=row.identity_id, **said))
    return Said(purpose, version, given, now)


@use_case
def authorization_revoked(tx: Connection, openid: str, now: datetime) -> None:
    """WeChat's event `user_authorization_revoke`: every consent is withdrawn, the account's sessions end.

    An openid we do not know is a no-op; the event delivered twice only says no twice.
    """
    row = tx.execute(
        select(WechatIdentity.id, WechatIdentity.person_id)
        .where(WechatIdentity.app_id == config().wechat_app_id, WechatIdentity.openid == openid)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return
    no = {"person_id": row.person_id, "identity_id": row.id, "version": "wechat", "given": False, "at": now}
    tx.execute(insert(Consent).values([{**no, "purpose": purpose} for purpose in PURPOSES]))
    revoked = access.revoke(tx, Session.identity_id == row.id, now)
    access.note(tx, "authorization_revoked", now, person_id=row.person_id, identity_id=row.id, count=revoked)
