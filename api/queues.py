"""Work lists of brand staff and of dealers' desks: complaints, what waits, whose job it is; deeds are the job's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import BigId, Body, Flag, PageQuery, PlainText
from services.queries import desk, finding, queues, said, waiting
from services.queries.desk import DeskLine
from services.queries.finding import FoundJob
from services.queries.queues import ComplaintLine
from services.queries.said import ComplaintPage, NoteLine
from services.queries.waiting import Waiting

area = routes.area("queues", "投诉")


class ComplaintQuery(PageQuery):
    """Open ones unless `open=false`; of one job all, unless `open` is said."""

    open = Flag(load_default=None)
    job_id = BigId(load_default=None)


@route(
    area,
    "GET",
    "/complaints",
    permission="complaint:read",
    query=ComplaintQuery,
    answer=Page[ComplaintLine],
    summary="投诉列表",
)
def complaint_list(call: Call, query: Mapping[str, Any]) -> Page[ComplaintLine]:
    """Oldest first; within the caller's horizon. Finance finds those with a compensation, mostly by `open=false`."""
    job_id = query["job_id"]
    is_open = True if query["open"] is None and job_id is None else query["open"]
    after = paging.number(query["cursor"]) or 0
    found = queues.complaints(call.who, is_open, after, query["limit"] + 1, job_id)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "GET",
    "/complaints/<id:complaint_id>",
    permission="complaint:read",
    answer=ComplaintPage,
    errors=(404,),
    summary="投诉详情",
)
def complaint_page(call: Call, complaint_id: int) -> ComplaintPage:
    """The words, the replies, the verdict. Dealers read theirs without name and numbers; the brand's is recorded."""
    return said.complaint(call.who, complaint_id, call.now)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/notes",
    permission="job:read_notes",
    answer=Page[NoteLine],
    errors=(404,),
    summary="工单上写过的话",
)
def job_notes(call: Call, job_id: int) -> Page[NoteLine]:
    """Disputes, ratings, urges and their answers, reasons for declining. Read as complaints are."""
    return Page(said.notes(call.who, job_id, call.now), None)


class FindBody(Body):
    """The number of an order or of a job, or a mobile number whole. In the body: an address stands in logs."""

    text = PlainText(60, required=True)


@route(
    area,
    "POST",
    "/job-searches",
    permission="job:find",
    body=FindBody,
    answer=Page[FoundJob],
    kept=False,
    summary="按订单号、手机号或工单号查找工单",
)
def job_search(call: Call, body: Mapping[str, Any]) -> Page[FoundJob]:
    """Every job of the orders meant, newest first, the customer masked."""
    return Page(finding.jobs(call.who, body["text"]), None)


@route(
    area,
    "GET",
    "/waiting",
    permission="waiting:read",
    answer=Waiting,
    summary="客服待办一览",
)
def waiting_now(call: Call) -> Waiting:
    """How much waits and since when: queues, complaints, appeals, reviews, repairs."""
    return waiting.of(call.who)


@route(
    area,
    "GET",
    "/desk",
    permission="desk:read",
    answer=Page[DeskLine],
    summary="网点待办一览",
)
def desk_now(call: Call) -> Page[DeskLine]:
    """What waits for the own dealer and how much of it, what runs out first on top; only what waits at all."""
    return Page(desk.waiting(call.who, call.now), None)
