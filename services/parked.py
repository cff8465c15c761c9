"""What the outbox gave up (`parked`): a person has it tried again, or says why it is not owed any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from domain.actors import Actor
from domain.errors import Conflict, NotFound
from models.notice import Outbox
from services.uow import use_case


class NotParked(Conflict):
    """It is on its way, done, or somebody else has decided already."""

    code = "not_parked"
    title = "该项不在待处理状态"


@use_case
def again(tx: Connection, outbox_id: int, now: datetime) -> None:
    """Due at once, with all its attempts before it. What WeChat may have delivered may then arrive twice."""
    _settle(tx, outbox_id, state="pending", attempts=0, next_at=now, msgid=None)


@use_case
def drop(tx: Connection, actor: Actor, outbox_id: int, reason: str, now: datetime) -> None:
    """Never to be tried again; who said so and why stays with it."""
    _settle(tx, outbox_id, state="dropped", dropped_by=actor.person_id, dropped_why=reason, dropped_at=now)


def _settle(tx: Connection, outbox_id: int, **values: Any) -> None:
    """`NotFound`, `NotParked`."""
    mine = Outbox.id == outbox_id
    state = tx.execute(select(Outbox.state).where(mine).with_for_update()).scalar_one_or_none()
    if state is None:
        raise NotFound
    if state != "parked":
        raise NotParked
    tx.execute(update(Outbox).where(mine).values(**values))
