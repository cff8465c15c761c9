"""What comes in about legal holds."""

from __future__ import annotations

from api.schemas.base import BigId, Body, Flag, PageQuery, PlainText
from api.schemas.jobs import Words
from domain.retention import HOLD_REASONS, LIFT_REASONS


class HoldBody(Body):
    """Why the data must be kept; `reference`: a file number, nothing personal."""

    reason = Words(tuple(HOLD_REASONS), required=True)
    reference = PlainText(100, load_default=None, allow_none=True)


class LiftBody(Body):
    """Why it need not be kept any more."""

    reason = Words(tuple(LIFT_REASONS), required=True)


class HoldQuery(PageQuery):
    """Of one job; only those that stand, or only those lifted."""

    job_id = BigId(load_default=None)
    open = Flag(load_default=None)
