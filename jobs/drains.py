"""Tasks put together from several use cases; everything else on the timetable is a function of a service."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from domain.calendar import month_of
from services import (
    adjustments,
    departures,
    fees,
    order_imports,
    owing,
    photo_keeping,
    remote_fees,
    statements,
)


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


Pay = Callable[[Mapping[str, Any], datetime], Any]

# One consumer for each kind of debt that is no notice; a test looks for kinds nobody pays.
PAYS: Mapping[str, Pay] = {
    "installer_left": lambda owed, now: departures.installer_left(owed["person_id"], owed["dealer_id"], now),
    "erase_photos": lambda owed, now: photo_keeping.erase_photos(owed["subject_ids"], now),
    "charge_refund": adjustments.charge_refund,
    "compensation": adjustments.compensation,
    "visit_ruled": remote_fees.follow,
    "held_penalty": fees.post_held,
    "excused_penalty": adjustments.take_back_excused,
    "audit_reversed": fees.post_reversed,
    "quality": fees.post_quality,
    "refund_after_close": adjustments.refund_after_close,
}


def owed(now: datetime) -> dict[str, int]:
    """Pay what the outbox owes, one after another; what fails is tried again later and stops nobody else."""
    paid = failed = 0
    while (debt := owing.take(list(PAYS), now)) is not None:
        try:
            PAYS[debt.kind](debt.payload, now)
        except Exception as error:
            owing.failed(debt, f"{type(error).__name__}: {error}", now)
            failed += 1
        else:
            owing.done(debt, now)
            paid += 1
    return {"paid": paid, "failed": failed}


def last_months_statements(now: datetime) -> Any:
    """Draw the statements of the month before: on 1 March those of February."""
    return statements.draw(month_before(now), now)


def month_before(now: datetime) -> date:
    """The first day of the month before the one it is in Shanghai."""
    return (month_of(now) - timedelta(days=1)).replace(day=1)
