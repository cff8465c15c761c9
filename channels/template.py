"""Our own order template: what a shop without an export of its own fills in."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable

from channels.formats import POINT, PROMISE, TEMPLATE

FIELDS: tuple[str, ...] = (*(field for field, _ in TEMPLATE.columns), "promise_id", "lng", "lat", "datum")
HEADERS: tuple[str, ...] = (*(names[0] for _, names in TEMPLATE.columns), PROMISE, *POINT)
_EXAMPLE = {
    "order_number": "示例20261121001",
    "line_number": "1",
    "sku": "EWH-60L",
    "title": "电热水器 60 升",
    "quantity": "1",
    "paid_fen": "1299.00",
    "receiver": "张三",
    "phone": "13800138000转1234",
    "phone_expires_at": "2026-12-31 23:59",
    "province": "山东省",
    "city": "烟台市",
    "district": "莱山区",
    "town": "黄海路街道",
    "address": "迎春大街 1 号 2 单元 301",
    "ordered_at": "2026-11-21 10:20",
    "paid_at": "2026-11-21 10:21",
    "delivered_at": "",
    "wanted_date": "2026-11-28",
    "state": "买家已付款，等待卖家发货",
    "refund_fen": "",
    "buyer_note": "请提前一天电话联系",
    "promise_id": "",
    "lng": "",
    "lat": "",
    "datum": "",
}
EXAMPLE: tuple[str, ...] = tuple(_EXAMPLE[field] for field in FIELDS)


def template_csv(rows: Iterable[tuple[str, ...]] = (EXAMPLE,)) -> bytes:
    """The template (UTF-8 with BOM) with an example row, or with the rows given, cells in the order of `FIELDS`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADERS)
    writer.writerows(rows)
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8")


def template_xlsx() -> bytes:
    """The template as a workbook; every column is text, so that no order number loses its digits."""
    import openpyxl  # only where a workbook is really made
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "订单"
    sheet.append(HEADERS)
    sheet.append(EXAMPLE)
    required = {dict(TEMPLATE.columns)[field][0] for field in TEMPLATE.needed}
    for number, name in enumerate(HEADERS, 1):
        sheet.cell(1, number).font = Font(bold=True, color="C00000" if name in required else "000000")
        sheet.cell(2, number).number_format = "@"
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width, column.number_format = 18, "@"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
