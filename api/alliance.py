"""The alliance: agreements and signatures, what a dealer is on course for, and the year as it is paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.alliance import (
    AgreementBody,
    LeaveBody,
    OutlookQuery,
    SignatureQuery,
    SignBody,
    YearQuery,
    YearTermsBody,
)
from api.schemas.base import PageQuery
from services import alliance, year_end
from services.alliance import Left, Published, Signed
from services.queries import alliance as reads
from services.queries.alliance import AgreementCard, OutlookView, SignatureLine
from services.year_end import TermsMade, YearLine, YearTermsLine

area = routes.area("alliance", "服务联盟")


@route(
    area,
    "GET",
    "/alliance/agreements",
    permission="agreement:read",
    query=PageQuery,
    answer=Page[AgreementCard],
    summary="联盟协议列表",
)
def agreement_list(call: Call, query: Mapping[str, Any]) -> Page[AgreementCard]:
    """Newest first, each with its whole text and the hash that a signature names."""
    found = reads.agreements(call.who, paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.version,))


@route(
    area,
    "POST",
    "/alliance/agreements",
    permission="agreement:publish",
    body=AgreementBody,
    answer=Published,
    status=201,
    summary="发布联盟协议",
)
def publish(call: Call, body: Mapping[str, Any]) -> Published:
    """The next version; every member's owner is told and asked to sign."""
    return alliance.publish(call.who, body["text"], body["effective_from"], call.now)


@route(
    area,
    "POST",
    "/alliance/agreements/<id:version>/sign",
    permission="agreement:sign",
    body=SignBody,
    answer=Signed,
    status=201,
    errors=(404, 409),
    summary="签署联盟协议",
)
def sign(call: Call, body: Mapping[str, Any], version: int) -> Signed:
    """By the dealer's owner, who joins with it. 409 `other_text` where something else was shown."""
    return alliance.sign(call.who, version, body["sha256"], call.now)


@route(
    area,
    "GET",
    "/alliance/agreements/<id:version>/signatures",
    permission="agreement:read",
    query=SignatureQuery,
    answer=Page[SignatureLine],
    summary="协议签署情况",
)
def signature_list(call: Call, query: Mapping[str, Any], version: int) -> Page[SignatureLine]:
    """By dealer: who signed, or which members have not yet."""
    after = paging.number(query["cursor"]) or 0
    found = reads.signatures(call.who, version, query["signed"], after, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.dealer_id,))


@route(
    area,
    "POST",
    "/alliance/leave",
    permission="alliance:leave",
    body=LeaveBody,
    answer=Left,
    errors=(404,),
    summary="退出联盟",
)
def leave(call: Call, body: Mapping[str, Any]) -> Left:
    """By the owner, or by an admin who names the dealer. The reward is by months."""
    return alliance.leave(call.who, body["dealer_id"], call.now)


@route(
    area,
    "GET",
    "/alliance/outlook",
    permission="year:read",
    query=OutlookQuery,
    answer=OutlookView,
    errors=(404,),
    summary="年度奖励预估",
)
def outlook(call: Call, query: Mapping[str, Any]) -> OutlookView:
    """On course for how much, lost how much so far, how many late jobs left before the standard is missed."""
    return reads.outlook(call.who, query["dealer_id"], query["year"], call.now)


@route(
    area,
    "GET",
    "/alliance/rewards",
    permission="year:oversee",
    query=YearQuery,
    answer=Page[YearLine],
    summary="年度奖励与返利",
)
def reward_list(call: Call, query: Mapping[str, Any]) -> Page[YearLine]:
    """By dealer: what the year brings as it stands now, what holds it, what is posted. The run `year_end` posts."""
    after = paging.number(query["cursor"]) or 0
    found = year_end.lines(query["year"], after, query["limit"] + 1, call.now)
    return paging.page(found, query["limit"], lambda one: (one.dealer_id,))


@route(
    area,
    "GET",
    "/alliance/terms",
    permission="year:read",
    query=PageQuery,
    answer=Page[YearTermsLine],
    summary="年度政策",
)
def terms_list(_call: Call, query: Mapping[str, Any]) -> Page[YearTermsLine]:
    """Versions, newest first. Where none holds: 1.5 %, 90 % on time, three complaints, no tiers."""
    found = year_end.versions(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.version,))


@route(
    area,
    "POST",
    "/alliance/terms",
    permission="year:arrange",
    body=YearTermsBody,
    answer=TermsMade,
    status=201,
    summary="制定年度政策",
)
def add_terms(call: Call, body: Mapping[str, Any]) -> TermsMade:
    """Reward, standard and tiers for years from `from_year` on, this one or later."""
    return year_end.add_terms(call.who, body, call.now)
