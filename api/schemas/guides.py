"""Bodies of a product's guide."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from api.schemas import base
from domain.guides import MOST_NOTES, Content, Shot, Trouble


class GuideQuery(base.Query):
    """The version in force unless another is named."""

    version = base.Whole(1, 10**6, load_default=None)


class TroubleBody(base.Body):
    """Something that may be wrong, and what to look at."""

    makes = Trouble
    symptom = base.PlainText(60, required=True)
    checks = base.Many(base.PlainText(200), 10, 1, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Trouble:
        return Trouble(data["symptom"], tuple(data["checks"]))


class ShotBody(base.Body):
    """How to photograph one slot of the checklist."""

    makes = Shot
    slot = base.PlainText(40, pattern="[A-Za-z0-9_-]+", required=True)
    text = base.PlainText(200, required=True)


class GuideContentBody(base.Body):
    """A whole version: parts left out are empty."""

    makes = Content
    included = base.Many(base.PlainText(40), 12, load_default=())
    paid = base.Many(base.PlainText(100), 20, load_default=())
    lead_days = base.Whole(0, 90, load_default=None, allow_none=True)
    video_url = base.PlainText(500, pattern="https://[^ ]+", load_default=None, allow_none=True)
    steps = base.Many(base.PlainText(200), 20, load_default=())
    troubles = base.Many(fields.Nested(TroubleBody), 30, load_default=())
    shots = base.Many(fields.Nested(ShotBody), 30, load_default=())
    notes = base.Many(base.PlainText(200), MOST_NOTES, load_default=())

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Content:
        parts: dict[str, Any] = {
            name: tuple(one) if isinstance(one, list) else one for name, one in data.items()
        }
        return Content(**parts)


class GuidePublishBody(base.Body):
    """From now on, or from a later moment."""

    effective_from = base.Moment(load_default=None, allow_none=True)
