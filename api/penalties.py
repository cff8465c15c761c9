"""Penalties that people lay on a dealer, and the appeals against them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.alliance import PenaltyBody, PenaltyQuery
from api.schemas.audits import AppealAnswerBody
from api.schemas.clocks import AppealBody
from services import penalties
from services.penalties import PenaltyGiven, PenaltyState
from services.queries import penalties as reads
from services.queries.penalties import PenaltyLine

area = routes.area("penalties", "处罚")


@route(
    area,
    "GET",
    "/penalties",
    permission="penalty:read",
    query=PenaltyQuery,
    answer=Page[PenaltyLine],
    errors=(404,),
    summary="处罚列表",
)
def penalty_list(call: Call, query: Mapping[str, Any]) -> Page[PenaltyLine]:
    """Newest first, those `waiting` oldest first, with evidence, words and appeal; an owner its own dealer's."""
    before, wanted = paging.number(query["cursor"]), (query["dealer_id"], query["waiting"])
    found = reads.penalties(call.who, *wanted, before, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.id,))


@route(
    area,
    "POST",
    "/penalties",
    permission="penalty:impose",
    body=PenaltyBody,
    answer=PenaltyState,
    status=201,
    errors=(404, 409),
    summary="开出处罚",
)
def impose(call: Call, given: PenaltyGiven) -> PenaltyState:
    """On the dealer of a job, with evidence of that job; taken from next month's statement, or from the reward."""
    return penalties.impose(call.who, given, call.now)


@route(
    area,
    "POST",
    "/penalties/<id:penalty_id>/appeal",
    permission="penalty:appeal",
    body=AppealBody,
    answer=PenaltyState,
    errors=(404, 409),
    summary="处罚申诉",
)
def appeal(call: Call, body: Mapping[str, Any], penalty_id: int) -> PenaltyState:
    """By the owner, once, within seven days; until it is answered nothing is taken."""
    return penalties.appeal(call.who, penalty_id, body["reason"], call.now)


@route(
    area,
    "POST",
    "/penalties/<id:penalty_id>/answer",
    permission="penalty:answer",
    body=AppealAnswerBody,
    answer=PenaltyState,
    errors=(403, 404, 409),
    summary="答复处罚申诉",
)
def answer(call: Call, body: Mapping[str, Any], penalty_id: int) -> PenaltyState:
    """403 `own_penalty` for who laid it on. Granted: what was posted goes back in the open month."""
    return penalties.answer(call.who, penalty_id, body["granted"], body["reason"], call.now)
