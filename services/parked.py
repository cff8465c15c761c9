"""What the outbox gave up (`parked`): a person has it tried again, or says why it is not owed any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from domain.actors import Actor
from domain.errors import Conflict, NotFound
from models.notice import Outbox
from services.parts import access
from services.queries.owed import DROPPABLE
from services.uow import use_case


class NotParked(Conflict):
    """It is on its way, done, or somebody else has decided already."""

    code = "not_parked"
    title = "该项不在待处理状态"


class NotDroppable(Conflict):
    """It moves money, or somebody's work hangs on it: it may only be tried again."""

    code = "not_droppable"
    title = "涉及金额或工单的事项不能放弃，只能再次执行"


@use_case
def again(tx: Connection, outbox_id: int, now: datetime) -> None:
    """Due at once, with all its attempts before it. What WeChat may have delivered may then arrive twice."""
    _settle(tx, outbox_id, state="pending", attempts=0, next_at=now, msgid=None)


@use_case
def drop(tx: Connection, actor: Actor, outbox_id: int, reason: str, now: datetime) -> None:
    """Never to be tried again; who said so and why stays with it. `NotDroppable` unless it is one of `DROPPABLE`."""
    values = {"dropped_by": actor.person_id, "dropped_why": reason, "dropped_at": now}
    _settle(tx, outbox_id, DROPPABLE, state="dropped", **values)
    access.note(tx, "outbox_dropped", now, actor, outbox_id=outbox_id)


def _settle(tx: Connection, outbox_id: int, kinds: Collection[str] | None = None, **values: Any) -> None:
    """`NotFound`, `NotParked`; `NotDroppable` for another kind than these."""
    mine = Outbox.id == outbox_id
    row = tx.execute(select(Outbox.state, Outbox.kind).where(mine).with_for_update()).first()
    if row is None:
        raise NotFound
    if row.state != "parked":
        raise NotParked
    if kinds is not None and row.kind not in kinds:
        raise NotDroppable
    tx.execute(update(Outbox).where(mine).values(**values))
