"""The ledger for those who keep it: corrections by two persons, months and their close, balances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.money import BalanceQuery, CorrectionBody, CorrectionQuery, MonthBody
from domain.calendar import month_of
from services import ledger
from services.ledger import Closed
from services.queries import months as reads
from services.queries.months import BalanceLine, Correction, MonthLine

area = routes.area("ledger", "总账")


@route(
    area,
    "POST",
    "/ledger/entries/<id:entry_id>/corrections",
    permission="ledger:correct",
    body=CorrectionBody,
    answer=Correction,
    status=201,
    errors=(404, 409),
    summary="提出分录更正",
)
def propose(call: Call, body: Mapping[str, Any], entry_id: int) -> Correction:
    """What is wrong and, with `instead_fen`, the right amount. Nothing is posted before another person approves."""
    return ledger.propose(call.who, entry_id, body["reason"], call.now, body["instead_fen"])


@route(
    area,
    "GET",
    "/ledger/corrections",
    permission="ledger:oversee",
    query=CorrectionQuery,
    answer=Page[Correction],
    summary="分录更正列表",
)
def correction_list(_call: Call, query: Mapping[str, Any]) -> Page[Correction]:
    """Those that wait, oldest first, or with `open=false` those decided, newest first."""
    found = reads.corrections(query["open"], paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.id,))


@route(
    area,
    "POST",
    "/ledger/corrections/<id:correction_id>/approve",
    permission="ledger:correct",
    answer=Correction,
    errors=(403, 404, 409),
    summary="批准分录更正",
)
def approve(call: Call, correction_id: int) -> Correction:
    """403 `four_eyes` for who proposed it. The reversal and the new entry stand in the open month."""
    return ledger.approve(call.who, correction_id, call.now)


@route(
    area,
    "POST",
    "/ledger/corrections/<id:correction_id>/refuse",
    permission="ledger:correct",
    answer=Correction,
    errors=(404, 409),
    summary="驳回或撤回分录更正",
)
def refuse(call: Call, correction_id: int) -> Correction:
    """By another person, or taken back by the one who proposed it."""
    return ledger.refuse_correction(call.who, correction_id, call.now)


@route(
    area,
    "GET",
    "/ledger/months",
    permission="ledger:oversee",
    query=PageQuery,
    answer=Page[MonthLine],
    summary="账期及未完成事项",
)
def month_list(call: Call, query: Mapping[str, Any]) -> Page[MonthLine]:
    """Newest first: closed, or everything that still bars its close; how far its statements are."""
    after = paging.key(query["cursor"], date)
    before = after[0] if after else None
    found = reads.months(before, call.now, query["limit"] + 1)  # type: ignore[arg-type]  # its kind was checked
    return paging.page(found, query["limit"], lambda line: (line.month,))


@route(
    area,
    "POST",
    "/ledger/months/close",
    permission="ledger:close",
    body=MonthBody,
    answer=Closed,
    errors=(409,),
    summary="关账",
)
def close(call: Call, body: Mapping[str, Any]) -> Closed:
    """409 `month_open` with everything that is missing. What comes later goes to the open month."""
    return ledger.close_month(body["month"], call.who, call.now)


@route(
    area,
    "GET",
    "/ledger/balances",
    permission="ledger:read",
    query=BalanceQuery,
    answer=Page[BalanceLine],
    errors=(404,),
    summary="账户余额",
)
def balance_list(call: Call, query: Mapping[str, Any]) -> Page[BalanceLine]:
    """Opening, moved and closing of each account over a month; an owner its own accounts."""
    month, dealer_id = query["month"] or month_of(call.now), query["dealer_id"]
    found = reads.balances(
        call.who, month, dealer_id, paging.number(query["cursor"]) or 0, query["limit"] + 1
    )
    return paging.page(found, query["limit"], lambda line: (line.account_id,))
