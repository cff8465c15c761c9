"""What a person does with the own inbox: read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, update

from domain.actors import Actor
from domain.errors import NotFound
from models.notice import InboxItem
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class InboxRead:
    """An item and when it was first read."""

    id: int
    read_at: datetime


@use_case
def mark_read(tx: Connection, actor: Actor, item_id: int, now: datetime) -> InboxRead:
    """Note that the person has read it; again changes nothing. `NotFound` for anybody else's."""
    mine = (InboxItem.id == item_id, InboxItem.person_id == actor.person_id)
    done = tx.execute(
        update(InboxItem)
        .where(*mine)
        .values(read_at=func.coalesce(InboxItem.read_at, now))
        .returning(InboxItem.read_at)
    ).scalar_one_or_none()
    if done is None:
        raise NotFound
    return InboxRead(item_id, done)
