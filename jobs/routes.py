"""Installers' days of today and tomorrow get their proposed order; again when a booking changes."""

from __future__ import annotations

from datetime import datetime

from domain import route
from jobs.route_solver import NAME, best_order
from services import day_plans


def plan_days(now: datetime) -> dict[str, int]:
    """Plan what is owed, each day in a transaction of its own; how many days, and how many stops need an eye."""
    days = warned = 0
    for owed in day_plans.owed(now):
        found = day_plans.read(owed, now)
        stops = route.stops(found.facts, best_order(route.problem(found.facts)))
        day_plans.keep(found, stops, NAME, now)
        days, warned = days + 1, warned + sum(bool(stop.warnings) for stop in stops)
    return {"days": days, "warned": warned}
