"""What is asked of an evidence pack."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import post_load

from api.schemas.base import Body, Choice, Flag, Many, PlainText, Query
from api.schemas.catalogue import CODE
from api.schemas.people import RevealReason
from domain.packs import Kind
from services.pack_layouts import SectionSlots


class PackFormat(StrEnum):
    """ZIP: files, manifest and signature, to be verified. PDF: the same to be read."""

    ZIP = "zip"
    PDF = "pdf"


class PackQuery(Query):
    """`originals`: auditors and admins. `reason`: agents and admins, for contact, points and untouched originals."""

    kind = Choice(Kind, load_default=Kind.BRAND)
    format = Choice(PackFormat, load_default=PackFormat.ZIP)
    originals = Flag(load_default=False)
    reason = Choice(RevealReason, load_default=None)


class SectionSlotsBody(Body):
    """Slots by their codes, the wanted ones first; an empty list gives the section back to the phases."""

    channel_code = PlainText(40, pattern=CODE, required=True)
    kind = Choice(Kind, required=True)
    section = PlainText(40, pattern=CODE, required=True)
    slots = Many(PlainText(40, pattern=CODE), 40, required=True)

    @post_load
    def given(self, data: dict[str, Any], **_: Any) -> SectionSlots:
        """As the service takes it."""
        return SectionSlots(**{**data, "slots": tuple(dict.fromkeys(data["slots"]))})
