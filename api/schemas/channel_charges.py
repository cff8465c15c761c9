"""What comes in about platforms' penalties."""

from __future__ import annotations

from api.schemas.base import BigId, Body, Choice, File, Flag, Form, PageQuery, PlainText
from domain.channel_charges import Fault
from services.channel_charges import Allocation

NOTE = 500


class ChannelChargeForm(Form):
    """CSV or XLSX: 店铺编码, 扣款单号, 扣款日期, 扣款金额, 扣款原因, where known 订单号 and 行号."""

    file = File(required=True)


class ChannelChargeQuery(PageQuery):
    """Those whose fault nobody has said unless `waiting=false`."""

    waiting = Flag(load_default=True)


class AllocationBody(Body):
    """Whose fault. A dealer's needs `words`; `job_id` and `dealer_id` where it is not the order line's first job."""

    makes = Allocation
    fault = Choice(Fault, required=True)
    words = PlainText(NOTE, load_default=None, allow_none=True)
    job_id = BigId(load_default=None, allow_none=True)
    dealer_id = BigId(load_default=None, allow_none=True)
