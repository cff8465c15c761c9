"""Installers' days as routes: proposed orders of visits, for the installer and the dealer's desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api import routes
from api.routes import Call, route
from api.schemas.base import BigId, Day, Query
from domain.calendar import local_date
from services.queries import day_plans
from services.queries.day_plans import DayRoute

area = routes.area("day_plans", "师傅日程")


class DayQuery(Query):
    """A day in Shanghai; today unless given."""

    day = Day(load_default=None)


class DealerDayQuery(DayQuery):
    """Of one installer, or of all."""

    installer_id = BigId(load_default=None)


@dataclass(frozen=True, slots=True)
class DealerDay:
    """The installers of a dealer who have visits that day."""

    items: tuple[DayRoute, ...]


@route(area, "GET", "/me/day", permission="route:read", query=DayQuery, answer=DayRoute, summary="我的一天")
def my_day(call: Call, query: Mapping[str, Any]) -> DayRoute:
    """The visits in the order proposed, with estimated times and what cannot be kept."""
    return day_plans.of_installer(call.who, query["day"] or local_date(call.now), call.now)


@route(
    area,
    "GET",
    "/dealers/<id:dealer_id>/days",
    permission="route:oversee",
    query=DealerDayQuery,
    answer=DealerDay,
    errors=(404,),
    summary="师傅们的一天",
)
def dealer_day(call: Call, query: Mapping[str, Any], dealer_id: int) -> DealerDay:
    """The same for each of its installers."""
    day = query["day"] or local_date(call.now)
    return DealerDay(day_plans.of_dealer(call.who, dealer_id, query["installer_id"], day, call.now))
