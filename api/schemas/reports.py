"""What is asked of a report."""

from __future__ import annotations

from api.schemas.base import BigId, Day, PageQuery, PlainText, Query
from api.schemas.jobs import Words
from services.queries.reports.asking import REGIONS

_BY = r"[a-z_]+( ?, ?[a-z_]+){0,7}"


class FileQuery(Query):
    """Days in Shanghai, both included; four weeks up to today unless given. `by`: dimensions with commas, or total."""

    since = Day(load_default=None)
    until = Day(load_default=None)
    channel_id = BigId(load_default=None)
    dealer_id = BigId(load_default=None)
    by = PlainText(100, pattern=_BY, load_default=None)
    region = Words(tuple(REGIONS), load_default="city")


class ReportQuery(FileQuery, PageQuery):
    """The same, by pages."""


class SpanQuery(Query):
    """Days in Shanghai, both included; four weeks up to today unless given."""

    since = Day(load_default=None)
    until = Day(load_default=None)


class BehindQuery(SpanQuery, PageQuery):
    """Which of a report's figures, over which days, of whom."""

    which = PlainText(40, pattern=r"[a-z_]+", load_default=None)
    channel_id = BigId(load_default=None)
    dealer_id = BigId(load_default=None)
