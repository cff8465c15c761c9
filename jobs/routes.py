"""Installers' days of today and tomorrow get their proposed order; again when a booking changes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from domain import route
from jobs.route_solver import NAME, best_order
from services import day_plans
from services.day_plans import Owed


def plan_days(now: datetime) -> dict[str, int]:
    """Plan what is owed, each day in a transaction of its own; how many days, and how many stops need an eye.

    A day that cannot be planned stops no other: it is counted under the error's name and owed again the next time.
    """
    counts: Counter[str] = Counter(days=0, warned=0)
    for owed in day_plans.owed(now):
        try:
            counts["warned"] += _plan(owed, now)
            counts["days"] += 1
        except Exception as error:  # one bad row must not stop the rest
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            counts[type(error).__name__] += 1
    return dict(counts)


def _plan(owed: Owed, now: datetime) -> int:
    found = day_plans.read(owed, now)
    stops = route.stops(found.facts, best_order(route.problem(found.facts)))
    day_plans.keep(found, stops, NAME, now)
    return sum(bool(stop.warnings) for stop in stops)
