"""A person's inbox: everything they were told, whatever wire it also went by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.actors import Actor
from models.notice import InboxItem
from services.uow import query


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One thing a person was told; `job_id` is the job it is about, if any."""

    id: int
    job_id: int | None
    template: str
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None


_COLUMNS = tuple(getattr(InboxItem, name) for name in InboxLine.__slots__)


@query
def listed(
    connection: Connection, actor: Actor, unread: bool | None, before: int | None, limit: int
) -> list[InboxLine]:
    """Newest first, those with an id below `before`. A customer by link has no inbox: the job's page tells all."""
    if actor.person_id is None:
        return []
    wanted = select(*_COLUMNS).where(InboxItem.person_id == actor.person_id)
    if unread is not None:
        wanted = wanted.where(InboxItem.read_at.is_(None) if unread else InboxItem.read_at.is_not(None))
    if before is not None:
        wanted = wanted.where(InboxItem.id < before)
    rows = connection.execute(wanted.order_by(InboxItem.id.desc()).limit(limit))
    return [InboxLine(*row) for row in rows]
