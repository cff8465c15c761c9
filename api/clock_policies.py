"""Clock policies and corrections: versions by channel, category and zone; the difference first, then one act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.clocks import ChangeQuery, PolicyBody, PolicyChangeBody
from services import clock_policies
from services.clock_policies import PolicyChange, PolicyLine
from services.parts.corrections import Queued, Shown
from services.queries import corrections
from services.queries.corrections import ChangeLine, CorrectionLine

area = routes.area("clock_policies", "时效规则")


@route(
    area,
    "GET",
    "/clock-policies",
    permission="clock_policy:read",
    query=PageQuery,
    answer=Page[PolicyLine],
    summary="时效规则",
)
def policy_list(call: Call, query: Mapping[str, Any]) -> Page[PolicyLine]:
    """The defaults first, then every version newest first; those ended by a correction stay readable."""
    after = paging.number(query["cursor"]) or 0
    lines = clock_policies.listed(after, query["limit"] + 1)
    return paging.page(lines, query["limit"], lambda line: (line.place,))


@route(
    area,
    "POST",
    "/clock-policies/preview",
    permission="clock_policy:edit",
    body=PolicyBody,
    answer=Shown,
    errors=(404, 409),
    summary="预览时效规则变更",
)
def policy_preview(call: Call, body: PolicyChange) -> Shown:
    """Which clocks' due times and breaches would change, of the first ten thousand; nothing is written."""
    return clock_policies.preview(call.who, body, call.now)


@route(
    area,
    "POST",
    "/clock-policies",
    permission="clock_policy:edit",
    body=PolicyChangeBody,
    answer=Queued,
    status=202,
    errors=(404, 409),
    summary="新增、更正或撤销时效规则",
)
def policy_change(call: Call, body: Mapping[str, Any]) -> Queued:
    """The rule stands at once, its record too; the clocks it meets follow. Where they change, send `seen` along."""
    change = PolicyChange(body["policy"], body["replaces"])
    return clock_policies.apply(call.who, change, body["reason"], body["seen"], call.now)


@route(
    area,
    "GET",
    "/clock-corrections",
    permission="clock_policy:edit",
    query=PageQuery,
    answer=Page[CorrectionLine],
    summary="时效更正记录",
)
def correction_list(call: Call, query: Mapping[str, Any]) -> Page[CorrectionLine]:
    """Who changed which policy or year of the calendar, why, how far it has come and how many clocks it changed."""
    before = paging.number(query["cursor"])
    return paging.page(
        corrections.listed(before, query["limit"] + 1), query["limit"], lambda line: (line.id,)
    )


@route(
    area,
    "GET",
    "/clock-changes",
    permission="clock_policy:edit",
    query=ChangeQuery,
    answer=Page[ChangeLine],
    summary="更正对各时效的影响",
)
def change_list(call: Call, query: Mapping[str, Any]) -> Page[ChangeLine]:
    """Each clock that a correction changed, before and after."""
    begin = paging.number(query["cursor"]) or 0
    lines = corrections.changes(query["correction_id"], begin, query["limit"] + 1)
    return paging.page(lines, query["limit"], lambda line: (line.id,))
