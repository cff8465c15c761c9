"""Penalties that platforms lay on the operators of shops: by file in, by fault to whom they belong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import paging, routes
from api.files import CSV, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.channel_charges import AllocationBody, ChannelChargeForm, ChannelChargeQuery
from channels.charge_file import template
from services import channel_charges
from services.channel_charges import Allocated, Allocation, ChargesImported, Reopened
from services.queries import channel_charges as reads
from services.queries.channel_charges import ChannelChargeLine

area = routes.area("channel_charges", "平台扣款")
MAX_BODY = 4 * 1024 * 1024


@route(
    area,
    "GET",
    "/channel-charges",
    permission="channel_charge:read",
    query=ChannelChargeQuery,
    answer=Page[ChannelChargeLine],
    summary="平台扣款",
)
def charge_list(call: Call, query: Mapping[str, Any]) -> Page[ChannelChargeLine]:
    """Newest first, those `waiting` oldest first; an owner those of the shops it operates."""
    before, waiting = paging.number(query["cursor"]), query["waiting"]
    found = reads.channel_charges(call.who, before, query["limit"] + 1, waiting=waiting)
    return paging.page(found, query["limit"], lambda one: (one.id,))


@route(
    area,
    "POST",
    "/channel-charge-imports",
    permission="channel_charge:import",
    body=ChannelChargeForm,
    answer=ChargesImported,
    max_body=MAX_BODY,
    summary="按文件导入平台扣款",
)
def charge_upload(call: Call, form: Mapping[str, Any]) -> ChargesImported:
    """Good rows go in, bad rows are named with their reasons. The same file twice changes nothing."""
    return channel_charges.take(call.who, form["file"].stream, call.now)


@route(
    area,
    "GET",
    "/channel-charge-imports/template.csv",
    permission="channel_charge:import",
    media=CSV,
    summary="平台扣款文件模板",
)
def charge_template(_: Call) -> Response:
    """With a row to see how."""
    return attached(template(), "channel-charges-template.csv")


@route(
    area,
    "POST",
    "/channel-charges/<id:channel_charge_id>/allocate",
    permission="channel_charge:allocate",
    body=AllocationBody,
    answer=Allocated,
    errors=(404, 409),
    summary="划分平台扣款责任",
)
def charge_allocate(call: Call, given: Allocation, channel_charge_id: int) -> Allocated:
    """A dealer at fault gets a penalty, which he may appeal; the brand pays a dealer's shop back at once."""
    return channel_charges.allocate(call.who, channel_charge_id, given, call.now)


@route(
    area,
    "POST",
    "/channel-charges/<id:channel_charge_id>/reopen",
    permission="channel_charge:allocate",
    answer=Reopened,
    errors=(404, 409),
    summary="撤回平台扣款的责任划分",
)
def charge_reopen(call: Call, channel_charge_id: int) -> Reopened:
    """The brand's or the operator's: what was posted is taken back, and it waits to be allocated anew."""
    return channel_charges.reopen(call.who, channel_charge_id, call.now)
