"""The working calendar of the State Council, year by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import routes
from api.routes import Call, route
from api.schemas.base import FIRST_YEAR, LAST_YEAR
from api.schemas.clocks import YearBody, YearPreviewBody
from domain.errors import NotFound
from services import calendars
from services.calendars import Loaded, YearGiven, YearPage
from services.parts.corrections import Shown

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
    "POST",
    "/calendar/<id:year>/preview",
    permission="calendar:edit",
    body=YearPreviewBody,
    answer=Shown,
    summary="预览工作日历的变更",
)
def preview_year(call: Call, body: Mapping[str, Any], year: int) -> Shown:
    """Which clocks' due times and breaches would change, of the first ten thousand; nothing is written."""
    return calendars.preview_year(_given(year, body), call.who, call.now)


@route(
    area,
    "PUT",
    "/calendar/<id:year>",
    permission="calendar:edit",
    body=YearBody,
    answer=Loaded,
    status=202,
    errors=(409,),
    summary="发布或更正一年的工作日历",
)
def load_year(call: Call, body: Mapping[str, Any], year: int) -> Loaded:
    """The year stands at once, with its record; clocks follow. Where they change, `seen` of the preview is needed."""
    return calendars.load_year(_given(year, body), call.who, body["seen"], call.now)


def _given(year: int, body: Mapping[str, Any]) -> YearGiven:
    return YearGiven(_known(year), tuple(body["days"]), body["source"])


def _known(year: int) -> int:
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise NotFound
    return year
