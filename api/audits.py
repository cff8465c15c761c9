"""Audits: the queue, verdicts, appeals, and what the verdicts say about each dealer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import Response

from api import paging, routes
from api.files import CSV, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.audits import (
    AppealAnswerBody,
    AuditAppealBody,
    AuditQuery,
    EvidenceFileQuery,
    EvidenceQuery,
    PaceQuery,
    VerdictBody,
)
from domain.calendar import local_date
from domain.reports import period
from services import audits
from services.audits import AppealState, Heard, Said
from services.queries import audits as found
from services.queries import own_audits, scenes
from services.queries.audits import AuditLine, AuditPage, Key
from services.queries.own_audits import OwnAudits
from services.queries.reports import evidence, sheet
from services.queries.reports.asking import MOST_ROWS
from services.queries.reports.evidence import Agreement, EvidenceRow
from services.queries.scenes import Scene

area = routes.area("audits", "稽核")


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Some rows, and how far auditors agree in the whole period."""

    since: date
    until: date
    agreement: Agreement
    items: tuple[EvidenceRow, ...]
    next_cursor: str | None


@route(
    area,
    "GET",
    "/audits",
    permission="audit:read",
    query=AuditQuery,
    answer=Page[AuditLine],
    summary="稽核列表",
)
def audit_list(call: Call, query: Mapping[str, Any]) -> Page[AuditLine]:
    """Riskiest first, then oldest; without those the caller has spoken about already."""
    after = cast("Key | None", paging.key(query["cursor"], int, datetime, int))
    lines = found.listed(call.who, query["state"], after, query["limit"] + 1)
    return paging.page(lines, query["limit"], found.key_of)


@route(
    area,
    "GET",
    "/audits/<id:job_id>",
    permission="audit:see",
    answer=AuditPage,
    errors=(404,),
    summary="稽核详情",
)
def audit(call: Call, job_id: int) -> AuditPage:
    """What was said is shown once it is settled; a dealer's owner sees its own verdicts with their reasons."""
    return found.one(call.who, job_id)


@route(
    area,
    "POST",
    "/audits/<id:job_id>/verdict",
    permission="audit:judge",
    body=VerdictBody,
    answer=Heard,
    errors=(404, 409),
    summary="稽核结论",
)
def verdict(call: Call, body: Mapping[str, Any], job_id: int) -> Heard:
    """With reasons per photo; `kept`: another person must speak first. An admin decides where two differ."""
    said = Said(**{**body, "photos": tuple(body["photos"])})
    return audits.judge(call.who, job_id, said, call.now)


@route(
    area,
    "POST",
    "/audits/<id:job_id>/appeal",
    permission="audit:appeal",
    body=AuditAppealBody,
    answer=AppealState,
    errors=(404, 409),
    summary="稽核申诉",
)
def appeal(call: Call, body: Mapping[str, Any], job_id: int) -> AppealState:
    """The dealer's owner, once, within seven days; the answer has a clock."""
    return audits.appeal(call.who, job_id, body["reason"], call.now)


@route(
    area,
    "POST",
    "/audits/<id:job_id>/answer-appeal",
    permission="audit:answer_appeal",
    body=AppealAnswerBody,
    answer=AppealState,
    errors=(404, 409),
    summary="答复稽核申诉",
)
def answer_appeal(call: Call, body: Mapping[str, Any], job_id: int) -> AppealState:
    """By nobody who gave a verdict on this job; granted, score and fees are put right."""
    return audits.answer(call.who, job_id, body["granted"], body["reason"], call.now)


@route(
    area,
    "GET",
    "/audits/mine",
    permission="audit:read",
    query=PaceQuery,
    answer=OwnAudits,
    summary="我的稽核节奏",
)
def mine(call: Call, query: Mapping[str, Any]) -> OwnAudits:
    """One's own verdicts by day, how long each took, and how often a second person said the same."""
    days = period(query["since"], query["until"], local_date(call.now))
    return own_audits.of(call.who, days)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/scene",
    permission="audit:read",
    answer=Scene,
    errors=(404,),
    summary="取证地点与时间",
)
def scene(call: Call, job_id: int) -> Scene:
    """Where and when check-ins and photos were made: metres from the door, no coordinates, and every clock's word."""
    return scenes.of_job(call.who, job_id)


@route(
    area,
    "GET",
    "/reports/evidence",
    permission="report:read",
    query=EvidenceQuery,
    answer=EvidencePage,
    summary="照片稽核",
)
def evidence_report(call: Call, query: Mapping[str, Any]) -> EvidencePage:
    """By dealer and month: drawn, failed, the failure rate with its 95 % interval, how many more are needed."""
    days = period(query["since"], query["until"], local_date(call.now))
    after = cast("tuple[date, int] | None", paging.key(query["cursor"], date, int))
    rows = evidence.rows(call.who, days, query["dealer_id"], after, query["limit"] + 1)
    shown = paging.page(rows, query["limit"], lambda row: (row.month, row.dealer_id))
    agreed = evidence.agreed(call.who, days, query["dealer_id"])
    return EvidencePage(days.since, days.until, agreed, shown.items, shown.next_cursor)


@route(
    area,
    "GET",
    "/reports/evidence.csv",
    permission="report:read",
    query=EvidenceFileQuery,
    media=CSV,
    summary="照片稽核（文件）",
)
def evidence_file(call: Call, query: Mapping[str, Any]) -> Response:
    """The same rows as a file, UTF-8 with BOM, with how they are to be read."""
    days = period(query["since"], query["until"], local_date(call.now))
    rows = evidence.rows(call.who, days, query["dealer_id"], None, MOST_ROWS)
    return attached(sheet.written(evidence.SHEET, days, rows), f"evidence-{days.since}-{days.until}.csv")
