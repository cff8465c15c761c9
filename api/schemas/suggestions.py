"""Bodies of causes and of suggestions for the product page."""

from __future__ import annotations

from api.schemas import base
from api.schemas.jobs import Words
from domain.causes import CAUSES, SOURCES


class CauseBody(base.Body):
    """Why somebody was unhappy. `source_id`: the complaint, the review, or the job aborted or called about."""

    source = Words(SOURCES, required=True)
    source_id = base.BigId(required=True)
    cause = Words(tuple(CAUSES), required=True)


class SuggestionQuery(base.PageQuery):
    """Proposed ones unless another state is asked for; `month` by its first day."""

    state = Words(("proposed", "accepted", "dismissed"), load_default="proposed")
    sku = base.PlainText(60, load_default=None)
    month = base.Day(load_default=None)


class AcceptBody(base.Body):
    """The sentence as edited, where it was."""

    sentence = base.PlainText(200, load_default=None, allow_none=True)


class DismissBody(base.Body):
    """Why not."""

    reason = base.PlainText(200, required=True)
