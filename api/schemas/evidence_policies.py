"""Bodies of the rules that photos are judged by, and of what serial numbers look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load

from api.schemas import base
from domain.evidence_policy import RANGES, WEIGHTS
from services.evidence_policies import PolicyWanted

NAMES = (*RANGES, *(f"weight_{code}" for code in WEIGHTS))


_SAYS = "Thresholds in the unit of their name and weights 0–100; what is left out stays as it ships."
EvidenceSettingsBody = type(
    "EvidenceSettingsBody",
    (base.Body,),
    {"__doc__": _SAYS, **{name: base.Whole(*RANGES.get(name, (0, 100))) for name in NAMES}},
)


class PolicyWantedBody(base.Body):
    """A version as wanted; without a category for all that have none of their own, without a moment from now on."""

    category = base.PlainText(40, load_default=None, allow_none=True)
    effective_from = base.Moment(load_default=None, allow_none=True)
    settings = fields.Nested(EvidenceSettingsBody, required=True)

    @post_load
    def _wanted(self, data: Mapping[str, Any], **_: Any) -> PolicyWanted:
        return PolicyWanted(data["settings"], data["category"], data["effective_from"])


class PolicyVersionBody(base.Body):
    """A version and why it is made."""

    policy = fields.Nested(PolicyWantedBody, required=True)
    reason = base.PlainText(200, required=True)


class SerialFormBody(base.Body):
    """`#` a digit, `@` a letter, `?` either, `*` at the end anything, `|` between forms; null: no form of its own."""

    pattern = base.PlainText(420, required=True, allow_none=True)
