"""The profit share: where each order line stands, its terms and costs; the price guard and its alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import paging, routes
from api.files import CSV, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.profit_shares import (
    AlertNote,
    AlertQuery,
    CostFileForm,
    CostsBody,
    GuardBody,
    GuardQuery,
    ShareQuery,
    ShareTermsBody,
)
from channels.cost_file import template
from services import price_guards, sale_costs
from services.price_guards import Guarded
from services.queries import profit_shares as reads
from services.queries.profit_shares import AlertLine, GuardLine, ShareLine, ShareTerms, ShareVersion
from services.sale_costs import CostsImported, CostsTold

area = routes.area("profit_shares", "利润分成与价格保护")
MAX_BODY = 16 * 1024 * 1024


@route(
    area,
    "GET",
    "/profit-shares",
    permission="ledger:read",
    query=ShareQuery,
    answer=Page[ShareLine],
    errors=(404,),
    summary="利润分成",
)
def share_list(call: Call, query: Mapping[str, Any]) -> Page[ShareLine]:
    """Newest order line first; `state=held`, what waits for a cost and which, oldest first. An owner sees its own."""
    wanted = (query["dealer_id"], query["state"], query["sku"])
    found = reads.shares(call.who, *wanted, paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.order_line_id,))


@route(
    area,
    "GET",
    "/share-rules",
    permission="fee_rule:read",
    query=PageQuery,
    answer=Page[ShareVersion],
    summary="分成规则版本",
)
def terms_list(_call: Call, query: Mapping[str, Any]) -> Page[ShareVersion]:
    """Newest first; without any the defaults hold."""
    found = reads.terms(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.version,))


@route(
    area,
    "POST",
    "/share-rules",
    permission="fee_rule:write",
    body=ShareTermsBody,
    answer=ShareVersion,
    status=201,
    summary="新增分成规则版本",
)
def terms_add(call: Call, body: ShareTerms) -> ShareVersion:
    """The first may begin whenever, later ones today or later."""
    return price_guards.set_terms(call.who, body, call.now)


@route(
    area,
    "POST",
    "/sale-costs",
    permission="sale_cost:write",
    body=CostsBody,
    answer=CostsTold,
    summary="录入销售成本",
)
def costs_tell(call: Call, body: Mapping[str, Any]) -> CostsTold:
    """A cost known already changes nothing; another one has the lines that rest on it shared anew."""
    return sale_costs.tell(call.who, body["costs"], call.now)


@route(
    area,
    "POST",
    "/sale-cost-imports",
    permission="sale_cost:write",
    body=CostFileForm,
    answer=CostsImported,
    status=201,
    max_body=MAX_BODY,
    summary="按文件导入销售成本",
)
def costs_upload(call: Call, form: Mapping[str, Any]) -> CostsImported:
    """Good rows count at once; bad rows come back as a file. The same file twice changes nothing."""
    file = form["file"]
    return sale_costs.take(call.who, file.filename or "", file.stream, call.now)


@route(
    area,
    "GET",
    "/sale-cost-imports/<id:cost_import_id>/errors.csv",
    permission="sale_cost:write",
    errors=(404,),
    media=CSV,
    summary="成本文件中有问题的行",
)
def costs_errors(_: Call, cost_import_id: int) -> Response:
    """Each bad row with its reason, ready to be mended and sent again."""
    return attached(b"".join(sale_costs.bad_rows_csv(cost_import_id)), f"costs-{cost_import_id}-errors.csv")


@route(
    area,
    "GET",
    "/sale-cost-imports/template.csv",
    permission="sale_cost:write",
    media=CSV,
    summary="成本文件模板",
)
def costs_template(_: Call) -> Response:
    """With two rows to see how."""
    return attached(template(), "costs-template.csv")


@route(
    area,
    "GET",
    "/price-guards",
    permission="price_alert:read",
    query=GuardQuery,
    answer=Page[GuardLine],
    summary="价格保护列表",
)
def guard_list(_: Call, query: Mapping[str, Any]) -> Page[GuardLine]:
    """As they were set, newest first; the newest of an SKU that has begun counts. They bind all shops."""
    found = reads.price_guards(query["sku"], paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda guard: (guard.id,))


@route(
    area,
    "POST",
    "/price-guards",
    permission="price_guard:write",
    body=GuardBody,
    answer=Guarded,
    status=201,
    summary="设置价格保护",
)
def guard_set(call: Call, body: Mapping[str, Any]) -> Guarded:
    """Sales since its first day are looked at and shared anew; later ones as they come in."""
    bounds = (body["floor_fen"], body["exclusive_channel_id"])
    return price_guards.guard(call.who, body["sku"], body["effective_from"], *bounds, call.now)


@route(
    area,
    "GET",
    "/price-alerts",
    permission="price_alert:read",
    query=AlertQuery,
    answer=Page[AlertLine],
    summary="价格预警",
)
def alert_list(call: Call, query: Mapping[str, Any]) -> Page[AlertLine]:
    """What waits oldest first, what is done newest first; agents those of their channels."""
    found = reads.price_alerts(
        call.who, paging.number(query["cursor"]), query["limit"] + 1, waiting=query["open"]
    )
    return paging.page(found, query["limit"], lambda alert: (alert.id,))


@route(
    area,
    "POST",
    "/price-alerts/<id:price_alert_id>/close",
    permission="price_alert:close",
    body=AlertNote,
    status=204,
    errors=(404, 409),
    summary="处理价格预警",
)
def alert_close(call: Call, body: Mapping[str, Any], price_alert_id: int) -> None:
    """With a word on what was done."""
    price_guards.close(call.who, price_alert_id, body["note"], call.now)
