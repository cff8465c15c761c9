"""What comes in about breaches, the calendar and runs."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BigId, Body, Choice, Day, Flag, Many, PageQuery, PlainText
from api.schemas.jobs import NOTE, Words
from domain.clocks import ClockKind, Level
from services.breaches import EXCUSES
from services.calendars import OddDay

TASK = r"[a-z_]+"


class BreachQuery(PageQuery):
    """`open`: neither acknowledged nor excused. `appealed`: the dealer asks that it be excused."""

    dealer_id = BigId(load_default=None)
    job_id = BigId(load_default=None)
    level = Choice(Level, load_default=None)
    kind = Choice(ClockKind, load_default=None)
    open = Flag(load_default=None)
    appealed = Flag(load_default=None)


class MemoBody(Body):
    """What the dealer does about it."""

    memo = PlainText(NOTE, required=True)


class AppealBody(Body):
    """Why it should be excused, in the dealer's words."""

    reason = PlainText(NOTE, required=True)


class ExcuseBody(Body):
    """Why it is excused; a list, so that reports can count it."""

    reason = Words(tuple(EXCUSES), required=True)


class OddDayBody(Body):
    """A holiday (`working` false) or a day made up for (true)."""

    makes = OddDay
    day = Day(required=True)
    working = Flag(required=True)
    note = PlainText(40, load_default=None, allow_none=True)


class YearBody(Body):
    """A year's days unlike Monday to Friday, and where they were published."""

    source = PlainText(200, required=True)
    days = Many(fields.Nested(OddDayBody), 366, required=True)


class RunQuery(PageQuery):
    """Of one task; failed or not."""

    task = PlainText(40, pattern=TASK, load_default=None)
    failed = Flag(load_default=None)


class RunBody(Body):
    """A task of the timetable."""

    task = PlainText(40, pattern=TASK, required=True)
