"""What comes in about payouts: accounts, banks' templates, batches, the banks' answers."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BigId, Body, Day, File, Form, Many, PageQuery, PlainText
from api.schemas.jobs import Words
from domain.bank_files import ENCODINGS, FIELDS
from domain.payments import Kind, State
from models.banking import STATES
from services.parts.sealed_accounts import NewAccount

HEAD = 40
NAMED = r"[^=+@\-].*"  # no cell that a spreadsheet takes for a formula


class AccountBody(Body):
    """An account in the contracting party's own name."""

    makes = NewAccount
    account_number = PlainText(32, 8, pattern="[0-9]+", required=True)
    holder = PlainText(80, pattern=NAMED, required=True)
    bank = PlainText(80, pattern=NAMED, required=True)
    bank_code = PlainText(14, pattern="[0-9]*", load_default="")


class ColumnBody(Body):
    """A heading and the field below it; without a field, `text` in every row."""

    head = PlainText(HEAD, required=True)
    field = Words(tuple(FIELDS), load_default=None, allow_none=True)
    text = PlainText(HEAD, load_default="")


class BankTemplateBody(Body):
    """What a bank takes (`columns`), and the headings and words of its answer."""

    name = PlainText(HEAD, required=True)
    columns = Many(fields.Nested(ColumnBody), 40, 1, required=True)
    encoding = Words(ENCODINGS, load_default=ENCODINGS[0])
    number_head = PlainText(HEAD, required=True)
    amount_head = PlainText(HEAD, required=True)
    state_head = PlainText(HEAD, required=True)
    paid_words = Many(PlainText(HEAD), 20, 1, required=True)
    failed_words = Many(PlainText(HEAD), 20, 1, required=True)
    reason_head = PlainText(HEAD, load_default=None, allow_none=True)


class BatchBody(Body):
    """The same `key` is the same batch; without `statement_ids`, everything that is to be paid."""

    key = PlainText(64, pattern="[A-Za-z0-9:._-]+", required=True)
    template_id = BigId(required=True)
    statement_ids = Many(BigId(), 5_000, load_default=())


class ResultForm(Form):
    """The bank's answer, and the day it paid."""

    file = File(required=True)
    paid_on = Day(required=True)


class DifferenceNote(Body):
    """A difference by its `key`, and what it was."""

    key = PlainText(300, required=True)
    memo = PlainText(500, required=True)


class AccountQuery(PageQuery):
    """Bank accounts, of one dealer or in one state."""

    dealer_id = BigId(load_default=None)
    state = Words(STATES, load_default=None)


class BillsQuery(PageQuery):
    """Bills through WeChat, of one state or kind."""

    state = Words(tuple(State), load_default=None)
    kind = Words(tuple(Kind), load_default=None)
