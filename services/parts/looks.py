"""Who of the brand looked at which photo, written before the photo is out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor

_LOOKED = "INSERT INTO photo_view (photo_id, person_id, at) SELECT unnest(%(photos)s::bigint[]), %(person)s, %(now)s"


def record(tx: Connection, actor: Actor, photo_ids: Sequence[int], now: datetime) -> None:
    """One row a photo; nothing for a caller who is nobody in particular."""
    if photo_ids and actor.person_id is not None:
        tx.exec_driver_sql(_LOOKED, {"photos": list(photo_ids), "person": actor.person_id, "now": now})
