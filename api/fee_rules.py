"""The fee rules: versions, what changed between them, what one would pay and would have changed last month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.money import MonthPreviewBody, PreviewBody, RuleBody
from services import fee_previews, fee_rules
from services.fee_previews import AskedPreview
from services.fee_rules import Preview, Version
from services.queries import fee_previews as previews
from services.queries import fee_rules as rules
from services.queries.fee_previews import DealerPreview, PreviewLine, PreviewPage
from services.queries.fee_rules import RuleDifference, RuleLine, RulePage

area = routes.area("fee_rules", "收费规则")


def _plain(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as JSON data again: its only value that is none is the day."""
    return {**rule, "effective_from": rule["effective_from"].isoformat()}


@route(
    area,
    "GET",
    "/fee-rules",
    permission="fee_rule:read",
    query=PageQuery,
    answer=Page[RuleLine],
    summary="收费规则版本",
)
def rule_list(_call: Call, query: Mapping[str, Any]) -> Page[RuleLine]:
    """Newest first, each whole."""
    found = rules.listed(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.version,))


@route(
    area,
    "POST",
    "/fee-rules",
    permission="fee_rule:write",
    body=RuleBody,
    answer=Version,
    status=201,
    max_body=1_000_000,
    summary="新增收费规则版本",
)
def add_rule(call: Call, body: Mapping[str, Any]) -> Version:
    """From today or later; what was posted stays as it was."""
    return fee_rules.add(call.who, _plain(body), call.now)


@route(
    area,
    "GET",
    "/fee-rules/<id:version>",
    permission="fee_rule:read",
    answer=RulePage,
    errors=(404,),
    summary="收费规则版本的内容",
)
def rule_page(_call: Call, version: int) -> RulePage:
    """One version as data, and row by row in words."""
    return rules.page(version)


@route(
    area,
    "GET",
    "/fee-rules/<id:version>/diff/<id:other_version>",
    permission="fee_rule:read",
    answer=RuleDifference,
    errors=(404,),
    summary="两个版本的差异",
)
def rule_difference(_call: Call, version: int, other_version: int) -> RuleDifference:
    """What the other version says otherwise, row by row: 基础费 电热水器 免费区 ¥80.00 → ¥85.00."""
    return rules.difference(version, other_version)


@route(
    area,
    "POST",
    "/fee-rules/preview",
    permission="fee_rule:read",
    body=PreviewBody,
    answer=Preview,
    errors=(404,),
    max_body=1_000_000,
    summary="试算",
)
def preview(call: Call, body: Mapping[str, Any]) -> Preview:
    """The very arithmetic of the fee run, for a case and a rule that need not exist."""
    rule = None if body["rule"] is None else _plain(body["rule"])
    return fee_rules.preview(body["case"], rule, call.now)


@route(
    area,
    "POST",
    "/fee-rules/<id:version>/preview",
    permission="fee_rule:write",
    body=MonthPreviewBody,
    answer=AskedPreview,
    status=202,
    errors=(404,),
    summary="用整月工单预览版本",
)
def preview_month(call: Call, body: Mapping[str, Any], version: int) -> AskedPreview:
    """On last month's jobs, or another month's; worked out by the runner, posts nothing."""
    return fee_previews.ask(call.who, version, body["month"], call.now)


@route(
    area,
    "GET",
    "/fee-previews",
    permission="fee_rule:read",
    query=PageQuery,
    answer=Page[PreviewLine],
    summary="版本预览列表",
)
def preview_list(_call: Call, query: Mapping[str, Any]) -> Page[PreviewLine]:
    """Newest first, each with how far it is."""
    found = previews.listed(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "GET",
    "/fee-previews/<id:preview_id>",
    permission="fee_rule:read",
    answer=PreviewPage,
    errors=(404,),
    summary="版本预览",
)
def preview_page(_call: Call, preview_id: int) -> PreviewPage:
    """How far it is, and when it is done what would change: per kind, account and job."""
    return previews.page(preview_id)


@route(
    area,
    "GET",
    "/fee-previews/<id:preview_id>/dealers",
    permission="fee_rule:read",
    query=PageQuery,
    answer=Page[DealerPreview],
    errors=(404,),
    summary="版本预览：按服务商",
)
def preview_dealers(_call: Call, query: Mapping[str, Any], preview_id: int) -> Page[DealerPreview]:
    """Who would get another sum, the largest difference first."""
    found = previews.dealers(preview_id, paging.number(query["cursor"]) or 0, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.place,))
