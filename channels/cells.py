"""What one cell means. Spreadsheets and platforms wrap, group, decorate and damage values; nothing is guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from domain.orders import FIRST_YEAR, LAST_YEAR, OrderState
from domain.texts import straight

CHINA = timezone(timedelta(hours=8))
_WIDE = str.maketrans("０１２３４５６７８９，．：／－￥", "0123456789,.:/-¥")
_AROUND = " \t\r\n\u00a0\u3000\ufeff\u200b"
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_NOTHING = frozenset({"null", "NULL", "None", "--", "\\N"})
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2})0*)?")
_QUANTITY = re.compile(r"(-?\d{1,6})(?:\.0+)?[件台个套只把盏]?")
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)?(Z|[+-]\d{2}:?\d{2})?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?()")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})


class CellError(Exception):
    """This cell has no such meaning. `code` for programs, `message` in Chinese without the column's name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def clean(cell: str) -> str:
    """The value inside: `="123"` → 123, `'138…` → 138…, `null` → nothing, no blanks around, nothing turned around."""
    text = straight(cell).strip(_AROUND).removeprefix("'")
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[1].replace('""', '"')
    text = text.removeprefix("'").strip(_AROUND)
    return "" if text in _NOTHING else text


def plain(text: str) -> str:
    """Refuse what the spreadsheet put in place of a value."""
    if text in _ERRORS:
        raise CellError("spreadsheet_error", f"是表格错误值 {text}")
    if text.startswith("=") and len(text) > 1:
        raise CellError("formula", "是公式，请粘贴为数值")
    return text


def identifier(text: str) -> str:
    """An order number or SKU. `3.72834E+17` has lost its last digits for good."""
    if _SCIENTIFIC.fullmatch(plain(text)):
        raise CellError("digits_lost", "被表格软件改成了科学计数，末位数字已丢失，请把该列设为文本后重新导出")
    return text


def line_number(text: str) -> int:
    """A line's own number, at most 19 digits."""
    digits = identifier(text)
    if not re.fullmatch(r"[0-9]{1,19}", digits):
        raise CellError("bad_number", "应为正整数")
    return int(digits)


def amount_fen(text: str) -> int:
    """`¥1,299.00`, `1299元`, `1299.5` → fen. A third decimal that is not 0 is refused, never rounded."""
    bare = plain(text).translate(_WIDE).strip("¥ ").removesuffix("元").strip()
    found = _AMOUNT.fullmatch(bare)
    if found is None or not bare.isascii():
        raise CellError("bad_amount", "格式不正确，例：1299.00")
    yuan, _, _decimals = bare.replace(",", "").partition(".")
    fen = int(yuan.removeprefix("-")) * 100 + int((found[1] or "0").ljust(2, "0"))
    return -fen if yuan.startswith("-") else fen


def quantity(text: str) -> int:
    """`2`, `2.00`, `2件` → 2; the range is the domain's business."""
    found = _QUANTITY.fullmatch(plain(text).translate(_WIDE))
    if found is None or not found[1].isascii():
        raise CellError("bad_quantity", "应为 1 到 999 的整数")
    return int(found[1])


def moment(text: str) -> datetime:
    """`2016/5/23 22:02`, `2016-05-23T22:02:00+08:00`, `20160523220200`; Chinese time unless it says; UTC out."""
    found = _fields(text)
    year, month, day, hour, minute, second = (int(found[i] or 0) for i in range(1, 7))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError("bad_year", f"的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7] or ""))
        return local.astimezone(UTC)
    except ValueError as error:
        raise CellError("bad_date", "的日期不存在") from error


def _fields(text: str) -> re.Match[str]:
    bare = plain(text).translate(_WIDE)
    found = (_MOMENT.fullmatch(bare) or _COMPACT.fullmatch(bare)) if bare.isascii() or "年" in bare else None
    if found is None:
        raise CellError("bad_date", "格式无法识别，例：2026-11-21 15:30")
    return found


def _zone(text: str) -> timezone:
    if not text:
        return CHINA
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def day(text: str) -> date:
    """The calendar day in China."""
    return moment(text).astimezone(CHINA).date()


# In order: 买家已付款，等待卖家发货 is paid, 等待买家付款 is not; 卖家已发货，等待买家确认 is shipped.
_STATES: tuple[tuple[str, OrderState | None], ...] = (
    (r"退款成功|已退款|全额退款", OrderState.REFUNDED),
    (r"交易关闭|已取消|已关闭|订单取消|关闭|作废|\(删除\)|（删除）", OrderState.CLOSED),
    (r"锁定|退款|暂停|异常|风控", None),
    (r"买家已付款|已付款|等待卖家发货|待发货|等待发货|等待出库|待出库|备货", OrderState.PAID),
    (r"付款|待支付|未支付|定金", OrderState.UNPAID),
    (r"未签收|拒收|未送达", None),
    (r"等待买家确认|等待确认收货|待收货|已发货|部分发货|运输|配送|派送|已出库|待签收", OrderState.SHIPPED),
    (r"交易成功|交易完成|签收|完成|送达|妥投|已收货", OrderState.DELIVERED),
)
_CODES = frozenset(known.value for known in OrderState)


def state(text: str) -> OrderState:
    """The platform's words, or our own code, as a state; a locked order (cancellation asked for) is a question."""
    if text in _CODES:
        return OrderState(text)
    for pattern, found in _STATES:
        if re.search(pattern, plain(text)):
            if found is None:
                break
            return found
    raise CellError("unknown_state", f"“{text[:20]}”无法判断，请确认后再导入")
