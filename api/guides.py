"""Versions of a product's guide, for the brand's people; anybody reads what is in force at /products/{sku}/guide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.guides import GuideContentBody, GuidePublishBody
from domain.guides import Content
from services import guides
from services.guides import GuideVersion

area = routes.area("guides", "商品说明的版本")
PRODUCT = "/products/<string(maxlength=60):sku>"


@route(
    area,
    "GET",
    PRODUCT + "/guides",
    permission="guide:read",
    answer=Page[GuideVersion],
    errors=(404,),
    summary="商品说明的全部版本",
)
def guide_list(_: Call, sku: str) -> Page[GuideVersion]:
    """The newest first, with the draft and what has not begun."""
    return Page(tuple(guides.listed(sku)), None)


@route(
    area,
    "PUT",
    PRODUCT + "/guide/draft",
    permission="guide:write",
    body=GuideContentBody,
    answer=GuideVersion,
    errors=(404,),
    summary="编写商品说明草稿",
)
def guide_draft(call: Call, body: Content, sku: str) -> GuideVersion:
    """The draft of the next version, whole; there is one at a time."""
    return guides.draft(call.who, sku, body, call.now)


@route(
    area,
    "POST",
    PRODUCT + "/guide/publish",
    permission="guide:publish",
    body=GuidePublishBody,
    answer=GuideVersion,
    errors=(404, 409),
    summary="发布商品说明",
)
def guide_publish(call: Call, body: Mapping[str, Any], sku: str) -> GuideVersion:
    """For good: in force now or from a later moment on; what was shown before keeps its version."""
    return guides.publish(call.who, sku, body["effective_from"], call.now)
