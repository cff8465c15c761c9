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
from api.schemas.reports import BehindQuery, FileQuery, ReportQuery, SpanQuery
from domain.calendar import local_date
from domain.reports import Definition, grouping, period
from services.queries import money_standing
from services.queries.money_standing import MoneyStanding
from services.queries.reports import asking, evidence_weeks, sheet
from services.queries.reports.asking import Asked, JobBehind, Report
from services.queries.reports.causes import CAUSES_REPORT
from services.queries.reports.complaint_reasons import COMPLAINT_REASONS
from services.queries.reports.coverage_holes import COVERAGE_HOLES
from services.queries.reports.damage import DAMAGE
from services.queries.reports.evidence_weeks import EvidenceWeek
from services.queries.reports.fairness import FAIRNESS
from services.queries.reports.fees import FEES
from services.queries.reports.on_time import ON_TIME
from services.queries.reports.promised import PROMISED
from services.queries.reports.satisfaction import SATISFACTION

area = routes.area("reports", "报表")
REPORTS: tuple[Report[Any], ...] = (
    ON_TIME,
    PROMISED,
    FAIRNESS,
    SATISFACTION,
    FEES,
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


@dataclass(frozen=True, slots=True)
class JobsBehind:
    """Jobs that a figure counted; `title` says which."""

    title: str
    since: date
    until: date
    items: tuple[JobBehind, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EvidenceWeeks:
    """All weeks of the days asked for, oldest first, and how they are to be read."""

    since: date
    until: date
    definition: Definition
    items: tuple[EvidenceWeek, ...]


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


def _as_jobs(report: Report[Any]) -> Any:
    def view(call: Call, query: Mapping[str, Any]) -> JobsBehind:
        asked = _asked(report, {**query, "by": None, "region": "city"}, call)
        before, limit = paging.number(query["cursor"]), query["limit"]
        found = asking.behind(call.who, report, asked, query["which"], before, limit + 1, call.now)
        shown = paging.page(found, limit, lambda job: (job.job_id,))
        words = report.behind[query["which"]][0] if query["which"] else "全部"
        return JobsBehind(
            f"{report.title}：{words}", asked.period.since, asked.period.until, shown.items, shown.next_cursor
        )

    return view


def _declare(report: Report[Any]) -> None:
    path = f"/reports/{report.name}"
    grouped = f"`by`：{'、'.join(report.dims)} 中任选，或 total。"
    page, file = _as_json(report), _as_file(report)
    page.__name__ = report.name.replace("-", "_")
    file.__name__ = f"{page.__name__}_file"
    page.__doc__ = f"{grouped}应答内有统计口径。"
    file.__doc__ = f"{grouped}UTF-8（带 BOM），口径在表格下方；最多 {asking.MOST_ROWS} 行。"
    told: dict[str, Any] = {"permission": report.permission, "errors": (404, 409)}
    answer = ReportPage[report.row]  # type: ignore[name-defined]  # each report's own row
    route(area, "GET", path, query=ReportQuery, answer=answer, summary=report.title, **told)(page)
    route(area, "GET", f"{path}.csv", query=FileQuery, media=CSV, summary=f"{report.title}（文件）", **told)(
        file
    )
    if report.behind:
        jobs = _as_jobs(report)
        jobs.__name__ = f"{page.__name__}_jobs"
        named = "、".join(f"{name} {words}" for name, (words, _) in report.behind.items())
        jobs.__doc__ = f"`which`：{named}。由新到旧。"
        summary = f"{report.title}（背后的工单）"
        route(area, "GET", f"{path}/jobs", query=BehindQuery, answer=JobsBehind, summary=summary, **told)(
            jobs
        )


for _report in REPORTS:
    _declare(_report)


@route(area, "GET", "/reports/evidence-weeks", permission="report:read", query=SpanQuery, answer=EvidenceWeeks,
       summary="照片稽核（按周）")  # fmt: skip
def weeks_of_evidence(call: Call, query: Mapping[str, Any]) -> EvidenceWeeks:
    """Brand-wide: jobs judged and failed with the 95 % interval, photos received and found used before."""
    days = period(query["since"], query["until"], local_date(call.now))
    found = tuple(evidence_weeks.rows(call.who, days))
    return EvidenceWeeks(days.since, days.until, evidence_weeks.SHEET.definition, found)


@route(area, "GET", "/reports/evidence-weeks.csv", permission="report:read", query=SpanQuery, media=CSV,
       summary="照片稽核（按周，文件）")  # fmt: skip
def weeks_of_evidence_file(call: Call, query: Mapping[str, Any]) -> Response:
    """The same rows as a file."""
    days = period(query["since"], query["until"], local_date(call.now))
    written = sheet.written(evidence_weeks.SHEET, days, evidence_weeks.rows(call.who, days))
    return attached(written, f"evidence-weeks-{days.since}-{days.until}.csv")


@route(area, "GET", "/reports/money-standing", permission="report:read_money", answer=MoneyStanding,
       summary="资金现状")  # fmt: skip
def standing(_: Call) -> MoneyStanding:
    """What dealers are owed at this moment, and what is held and why."""
    return money_standing.now()
