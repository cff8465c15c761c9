"""Dealers and channels as admins keep them; a dealer's people read and plan their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.catalogue import (
    AuthorisationsBody,
    CapacityBody,
    ChannelBody,
    CoverageAtQuery,
    CoverageBody,
    DealerBody,
    SkillsBody,
    TakenQuery,
)
from domain.calendar import local_date
from services import dealers
from services.dealers import ChannelGiven, DealerGiven, Made
from services.parts.changed import Changed
from services.queries import catalogue as found
from services.queries import channels as shops
from services.queries import taken
from services.queries.catalogue import AuthorisationLine, CapacityLine, CoverageLine, DealerLine
from services.queries.channels import ChannelLine
from services.queries.taken import Taken

area = routes.area("dealers", "网点与渠道")
ONE = "/dealers/<id:dealer_id>"


@route(
    area,
    "GET",
    "/dealers",
    permission="dealer:read",
    query=PageQuery,
    answer=Page[DealerLine],
    summary="网点列表",
)
def dealer_list(call: Call, query: Mapping[str, Any]) -> Page[DealerLine]:
    """All dealers for the brand, its own for a dealer."""
    after = paging.number(query["cursor"]) or 0
    rows = found.dealers(call.who, after, query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/dealers",
    permission="dealer:write",
    body=DealerBody,
    answer=Made,
    summary="新增或修改网点",
)
def dealer_put(call: Call, body: Mapping[str, Any]) -> Made:
    """By its code: what is not named stays as it is, and of a new one is the default."""
    return dealers.put_dealer(DealerGiven(**body), body.keys())


@route(
    area,
    "GET",
    ONE + "/coverage",
    permission="dealer:read",
    query=CoverageAtQuery,
    answer=Page[CoverageLine],
    errors=(404,),
    summary="服务范围",
)
def coverage(call: Call, query: Mapping[str, Any], dealer_id: int) -> Page[CoverageLine]:
    """As it is now, or as it was at a moment."""
    dealers.own_dealer(call.who, dealer_id)
    return Page(found.coverage(dealer_id, query["at"]), None)


@route(
    area,
    "POST",
    ONE + "/coverage",
    permission="dealer:write",
    body=CoverageBody,
    answer=Changed,
    errors=(404, 422),
    max_body=1024 * 1024,
    summary="设置服务范围",
)
def coverage_set(call: Call, body: Mapping[str, Any], dealer_id: int) -> Changed:
    """The whole coverage; what changes is ended now and kept as history."""
    return dealers.set_coverage(dealer_id, body["lines"], call.now)


@route(
    area,
    "GET",
    ONE + "/capacity",
    permission="dealer:read",
    answer=Page[CapacityLine],
    errors=(404,),
    summary="产能",
)
def capacity(call: Call, dealer_id: int) -> Page[CapacityLine]:
    """Standing figures and days."""
    dealers.own_dealer(call.who, dealer_id)
    return Page(found.capacity(dealer_id), None)


@route(
    area,
    "GET",
    ONE + "/capacity/taken",
    permission="dealer:read",
    query=TakenQuery,
    answer=Page[Taken],
    errors=(404,),
    summary="已约台数",
)
def capacity_taken(call: Call, query: Mapping[str, Any], dealer_id: int) -> Page[Taken]:
    """Day by day of one month, this one unless told, and what is accepted without an appointment."""
    dealers.own_dealer(call.who, dealer_id)
    return Page(taken.of_month(dealer_id, query["month"] or local_date(call.now)), None)


@route(
    area,
    "POST",
    ONE + "/capacity",
    permission="dealer:plan",
    body=CapacityBody,
    answer=Changed,
    errors=(404, 422),
    summary="设置产能",
)
def capacity_set(call: Call, body: Mapping[str, Any], dealer_id: int) -> Changed:
    """By the dealer's desk for itself, by an admin for all."""
    dealers.own_dealer(call.who, dealer_id)
    return dealers.set_capacity(dealer_id, body["lines"])


@route(
    area,
    "GET",
    ONE + "/authorisations",
    permission="dealer:read",
    answer=Page[AuthorisationLine],
    errors=(404,),
    summary="网点的品类授权",
)
def authorisations(call: Call, dealer_id: int) -> Page[AuthorisationLine]:
    """The brand's leave for categories that need it, run out or not."""
    dealers.own_dealer(call.who, dealer_id)
    return Page(found.authorisations(dealer_id), None)


@route(
    area,
    "POST",
    ONE + "/authorisations",
    permission="dealer:certify",
    body=AuthorisationsBody,
    answer=Changed,
    errors=(404, 422),
    summary="品类授权",
)
def authorisations_set(call: Call, body: Mapping[str, Any], dealer_id: int) -> Changed:
    """The brand's leave for categories that need it; exactly these."""
    return dealers.set_authorisations(dealer_id, body["lines"])


@route(
    area,
    "POST",
    ONE + "/people/<id:person_id>/skills",
    permission="dealer:certify",
    body=SkillsBody,
    answer=Changed,
    errors=(404, 422),
    summary="师傅技能与证书",
)
def skills_set(call: Call, body: Mapping[str, Any], dealer_id: int, person_id: int) -> Changed:
    """What an installer may install, and until when his certificates hold; the brand certifies."""
    return dealers.set_skills(dealer_id, person_id, body["levels"], body["certificates"])


@route(
    area,
    "GET",
    "/channels",
    permission="channel:read",
    query=PageQuery,
    answer=Page[ChannelLine],
    summary="渠道列表",
)
def channel_list(call: Call, query: Mapping[str, Any]) -> Page[ChannelLine]:
    """Id for orders and files, code for the widget, who operates it; agents those of their desk, dealers their own."""
    after = paging.number(query["cursor"]) or 0
    rows = shops.channels(call.who, after, query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/channels",
    permission="channel:write",
    body=ChannelBody,
    answer=Made,
    errors=(422,),
    summary="新增或修改渠道",
)
def channel_put(call: Call, body: ChannelGiven) -> Made:
    """By its code."""
    return dealers.put_channel(body)
