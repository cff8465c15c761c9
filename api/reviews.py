"""Platform reviews: files and single ones in, the queue of those without an order, answers, complaints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import paging, routes
from api.files import CSV, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.reviews import (
    ReviewAnswerBody,
    ReviewBody,
    ReviewComplaintBody,
    ReviewFileForm,
    ReviewLineBody,
    ReviewListQuery,
)
from channels.review_file import template
from services import reviews
from services.queries import reviews as reading
from services.queries.reviews import ReviewCard, ReviewFilters
from services.reviews import ReviewGiven, ReviewsImported, ReviewState

area = routes.area("reviews", "平台评价")
MAX_FILE = 16 * 1024 * 1024
ONE = "/reviews/<id:review_id>"


@route(
    area,
    "POST",
    "/review-imports",
    permission="review:import",
    body=ReviewFileForm,
    answer=ReviewsImported,
    status=201,
    errors=(404,),
    max_body=MAX_FILE,
    summary="按文件导入平台评价",
)
def upload_reviews(call: Call, form: Mapping[str, Any]) -> ReviewsImported:
    """Good rows go in, bad rows come back as a file; the same file twice changes nothing."""
    file = form["file"]
    return reviews.take_file(call.who, form["channel_id"], file.filename or "", file.stream, call.now)


@route(
    area,
    "GET",
    "/review-imports/<id:review_import_id>/errors.csv",
    permission="review:import",
    errors=(404,),
    media=CSV,
    summary="评价文件中有问题的行",
)
def review_errors(call: Call, review_import_id: int) -> Response:
    """Each bad row with its reason, for a month."""
    rows = b"".join(reviews.bad_rows_csv(call.who, review_import_id))
    return attached(rows, f"reviews-{review_import_id}-errors.csv")


@route(
    area,
    "GET",
    "/review-imports/template.csv",
    permission="review:import",
    media=CSV,
    summary="评价文件模板",
)
def review_template(_: Call) -> Response:
    """With two rows to see how."""
    return attached(template(), "review-template.csv")


@route(
    area,
    "POST",
    "/reviews",
    permission="review:tell",
    body=ReviewBody,
    answer=ReviewState,
    status=201,
    errors=(404,),
    summary="录入平台评价",
)
def tell_review(call: Call, body: ReviewGiven) -> ReviewState:
    """Once per shop and platform id: told again nothing changes, told anew its words are replaced."""
    return reviews.tell(call.who, body, call.now)


@route(
    area,
    "GET",
    "/reviews",
    permission="review:read",
    query=ReviewListQuery,
    answer=Page[ReviewCard],
    summary="平台评价列表",
)
def review_list(call: Call, query: Mapping[str, Any]) -> Page[ReviewCard]:
    """Newest first, `unanswered` and `loose` ones oldest first; loose: no order line was found for it."""
    wanted = ReviewFilters(query["state"], query["channel_id"], query["job_id"], query["sku"])
    before = paging.number(query["cursor"])
    found = reading.listed(call.who, wanted, before, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda card: (card.id,))


@route(area, "GET", ONE, permission="review:read", answer=ReviewCard, errors=(404,), summary="平台评价详情")
def review_card(call: Call, review_id: int) -> ReviewCard:
    """Dealers read it without the customer's name."""
    return reading.card(call.who, review_id)


@route(
    area,
    "POST",
    ONE + "/link",
    permission="review:handle",
    body=ReviewLineBody,
    answer=ReviewState,
    errors=(404, 409),
    summary="评价关联订单行",
)
def link_review(call: Call, body: Mapping[str, Any], review_id: int) -> ReviewState:
    """To a line of the same shop; from then on its words are the customer's, erased with him."""
    return reviews.link(call.who, review_id, body["order_line_id"], call.now)


@route(
    area,
    "POST",
    ONE + "/answer",
    permission="review:handle",
    body=ReviewAnswerBody,
    answer=ReviewState,
    errors=(404,),
    summary="记录对评价的答复",
)
def answer_review(call: Call, body: Mapping[str, Any], review_id: int) -> ReviewState:
    """What was said on the platform."""
    return reviews.answer(call.who, review_id, body["text"], call.now)


@route(
    area,
    "POST",
    ONE + "/complaint",
    permission="review:handle",
    body=ReviewComplaintBody,
    answer=ReviewState,
    status=201,
    errors=(404, 409),
    summary="评价转为投诉",
)
def complain_of_review(call: Call, body: Mapping[str, Any], review_id: int) -> ReviewState:
    """A complaint of the job with all its clocks, in the customer's own words."""
    return reviews.complain(call.who, review_id, body["category"], call.now)
