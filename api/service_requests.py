"""Repairs: the agents' lists, who pays, the quote, and the customer's word on it. Asking for one stands in orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.aftercare import QuoteBody, RepairAnswerBody, RulingBody, ServiceLineBody, ServiceQuery
from services import repair_quotes, service_requests
from services.queries import service_requests as reading
from services.queries.service_requests import ServiceCard
from services.repair_quotes import Quoted
from services.service_requests import ServiceRequested

area = routes.area("service_requests", "维修与保修")
ONE = "/service-requests/<id:service_id>"


@route(
    area,
    "GET",
    "/service-requests",
    permission="service:read",
    query=ServiceQuery,
    answer=Page[ServiceCard],
    summary="维修申请列表",
)
def service_list(call: Call, query: Mapping[str, Any]) -> Page[ServiceCard]:
    """Oldest first, within the caller's horizon; agents find what waits for them by `state`."""
    after = paging.number(query["cursor"]) or 0
    found = reading.listed(call.who, query["state"], after, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda card: (card.id,))


@route(area, "GET", ONE, permission="service:read", answer=ServiceCard, errors=(404,), summary="维修申请详情")
def service_card(call: Call, service_id: int) -> ServiceCard:
    """Who pays and by which arithmetic, the quote and its answer."""
    return reading.card(call.who, service_id)


@route(
    area,
    "POST",
    ONE + "/line",
    permission="service:decide",
    body=ServiceLineBody,
    answer=ServiceRequested,
    errors=(404, 409),
    summary="序列号待核实：关联订单行",
)
def service_line(call: Call, body: Mapping[str, Any], service_id: int) -> ServiceRequested:
    """The repair is made as if it had been asked for by this line."""
    return service_requests.link(call.who, service_id, body["order_line_id"], call.now)


@route(
    area,
    "POST",
    ONE + "/put-away",
    permission="service:decide",
    answer=ServiceRequested,
    errors=(404, 409),
    summary="序列号待核实：非本品牌，关闭",
)
def service_put_away(call: Call, service_id: int) -> ServiceRequested:
    """No job comes of it."""
    return service_requests.put_away(call.who, service_id, call.now)


@route(
    area,
    "POST",
    ONE + "/ruling",
    permission="service:decide",
    body=RulingBody,
    answer=ServiceRequested,
    errors=(404, 409),
    summary="判定维修费用由谁承担",
)
def service_ruling(call: Call, body: Mapping[str, Any], service_id: int) -> ServiceRequested:
    """Before the work is handed in; the customer only before anybody is sent."""
    return service_requests.rule(call.who, service_id, body["payer"], body["note"], call.now)


@route(
    area,
    "POST",
    ONE + "/quote",
    permission="service:decide",
    body=QuoteBody,
    answer=Quoted,
    errors=(404, 409),
    summary="维修报价",
)
def service_quote(call: Call, body: Mapping[str, Any], service_id: int) -> Quoted:
    """Visit and way by the fee rule, parts by the price list; the customer is told."""
    parts = [(one["item"], one["quantity"]) for one in body["parts"]]
    return repair_quotes.quote(call.who, service_id, parts, call.now)


@route(
    area,
    "POST",
    ONE + "/answer",
    permission="service:answer",
    body=RepairAnswerBody,
    answer=Quoted,
    errors=(404, 409),
    summary="答复维修报价",
)
def service_answer(call: Call, body: Mapping[str, Any], service_id: int) -> Quoted:
    """Yes: somebody is sent. No: the job is cancelled and costs nothing."""
    return repair_quotes.answer(call.who, service_id, body["agreed"], body["note"], call.now)
