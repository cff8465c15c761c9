"""What comes in about breaches, the calendar and runs."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import BigId, Body, Choice, Day, Flag, Many, Moment, PageQuery, PlainText, Whole
from api.schemas.jobs import NOTE, Words
from domain.calendar import Counts
from domain.clocks import ClockKind, Family, Level, Zone
from domain.runs import TASKS
from services.breaches import EXCUSES
from services.calendars import OddDay
from services.clock_policies import PolicyChange, PolicyGiven
from services.queries.owed import STATES

SEEN = r"[0-9a-f]{32}"


class BreachQuery(PageQuery):
    """`open`: neither acknowledged nor excused. `appealed`: the dealer asks that it be excused; `unanswered`: still.

    `latest`: one line for a clock, at the highest level it reached; a warning that was heeded in time is left out.
    """

    dealer_id = BigId(load_default=None)
    job_id = BigId(load_default=None)
    level = Choice(Level, load_default=None)
    kind = Choice(ClockKind, load_default=None)
    open = Flag(load_default=None)
    appealed = Flag(load_default=None)
    unanswered = Flag(load_default=None)
    latest = Flag(load_default=False)


class MemoBody(Body):
    """What the dealer does about it."""

    memo = PlainText(NOTE, required=True)


class AppealBody(Body):
    """Why it should be excused, in the dealer's words."""

    reason = PlainText(NOTE, required=True)


class ExplainBody(Body):
    """How it came, in the installer's words, for his dealer."""

    words = PlainText(NOTE, required=True)


class DeclineAppealBody(Body):
    """Why it is not excused."""

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


class YearPreviewBody(Body):
    """A year's days unlike Monday to Friday, and where they were published."""

    source = PlainText(200, required=True)
    days = Many(fields.Nested(OddDayBody), 366, required=True)


class YearBody(YearPreviewBody):
    """`seen`: of the preview, wherever clocks change."""

    seen = PlainText(32, pattern=SEEN, load_default=None, allow_none=True)


class PolicyGivenBody(Body):
    """[effective_from, effective_until) of a window in seconds; what is left out fits every channel, category, zone."""

    makes = PolicyGiven
    kind = Choice(ClockKind, required=True)
    family = Choice(Family, required=True)
    counts = Choice(Counts, required=True)
    window_s = Whole(60, 366 * 86_400, required=True)
    effective_from = Moment(required=True)
    effective_until = Moment(load_default=None, allow_none=True)
    channel_id = BigId(load_default=None, allow_none=True)
    category_code = PlainText(40, load_default=None, allow_none=True)
    zone = Choice(Zone, load_default=None, allow_none=True)


class PolicyBody(Body):
    """`policy` comes, the version `replaces` goes; one of them may be missing."""

    makes = PolicyChange
    policy = fields.Nested(PolicyGivenBody, load_default=None, allow_none=True)
    replaces = BigId(load_default=None, allow_none=True)


class PolicyChangeBody(Body):
    """The same, why, and `seen` of the preview wherever clocks change."""

    policy = fields.Nested(PolicyGivenBody, load_default=None, allow_none=True)
    replaces = BigId(load_default=None, allow_none=True)
    reason = PlainText(200, required=True)
    seen = PlainText(32, pattern=SEEN, load_default=None, allow_none=True)


class ChangeQuery(PageQuery):
    """Of one correction."""

    correction_id = BigId(required=True)


class RunQuery(PageQuery):
    """Of one task; failed or not. `worked`: without those that had nothing to do and ended well."""

    task = Words(TASKS, load_default=None)
    failed = Flag(load_default=None)
    worked = Flag(load_default=False)


class RunBody(Body):
    """A task of the timetable."""

    task = Words(TASKS, required=True)


class OwedQuery(PageQuery):
    """In one state; those that wait for a person, if none is named."""

    state = Words(tuple(STATES), load_default="parked")


class DropBody(Body):
    """Why it is not owed any more."""

    reason = PlainText(NOTE, required=True)
