"""The working calendar of the State Council, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import routes
from api.routes import Call, route
from api.schemas.base import FIRST_YEAR, LAST_YEAR
from api.schemas.clocks import YearBody
from domain.errors import NotFound
from services import calendars
from services.calendars import Loaded, YearPage

area = routes.area("calendar", "工作日历")


@route(
    area,
    "GET",
    "/calendar/<id:year>",
    permission="calendar:read",
    answer=YearPage,
    summary="查看一年的工作日历",
)
def read_year(call: Call, year: int) -> YearPage:
    """Days unlike Monday to Friday; an unpublished year has none, and clocks reaching into it are provisional."""
    return calendars.of_year(_known(year))


@route(
    area,
    "PUT",
    "/calendar/<id:year>",
    permission="calendar:edit",
    body=YearBody,
    answer=Loaded,
    summary="发布或更正一年的工作日历",
)
def load_year(call: Call, body: Mapping[str, Any], year: int) -> Loaded:
    """Replaces the whole year and works out the due times of running clocks anew."""
    return calendars.load_year(_known(year), body["days"], body["source"], call.who, call.now)


def _known(year: int) -> int:
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise NotFound
    return year
