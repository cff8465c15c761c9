"""Who could do one job: the dealers that cover it, ranked, with a reason for every step (domain.md §3).

The ranking is `domain/dispatch.py`, what it asks about is read by `rounds.py`; a run over many jobs uses that itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.dispatch import Candidate, Funnel
from domain.geo import Point
from domain.job import JobState
from services.direct import Asked
from services.parts.rounds import Round, point_of
from services.personal import Erased, reveal, unwrap

_PLACE = """
SELECT o.personal, subject.wrapped_key FROM order_line
  JOIN customer_order o ON o.id = order_line.order_id JOIN subject ON subject.id = o.subject_id
 WHERE order_line.id = %(line)s
"""


def door(tx: Connection, order_line_id: int) -> Point | None:
    """The customer's point, when one is known and not erased."""
    return door_of(tx.exec_driver_sql(*asking_door(order_line_id)).first())


def asking_door(order_line_id: int) -> Asked:
    """The statement of `door`, for who asks more at once; `door_of` reads the row it finds."""
    return _PLACE, {"line": order_line_id}


def door_of(row: Any) -> Point | None:
    """See `asking_door`."""
    if row is None:
        return None
    try:
        personal = reveal(unwrap(row.wrapped_key), "customer_order.personal", row.personal)
    except Erased:
        return None
    return point_of(personal.get("point"))


def rank(tx: Connection, job: JobState, now: datetime) -> Funnel:
    """The dealers covering this job, best first."""
    this = Round(now)
    this.look(tx, [job])
    return this.funnel(job)


def covering(tx: Connection, division_code: str, category_code: str, now: datetime) -> frozenset[int]:
    """The dealers whose coverage names this division for this category, free or remote."""
    this = Round(now)
    this.read(tx, [(division_code, category_code)])
    return this.servers((division_code, category_code))


def as_json(funnel: Funnel) -> str:
    """The funnel as kept with the offer: ids, codes and words, nothing personal."""
    return orjson.dumps([*_told(funnel.ranked, True), *_told(funnel.dropped, False)]).decode()


def _told(candidates: Sequence[Candidate], kept: bool) -> list[dict[str, Any]]:
    return [
        {
            "dealer_id": one.dealer_id,
            "zone": one.zone,
            "distance_m": one.distance_m,
            "in": kept,
            "steps": one.steps,  # orjson writes dataclasses itself, ten times as fast as asdict
        }
        for one in candidates
    ]
