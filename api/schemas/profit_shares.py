"""What comes in about the profit share: terms, costs, the price guard."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import (
    BigId,
    Body,
    Choice,
    Day,
    Fen,
    File,
    Flag,
    Form,
    Many,
    PageQuery,
    PlainText,
    Whole,
)
from api.schemas.jobs import Words
from domain.money import BP
from domain.profit_share import MOST_FEN, Cost
from models.profit_share import SHARE_STATES
from services.queries.profit_shares import ShareTerms
from services.sale_costs import CostOf

NAME, NOTE = 60, 200


class ShareQuery(PageQuery):
    """Order lines; `state=held`: those that wait for a cost."""

    dealer_id = BigId(load_default=None)
    state = Words(SHARE_STATES, load_default=None)
    sku = PlainText(NAME, load_default=None)


class ShareTermsBody(Body):
    """ShareTerms for what is ordered from a day on, in basis points: 500 is 5 %. Left out: the defaults."""

    makes = ShareTerms
    effective_from = Day(required=True)
    operator_bp = Whole(0, BP, load_default=500)
    dealer_bp = Whole(0, BP, load_default=BP)
    tax_bp = Whole(0, BP, load_default=1_300)
    dealer_ships_bp = Whole(0, BP, load_default=500)
    refund_days = Whole(0, 180, load_default=15)


class CostRow(Body):
    """Fen of one kind: of a piece of an `sku` ordered from `since` on, or of an order line (`line_id`) as a whole."""

    makes = CostOf
    kind = Choice(Cost, required=True)
    fen = Fen(most=MOST_FEN, required=True)
    sku = PlainText(NAME, load_default=None, allow_none=True)
    since = Day(load_default=None, allow_none=True)
    line_id = BigId(load_default=None, allow_none=True)


class CostsBody(Body):
    """Up to a thousand costs."""

    costs = Many(fields.Nested(CostRow), 1_000, 1, required=True)


class CostFileForm(Form):
    """CSV or XLSX: 商家编码 and 生效日期, or 店铺编码, 订单号, 行号; then the costs, see the template."""

    file = File(required=True)


class GuardBody(Body):
    """From a day on: the least a piece may cost online, the only channel that may sell it; neither lifts the guard."""

    sku = PlainText(NAME, required=True)
    effective_from = Day(required=True)
    floor_fen = Fen(1, MOST_FEN, load_default=None, allow_none=True)
    exclusive_channel_id = BigId(load_default=None, allow_none=True)


class GuardQuery(PageQuery):
    """Of one SKU."""

    sku = PlainText(NAME, load_default=None)


class AlertQuery(PageQuery):
    """Those nobody has seen to unless `open=false`."""

    open = Flag(load_default=True)


class AlertNote(Body):
    """What was done about it."""

    note = PlainText(NOTE, required=True)
