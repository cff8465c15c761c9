"""Coverage as a whole: by file, its holes and overlaps; and the promotion days on which it bends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import paging, routes
from api.files import CSV, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.catalogue import CoverageFileForm, OverlapQuery, PromotionDaysBody, ReviewQuery
from channels.coverage_file import template
from services import coverage_files, promotions
from services.coverage_files import Imported
from services.promotions import Promotions
from services.queries import covered
from services.queries.covered import Hole, Overlap

area = routes.area("coverage", "服务范围总览与大促日")
MAX_BODY = 16 * 1024 * 1024


@route(
    area,
    "POST",
    "/coverage-imports",
    permission="dealer:write",
    body=CoverageFileForm,
    answer=Imported,
    status=201,
    max_body=MAX_BODY,
    summary="按文件批量修改服务范围",
)
def upload(call: Call, form: Mapping[str, Any]) -> Imported:
    """Good rows hold from now on; bad rows come back as a file. The same file twice changes nothing."""
    file = form["file"]
    return coverage_files.take(call.who, file.filename or "", file.stream, call.now)


@route(
    area,
    "GET",
    "/coverage-imports/<id:coverage_import_id>/errors.csv",
    permission="dealer:write",
    errors=(404,),
    media=CSV,
    summary="服务范围文件中有问题的行",
)
def upload_errors(_: Call, coverage_import_id: int) -> Response:
    """Each bad row with its reason, ready to be mended and sent again."""
    name = f"coverage-{coverage_import_id}-errors.csv"
    return attached(b"".join(coverage_files.bad_rows_csv(coverage_import_id)), name)


@route(
    area,
    "GET",
    "/coverage-imports/template.csv",
    permission="dealer:write",
    media=CSV,
    summary="服务范围文件模板",
)
def upload_template(_: Call) -> Response:
    """With two rows to see how."""
    return attached(template(), "coverage-template.csv")


@route(
    area,
    "GET",
    "/coverage-holes",
    permission="coverage:review",
    query=ReviewQuery,
    answer=Page[Hole],
    summary="没有网点服务的区县",
)
def holes(call: Call, query: Mapping[str, Any]) -> Page[Hole]:
    """By category and code; how many of its streets somebody serves all the same."""
    after: Any = paging.key(query["cursor"], str, str)
    found = covered.holes(query["category_code"], after, query["limit"] + 1, call.now)
    return paging.page(found, query["limit"], lambda hole: (hole.category_code, hole.division_code))


@route(
    area,
    "GET",
    "/coverage-overlaps",
    permission="coverage:review",
    query=OverlapQuery,
    answer=Page[Overlap],
    summary="多家网点重叠的区划",
)
def overlaps(_: Call, query: Mapping[str, Any]) -> Page[Overlap]:
    """By category and code; the owner first where there is one."""
    after: Any = paging.key(query["cursor"], str, str)
    found = covered.overlaps(query["category_code"], after, query["limit"] + 1, unowned=query["unowned"])
    return paging.page(found, query["limit"], lambda one: (one.category_code, one.division_code))


@route(
    area,
    "GET",
    "/promotion-days",
    permission="calendar:read",
    answer=Promotions,
    summary="大促日",
)
def promotion_days(_: Call) -> Promotions:
    """All of them."""
    return promotions.listed()


@route(
    area,
    "POST",
    "/promotion-days",
    permission="calendar:edit",
    body=PromotionDaysBody,
    answer=Promotions,
    summary="修改大促日",
)
def promotion_days_edit(_: Call, body: Mapping[str, Any]) -> Promotions:
    """Days to add or change, and days to take away; promises already made keep what they were made with."""
    return promotions.edit(body["days"], body["gone"])
