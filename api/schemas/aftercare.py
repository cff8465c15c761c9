"""Bodies of what comes after the sale: repairs and their quotes."""

from __future__ import annotations

from api.schemas.base import BigId, Body, Flag, Many, PageQuery, PlainText, Whole, fields
from api.schemas.jobs import Words
from domain.warranty import PAYERS
from services.queries.service_requests import STATES


class ServiceQuery(PageQuery):
    """Repairs in one state: waiting for a serial number, for who pays, for a quote, for the customer's word."""

    state = Words(STATES, load_default="waiting")


class ServiceLineBody(Body):
    """The order line that an agent has found."""

    order_line_id = BigId(required=True)


class RulingBody(Body):
    """Who pays, and why."""

    payer = Words(PAYERS, required=True)
    note = PlainText(500, required=True)


class PartBody(Body):
    """A part foreseen, by its code in the price list."""

    item = PlainText(40, pattern="[A-Za-z0-9_-]+", required=True)
    quantity = Whole(1, 999, load_default=1)


class QuoteBody(Body):
    """The parts foreseen; visit and way follow from the fee rule."""

    parts = Many(fields.Nested(PartBody), 20, load_default=())


class RepairAnswerBody(Body):
    """Yes or no; an agent notes who said it on the phone."""

    agreed = Flag(required=True)
    note = PlainText(500, load_default=None, allow_none=True)
