"""The question as shops send it, read straight: the one body of which thousands come in a minute.

Only what is plainly right is taken; of anything else (a fault, blanks to cut off, a number written as 5.0) nothing is
said here: `PromiseBody` judges it as ever. A test holds the two together.
"""

from __future__ import annotations

import re
from typing import Any

from api.schemas.base import CONTROL, Datum, PointSource
from domain.texts import straight
from services.promises import Asked, AskedLine

DIVISION = "[0-9]{6,12}"
MOST_LINES = 10
_CODE = re.compile(DIVISION)
_TEXTS = (("address", 200), ("division_code", 12), ("channel", 40), ("phone", 20))
_NAMES = frozenset({"lines", "point", *(name for name, _ in _TEXTS)})
_LINE = frozenset({"sku", "quantity"})
_POINT = frozenset({"lng", "lat", "datum"})
_DATUMS = {datum.value: datum for datum in Datum}


def plain(data: Any) -> Asked | None:
    """The question, or None for whatever is not plainly one."""
    if type(data) is not dict or not data.keys() <= _NAMES:
        return None
    for name, longest in _TEXTS:
        if (value := data.get(name)) is not None and not _text(value, longest):
            return None
    code, point = data.get("division_code"), data.get("point")
    if code is not None and not _CODE.fullmatch(code):
        return None
    lines = _lines(data.get("lines"))
    if lines is None or (point is not None and (point := _point(point)) is None):
        return None
    return Asked(lines, data.get("address"), code, point, data.get("channel"), data.get("phone"))


def _text(value: Any, longest: int) -> bool:
    return (
        type(value) is str
        and 0 < len(value) <= longest
        and value == straight(value).strip()
        and not CONTROL.search(value)
    )


def _lines(given: Any) -> tuple[AskedLine, ...] | None:
    if type(given) is not list or not 0 < len(given) <= MOST_LINES:
        return None
    lines = []
    for line in given:
        if type(line) is not dict or not line.keys() <= _LINE or not _text(line.get("sku"), 60):
            return None
        quantity = line.get("quantity", 1)
        if type(quantity) is not int or not 1 <= quantity <= 99:
            return None
        lines.append(AskedLine(line["sku"], quantity))
    return tuple(lines)


def _point(given: Any) -> dict[str, Any] | None:
    if type(given) is not dict or given.keys() != _POINT:
        return None
    lng, lat, datum = given["lng"], given["lat"], given["datum"]
    if type(lng) is not float or type(lat) is not float or type(datum) is not str:
        return None
    if not (-180 <= lng <= 180 and -90 <= lat <= 90) or datum not in _DATUMS:
        return None
    return {
        "lng": lng,
        "lat": lat,
        "datum": _DATUMS[datum],
        "accuracy_m": None,
        "point_source": PointSource.DEVICE,
    }
