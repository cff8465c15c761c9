"""Why people were unhappy, and what to put on the product page about it (S0: 把售后问题移至售前)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.suggestions import AcceptBody, CauseBody, DismissBody, SuggestionQuery
from services import causes, suggestions
from services.causes import CauseStated
from services.suggestions import SuggestionLine

area = routes.area("suggestions", "不满原因与商品页建议")
ONE = "/suggestions/<id:suggestion_id>"


@route(
    area,
    "POST",
    "/causes",
    permission="cause:state",
    body=CauseBody,
    answer=CauseStated,
    errors=(404,),
    summary="认定投诉、差评、中止上门、回访的原因",
)
def state_cause(call: Call, body: Mapping[str, Any]) -> CauseStated:
    """The last word counts; without one it follows from the case itself."""
    return causes.give(call.who, body["source"], body["source_id"], body["cause"], call.now)


@route(
    area,
    "GET",
    "/reports/suggestions",
    permission="report:read",
    query=SuggestionQuery,
    answer=Page[SuggestionLine],
    summary="商品页建议",
)
def suggestion_list(call: Call, query: Mapping[str, Any]) -> Page[SuggestionLine]:
    """Each with the count that speaks for it; made anew every night for this month and the last."""
    after = paging.number(query["cursor"]) or 0
    asked = (query["state"], query["sku"], query["month"])
    found = suggestions.listed(call.who, *asked, after, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    ONE + "/accept",
    permission="suggestion:decide",
    body=AcceptBody,
    answer=SuggestionLine,
    errors=(404, 409),
    summary="采纳建议",
)
def suggestion_accept(call: Call, body: Mapping[str, Any], suggestion_id: int) -> SuggestionLine:
    """Its sentence, as it is or as edited, becomes a note of the guide's next version."""
    return suggestions.accept(call.who, suggestion_id, body["sentence"], call.now)


@route(
    area,
    "POST",
    ONE + "/dismiss",
    permission="suggestion:decide",
    body=DismissBody,
    answer=SuggestionLine,
    errors=(404, 409),
    summary="不采纳建议",
)
def suggestion_dismiss(call: Call, body: Mapping[str, Any], suggestion_id: int) -> SuggestionLine:
    """With the reason; the same thing is not proposed again for 90 days."""
    return suggestions.dismiss(call.who, suggestion_id, body["reason"], call.now)
