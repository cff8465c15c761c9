"""Promises before a purchase, and where an SKU is installed: public, limited, nothing about anybody in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request

from api import limits, routes
from api.routes import Call, route
from api.schemas.guides import GuideQuery
from api.schemas.promises import (
    CoverageQuery,
    DecisionBody,
    DivisionQuery,
    PromiseBody,
    ProofBody,
    ShownQuery,
)
from domain.promise import Answer
from services import guides, promises
from services.guides import GuidePage
from services.promises import Asked, PromisePage, Proof
from services.queries import catalogue, covered
from services.queries.catalogue import ShownProduct
from services.queries.covered import Covered

area = routes.area("promises", "购买前的服务承诺")
ONE = "/promises/<string(maxlength=60):token>"
MAX_BODY = 16 * 1024
FRESH_S = 300
MOST_SHOWN = 60


@route(
    area,
    "POST",
    "/promises",
    permission="promise:make",
    body=PromiseBody,
    answer=PromisePage,
    status=201,
    max_body=MAX_BODY,
    summary="购买前询问服务承诺",
)
def make(call: Call, body: Asked) -> PromisePage:
    """Who comes, when, what is free and what costs how much. Pass its id with the order; nothing is reserved."""
    limits.scarce("promise", call.address)
    return promises.make(body, call.now)


@route(area, "GET", ONE, permission="promise:read", answer=PromisePage, errors=(404,), summary="再次查看承诺")
def show(call: Call, token: str) -> PromisePage:
    """Word by word as it was given."""
    return promises.show(token, call.now)


@route(
    area,
    "POST",
    ONE + "/decision",
    permission="promise:decide",
    body=DecisionBody,
    answer=PromisePage,
    errors=(404, 422),
    max_body=MAX_BODY,
    summary="无网点时：能否自行安装",
)
def decide(call: Call, body: Mapping[str, Any], token: str) -> PromisePage:
    """Where nobody comes and the goods allow it: can, cannot, unsure."""
    return promises.decide(token, body["decision"], call.now)


@route(
    area,
    "POST",
    "/promise-proofs",
    permission="promise:prove",
    body=ProofBody,
    answer=Proof,
    errors=(404,),
    summary="按历史重算承诺",
)
def prove(_: Call, body: Mapping[str, Any]) -> Proof:
    """Computed again from the versions it names; `same` says whether every word came out again. Changes nothing."""
    return promises.prove(body["promise_id"])


@dataclass(frozen=True, slots=True)
class ShownProducts:
    """The first sixty; ask with more words for others."""

    items: tuple[ShownProduct, ...]


@route(
    area,
    "GET",
    "/promise-products",
    permission="promise:read",
    query=ShownQuery,
    answer=ShownProducts,
    summary="可询问承诺的商品",
)
def shown(_: Call, query: Mapping[str, Any]) -> Response:
    """What anybody may ask a promise for: names and SKUs, nothing of how we install them."""
    return cacheable(ShownProducts(catalogue.shown(query["q"], MOST_SHOWN)))


@route(
    area,
    "GET",
    "/products/<string(maxlength=60):sku>/promise",
    permission="promise:read",
    query=DivisionQuery,
    answer=Answer,
    errors=(404,),
    summary="商品在某区划的服务说明（可缓存）",
)
def preview(call: Call, query: Mapping[str, Any], sku: str) -> Response:
    """For a shop's product page: cache it per division, ask again with If-None-Match. It is kept nowhere."""
    return cacheable(promises.preview(sku, query["division"], call.now))


@route(
    area,
    "GET",
    "/products/<string(maxlength=60):sku>/guide",
    permission="promise:read",
    query=GuideQuery,
    answer=GuidePage,
    errors=(404,),
    summary="商品的安装说明（可缓存，可指定版本）",
)
def guide(_: Call, query: Mapping[str, Any], sku: str) -> Response:
    """What is free and what costs, how far ahead to book, what to look at and to photograph; film and steps where
    one may install it oneself. `version`: one that is or was in force.
    """
    return cacheable(guides.page(sku, query["version"]))


@route(
    area,
    "GET",
    "/coverage",
    permission="promise:read",
    query=CoverageQuery,
    answer=Covered,
    errors=(404,),
    summary="服务联盟覆盖的地区",
)
def published(call: Call, query: Mapping[str, Any]) -> Response:
    """Provinces, or the divisions under `parent`: covered in all, in part, or not."""
    return cacheable(covered.published(query["sku"], query["parent"], call.now))


def cacheable(found: Any) -> Response:
    """JSON for anybody's cache, with a tag of its content; 304 for who has it."""
    body = orjson.dumps(found, option=orjson.OPT_UTC_Z)
    tag = hashlib.sha256(body).hexdigest()[:32]
    response = Response(body, mimetype="application/json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.make_conditional(request)
    return response
