"""The fields of the API, each strict about what it takes; messages are `code: 中文`, split in `api/parsing.py`.

    class DeclineBody(Body):
        makes = Decline                       # a frozen dataclass; without it the view gets a dict
        reason = PlainText(200, required=True)

`Body` is JSON, `Form` is multipart, `Query` is the query string; in the last two every value arrives as text.
Unknown fields are refused, all faults are told at once. Answers need no schema: see `api/schemas/made.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, missing, post_load, validate

from domain.texts import straight

BIGINT = 2**63 - 1
EXACT = 2**53  # a JSON number beyond this is no exact integer in a browser
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(r"-?[0-9]{1,19}")
DECIMAL = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,15})?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

fields.Field.default_error_messages.update(
    required="required: 必填", null="null: 不能为空", validator_failed="invalid: 内容有误"
)
fields.List.default_error_messages.update(invalid="type: 应为列表")
fields.Nested.default_error_messages.update(type="type: 应为对象")
fields.Dict.default_error_messages.update(invalid="type: 应为对象")


class Shape(Schema):
    """Base of all: unknown fields are refused."""

    class Meta:
        unknown = RAISE

    error_messages = {"type": "type: 应为对象", "unknown": "unknown: 不认识的字段"}
    textual: ClassVar[bool] = False
    makes: ClassVar[type[Any] | None] = None

    @post_load
    def _make(self, data: dict[str, Any], **_: Any) -> Any:
        return data if self.makes is None else self.makes(**data)

    def _deserialize(self, data: Any, *, error_store: Any, **more: Any) -> Any:
        """marshmallow's, after a straight try: the same fields and checks without a function made for each.

        Whatever is not right (a fault, an unknown field, another mode of loading) is told by marshmallow itself.
        """
        if (
            type(data) is dict
            and more.get("unknown") == RAISE
            and not more.get("many")
            and not more.get("partial")
        ):
            try:
                return self._straight(data)
            except ValidationError:
                pass
        return super()._deserialize(data, error_store=error_store, **more)

    def _straight(self, data: dict[str, Any]) -> dict[str, Any]:
        """What `data` loads to; ValidationError, and nothing said of why."""
        known, loaded = 0, {}
        for name, field in self.load_fields.items():
            key = field.data_key or name
            value = data.get(key, missing)
            if value is missing:
                value = field.load_default
                if field.required or callable(value):
                    value = field.deserialize(missing)
                if value is not missing:
                    loaded[field.attribute or name] = value
                continue
            known += 1
            if value is None or field.pre_load or field.post_load:
                value = field.deserialize(value, key, data)
            else:
                value = field._deserialize(value, key, data)
                for check in field.validators:
                    check(value)
            loaded[field.attribute or name] = value
        if known != len(data):
            raise ValidationError("unknown")
        return loaded


class Body(Shape):
    """A JSON object in a request."""


class Query(Shape):
    """The query string; a name given twice is refused."""

    textual = True


class Form(Shape):
    """multipart/form-data: text parts and files (`File`) together."""

    textual = True


def _is_text(field: fields.Field[Any], value: object) -> bool:
    """Whether `value` came where everything is text, so that "12" may stand for 12."""
    return isinstance(value, str) and getattr(field.root, "textual", False)


class Whole(fields.Integer):
    """An integer in bounds. 5.0 is 5, as JSON Schema has it; true is no number."""

    def __init__(self, least: int = -BIGINT - 1, most: int = BIGINT, **more: Any) -> None:
        error = f"range: 应在 {least} 与 {most} 之间"
        more.setdefault("validate", validate.Range(least, most, error=error))
        super().__init__(**more)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
            return int(value)
        if _is_text(self, value) and WHOLE.fullmatch(value):
            return int(value)
        raise ValidationError("type: 应为整数")


class BigId(Whole):
    """An id as the database knows it: 1 … 2⁶³−1."""

    def __init__(self, **more: Any) -> None:
        super().__init__(1, BIGINT, **more)


class Fen(Whole):
    """Money in fen, 0 … 100 million yuan unless `least` says that it may be negative."""

    def __init__(self, least: int = 0, most: int = 10**10, **more: Any) -> None:
        super().__init__(least, most, **more)


class Number(fields.Float):
    """A finite number in bounds; only for places and measures, never for money."""

    def __init__(self, least: float, most: float, **more: Any) -> None:
        error = f"range: 应在 {least} 与 {most} 之间"
        super().__init__(validate=validate.Range(least, most, error=error), **more)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if _is_text(self, value) and DECIMAL.fullmatch(value):
            return float(value)
        if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
            return float(value)
        raise ValidationError("type: 应为数字")


class Flag(fields.Boolean):
    """true or false and nothing that looks like it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if isinstance(value, bool):
            return value
        if _is_text(self, value) and value in ("true", "false"):
            return bool(value == "true")
        raise ValidationError("type: 应为 true 或 false")


class PlainText(fields.String):
    """1 … `longest` characters without control characters; blanks around it and what turns it around are left out."""

    def __init__(self, longest: int, least: int = 1, *, pattern: str | None = None, **more: Any) -> None:
        checks: list[Any] = [
            validate.Length(least, longest, error=f"length: 长度应为 {least} 至 {longest} 字")
        ]
        if pattern is not None:
            checks.append(validate.Regexp(f"^(?:{pattern})$", error="format: 格式不对"))
        super().__init__(validate=checks, **more)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("type: 应为文字")
        if CONTROL.search(value):
            raise ValidationError("characters: 含有不可见字符")
        return straight(value).strip()


class Choice(fields.String):
    """One of an enum's values; the view gets the member: Choice(Datum)."""

    def __init__(self, of: type[StrEnum], **more: Any) -> None:
        self.of = of
        self.values = [member.value for member in of]
        super().__init__(metadata={"enum": self.values}, **more)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> StrEnum:
        if isinstance(value, str) and value in self.values:
            return self.of(value)
        raise ValidationError(f"choice: 应为 {'、'.join(self.values)} 之一")


class Moment(fields.DateTime):
    """RFC 3339 with an offset, 2000 … 2100, aware and in UTC inside."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            raise ValidationError("type: 应为带时区的时间，如 2026-08-14T09:30:00Z")
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise ValidationError("type: 没有这个时间") from error
        if not FIRST_YEAR <= moment.year < LAST_YEAR:  # before conversion: year 9999 overflows
            raise ValidationError(f"range: 应在 {FIRST_YEAR} 与 {LAST_YEAR} 年之间")
        return moment.astimezone(UTC)


class Day(fields.Date):
    """A calendar day (Asia/Shanghai), 2000 … 2100."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise ValidationError("type: 应为日期，如 2026-08-14")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("type: 没有这一天") from error
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            raise ValidationError(f"range: 应在 {FIRST_YEAR} 与 {LAST_YEAR} 年之间")
        return day


class File(fields.Field[Any]):
    """A file part of a `Form`; the view gets werkzeug's FileStorage and decides what it really is."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not hasattr(value, "stream"):
            raise ValidationError("type: 应为文件")
        return value


class Many(fields.List):
    """At most `most` of something: Many(BigId(), 100)."""

    def __init__(self, inner: fields.Field[Any], most: int, least: int = 0, **more: Any) -> None:
        error = f"length: 应有 {least} 至 {most} 项"
        super().__init__(inner, validate=validate.Length(least, most, error=error), **more)


class Datum(StrEnum):
    """The datum of a point; phones in China measure gcj02."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


class PointSource(StrEnum):
    """Where a point comes from."""

    DEVICE = "device"
    MAP = "map"
    EXIF = "exif"


class Point(Body):
    """A place as a phone saw it: {"lng", "lat", "datum", "accuracy_m", "point_source"}."""

    lng = Number(-180, 180, required=True)
    lat = Number(-90, 90, required=True)
    datum = Choice(Datum, required=True)
    accuracy_m = Number(0, 100_000, load_default=None, allow_none=True)
    point_source = Choice(PointSource, load_default=PointSource.DEVICE)


class PageQuery(Query):
    """`?cursor=&limit=`; a list's own filters stand beside them in a subclass."""

    cursor = PlainText(1000, load_default=None)
    limit = Whole(1, 100, load_default=20)


def is_schema(thing: object) -> bool:
    """Whether `thing` is a marshmallow schema class."""
    return isinstance(thing, type) and issubclass(thing, Schema)


Loaded = Mapping[str, Any]
