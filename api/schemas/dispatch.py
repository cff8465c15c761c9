"""Bodies of dispatch's settings."""

from __future__ import annotations

from marshmallow import fields

from api.schemas import base
from services.dispatch_settings import RuleGiven, Wish


class WishBody(base.Body):
    """One category's wish."""

    makes = Wish
    category_code = base.PlainText(40, required=True)
    wanted = base.Flag(required=True)


class WishesBody(base.Body):
    """Wishes by category; those not named stay."""

    lines = base.Many(fields.Nested(WishBody), 200, 1, required=True)


class DispatchRuleBody(base.Body):
    """How a category is dispatched."""

    makes = RuleGiven
    category_code = base.PlainText(40, required=True)
    asked_at_once = base.Whole(1, 20, load_default=1)
    offer_minutes = base.Whole(5, 1440, load_default=120)
