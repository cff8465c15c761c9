"""A dealer's own settlement with its installers, and what an installer reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.installer_pay import (
    EarningBody,
    EarningLineQuery,
    EarningsPaidBody,
    EarningsQuery,
    RateBody,
)
from domain.calendar import month_of
from services import installer_pay
from services.installer_pay import NewLine, NewRate, Paid, RateMade
from services.queries import installer_pay as reads
from services.queries.installer_pay import EarningLine, InstallerMonth, MyEarnings, RateLine

area = routes.area("installer-pay", "师傅劳务费")


@route(
    area,
    "GET",
    "/me/earnings",
    permission="earning:read",
    query=EarningsQuery,
    answer=MyEarnings,
    summary="我的收入",
)
def mine(call: Call, query: Mapping[str, Any]) -> MyEarnings:
    """A month's sums and its lines, each with its job and its arithmetic."""
    month, after = query["month"] or month_of(call.now), paging.number(query["cursor"]) or 0
    sums, found = reads.mine(call.who, month, after, query["limit"] + 1)
    page = paging.page(found, query["limit"], lambda line: (line.id,))
    return MyEarnings(sums, page.items, page.next_cursor)


@route(
    area,
    "GET",
    "/installer-rates",
    permission="installer_pay:settle",
    query=PageQuery,
    answer=Page[RateLine],
    summary="师傅单价",
)
def rate_list(call: Call, query: Mapping[str, Any]) -> Page[RateLine]:
    """The own dealer's, newest first."""
    found = reads.rates(call.who, paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda rate: (rate.id,))


@route(
    area,
    "POST",
    "/installer-rates",
    permission="installer_pay:settle",
    body=RateBody,
    answer=RateMade,
    status=201,
    errors=(409,),
    summary="设定师傅单价",
)
def add_rate(call: Call, given: NewRate) -> RateMade:
    """Never changed: another takes its place from a later day on. 409 `rate_earned` for days already earned."""
    return installer_pay.add_rate(call.who, given, call.now)


@route(
    area,
    "GET",
    "/installer-settlements",
    permission="installer_pay:settle",
    query=EarningsQuery,
    answer=Page[InstallerMonth],
    summary="师傅月度结算",
)
def months(call: Call, query: Mapping[str, Any]) -> Page[InstallerMonth]:
    """Every installer with lines in the month: jobs, total, paid, open."""
    month, after = query["month"] or month_of(call.now), paging.number(query["cursor"]) or 0
    found = reads.months(call.who, month, after, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.installer_id,))


@route(
    area,
    "GET",
    "/installer-settlements/lines",
    permission="installer_pay:settle",
    query=EarningLineQuery,
    answer=Page[EarningLine],
    summary="师傅结算明细",
)
def lines(call: Call, query: Mapping[str, Any]) -> Page[EarningLine]:
    """A month of one installer or of all, oldest first."""
    month, after = query["month"] or month_of(call.now), paging.number(query["cursor"]) or 0
    found = reads.lines(call.who, query["installer_id"], month, after, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/installer-settlements/lines",
    permission="installer_pay:settle",
    body=EarningBody,
    answer=EarningLine,
    status=201,
    errors=(404,),
    summary="手工计薪",
)
def add_line(call: Call, given: NewLine) -> EarningLine:
    """A bonus, a deduction, materials, a correction: into this month, and the installer sees why."""
    return installer_pay.add_line(call.who, given, call.now)


@route(
    area,
    "POST",
    "/installer-settlements/payments",
    permission="installer_pay:settle",
    body=EarningsPaidBody,
    answer=Paid,
    status=201,
    errors=(404, 409),
    summary="登记劳务费已付",
)
def pay(call: Call, body: Mapping[str, Any]) -> Paid:
    """Marks the month's open lines; no money is moved. 409 `earnings_changed` where they come to another sum."""
    told = body["installer_id"], body["month"], body["amount_fen"], body["paid_on"]
    return installer_pay.pay(call.who, *told, call.now)
