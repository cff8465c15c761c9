"""What comes in about orders, their files, and repairs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import post_load

from api.schemas.base import (
    BigId,
    Body,
    Choice,
    Day,
    Fen,
    File,
    Form,
    Many,
    Moment,
    PageQuery,
    PlainText,
    Point,
    Whole,
    fields,
)
from api.schemas.jobs import Words
from domain.orders import MAX_FEN, MAX_LINE_NUMBER, MAX_QUANTITY, OrderState
from domain.warranty import COVERS
from services.orders import NewLine, NewOrder, Told
from services.service_requests import Wanted

NUMBER = r"[0-9A-Za-z_\-]+"


class EventKind(StrEnum):
    """What can happen to an order."""

    REFUND = "refund"
    ADDRESS = "address"
    DELIVERY = "delivery"


class LineBody(Body):
    """One line of an order; without a state it counts as paid."""

    makes = NewLine
    line_number = Whole(1, MAX_LINE_NUMBER, load_default=1)
    sku = PlainText(64, required=True)
    title = PlainText(300, load_default=None, allow_none=True)
    quantity = Whole(1, MAX_QUANTITY, load_default=1)
    paid_fen = Fen(most=MAX_FEN, load_default=None, allow_none=True)
    refund_fen = Fen(most=MAX_FEN, load_default=None, allow_none=True)
    delivered_at = Moment(load_default=None, allow_none=True)
    wanted_date = Day(load_default=None, allow_none=True)
    state = Choice(OrderState, load_default=None, allow_none=True)


class OrderBody(Body):
    """An order with 1 … 50 lines. The number is the channel's own."""

    makes = NewOrder
    channel_id = BigId(required=True)
    number = PlainText(64, pattern=NUMBER, required=True)
    receiver = PlainText(60, required=True)
    phone = PlainText(60, required=True)
    phone_expires_at = Moment(load_default=None, allow_none=True)
    address = PlainText(400, required=True)
    province = PlainText(60, load_default=None, allow_none=True)
    city = PlainText(60, load_default=None, allow_none=True)
    district = PlainText(60, load_default=None, allow_none=True)
    town = PlainText(60, load_default=None, allow_none=True)
    point = fields.Nested(Point, load_default=None, allow_none=True)
    ordered_at = Moment(load_default=None, allow_none=True)
    paid_at = Moment(load_default=None, allow_none=True)
    buyer_note = PlainText(2000, load_default=None, allow_none=True)
    promise_id = PlainText(60, load_default=None, allow_none=True)
    lines = Many(fields.Nested(LineBody), 50, 1, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> NewOrder:
        return NewOrder(**data | {"lines": tuple(data["lines"])})


class OrderEventBody(Body):
    """What happened: `refund` (of everything, or `refund_fen` of one line), `address`, `delivery`."""

    makes = Told
    kind = Choice(EventKind, required=True)
    line_number = Whole(1, MAX_LINE_NUMBER, load_default=None, allow_none=True)
    refund_fen = Fen(1, MAX_FEN, load_default=None, allow_none=True)
    address = PlainText(400, load_default=None, allow_none=True)
    province = PlainText(60, load_default=None, allow_none=True)
    city = PlainText(60, load_default=None, allow_none=True)
    district = PlainText(60, load_default=None, allow_none=True)
    town = PlainText(60, load_default=None, allow_none=True)
    delivered_at = Moment(load_default=None, allow_none=True)


class OrderQuery(PageQuery):
    """Orders of one channel, with one number, or with a line in one state."""

    channel_id = BigId(load_default=None)
    number = PlainText(64, pattern=NUMBER, load_default=None)
    state = Choice(OrderState, load_default=None)


class ImportForm(Form):
    """An order file: our template (CSV, XLSX) or an export of Taobao, Tmall or JD; at most 100 MB."""

    file = File(required=True)
    channel_id = BigId(required=True)


class ImportQuery(PageQuery):
    """Imports of one channel."""

    channel_id = BigId(load_default=None)


class ServiceRequestBody(Body):
    """A repair by serial number or by order line, and what is wrong in the customer's words."""

    makes = Wanted
    serial_number = PlainText(40, 5, pattern=r"[0-9A-Za-z\-]+", load_default=None, allow_none=True)
    order_line_id = BigId(load_default=None, allow_none=True)
    units = Whole(1, 99, load_default=1)
    cover = Words(tuple(COVERS), load_default="goods")
    problem = PlainText(1000, required=True)
