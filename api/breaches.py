"""Breaches: what was late, what the dealer says about it, and whether it is excused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.clocks import AppealBody, BreachQuery, DeclineAppealBody, ExcuseBody, ExplainBody, MemoBody
from services import breaches
from services.breaches import BreachState
from services.queries import breaches as found
from services.queries.breaches import BreachCount, BreachLine, Wanted

area = routes.area("breaches", "时效")


@route(
    area,
    "GET",
    "/breaches",
    permission="breach:read",
    query=BreachQuery,
    answer=Page[BreachLine],
    summary="超时记录",
)
def breach_list(call: Call, query: Mapping[str, Any]) -> Page[BreachLine]:
    """Newest first, `open` and `unanswered` ones oldest first, with `latest` the worst first; a dealer sees its own,
    an installer what was late at the door of his own jobs."""
    wanted = Wanted(**{name: query[name] for name in Wanted.__slots__})
    last = paging.key(query["cursor"], *((int, datetime, int) if wanted.by_need else (int,)))
    lines = found.listed(call.who, wanted, last, query["limit"] + 1)
    return paging.page(lines, query["limit"], lambda line: found.key_of(line, wanted))


@route(
    area,
    "GET",
    "/breach-digest",
    permission="breach:read",
    answer=Page[BreachCount],
    summary="未处理的超时汇总",
)
def breach_digest(call: Call) -> Page[BreachCount]:
    """Clocks whose highest level nobody has acknowledged or excused, by dealer and level; a dealer sees its own."""
    return Page(found.digest(call.who), None)


@route(
    area,
    "POST",
    "/breaches/<id:breach_id>/acknowledge",
    permission="breach:acknowledge",
    body=MemoBody,
    answer=BreachState,
    errors=(404, 409),
    summary="确认超时",
)
def acknowledge(call: Call, body: Mapping[str, Any], breach_id: int) -> BreachState:
    """With a memo, once; dealers their own, agents what no dealer was late with."""
    return breaches.acknowledge(call.who, breach_id, body["memo"], call.now)


@route(
    area,
    "POST",
    "/breaches/<id:breach_id>/excuse",
    permission="breach:excuse",
    body=ExcuseBody,
    answer=BreachState,
    errors=(404, 409),
    summary="免责",
)
def excuse(call: Call, body: Mapping[str, Any], breach_id: int) -> BreachState:
    """No penalty for what this clock has reached so far; one that is posted comes back on the next statement."""
    return breaches.excuse(call.who, breach_id, body["reason"], call.now)


@route(
    area,
    "POST",
    "/breaches/<id:breach_id>/appeal",
    permission="breach:appeal",
    body=AppealBody,
    answer=BreachState,
    errors=(404, 409),
    summary="申诉",
)
def appeal(call: Call, body: Mapping[str, Any], breach_id: int) -> BreachState:
    """The dealer's owner asks; the agents have a clock to excuse it or to decline."""
    return breaches.appeal(call.who, breach_id, body["reason"], call.now)


@route(
    area,
    "POST",
    "/breaches/<id:breach_id>/explain",
    permission="breach:explain",
    body=ExplainBody,
    answer=BreachState,
    errors=(404, 409),
    summary="师傅说明",
)
def explain(call: Call, body: Mapping[str, Any], breach_id: int) -> BreachState:
    """The job's installer tells his dealer how it came, once; whether to appeal is the dealer's."""
    return breaches.explain(call.who, breach_id, body["words"], call.now)


@route(
    area,
    "POST",
    "/breaches/<id:breach_id>/decline-appeal",
    permission="breach:excuse",
    body=DeclineAppealBody,
    answer=BreachState,
    errors=(404, 409),
    summary="驳回申诉",
)
def decline_appeal(call: Call, body: Mapping[str, Any], breach_id: int) -> BreachState:
    """An agent's no, with a reason that the dealer reads; it stops the appeal's clock."""
    return breaches.decline(call.who, breach_id, body["reason"], call.now)
