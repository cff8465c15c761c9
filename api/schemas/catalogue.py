"""Bodies of the catalogue and of dealers."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from api.schemas import base
from api.schemas.jobs import Words
from services.catalogue import CategoryGiven, Guide, PriceGiven, ProductGiven, SlotGiven
from services.dealers import AuthorisationGiven, CapacityGiven, ChannelGiven, CoverageGiven
from services.parts.examples import LINKS
from services.promotions import PromotionGiven

CODE = "[A-Za-z0-9_-]+"


class CategoryBody(base.Body):
    """A category by its code."""

    makes = CategoryGiven
    code = base.PlainText(40, pattern=CODE, required=True)
    name = base.PlainText(40, required=True)
    certificates = base.Many(Words(("gas", "wiring")), 2, load_default=())
    needs_authorisation = base.Flag(load_default=False)


class GuideBody(base.Body):
    """What the product's page says of installing: what is free, how to do it oneself, the film."""

    makes = Guide
    included = base.Many(base.PlainText(40), 12, load_default=())
    video_url = base.PlainText(500, pattern="https://[^ ]+", load_default=None, allow_none=True)
    steps = base.Many(base.PlainText(200), 20, load_default=())


class ProductBody(base.Body):
    """A product by its SKU."""

    makes = ProductGiven
    sku = base.PlainText(60, required=True)
    category_code = base.PlainText(40, required=True)
    name = base.PlainText(100, required=True)
    job_kind = Words(("install", "deliver_install"), load_default="install")
    needs_installation = base.Flag(load_default=True)
    self_install_allowed = base.Flag(load_default=False)
    lead_days = base.Whole(0, 90, load_default=1)
    warranty_months = base.Whole(0, 240, load_default=24)
    guide = fields.Nested(GuideBody, load_default=None, allow_none=True)


class SlotBody(base.Body):
    """One shot of a checklist."""

    makes = SlotGiven
    code = base.PlainText(40, pattern=CODE, required=True)
    name = base.PlainText(20, required=True)
    hint = base.PlainText(200, required=True)
    phase = Words(("before", "during", "after"), required=True)
    required = base.Flag(load_default=True)
    camera_only = base.Flag(load_default=True)
    min_side = base.Whole(64, 4096, load_default=480)
    example = base.PlainText(100, pattern=f"{LINKS}[0-9a-f]{{64}}", load_default=None, allow_none=True)


class ExampleForm(base.Form):
    """A photo or a drawing of how a slot should look."""

    file = base.File(required=True)


class ChecklistBody(base.Body):
    """The next version of a category's checklist."""

    slots = base.Many(fields.Nested(SlotBody), 30, 1, required=True)


class PriceBody(base.Body):
    """One extra."""

    makes = PriceGiven
    code = base.PlainText(40, pattern=CODE, required=True)
    name = base.PlainText(40, required=True)
    unit = base.PlainText(8, required=True)
    price_fen = base.Fen(0, 10**8, required=True)
    charge_type = base.Whole(1, 10, required=True)
    categories = base.Many(base.PlainText(40, pattern=CODE), 50, load_default=())

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> PriceGiven:
        return PriceGiven(**data | {"categories": tuple(data["categories"])})


class PriceListBody(base.Body):
    """The next version of the price list, from now or from a later moment on."""

    items = base.Many(fields.Nested(PriceBody), 500, 1, required=True)
    effective_from = base.Moment(load_default=None, allow_none=True)


class ParentQuery(base.Query):
    """Divisions under one."""

    parent = base.PlainText(12, pattern="[0-9]+", load_default=None)


class TakenQuery(base.Query):
    """In the month of a day."""

    month = base.Day(load_default=None)


class DealerBody(base.Body):
    """A dealer by its code; what is not named stays as it is."""

    code = base.PlainText(40, pattern=CODE, required=True)
    name = base.PlainText(60, required=True)
    status = Words(("active", "leaving", "ended"))
    party = Words(("company", "natural_person"))
    alliance = base.Flag()
    auto_accept = base.Flag()
    outlet_lng = base.Number(-180, 180, allow_none=True)
    outlet_lat = base.Number(-90, 90, allow_none=True)
    outlet_datum = Words(("gcj02", "wgs84"))
    short_name = base.PlainText(20, allow_none=True)
    opening_days = base.Whole(1, 127)
    holidays_open = base.Flag()


class CoverageLineBody(base.Body):
    """One line of coverage."""

    makes = CoverageGiven
    category_code = base.PlainText(40, required=True)
    division_code = base.PlainText(12, pattern="[0-9]+", required=True)
    zone = Words(("free", "remote", "none"), required=True)
    territory_owner = base.Flag(load_default=False)
    free_m = base.Whole(0, 500_000, load_default=None, allow_none=True)
    per_km_fen = base.Whole(0, 10_000, load_default=None, allow_none=True)


class CoverageBody(base.Body):
    """The dealer's coverage, whole."""

    lines = base.Many(fields.Nested(CoverageLineBody), 5000, required=True)


class CapacityLineBody(base.Body):
    """Units a day."""

    makes = CapacityGiven
    category_code = base.PlainText(40, required=True)
    day = base.Day(load_default=None, allow_none=True)
    units = base.Whole(0, 10_000, required=True)
    promotion = base.Flag(load_default=False)


class CapacityBody(base.Body):
    """Standing figures and days; lines not named stay."""

    lines = base.Many(fields.Nested(CapacityLineBody), 400, 1, required=True)


class AuthorisationBody(base.Body):
    """The brand's leave to install one category."""

    makes = AuthorisationGiven
    category_code = base.PlainText(40, required=True)
    until = base.Day(load_default=None, allow_none=True)


class AuthorisationsBody(base.Body):
    """All leaves of a dealer."""

    lines = base.Many(fields.Nested(AuthorisationBody), 100, required=True)


class PromotionDayBody(base.Body):
    """618, Double 11."""

    makes = PromotionGiven
    day = base.Day(required=True)
    name = base.PlainText(20, required=True)
    extra_lead_days = base.Whole(0, 30, load_default=0)


class PromotionDaysBody(base.Body):
    """Days to add or change, and days to take away."""

    days = base.Many(fields.Nested(PromotionDayBody), 100, load_default=())
    gone = base.Many(base.Day(), 100, load_default=())


class CoverageFileForm(base.Form):
    """CSV or XLSX: 网点编码, 品类编码, 区划代码, 服务方式, 属地, 免费公里, 每公里元."""

    file = base.File(required=True)


class ReviewQuery(base.PageQuery):
    """Of one category (of all without one)."""

    category_code = base.PlainText(40, load_default=None)


class OverlapQuery(ReviewQuery):
    """`unowned`: only what nobody owns."""

    unowned = base.Flag(load_default=False)


class CoverageAtQuery(base.Query):
    """Coverage as it was at a moment; without one, as it is."""

    at = base.Moment(load_default=None)


class SkillsBody(base.Body):
    """An installer's skills (category → level 1–4) and certificates (gas, wiring → last day)."""

    levels = fields.Dict(keys=base.PlainText(40), values=base.Whole(1, 4), required=True)
    certificates = fields.Dict(keys=Words(("gas", "wiring")), values=base.Day(), load_default=dict)


class ChannelBody(base.Body):
    """A channel by its code."""

    makes = ChannelGiven
    code = base.PlainText(40, pattern=CODE, required=True)
    name = base.PlainText(60, required=True)
    platform = Words(("jd", "tmall", "taobao", "amazon", "pinduoduo", "own"), required=True)
    scheme = Words(("share", "dealer_ships", "exclusive"), load_default="share")
    operator_dealer_id = base.BigId(load_default=None, allow_none=True)
    silence_confirms = base.Flag(load_default=True)
    trip_fee_shown = base.Flag(load_default=False)
