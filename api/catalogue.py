"""What is sold and how it is installed: categories, products, checklists, price list, divisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from api import paging, routes
from api.paging import Page
from api.photos import MAX_BODY, SANDBOX
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.catalogue import (
    CategoryBody,
    ChecklistBody,
    ExampleForm,
    ParentQuery,
    PriceListBody,
    ProductBody,
)
from services import catalogue, slot_examples
from services.catalogue import CategoryGiven, ProductGiven, Versioned
from services.queries import catalogue as found
from services.queries.catalogue import (
    CategoryLine,
    DivisionLine,
    PriceLine,
    PriceListLine,
    ProductLine,
    SlotLine,
)
from services.slot_examples import SlotExample

area = routes.area("catalogue", "品类、商品与价目")
CHECKLIST = "/categories/<string(maxlength=40):code>/checklist"


@route(area, "GET", "/categories", permission="catalogue:read", answer=Page[CategoryLine], summary="品类列表")
def category_list(call: Call) -> Page[CategoryLine]:
    """All categories with the version of their checklist."""
    return Page(found.categories(), None)


@route(
    area,
    "POST",
    "/categories",
    permission="catalogue:write",
    body=CategoryBody,
    answer=CategoryGiven,
    summary="新增或修改品类",
)
def category_put(call: Call, body: CategoryGiven) -> CategoryGiven:
    """By its code; jobs already made are not touched."""
    return catalogue.put_category(body)


@route(
    area,
    "GET",
    CHECKLIST,
    permission="catalogue:read",
    answer=Page[SlotLine],
    errors=(404,),
    summary="拍照清单",
)
def checklist(call: Call, code: str) -> Page[SlotLine]:
    """The newest checklist of a category."""
    return Page(found.slots(code), None)


@route(
    area,
    "POST",
    CHECKLIST,
    permission="catalogue:write",
    body=ChecklistBody,
    answer=Versioned,
    status=201,
    errors=(404, 422),
    summary="发布新版拍照清单",
)
def checklist_new(call: Call, body: Mapping[str, Any], code: str) -> Versioned:
    """The next version, for jobs made from now on."""
    return catalogue.new_checklist(code, body["slots"], call.now)


@route(
    area,
    "POST",
    "/slot-examples",
    permission="catalogue:write",
    body=ExampleForm,
    answer=SlotExample,
    status=201,
    errors=(413, 422, 503),
    max_body=MAX_BODY,
    summary="上传拍照示例图",
)
def example_new(call: Call, form: Mapping[str, Any]) -> SlotExample:
    """What a photo may be (docs/photos-in.md), built anew small; its link goes into a checklist's next version."""
    return slot_examples.add(call.who, form["file"].stream, call.now)


@route(
    area,
    "GET",
    "/slot-examples/<string(maxlength=64):sha256>",
    permission="slot_example:read",
    errors=(404,),
    media="image/jpeg",
    summary="拍照示例图",
)
def example(call: Call, sha256: str) -> Response:
    """The picture itself, for anybody and for good: another picture has another address."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": SANDBOX}
    return Response(slot_examples.picture(sha256), mimetype="image/jpeg", headers=headers)


@route(
    area,
    "GET",
    "/products",
    permission="catalogue:read",
    query=PageQuery,
    answer=Page[ProductLine],
    summary="商品列表",
)
def product_list(call: Call, query: Mapping[str, Any]) -> Page[ProductLine]:
    """By SKU."""
    after = paging.key(query["cursor"], str)
    lines = found.products(str(after[0]) if after else "", query["limit"] + 1)
    return paging.page(lines, query["limit"], lambda line: (line.sku,))


@route(
    area,
    "POST",
    "/products",
    permission="catalogue:write",
    body=ProductBody,
    answer=ProductGiven,
    errors=(422,),
    summary="新增或修改商品",
)
def product_put(call: Call, body: ProductGiven) -> ProductGiven:
    """By its SKU."""
    return catalogue.put_product(body)


@route(area, "GET", "/price-list", permission="catalogue:read", answer=Page[PriceLine], summary="增项价目表")
def price_list(call: Call) -> Page[PriceLine]:
    """The price list of extras in force."""
    return Page(found.prices(call.now), None)


@route(
    area, "GET", "/price-lists", permission="catalogue:read", answer=Page[PriceListLine], summary="价目表版本"
)
def price_lists(call: Call) -> Page[PriceListLine]:
    """Every version, newest first, with the moment it begins."""
    return Page(found.price_lists(), None)


@route(
    area,
    "GET",
    "/price-lists/<id:version>",
    permission="catalogue:read",
    answer=Page[PriceLine],
    errors=(404,),
    summary="某版价目表",
)
def price_version(call: Call, version: int) -> Page[PriceLine]:
    """One version, as it was published."""
    return Page(found.price_version(version), None)


@route(
    area,
    "POST",
    "/price-list",
    permission="catalogue:write",
    body=PriceListBody,
    answer=Versioned,
    status=201,
    errors=(422,),
    summary="发布新版价目表",
)
def price_list_new(call: Call, body: Mapping[str, Any]) -> Versioned:
    """The next version, for jobs made from now, or from `effective_from`, on; earlier jobs keep theirs."""
    return catalogue.new_price_list(body["items"], call.now, body["effective_from"])


@dataclass(frozen=True, slots=True)
class Divisions:
    """The divisions under one."""

    items: tuple[DivisionLine, ...]


@route(
    area,
    "GET",
    "/divisions",
    permission="division:read",
    query=ParentQuery,
    answer=Divisions,
    summary="行政区划",
)
def division_list(call: Call, query: Mapping[str, Any]) -> Divisions:
    """Provinces, or the divisions under `parent`."""
    return Divisions(found.divisions(query["parent"]))
