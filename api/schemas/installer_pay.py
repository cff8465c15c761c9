"""What owners tell of their installers' pay, and what is asked of it."""

from __future__ import annotations

from api.schemas.base import BigId, Body, Choice, Day, Fen, PageQuery, PlainText
from api.schemas.jobs import Words
from api.schemas.money import MOST_FEN, Month
from domain.installer_pay import ANY, Reason
from domain.job import Kind
from services.installer_pay import NewLine, NewRate


class RateBody(Body):
    """From a day on: fen of a job's first piece, and of each further one; "*" is every category or kind."""

    makes = NewRate
    effective_from = Day(required=True)
    category = PlainText(40, load_default=ANY)
    kind = Words((ANY, *(kind for kind in Kind if kind != Kind.RETURN_VISIT)), load_default=ANY)
    fen = Fen(0, MOST_FEN, required=True)
    further_fen = Fen(0, MOST_FEN, load_default=0)


class EarningBody(Body):
    """A sum for an installer; a deduction is negative."""

    makes = NewLine
    installer_id = BigId(required=True)
    amount_fen = Fen(-MOST_FEN, MOST_FEN, required=True)
    reason = Choice(Reason, required=True)
    job_id = BigId(load_default=None, allow_none=True)


class EarningsPaidBody(Body):
    """The open lines of an installer's month: what they come to, and the day they were paid."""

    installer_id = BigId(required=True)
    month = Month(required=True)
    amount_fen = Fen(-MOST_FEN, MOST_FEN, required=True)
    paid_on = Day(required=True)


class EarningsQuery(PageQuery):
    """A month, as 2026-12; without one, this month."""

    month = Month(load_default=None)


class EarningLineQuery(EarningsQuery):
    """Of one installer, or of all."""

    installer_id = BigId(load_default=None)
