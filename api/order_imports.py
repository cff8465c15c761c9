"""Order files: uploaded, followed, and their bad rows fetched back; and the template to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, stream_with_context

from api import paging, routes
from api.files import CSV, XLSX, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.orders import ImportForm, ImportQuery
from channels.template import template_csv, template_xlsx
from services import order_imports
from services.parts.order_files import MOST_BYTES
from services.queries import order_imports as reading
from services.queries.order_imports import Progress

area = routes.area("order_imports", "订单导入")
MAX_BODY = MOST_BYTES + 64 * 1024  # the largest file and its form


@route(
    area,
    "POST",
    "/order-imports",
    permission="order:import",
    body=ImportForm,
    answer=Progress,
    status=202,
    errors=(404,),
    max_body=MAX_BODY,
    summary="上传订单文件",
)
def upload(call: Call, form: Mapping[str, Any]) -> Progress:
    """Kept encrypted and taken in the background. Importing a file twice changes nothing."""
    file = form["file"]
    return order_imports.accept_upload(
        call.who, form["channel_id"], file.filename or "", file.stream, call.now
    )


@route(
    area,
    "GET",
    "/order-imports",
    permission="order:import",
    query=ImportQuery,
    answer=Page[Progress],
    summary="导入列表",
)
def import_list(call: Call, query: Mapping[str, Any]) -> Page[Progress]:
    """Newest first."""
    before = paging.number(query["cursor"])
    found = reading.listed(call.who, query["channel_id"], before, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.id,))


@route(
    area,
    "GET",
    "/order-imports/<id:import_id>",
    permission="order:import",
    answer=Progress,
    errors=(404,),
    summary="导入进度",
)
def import_page(call: Call, import_id: int) -> Progress:
    """How many rows were read, new, the same, changed and bad so far."""
    return reading.page(call.who, import_id)


@route(
    area,
    "GET",
    "/order-imports/<id:import_id>/errors.csv",
    permission="order:import",
    errors=(404,),
    media=CSV,
    summary="导入失败的行",
)
def import_errors(call: Call, import_id: int) -> Response:
    """Each bad row with its reason, ready to be mended and imported again; kept for 30 days."""
    rows = stream_with_context(reading.bad_rows_csv(call.who, import_id))
    return attached(rows, f"import-{import_id}-errors.csv")


@route(
    area,
    "GET",
    "/order-imports/template.csv",
    permission="order:import",
    media=CSV,
    summary="导入模板 CSV",
)
def csv_template(_: Call) -> Response:
    """With an example row."""
    return attached(template_csv(), "order-template.csv")


@route(
    area,
    "GET",
    "/order-imports/template.xlsx",
    permission="order:import",
    media=XLSX,
    summary="导入模板 XLSX",
)
def xlsx_template(_: Call) -> Response:
    """Every column is text, so that no order number loses its digits."""
    return attached(template_xlsx(), "order-template.xlsx", XLSX)
