"""What a channel told of an order, kept with it under the customer's key, so that the next telling can be compared.

`customer_order.personal` is one encrypted JSON object: name, phone, phone_kind, address and point are what people use
(an agent may have corrected them); `head` is the address and contact as the channel told them last; `lines` holds per
line number everything that was told of it; `typed` the addresses of before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from channels.formats import POINT
from domain import phones
from domain.geo import Datum
from domain.orders import OrderRow, OrderState
from domain.people import e164
from domain.phones import PhoneKind
from services.parts.addresses import place_lookup
from services.personal import lookup

Personal = dict[str, Any]

CONTACT = ("receiver", "phone", "phone_kind", "phone_extension", "phone_expires_at")
PLACE = ("address", "province", "city", "district", "town")
HEAD = (*CONTACT, *PLACE)
_NAMES = tuple(f.name for f in fields(OrderRow) if f.name not in ("order_number", "extra"))
_READ: dict[str, Callable[[Any], Any]] = {
    "phone_kind": PhoneKind,
    "state": OrderState,
    "phone_expires_at": datetime.fromisoformat,
    "ordered_at": datetime.fromisoformat,
    "paid_at": datetime.fromisoformat,
    "delivered_at": datetime.fromisoformat,
    "wanted_date": date.fromisoformat,
}
_DATUMS = {"": Datum.GCJ02, "GCJ02": Datum.GCJ02, "WGS84": Datum.WGS84}


def pack(row: OrderRow, names: tuple[str, ...] = _NAMES) -> Personal:
    """The fields the row does tell, as JSON."""
    told = {name: getattr(row, name) for name in names}
    return {name: _plain(value) for name, value in told.items() if value is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def unpack(number: str, packed: Mapping[str, Any]) -> OrderRow:
    """The inverse of `pack`."""
    values: dict[str, Any] = {
        name: _READ[name](value) if name in _READ else value for name, value in packed.items()
    }
    return OrderRow(order_number=number, **values)


def head_of(row: OrderRow) -> OrderRow:
    """Only what belongs to the whole order: contact and place."""
    told: dict[str, Any] = {name: getattr(row, name) for name in HEAD}
    return OrderRow(row.order_number, **told)


def without_personal(row: OrderRow) -> OrderRow:
    """A telling of a customer who has been erased: nothing of him comes in again."""
    nothing: dict[str, Any] = dict.fromkeys((*HEAD, "buyer_note"))
    return replace(row, **nothing, extra=())


def unmasked(old: OrderRow, new: OrderRow) -> OrderRow:
    """Later exports mask what earlier ones told: `138****8000` never replaces a number that can be called.

    A refund of nothing is no refund.
    """
    silent: dict[str, Any] = {}
    if new.phone_kind is PhoneKind.MASKED and old.phone_kind in (PhoneKind.REAL, PhoneKind.VIRTUAL):
        silent |= {"phone": None, "phone_kind": None, "phone_extension": None, "phone_expires_at": None}
    for name, mark in (("receiver", "*"), ("address", "**")):
        told, known = getattr(new, name), getattr(old, name)
        if told and known and mark in told and mark not in known:
            silent[name] = None
    if new.refund_fen == 0 and not old.refund_fen:
        silent["refund_fen"] = None
    return replace(new, **silent) if silent else new


def full_address(row: OrderRow) -> str:
    """What an installer needs to find the door: the columns before the text, unless the text repeats them."""
    text, before = row.address or "", ""
    for column in (row.province, row.city, row.district, row.town):
        if column and column not in text and column not in before:
            before += column
    return before + text


def said_phone(row: OrderRow) -> str:
    """`+86 138-0013-8000 转 12` → `13800138000转12`: one spelling, so that equal numbers are equal."""
    found = phones.parse(row.phone or "")
    if found is None:
        return row.phone or ""
    return found.number + (f"转{found.extension}" if found.extension else "")


def phone_lookup(phone: str | None) -> bytes | None:
    """By which the customer's own account finds the order. None for numbers that are not somebody's own mobile."""
    found = phones.parse(phone or "")
    if found is None or found.kind is not PhoneKind.REAL or not found.number.startswith("1"):
        return None
    return lookup("phone", e164("86", found.number))


def door_lookup(personal: Mapping[str, Any]) -> bytes | None:
    """By which two orders to one door and one person become one visit."""
    if not personal.get("address"):
        return None
    return place_lookup(personal["address"], personal.get("phone", ""))


def contact_of(row: OrderRow) -> Personal:
    """Name and phone as people use them."""
    return {
        "name": row.receiver or "",
        "phone": said_phone(row),
        "phone_kind": row.phone_kind,
        "phone_expires_at": _plain(row.phone_expires_at),
    }


def point_of(row: OrderRow) -> Personal | None:
    """The door's point, where a file brings it in columns 经度, 纬度 (and 坐标系; GCJ-02 where that is not said)."""
    told = dict(row.extra)
    lng, lat, datum = (told.get(name, "").strip() for name in POINT)
    try:
        east, north = float(lng), float(lat)
        datum = _DATUMS[datum.upper().replace("-", "")]
    except (ValueError, KeyError):
        return None
    if not (73 < east < 136 and 3 < north < 54):
        return None
    return {"lng": east, "lat": north, "datum": datum, "accuracy_m": None, "point_source": "import"}
