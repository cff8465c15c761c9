"""What comes in about audits."""

from __future__ import annotations

from api.schemas.base import BigId, Body, Day, Flag, Many, PageQuery, PlainText, Query, fields
from api.schemas.jobs import FAULTS, NOTE, Words
from domain.audits import REASONS, VERDICTS
from services.audits import PhotoFault
from services.queries.audits import STATES


class AuditQuery(PageQuery):
    """Waiting ones unless another state is asked for; `disputed`: two auditors differ; `appealed`: unanswered."""

    state = Words(STATES, load_default="waiting")


class PhotoFaultBody(Body):
    """What is wrong with one photo, by the list and in words."""

    makes = PhotoFault
    photo_id = BigId(required=True)
    reason = Words(tuple(REASONS), required=True)
    note = PlainText(200, load_default=None, allow_none=True)


class VerdictBody(Body):
    """pass; evidence: more photos are asked for; work: a second visit mends it, by `fault` at whose cost."""

    verdict = Words(VERDICTS, required=True)
    fault = Words(FAULTS, load_default=None, allow_none=True)
    fraud = Flag(load_default=False)
    note = PlainText(NOTE, load_default=None, allow_none=True)
    photos = Many(fields.Nested(PhotoFaultBody), 100, load_default=())


class AuditAppealBody(Body):
    """Why the verdict is wrong, in the dealer's words."""

    reason = PlainText(NOTE, required=True)


class AppealAnswerBody(Body):
    """Granted or not, and why."""

    granted = Flag(required=True)
    reason = PlainText(NOTE, required=True)


class EvidenceFileQuery(Query):
    """Days in Shanghai on which jobs were drawn, both included; four weeks up to today unless given."""

    since = Day(load_default=None)
    until = Day(load_default=None)
    dealer_id = BigId(load_default=None)


class EvidenceQuery(PageQuery, EvidenceFileQuery):
    """The same, by pages."""


class PaceQuery(Query):
    """Days in Shanghai, both included; four weeks up to today unless given."""

    since = Day(load_default=None)
    until = Day(load_default=None)
