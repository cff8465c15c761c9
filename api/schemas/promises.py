"""What comes in about promises and coverage."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from api.schemas import base, promise_reading
from api.schemas.jobs import Words
from api.schemas.promise_reading import DIVISION, MOST_LINES
from services.promises import Asked, AskedLine


class AskedLineBody(base.Body):
    """So many pieces of one SKU."""

    makes = AskedLine
    sku = base.PlainText(60, required=True)
    quantity = base.Whole(1, 99, load_default=1)


class PromiseBody(base.Body):
    """Goods and where: an address or a division; a point gives the distance. A phone lets the order find it."""

    makes = Asked
    lines = base.Many(fields.Nested(AskedLineBody), MOST_LINES, 1, required=True)
    address = base.PlainText(200, load_default=None, allow_none=True)
    division_code = base.PlainText(12, pattern=DIVISION, load_default=None, allow_none=True)
    point = fields.Nested(base.Point, load_default=None, allow_none=True)
    channel = base.PlainText(40, load_default=None, allow_none=True)
    phone = base.PlainText(20, load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Asked:
        return Asked(**data | {"lines": tuple(data["lines"])})

    def load(self, data: Any, **more: Any) -> Any:
        """As marshmallow loads it; what stands there plainly is read at a fifth of the price."""
        plain = None if more else promise_reading.plain(data)
        return super().load(data, **more) if plain is None else plain


class DecisionBody(base.Body):
    """Can the customer install it himself?"""

    decision = Words(("can", "cannot", "unsure"), required=True)


class DivisionQuery(base.Query):
    """One division, down to district or street."""

    division = base.PlainText(12, pattern=DIVISION, required=True)


class ShownQuery(base.Query):
    """Some words of the product's name."""

    q = base.PlainText(40, least=0, load_default="")


class CoverageQuery(base.Query):
    """The divisions under a parent, or the provinces."""

    sku = base.PlainText(60, required=True)
    parent = base.PlainText(12, pattern=DIVISION, load_default=None)


class ProofBody(base.Body):
    """A promise by its public id."""

    promise_id = base.PlainText(60, required=True)


class ChoosingQuery(base.Query):
    """Where the widget stands; `channel`: the shop whose terms hold."""

    sku = base.PlainText(60, required=True)
    division = base.PlainText(12, pattern=DIVISION, load_default=None)
    channel = base.PlainText(40, load_default=None)


class WidgetForm(base.Form):
    """The widget's question."""

    sku = base.PlainText(60, required=True)
    quantity = base.Whole(1, 99, load_default=1)
    division_code = base.PlainText(12, pattern=DIVISION, required=True)
    channel = base.PlainText(40, load_default=None)


class WidgetDecisionForm(base.Form):
    """The widget's answer to whether he can."""

    decision = Words(("can", "cannot", "unsure"), required=True)
