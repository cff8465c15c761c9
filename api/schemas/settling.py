"""What comes in after a statement is drawn: answers to doubts, invoices, payments, tax rates."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from api.schemas.base import BigId, Body, Choice, Day, Fen, Flag, Many, PageQuery, PlainText, Query, Whole
from api.schemas.jobs import Words
from api.schemas.money import MOST_FEN, REASON, Month
from domain.invoices import Invoice
from domain.money import BP
from domain.payouts import PAYOUT
from domain.statements import KINDS, Answer
from domain.tax import ANY, TAX
from domain.withholding import MOST_BP, Band
from services.tax_rules import NewTaxRule


class ContestAnswerBody(Body):
    """To one doubted line; accepted, `instead_fen` is the amount that comes in place of the entry's."""

    answer = Choice(Answer, required=True)
    words = PlainText(REASON, required=True)
    instead_fen = Fen(1, MOST_FEN, load_default=None, allow_none=True)


class FileFormat(StrEnum):
    """As a workbook or on paper."""

    XLSX = "xlsx"
    PDF = "pdf"


class FileQuery(Query):
    """How a statement is wanted."""

    format = Choice(FileFormat, load_default=FileFormat.XLSX)


class InvoiceBody(Body):
    """A 数电票 as printed: amount with tax, and the tax in it."""

    makes = Invoice
    number = PlainText(40, required=True)
    issued_on = Day(required=True)
    amount_fen = Fen(required=True)
    tax_fen = Fen(required=True)


class InvoiceRefusalBody(Body):
    """Why an invoice goes back."""

    reason = PlainText(REASON, required=True)


class PaymentBody(Body):
    """The day the bank paid, and its number for it."""

    paid_on = Day(required=True)
    reference = PlainText(64, required=True)


class TaxRuleBody(Body):
    """From a month on: a rate in basis points for a kind of line ("*" any) and a dealer (none: every one)."""

    makes = NewTaxRule
    since = Month(required=True)
    kind = Words((ANY, *(kind for kind in KINDS if kind not in (TAX, PAYOUT))), required=True)
    rate_bp = Whole(0, BP, required=True)
    inclusive = Flag(load_default=True)
    dealer_id = BigId(load_default=None, allow_none=True)


class TaxRuleQuery(PageQuery):
    """Tax rates; with `dealer_id` those that may meet this dealer."""

    dealer_id = BigId(load_default=None)


class BandBody(Body):
    """From this amount on: a rate in basis points of what lies above it."""

    makes = Band
    from_fen = Whole(0, MOST_FEN, required=True)
    rate_bp = Whole(0, MOST_BP, required=True)


class WithholdingBody(Body):
    """From a month on: bands, the first from 0."""

    since = Month(required=True)
    bands = Many(fields.Nested(BandBody), 20, 1, required=True)
