"""Work lists of brand staff and of dealers' desks: complaints. The deeds are actions of the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import Flag, PageQuery
from services.queries import queues, said
from services.queries.queues import ComplaintLine
from services.queries.said import ComplaintPage, NoteLine

area = routes.area("queues", "投诉")


class ComplaintQuery(PageQuery):
    """Open ones unless `open=false`."""

    open = Flag(load_default=True)


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
    found = queues.complaints(
        call.who, query["open"], paging.number(query["cursor"]) or 0, query["limit"] + 1
    )
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
