"""Extras and the way: what may be charged, what was, who pays. Proposing and answering are actions of the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import routes
from api.routes import Call, route
from api.schemas.charges import QuoteQuery, wanted
from services import remote_fees
from services.queries import charges
from services.queries import remote_fees as found
from services.queries.charges import ChargeSheet, JobPriceList
from services.queries.remote_views import RemoteAnswer, RemoteCase

area = routes.area("charges", "增项收费与远程费")


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/price-list",
    permission="job:read",
    query=QuoteQuery,
    answer=JobPriceList,
    errors=(404, 422),
    summary="工单价目表与报价",
)
def job_price_list(call: Call, query: Mapping[str, Any], job_id: int) -> JobPriceList:
    """The version this job was made with; with `lines` also their quote, item by item. Nothing is kept."""
    return charges.price_list(call.who, job_id, wanted(query["lines"]))


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/charges",
    permission="job:read",
    answer=ChargeSheet,
    errors=(404,),
    summary="工单收费单",
)
def charge_sheet(call: Call, job_id: int) -> ChargeSheet:
    """What the customer sees by the link of the notice: each charge, the sum that waits, the code that says yes."""
    return charges.sheet(call.who, job_id)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/remote-fee",
    permission="job:read",
    answer=RemoteAnswer,
    errors=(404,),
    summary="远程费由谁承担",
)
def remote_fee(call: Call, job_id: int) -> RemoteAnswer:
    """Who pays what for the way, and a paragraph that says why."""
    return found.answer(call.who, job_id, call.now)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/remote-fee/case",
    permission="remote_fee:judge",
    answer=RemoteCase,
    errors=(404,),
    summary="远程费争议全貌",
)
def remote_case(call: Call, job_id: int) -> RemoteCase:
    """Everything on one page for the agent who rules; the look is on record, since it shows places."""
    return remote_fees.open_case(call.who, job_id, call.now)
