"""What comes in about money: fee rules as data, cases to price, answers to a statement."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from marshmallow import fields

from api.schemas.base import (
    BigId,
    Body,
    Choice,
    Day,
    Fen,
    Flag,
    Many,
    PageQuery,
    PlainText,
    ValidationError,
    Whole,
)
from api.schemas.jobs import Words
from domain.actions import CATEGORIES
from domain.clocks import Zone
from domain.fee_facts import Scheme
from domain.fee_parts import ANY
from domain.fee_remote import DISTANCES
from domain.fee_rules import CLOCK_NAMES, Kept
from domain.job import Kind
from domain.money import BP, ROUNDINGS
from domain.statements import Status
from services.fee_rules import Case

MOST_FEN, MOST_M, ROWS = 100_000_000, 10_000_000, 2_000
NAME, REASON = 40, 200


class Month(Day):
    """A month, `2026-12`, or any day in it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", value):
            raise ValidationError("type: 应为月份，如 2026-08")
        return super()._deserialize(value if len(value) > len("2026-08") else f"{value}-01")


class CategoryRow(Body):
    """A category and the name people read."""

    code = PlainText(NAME, required=True)
    name = PlainText(NAME, required=True)


class BaseRow(Body):
    """Fen per unit. `kind` \"*\" is any."""

    category = PlainText(NAME, required=True)
    zone = Choice(Zone, required=True)
    fen = Fen(most=MOST_FEN, required=True)
    scheme = Choice(Scheme)
    kind = Words((ANY, *Kind))


class RemoteRow(Body):
    """Fen per kilometre beyond the free metres, one way, once per visit; `category` \"*\" is any."""

    zone = Choice(Zone, required=True)
    free_m = Whole(0, MOST_M, required=True)
    per_km_fen = Fen(most=MOST_FEN, required=True)
    category = PlainText(NAME)
    cap_fen = Fen(most=MOST_FEN, allow_none=True)
    negotiated_beyond_m = Whole(0, MOST_M)
    distance = Words(DISTANCES)
    km_step_m = Whole(1, 10_000)
    km_rounding = Words(tuple(ROUNDINGS))
    flat_within_m = Whole(0, MOST_M, allow_none=True)
    flat_fen = Fen(most=MOST_FEN, allow_none=True)
    least_fen = Fen(most=MOST_FEN, allow_none=True)


class TimelinessRow(Body):
    """Bonus (met) or penalty (breach, severe) of a clock."""

    clock = Words(tuple(CLOCK_NAMES), required=True)
    level = Choice(Kept, required=True)
    fen = Fen(most=MOST_FEN, required=True)


class RatingRow(Body):
    """Bonus for a job whose customer gave so many stars."""

    overall = Whole(1, 5, required=True)
    fen = Fen(most=MOST_FEN, required=True)


class ComplaintRow(Body):
    """Penalty for an upheld complaint; `about` is its category, \"*\" is any."""

    fen = Fen(most=MOST_FEN, required=True)
    about = Words((ANY, *CATEGORIES))


class PromotionRow(Body):
    """Fen per unit for work done on a promotion day; `category` \"*\" is any."""

    fen = Fen(most=MOST_FEN, required=True)
    category = PlainText(NAME)


class RuleBody(Body):
    """All fee rules of one version, in force from a day in Shanghai. Shares in basis points."""

    effective_from = Day(required=True)
    categories = Many(fields.Nested(CategoryRow), ROWS, required=True)
    base = Many(fields.Nested(BaseRow), ROWS, 1, required=True)
    remote = Many(fields.Nested(RemoteRow), ROWS)
    timeliness = Many(fields.Nested(TimelinessRow), ROWS)
    exclusive_markup_bp = Whole(0, BP)
    trip_bp = Whole(0, BP)
    rating = Many(fields.Nested(RatingRow), 5)
    first_time_fen = Fen(most=MOST_FEN)
    complaints = Many(fields.Nested(ComplaintRow), ROWS)
    promotion = Many(fields.Nested(PromotionRow), ROWS)
    overcharge_times = Whole(2, 10)


class CaseBody(Body):
    """Work to price. `day`: the rule in force then; today without it."""

    makes = Case
    category = PlainText(NAME, required=True)
    zone = Choice(Zone, required=True)
    kind = Choice(Kind, load_default=Kind.INSTALL)
    scheme = Choice(Scheme, load_default=Scheme.SHARE)
    units = Whole(1, 100, load_default=1)
    distance_m = Whole(0, MOST_M, load_default=None, allow_none=True)
    agreed_remote_fen = Fen(most=MOST_FEN, load_default=None, allow_none=True)
    day = Day(load_default=None, allow_none=True)


class PreviewBody(Body):
    """A case, and the rule to try on it; without one, the rule in force."""

    case = fields.Nested(CaseBody, required=True)
    rule = fields.Nested(RuleBody, load_default=None, allow_none=True)


class MonthPreviewBody(Body):
    """The month whose jobs are priced again, as 2026-12; without one, last month."""

    month = Month(load_default=None, allow_none=True)


class StatementQuery(PageQuery):
    """Statements; `month` as 2026-12, or any day in it."""

    month = Month(load_default=None)
    status = Choice(Status, load_default=None)
    dealer_id = BigId(load_default=None)


class StatementLineQuery(PageQuery):
    """Lines of a statement: of one kind, or with a doubt."""

    kind = PlainText(NAME, load_default=None)
    doubted = Flag(load_default=None)


class EntryQuery(PageQuery):
    """Ledger entries; `month` as 2026-12, or any day in it."""

    month = Month(load_default=None)
    dealer_id = BigId(load_default=None)
    job_id = BigId(load_default=None)


class ContestBody(Body):
    """Which lines, by their entries, and why; photos of their jobs that show it."""

    entry_ids = Many(BigId(), 1_000, 1, required=True)
    reason = PlainText(REASON, required=True)
    photo_ids = Many(BigId(), 20, load_default=())


class CorrectionBody(Body):
    """Why an entry is wrong; with `instead_fen` the same entry with this amount comes in its place."""

    reason = PlainText(REASON, required=True)
    instead_fen = Fen(1, MOST_FEN, load_default=None, allow_none=True)


class CorrectionQuery(PageQuery):
    """Those that wait unless `open=false`."""

    open = Flag(load_default=True)


class MonthBody(Body):
    """A month, as 2026-12."""

    month = Month(required=True)


class BalanceQuery(PageQuery):
    """Balances over a `month`, as 2026-12; without one, over this month."""

    month = Month(load_default=None)
    dealer_id = BigId(load_default=None)
