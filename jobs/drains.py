"""Tasks put together from several use cases; everything else on the timetable is a function of a service."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

from domain.calendar import month_of
from services import order_imports, statements


def imports(now: datetime) -> dict[str, int]:
    """Take every waiting order file to its end, one after another."""
    began, done = time.monotonic(), 0
    while True:
        at = now + timedelta(seconds=time.monotonic() - began)
        import_id = order_imports.claim_next(at)
        if import_id is None:
            return {"imports": done}
        order_imports.run_import(import_id, at)
        done += 1


def last_months_statements(now: datetime) -> Any:
    """Draw the statements of the month before: on 1 March those of February."""
    return statements.draw(month_before(now), now)


def month_before(now: datetime) -> date:
    """The first day of the month before the one it is in Shanghai."""
    return (month_of(now) - timedelta(days=1)).replace(day=1)
