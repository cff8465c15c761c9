"""The form of an uploaded photo. Every value is text, as `wx.uploadFile` sends it; an empty one was not given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, pre_load, validates_schema

from api.schemas.base import (
    BigId,
    Body,
    Choice,
    Datum,
    File,
    Form,
    Moment,
    Number,
    PlainText,
    Point,
    PointSource,
    Query,
    Whole,
)
from api.schemas.jobs import Words
from domain.finding_words import NAMES
from services.queries.photo_wall import STATES

MEASURED = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,20})?([eE]-[0-9]{1,2})?")
POINT = ("lng", "lat", "datum")


class Capture(StrEnum):
    """Where the phone got the picture from, as it says."""

    CAMERA = "camera"
    GALLERY = "gallery"


class Measure(Number):
    """A number as JavaScript writes one: up to 17 digits, perhaps 1e-7."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if isinstance(value, str) and MEASURED.fullmatch(value):
            return float(value)
        raise ValidationError("type: 应为数字")


class PhotoForm(Form):
    """One photo. A point is `lng`, `lat` and `datum` together, or none of them."""

    file = File(required=True, metadata={"type": "string", "format": "binary"})
    slot = PlainText(40, required=True)
    client_id = PlainText(64, pattern=r"[!-~]+", required=True)
    capture = Choice(Capture, required=True)
    captured_at = Moment(load_default=None)
    lng = Measure(-180, 180, load_default=None)
    lat = Measure(-90, 90, load_default=None)
    datum = Choice(Datum, load_default=None)
    accuracy_m = Measure(0, 100_000, load_default=None)
    point_source = Choice(PointSource, load_default=PointSource.DEVICE)

    @pre_load
    def _given(self, data: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        return {name: value for name, value in data.items() if value != ""}

    @validates_schema(skip_on_field_errors=True)
    def _whole_point(self, data: Mapping[str, Any], **_: Any) -> None:
        missing = [name for name in POINT if data[name] is None]
        if 0 < len(missing) < len(POINT):
            raise ValidationError({name: ["required: 位置须同时有 lng、lat、datum"] for name in missing})


class ComplaintPhotoForm(Form):
    """One picture of what a complaint is about."""

    file = File(required=True, metadata={"type": "string", "format": "binary"})
    client_id = PlainText(64, pattern=r"[!-~]+", required=True)
    capture = Choice(Capture, required=True)
    captured_at = Moment(load_default=None)


class DirectFormBody(Body):
    """What the phone is about to send straight to the store: exactly this type and size."""

    slot = PlainText(40, required=True)
    client_id = PlainText(64, pattern=r"[!-~]+", required=True)
    content_type = PlainText(40, required=True)
    size_bytes = Whole(1, 1 << 40, required=True)


class DirectPhotoBody(Body):
    """A photo that lies there now, under the same `client_id`; otherwise as in the form of an upload."""

    slot = PlainText(40, required=True)
    client_id = PlainText(64, pattern=r"[!-~]+", required=True)
    capture = Choice(Capture, required=True)
    captured_at = Moment(load_default=None, allow_none=True)
    point = fields.Nested(Point, load_default=None, allow_none=True)


class WallQuery(Query):
    """Photos of jobs that wait for an audit, unless another state (or all) is asked for; narrowed by what is given."""

    state = Words(STATES, load_default="waiting")
    job_id = BigId(load_default=None)
    slot = PlainText(40, load_default=None)
    dealer_id = BigId(load_default=None)
    finding = Words(tuple(NAMES), load_default=None)


class CardsQuery(Query):
    """At most sixty ids of photos with commas between them."""

    ids = PlainText(1200, pattern=r"[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,59}", load_default=None)
