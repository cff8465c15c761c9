"""What comes in about the alliance, the year's sales and penalties."""

from __future__ import annotations

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
    Query,
    Whole,
    fields,
)
from api.schemas.jobs import NOTE, Words
from domain.money import BP
from domain.penalties import REASONS, Takes
from domain.year_terms import MOST_FEN, Applies
from services.penalties import PenaltyGiven

AGREEMENT, REASON = 50_000, 200
STATES = ("declared", "verified", "refused")


class AgreementBody(Body):
    """The whole text of a version, and the day in Shanghai from which it is in force."""

    text = PlainText(AGREEMENT, required=True)
    effective_from = Day(required=True)


class SignBody(Body):
    """`sha256`: of the text that was on the screen, as the list of agreements gives it."""

    sha256 = PlainText(64, required=True)


class SignatureQuery(PageQuery):
    """Who signed, or with `signed=false` which members have not."""

    signed = Flag(load_default=True)


class LeaveBody(Body):
    """An admin names the dealer."""

    dealer_id = BigId(load_default=None, allow_none=True)


class OutlookQuery(Query):
    """This year unless given; the brand names the dealer."""

    dealer_id = BigId(load_default=None)
    year = Whole(2000, 9_998, load_default=None)


class YearQuery(PageQuery):
    """A year that is over or running."""

    year = Whole(2000, 9_998, required=True)


class TierBody(Body):
    """From `from_fen` of sales on, `bp` basis points."""

    from_fen = Whole(0, MOST_FEN, required=True)
    bp = Whole(0, BP, required=True)


class YearTermsBody(Body):
    """What a year pays from `from_year` on. Rates in basis points; `applies`: whole or slice."""

    from_year = Whole(2000, 9_998, required=True)
    reward_bp = Whole(0, BP)
    on_time_bp = Whole(0, BP)
    complaints_most = Whole(0, 1_000_000)
    tiers = Many(fields.Nested(TierBody), 50)
    applies = Choice(Applies)
    pay_after_days = Whole(0, 365)


class DeclarationBody(Body):
    """A year's offline sales in one market; finance, entering from paper, names the dealer."""

    dealer_id = BigId(load_default=None, allow_none=True)
    year = Whole(2000, 9_998, required=True)
    division_code = PlainText(12, required=True)
    declared_fen = Whole(0, MOST_FEN, required=True)


class DeclarationQuery(PageQuery):
    """Of a dealer, a year, in a state."""

    dealer_id = BigId(load_default=None)
    year = Whole(2000, 9_998, load_default=None)
    state = Words(STATES, load_default=None)


class PaperForm(Form):
    """PDF, JPEG or PNG, at most 5 MB."""

    file = File(required=True)


class VerifyBody(Body):
    """What counts; a reason where that is not what was declared."""

    verified_fen = Whole(0, MOST_FEN, required=True)
    reason = PlainText(REASON, load_default=None, allow_none=True)


class RefuseBody(Body):
    """Why nothing of it counts."""

    reason = PlainText(REASON, required=True)


class PenaltyBody(Body):
    """On the dealer of the job; `takes`: from the next statement, or from the alliance reward of `year`."""

    makes = PenaltyGiven
    job_id = BigId(required=True)
    reason = Words(tuple(REASONS), required=True)
    words = PlainText(NOTE, required=True)
    amount_fen = Fen(1, 10**9, required=True)
    takes = Choice(Takes, load_default=Takes.STATEMENT)
    photo_ids = Many(BigId(), 20, load_default=())
    complaint_id = BigId(load_default=None, allow_none=True)
    year = Whole(2000, 9_998, load_default=None, allow_none=True)


class PenaltyQuery(PageQuery):
    """`waiting`: an appeal is not answered."""

    dealer_id = BigId(load_default=None)
    waiting = Flag(load_default=False)
