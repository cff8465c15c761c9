"""The brand's reports: each as JSON by pages and as a file, its definition beside the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from flask import Response

from api import paging, routes
from api.files import CSV, attached
from api.routes import Call, route
from api.schemas.reports import FileQuery, ReportQuery
from domain.calendar import local_date
from domain.reports import Definition, grouping, period
from services.queries.reports import asking, sheet
from services.queries.reports.asking import Asked, Report
from services.queries.reports.causes import CAUSES_REPORT
from services.queries.reports.complaint_reasons import COMPLAINT_REASONS
from services.queries.reports.coverage_holes import COVERAGE_HOLES
from services.queries.reports.damage import DAMAGE
from services.queries.reports.fairness import FAIRNESS
from services.queries.reports.on_time import ON_TIME
from services.queries.reports.promised import PROMISED

area = routes.area("reports", "报表")
REPORTS: tuple[Report[Any], ...] = (
    ON_TIME,
    PROMISED,
    FAIRNESS,
    COMPLAINT_REASONS,
    CAUSES_REPORT,
    DAMAGE,
    COVERAGE_HOLES,
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReportPage(Generic[T]):
    """Some rows, what they are of, how they are to be read, and the columns' names in their order."""

    name: str
    title: str
    since: date
    until: date
    by: tuple[str, ...]
    definition: Definition
    heads: Mapping[str, str]
    items: tuple[T, ...]
    next_cursor: str | None


def _asked(report: Report[Any], query: Mapping[str, Any], call: Call) -> Asked:
    return Asked(
        period(query["since"], query["until"], local_date(call.now)),
        grouping(query["by"], tuple(report.dims), report.fixed),
        query["channel_id"],
        query["dealer_id"],
        query["region"],
    )


def _as_json(report: Report[Any]) -> Any:
    def view(call: Call, query: Mapping[str, Any]) -> ReportPage[Any]:
        asked = _asked(report, query, call)
        after = paging.key(query["cursor"], *(report.dims[name] for name in asked.by))
        rows = asking.page(call.who, report, asked, after, query["limit"] + 1, call.now)
        shown = paging.page(rows, query["limit"], lambda row: asking.key_of(report, asked.by, row))
        days = asked.period
        return ReportPage(
            report.name,
            report.title,
            days.since,
            days.until,
            asked.by,
            report.definition,
            dict(report.heads),
            shown.items,
            shown.next_cursor,
        )

    return view


def _as_file(report: Report[Any]) -> Any:
    def view(call: Call, query: Mapping[str, Any]) -> Response:
        asked = _asked(report, query, call)
        rows = asking.whole(call.who, report, asked, call.now)
        days = asked.period
        return attached(sheet.written(report, days, rows), f"{report.name}-{days.since}-{days.until}.csv")

    return view


def _declare(report: Report[Any]) -> None:
    path, permission = f"/reports/{report.name}", "report:read_own" if report.own else "report:read"
    grouped = f"`by`：{'、'.join(report.dims)} 中任选，或 total。"
    page, file = _as_json(report), _as_file(report)
    page.__name__ = report.name.replace("-", "_")
    file.__name__ = f"{page.__name__}_file"
    page.__doc__ = f"{grouped}应答内有统计口径。"
    file.__doc__ = f"{grouped}UTF-8（带 BOM），口径在表格下方；最多 {asking.MOST_ROWS} 行。"
    told: dict[str, Any] = {"permission": permission, "errors": (404, 409)}
    answer = ReportPage[report.row]  # type: ignore[name-defined]  # each report's own row
    route(area, "GET", path, query=ReportQuery, answer=answer, summary=report.title, **told)(page)
    route(area, "GET", f"{path}.csv", query=FileQuery, media=CSV, summary=f"{report.title}（文件）", **told)(
        file
    )


for _report in REPORTS:
    _declare(_report)
