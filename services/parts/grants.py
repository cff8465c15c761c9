"""The ledger of one-time subscribe grants, inside a caller's transaction.

WeChat tells nobody how many are left, so we count: its events add and take away, our sends spend, and its refusal
(43101) sets the count right again. What a phone claims is a hint: it never counts, it only lets one message be tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import current_app
from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from models.notice import Grant

ACCEPTED = frozenset({"accept", "acceptWithAudio"})  # what a tap that allows one message is called


def wechat_id(name: str) -> str:
    """WeChat's id of a line of `domain.notices.SUBSCRIBE`; the name itself where none is set (the stand-in)."""
    ids: Mapping[str, str] = current_app.extensions.get("wechat_templates", {})
    return ids.get(name, name)


def usable(tx: Connection, identity_id: int, template: str) -> bool:
    """Whether a message may be tried: a grant is left, or the phone says so and WeChat has not spoken yet."""
    found = select(Grant.identity_id).where(
        Grant.identity_id == identity_id,
        Grant.template == template,
        or_(Grant.remaining > 0, Grant.hinted_at.is_not(None)),
    )
    return tx.execute(found).first() is not None


def add(tx: Connection, identity_id: int, template: str, at: datetime) -> None:
    """One more: the person tapped accept, WeChat says."""
    new = insert(Grant).values(identity_id=identity_id, template=template, remaining=1, updated_at=at)
    values = {
        "remaining": Grant.remaining + 1,
        "hinted_at": None,
        "updated_at": func.greatest(Grant.updated_at, at),
    }
    tx.execute(new.on_conflict_do_update(index_elements=[Grant.identity_id, Grant.template], set_=values))


def take_away(tx: Connection, identity_id: int, template: str, at: datetime) -> None:
    """None left: switched off in the settings. An event older than what we know changes nothing."""
    _set(tx, identity_id, template, at, Grant.updated_at <= at)


def refused(tx: Connection, identity_id: int, template: str, now: datetime) -> None:
    """None left: WeChat refused a message for want of one."""
    _set(tx, identity_id, template, now, Grant.identity_id == identity_id)


def _set(tx: Connection, identity_id: int, template: str, at: datetime, when: object) -> None:
    new = insert(Grant).values(identity_id=identity_id, template=template, remaining=0, updated_at=at)
    values = {"remaining": 0, "hinted_at": None, "updated_at": func.greatest(Grant.updated_at, at)}
    tx.execute(
        new.on_conflict_do_update(
            index_elements=[Grant.identity_id, Grant.template],
            set_=values,
            where=when,  # type: ignore[arg-type]  # an SQL condition
        )
    )


def spend(tx: Connection, identity_id: int, template: str, now: datetime) -> None:
    """One less: a message went out."""
    tx.execute(
        update(Grant)
        .where(Grant.identity_id == identity_id, Grant.template == template)
        .values(
            remaining=func.greatest(Grant.remaining - 1, 0),
            hinted_at=None,
            updated_at=func.greatest(Grant.updated_at, now),
        )
    )


def hint(tx: Connection, identity_id: int, template: str, now: datetime) -> None:
    """The phone says that its person tapped accept."""
    new = insert(Grant).values(
        identity_id=identity_id, template=template, remaining=0, hinted_at=now, updated_at=now
    )
    tx.execute(
        new.on_conflict_do_update(index_elements=[Grant.identity_id, Grant.template], set_={"hinted_at": now})
    )
