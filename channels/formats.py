"""The order files we know, as data: which column, by any of its names, tells which field.

A format is recognised by its header alone, in any order of columns; columns we do not know are kept as extra.
Names come from the platforms' own exports.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels.cells import clean
from channels.parsed import storable
from channels.refusals import ColumnsMissing, FileTooLarge, HeaderUnknown
from domain.errors import Fault
from domain.orders import label

MAX_COLUMNS = 256
PROMISE = "承诺编号"  # may stand in a file of any format, as may the door's point
POINT = ("经度", "纬度", "坐标系")
REASON_HEADERS = ("原文件行号", "错误原因")  # of our own file of bad rows, when it comes back mended


@dataclass(frozen=True, slots=True)
class Format:
    """`columns`: field → names, the preferred first (the first cell not empty counts). `needed` must have a column.

    `filled`: fields that may not be empty in a row. `order_amounts`: money is of the whole order, not the line.
    """

    key: str
    title: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    needed: tuple[str, ...]
    filled: tuple[str, ...]
    order_amounts: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A format found in a header: which cells tell each field, which are extra and by what name."""

    format: Format
    header: tuple[str, ...]
    cells: tuple[tuple[str, tuple[int, ...]], ...]
    extra: tuple[tuple[int, str], ...]


_PLACES = (
    ("province", ("省", "省份", "收货省份", "收货人省份")),
    ("city", ("市", "城市", "收货城市", "收货人城市")),
    ("district", ("区县", "区", "收货区县", "收货人地区")),
    ("town", ("街道乡镇", "街道", "镇", "收货街道")),
)

TEMPLATE = Format(
    "template",
    "导入模板",
    (
        ("order_number", ("订单号",)),
        ("line_number", ("行号",)),
        ("sku", ("商家编码", "货号")),
        ("title", ("商品名称",)),
        ("quantity", ("数量",)),
        ("paid_fen", ("实付金额",)),
        ("receiver", ("收货人",)),
        ("phone", ("联系电话", "手机号", "电话")),
        ("phone_expires_at", ("虚拟号有效期",)),
        *_PLACES,
        ("address", ("详细地址", "收货地址")),
        ("ordered_at", ("下单时间",)),
        ("paid_at", ("付款时间",)),
        ("delivered_at", ("签收时间",)),
        ("wanted_date", ("期望安装日期",)),
        ("state", ("订单状态",)),
        ("refund_fen", ("退款金额",)),
        ("buyer_note", ("买家留言",)),
    ),
    needed=("order_number", "sku", "quantity", "receiver", "phone", "address"),
    filled=("order_number", "sku", "quantity", "receiver", "phone", "address"),
)

TAOBAO_ORDERS = Format(
    "taobao_orders",
    "淘宝/天猫订单报表",
    (
        ("order_number", ("订单编号",)),
        ("sku", ("商家编码",)),
        ("title", ("宝贝标题", "商品标题")),
        ("quantity", ("宝贝总数量", "宝贝数量", "购买数量")),
        ("paid_fen", ("买家实际支付金额", "买家实付金额")),
        ("receiver", ("收货人姓名",)),
        ("phone", ("联系手机", "联系电话")),
        ("address", ("修改后的收货地址", "收货地址")),
        *_PLACES,
        ("ordered_at", ("订单创建时间", "买家下单时间")),
        ("paid_at", ("订单付款时间", "买家付款时间")),
        ("delivered_at", ("确认收货时间", "签收时间")),
        ("state", ("订单状态",)),
        ("refund_fen", ("退款金额",)),
        ("buyer_note", ("买家留言",)),
    ),
    needed=("order_number", "quantity", "receiver", "phone", "address"),
    filled=("order_number", "quantity", "receiver", "phone", "address"),
    order_amounts=True,
)

TAOBAO_ITEMS = Format(
    "taobao_items",
    "天猫宝贝报表",
    (
        ("order_number", ("主订单编号", "订单编号")),
        ("line_number", ("子订单编号",)),
        ("sku", ("商家编码", "外部系统编号")),
        ("title", ("标题", "宝贝标题")),
        ("quantity", ("购买数量",)),
        ("paid_fen", ("买家实际支付金额", "买家实付金额")),
        ("ordered_at", ("订单创建时间", "买家下单时间")),
        ("paid_at", ("订单付款时间", "买家付款时间")),
        ("state", ("订单状态",)),
        ("refund_state", ("退款状态",)),
        ("refund_fen", ("退款金额",)),
    ),
    needed=("order_number", "line_number", "sku", "quantity"),
    filled=("order_number", "line_number", "sku", "quantity"),
)

JD_ORDERS = Format(
    "jd_orders",
    "京东商家后台订单",
    (
        ("order_number", ("订单号",)),
        ("line_number", ("商品ID",)),
        ("sku", ("货号", "商家SKUID")),
        ("title", ("商品名称",)),
        ("quantity", ("订购数量",)),
        ("paid_fen", ("应付金额", "结算金额")),
        ("receiver", ("客户姓名",)),
        ("phone", ("联系电话",)),
        ("address", ("客户地址",)),
        ("ordered_at", ("下单时间",)),
        ("paid_at", ("付款确认时间",)),
        ("delivered_at", ("订单完成时间",)),
        ("state", ("订单状态",)),
        ("buyer_note", ("订单备注",)),
    ),
    needed=("order_number", "sku", "quantity", "receiver", "phone", "address"),
    filled=("order_number", "sku", "quantity", "receiver", "phone", "address"),
    order_amounts=True,
)

FORMATS = (TAOBAO_ITEMS, TAOBAO_ORDERS, JD_ORDERS, TEMPLATE)


def header_name(cell: str) -> str:
    """`＊ 订单号（必填）` → 订单号."""
    return re.sub(r"[\s*＊]|[(（](?:必填|选填)[)）]", "", clean(cell))


def _score(form: Format, names: Sequence[str]) -> tuple[int, int]:
    """How many needed fields the header has, then how many at all."""
    present = {field for field, accepted in form.columns if any(n in names for n in accepted)}
    return sum(field in present for field in form.needed), len(present)


def recognise(header: Sequence[str], hint: str | None = None) -> Layout:
    """The format of a header row. `hint`: the key of the format it must be.

    Raises `HeaderUnknown`, `ColumnsMissing` (naming every missing column), `FileTooLarge` (too many columns).
    """
    if len(header) > MAX_COLUMNS:
        raise FileTooLarge(f"列数超过 {MAX_COLUMNS}")
    names = [header_name(cell) for cell in header]
    among = [form for form in FORMATS if hint is None or form.key == hint] or list(FORMATS)
    whole = [form for form in among if _score(form, names)[0] == len(form.needed)]
    best = max(whole or among, key=lambda form: _score(form, names)[::-1])
    if not whole:
        _refuse(best, names, sure=hint is not None)
    return _layout(best, tuple(map(storable, header)), names)


def _refuse(form: Format, names: Sequence[str], *, sure: bool) -> None:
    accepted = dict(form.columns)
    if _score(form, names)[1] < 2 and not sure:
        known = "、".join(f.title for f in FORMATS)
        raise HeaderUnknown(f"首行不是已知的表头。支持：{known}；列之间用逗号分隔")
    missing = [field for field in form.needed if not any(n in names for n in accepted[field])]
    faults = [Fault(field, "missing_column", f"缺少“{'”或“'.join(accepted[field])}”列") for field in missing]
    listed = "、".join("/".join(accepted[field]) for field in missing)
    raise ColumnsMissing(f"按“{form.title}”识别，缺少：{listed}", errors=faults)


def _layout(form: Format, header: tuple[str, ...], names: Sequence[str]) -> Layout:
    cells = []
    for field, accepted in form.columns:
        found = tuple(names.index(name) for name in accepted if name in names)
        if twice := [name for name in accepted if names.count(name) > 1]:
            fault = Fault(field, "duplicate_column", f"“{twice[0]}”列出现了不止一次")
            raise HeaderUnknown(f"{label(field)}不知以哪一列为准", errors=[fault])
        if found:
            cells.append((field, found))
    used = {index for _, indices in cells for index in indices}
    extra = tuple(
        (i, storable(name))
        for i, name in enumerate(names)
        if name and name not in REASON_HEADERS and i not in used
    )
    return Layout(form, header, tuple(cells), extra)
