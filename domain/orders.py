"""One order line as a channel tells it, what is wrong with it, and what has changed since it was last told.

A file is imported many times: the same row again must do nothing, a changed one must become events. `None` means
"this file does not say", never "empty": an item report knows no address, an order report no SKU.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from operator import attrgetter

from domain.errors import Fault
from domain.phones import PhoneKind, parse

FIRST_YEAR, LAST_YEAR = 2000, 2100
_CHINA, _A_DAY = timezone(timedelta(hours=8)), timedelta(days=1)
MAX_QUANTITY = 999
MAX_FEN = 1_000_000_000  # ten million yuan
MAX_LINE_NUMBER = 2**63 - 1


class OrderState(StrEnum):
    """As far as installing is concerned. `refunded` and `closed` are final: no file brings an order back."""

    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUNDED = "refunded"
    CLOSED = "closed"


_RANK = {state: rank for rank, state in enumerate(OrderState)}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """Unique on (channel, `order_number`, `line_number`). Times are UTC, money is fen.

    `line_number` tells lines apart, it need not count: 1 where the file has no lines, else what the platform says
    (a Taobao sub-order number has 19 digits: bigint). `order_amounts`: paid and refund are of the whole order.
    """

    order_number: str
    line_number: int = 1
    sku: str | None = None
    title: str | None = None
    quantity: int | None = None
    paid_fen: int | None = None
    order_amounts: bool = False
    receiver: str | None = None
    phone: str | None = None
    phone_kind: PhoneKind | None = None
    phone_extension: str | None = None
    phone_expires_at: datetime | None = None
    address: str | None = None
    province: str | None = None
    city: str | None = None
    district: str | None = None
    town: str | None = None
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    delivered_at: datetime | None = None
    wanted_date: date | None = None
    state: OrderState | None = None
    refund_fen: int | None = None
    buyer_note: str | None = None
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def wants_installing(self) -> bool:
        """May a job be made of it? Not before it is paid, not after it is off."""
        return self.state not in (OrderState.UNPAID, OrderState.REFUNDED, OrderState.CLOSED)


_TOLD = tuple(f.name for f in fields(OrderRow) if f.name != "extra")
_values: Callable[[OrderRow], tuple[object, ...]] = attrgetter(*_TOLD)


def told(row: OrderRow) -> tuple[object, ...]:
    """Every field but `extra`, comparable and hashable; moments as seconds, so that a time zone makes no difference."""
    return tuple(v.timestamp() if type(v) is datetime else v for v in _values(row))


def fingerprint(row: OrderRow) -> str:
    """64 hex digits over what is told; equal rows, equal prints. It is of personal data: keep it as such."""
    return hashlib.sha256(repr([_stable(v) for v in told(row)]).encode("utf-8", "surrogatepass")).hexdigest()


def _stable(value: object) -> object:
    """Enums and dates as text: their repr is Python's business and may change."""
    return str(value) if isinstance(value, StrEnum | date) else value


class OrderEventKind(StrEnum):
    """What a changed row can mean; domain §2.4 says what each does to the job."""

    REFUND = "refund"
    CLOSED = "closed"
    ADDRESS = "address"
    PHONE = "phone"
    RECEIVER = "receiver"
    DELIVERY = "delivery"
    STATE = "state"
    SKU = "sku"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    WANTED_DATE = "wanted_date"
    NOTE = "note"
    DETAILS = "details"


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """Which fields changed; no values, because events outlive personal data."""

    kind: OrderEventKind
    fields: tuple[str, ...]


_KINDS: tuple[tuple[OrderEventKind, tuple[str, ...]], ...] = (
    (OrderEventKind.REFUND, ("refund_fen",)),
    (OrderEventKind.ADDRESS, ("address", "province", "city", "district", "town")),
    (OrderEventKind.PHONE, ("phone", "phone_kind", "phone_extension", "phone_expires_at")),
    (OrderEventKind.RECEIVER, ("receiver",)),
    (OrderEventKind.DELIVERY, ("delivered_at",)),
    (OrderEventKind.SKU, ("sku",)),
    (OrderEventKind.QUANTITY, ("quantity",)),
    (OrderEventKind.AMOUNT, ("paid_fen", "order_amounts")),
    (OrderEventKind.WANTED_DATE, ("wanted_date",)),
    (OrderEventKind.NOTE, ("buyer_note",)),
    (OrderEventKind.DETAILS, ("title", "ordered_at", "paid_at")),
)
_STATE_KINDS = {
    OrderState.REFUNDED: OrderEventKind.REFUND,
    OrderState.CLOSED: OrderEventKind.CLOSED,
    OrderState.DELIVERED: OrderEventKind.DELIVERY,
}


def merged(old: OrderRow, new: OrderRow) -> OrderRow:
    """What is known after `new`: what it says counts, what it does not say stays, the state never goes back."""
    known = {name: value for name in _TOLD if (value := getattr(new, name)) is not None}
    if new.paid_fen is None and new.refund_fen is None:
        known["order_amounts"] = old.order_amounts
    if old.state and new.state and _RANK[new.state] < _RANK[old.state]:
        known["state"] = old.state
    return replace(old, **known, extra=new.extra or old.extra)


def changes(old: OrderRow, new: OrderRow) -> tuple[OrderEvent, ...]:
    """The events between the known row and the row told now, one per kind; none for the same row again.

    A refund of 5,000 fen where none was known → `refund(refund_fen)`. An older export, whose state lies behind, says
    nothing about the state.
    """
    after = merged(old, new)
    changed = {name for name in _TOLD if getattr(old, name) != getattr(after, name)}
    found = [(kind, [name for name in names if name in changed]) for kind, names in _KINDS]
    if "state" in changed and after.state is not None:
        found.append((_STATE_KINDS.get(after.state, OrderEventKind.STATE), ["state"]))
    events: dict[OrderEventKind, tuple[str, ...]] = {}
    for kind, names in found:
        if names:
            events[kind] = (*events.get(kind, ()), *names)
    return tuple(OrderEvent(kind, names) for kind, names in events.items())


# -- what is wrong with a row --------------------------------------------------------------------------------

_LABELS = {
    "order_number": "订单号",
    "line_number": "行号",
    "sku": "商家编码",
    "title": "商品名称",
    "quantity": "数量",
    "paid_fen": "实付金额",
    "receiver": "收货人",
    "phone": "电话",
    "phone_extension": "分机号",
    "phone_expires_at": "虚拟号有效期",
    "address": "收货地址",
    "province": "省",
    "city": "市",
    "district": "区县",
    "town": "街道乡镇",
    "ordered_at": "下单时间",
    "paid_at": "付款时间",
    "delivered_at": "签收时间",
    "wanted_date": "期望安装日期",
    "state": "订单状态",
    "refund_fen": "退款金额",
    "buyer_note": "买家留言",
}
_LONGEST = {"order_number": 64, "sku": 64, "title": 300, "receiver": 60, "phone": 60, "address": 400}
_LONGEST |= {"phone_extension": 16, "buyer_note": 2000}
_LONGEST_OTHER = 60
_PLACES = ("province", "city", "district", "town")
_TEXTS = (
    "order_number",
    "sku",
    "title",
    "receiver",
    "phone",
    "phone_extension",
    "address",
    "buyer_note",
    *_PLACES,
)
_REQUIRED = ("order_number", "sku", "receiver", "phone", "address")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BROKEN = re.compile("[\ud800-\udfff\ufffd]")
_ORDER_NUMBER = re.compile(r"[0-9A-Za-z_\-]+")


def label(field: str) -> str:
    """The Chinese name of a field, for messages and headers."""
    return _LABELS.get(field, field)


def validate(row: OrderRow) -> tuple[Fault, ...]:
    """All faults of a row at once. `None` is none (the file does not say); an empty text is, where one is needed."""
    return (*_text_faults(row), *_number_faults(row), *_time_faults(row), *_phone_faults(row))


def _text_faults(row: OrderRow) -> Iterator[Fault]:
    for name in _TEXTS:
        value = getattr(row, name)
        if value is None:
            continue
        if not value.strip() and name in _REQUIRED:
            yield Fault(name, "empty", f"{label(name)}不能为空")
        if len(value) > _LONGEST.get(name, _LONGEST_OTHER):
            yield Fault(name, "too_long", f"{label(name)}超过 {_LONGEST.get(name, _LONGEST_OTHER)} 个字")
        if not value.isprintable() and _CONTROL.search(value):
            yield Fault(name, "control_character", f"{label(name)}含有不可见的控制字符")
        if _BROKEN.search(value):
            yield Fault(name, "broken_text", f"{label(name)}含有乱码")
    if row.order_number.strip() and not _ORDER_NUMBER.fullmatch(row.order_number):
        yield Fault("order_number", "bad_order_number", "订单号只能含数字、字母、- 和 _")


def _number_faults(row: OrderRow) -> Iterator[Fault]:
    if not 1 <= row.line_number <= MAX_LINE_NUMBER:
        yield Fault("line_number", "out_of_range", "行号应为正整数")
    if row.quantity is not None and not 1 <= row.quantity <= MAX_QUANTITY:
        yield Fault("quantity", "out_of_range", f"数量应在 1 到 {MAX_QUANTITY} 之间")
    for name in ("paid_fen", "refund_fen"):
        fen = getattr(row, name)
        if fen is not None and not 0 <= fen <= MAX_FEN:
            yield Fault(name, "out_of_range", f"{label(name)}应在 0 到 {MAX_FEN // 100} 元之间")
    if (
        row.paid_fen and row.refund_fen and row.refund_fen > row.paid_fen
    ):  # some exports show nothing paid after it
        yield Fault("refund_fen", "above_paid", "退款金额不能大于实付金额")


def _time_faults(row: OrderRow) -> Iterator[Fault]:
    for name in ("phone_expires_at", "ordered_at", "paid_at", "delivered_at", "wanted_date"):
        value = getattr(row, name)
        if value is not None and not FIRST_YEAR <= _year(value) <= LAST_YEAR:
            yield Fault(name, "bad_year", f"{label(name)}的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
        if isinstance(value, datetime) and value.tzinfo is None:
            yield Fault(name, "no_time_zone", f"{label(name)}缺少时区")
    ordered, delivered = row.ordered_at, row.delivered_at
    if ordered and delivered and ordered.tzinfo and delivered.tzinfo and delivered < ordered - _A_DAY:
        yield Fault("delivered_at", "before_order", "签收时间早于下单时间")
    if ordered and ordered.tzinfo and row.wanted_date and row.wanted_date < ordered.astimezone(_CHINA).date():
        yield Fault("wanted_date", "before_order", "期望安装日期早于下单日期")


def _year(value: date) -> int:
    """The year in China; a moment at the edge of what a datetime can hold keeps its own."""
    if isinstance(value, datetime) and value.tzinfo is not None and 1 < value.year < 9999:
        return value.astimezone(_CHINA).year
    return value.year


def _phone_faults(row: OrderRow) -> Iterator[Fault]:
    if row.phone is not None and row.phone.strip() and parse(row.phone) is None:
        yield Fault("phone", "bad_phone", "电话号码无法识别")
