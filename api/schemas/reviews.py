"""Bodies of platform reviews."""

from __future__ import annotations

from api.schemas import base
from api.schemas.jobs import Words
from domain.actions import CATEGORIES
from domain.reviews import LONGEST_ID, LONGEST_NUMBER, LONGEST_SKU, LONGEST_TEXT
from services.queries.reviews import STATES
from services.reviews import ReviewGiven

NUMBER = r"[0-9A-Za-z_\-]+"


class ReviewBody(base.Body):
    """A review as the platform tells it. Never the customer's name or nickname."""

    makes = ReviewGiven
    channel_id = base.BigId(required=True)
    platform_id = base.PlainText(LONGEST_ID, pattern=NUMBER, required=True)
    score = base.Whole(1, 5, required=True)
    reviewed_at = base.Moment(required=True)
    text = base.PlainText(LONGEST_TEXT, load_default="")
    order_number = base.PlainText(LONGEST_NUMBER, pattern=NUMBER, load_default=None, allow_none=True)
    line_number = base.Whole(1, 2**63 - 1, load_default=None, allow_none=True)
    sku = base.PlainText(LONGEST_SKU, load_default=None, allow_none=True)
    follow_up = base.PlainText(LONGEST_TEXT, load_default=None, allow_none=True)
    follow_up_at = base.Moment(load_default=None, allow_none=True)


class ReviewFileForm(base.Form):
    """CSV or XLSX by our template: 评价编号, 评分, 评价时间, 评价内容, 订单号, 订单行号, 商家编码, 追评."""

    file = base.File(required=True)
    channel_id = base.BigId(required=True)


class ReviewListQuery(base.PageQuery):
    """Bad ones, those still unanswered, or those that belong to no known order."""

    state = Words(STATES, load_default="all")
    channel_id = base.BigId(load_default=None)
    job_id = base.BigId(load_default=None)
    sku = base.PlainText(60, load_default=None)


class ReviewLineBody(base.Body):
    """The order line it is about."""

    order_line_id = base.BigId(required=True)


class ReviewAnswerBody(base.Body):
    """What was answered on the platform."""

    text = base.PlainText(1000, required=True)


class ReviewComplaintBody(base.Body):
    """The complaint's category where the words do not tell it."""

    category = Words(CATEGORIES, load_default=None, allow_none=True)
