"""Orders: placed by shop systems and agents, told of, read; and repairs asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.orders import OrderBody, OrderEventBody, OrderQuery, ServiceRequestBody
from services import orders, service_requests
from services.orders import NewOrder, Told
from services.queries import orders as reading
from services.queries.orders import OrderCard, OrderFilters, OrderKnown, OrderPage
from services.service_requests import ServiceRequested, Wanted

area = routes.area("orders", "订单")
MAX_ORDER = 512 * 1024


@route(
    area,
    "POST",
    "/orders",
    permission="order:place",
    body=OrderBody,
    answer=OrderPage,
    status=201,
    known=OrderKnown,
    errors=(404,),
    max_body=MAX_ORDER,
    summary="录入订单",
)
def place(call: Call, body: NewOrder) -> OrderPage:
    """Whole or not at all. The same order again changes nothing, a changed one becomes order events: both are 200."""
    return orders.place(call.who, body, call.now)


@route(
    area,
    "POST",
    "/orders/<id:order_id>/events",
    permission="order:tell",
    body=OrderEventBody,
    answer=OrderPage,
    status=201,
    errors=(404,),
    summary="订单变更：退款、改址、签收",
)
def tell(call: Call, body: Told, order_id: int) -> OrderPage:
    """Told twice it happens once. Before the visit the jobs follow; from then on an agent decides."""
    return orders.tell(call.who, order_id, body, call.now)


@route(
    area,
    "GET",
    "/orders",
    permission="order:read",
    query=OrderQuery,
    answer=Page[OrderCard],
    summary="订单列表",
)
def order_list(call: Call, query: Mapping[str, Any]) -> Page[OrderCard]:
    """Newest first; agents see their channels, dealers the shops they operate."""
    filters = OrderFilters(query["channel_id"], query["number"], query["state"])
    found = reading.listed(call.who, filters, paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda card: (card.id,))


@route(
    area,
    "GET",
    "/orders/<id:order_id>",
    permission="order:read",
    answer=OrderPage,
    errors=(404,),
    summary="订单详情",
)
def order_page(call: Call, order_id: int) -> OrderPage:
    """Lines, jobs and events; the contact is masked."""
    return reading.page(call.who, order_id)


@route(
    area,
    "POST",
    "/service-requests",
    permission="service:request",
    body=ServiceRequestBody,
    answer=ServiceRequested,
    status=201,
    errors=(404,),
    summary="申请维修",
)
def request_service(call: Call, body: Wanted) -> ServiceRequested:
    """Inside the warranty the brand pays; outside, an agent quotes first."""
    return service_requests.request(call.who, body, call.now)
