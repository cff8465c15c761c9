"""Scheduled work for administrators: what ran and how it ended, and a run asked for now; what waits to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.clocks import DropBody, OwedQuery, RunBody, RunQuery
from services import parked, runs
from services.queries import owed
from services.queries.owed import OwedLine
from services.runs import Requested, RunLine

area = routes.area("runs", "定时任务")


@route(area, "GET", "/runs", permission="run:read", query=RunQuery, answer=Page[RunLine], summary="运行记录")
def run_list(call: Call, query: Mapping[str, Any]) -> Page[RunLine]:
    """Newest first: when it was meant for, started and finished, what it counted or why it failed."""
    before = paging.number(query["cursor"])
    found = runs.listed(
        call.who, query["task"], query["failed"], before, query["limit"] + 1, worked=query["worked"]
    )
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/runs",
    permission="run:request",
    body=RunBody,
    answer=Requested,
    status=202,
    errors=(403,),
    summary="立即运行",
)
def request_run(call: Call, body: Mapping[str, Any]) -> Requested:
    """A runner takes it at once; its row in the list tells how it ended."""
    return runs.request(call.who, body["task"], call.now)


@route(
    area,
    "GET",
    "/outbox",
    permission="outbox:read",
    query=OwedQuery,
    answer=Page[OwedLine],
    summary="待发送与待处理的消息",
)
def outbox(_: Call, query: Mapping[str, Any]) -> Page[OwedLine]:
    """Oldest first, what is done newest first; without what is said in them: kind, wire, attempts, what went wrong."""
    found = owed.listed(query["state"], paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/outbox/<id:outbox_id>/retry",
    permission="outbox:settle",
    status=204,
    errors=(404, 409),
    summary="再次发送",
)
def try_again(call: Call, outbox_id: int) -> None:
    """What waits for a person is due at once; whose outcome was unknown may then arrive twice."""
    parked.again(outbox_id, call.now)


@route(
    area,
    "POST",
    "/outbox/<id:outbox_id>/drop",
    permission="outbox:settle",
    body=DropBody,
    status=204,
    errors=(404, 409),
    summary="放弃发送",
)
def drop(call: Call, body: Mapping[str, Any], outbox_id: int) -> None:
    """For good, with the reason."""
    parked.drop(call.who, outbox_id, body["reason"], call.now)
