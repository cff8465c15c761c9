"""A statement as a workbook: texts are texts, amounts are numbers in yuan, exact to the fen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.statement_sheet import HEADS, Part, Sheet

_WIDTHS = (12, 12, 70, 14, 14, 10, 12)
_MONEY = "#,##0.00"


def workbook(sheet: Sheet) -> bytes:
    """Facts, every part with its sum, doubts, totals; the column 金额 above 合计 sums to it."""
    import openpyxl  # only where a workbook is really made
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("结算单")
    for number, width in enumerate(_WIDTHS, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    _add(page, [sheet.title], bold=True)
    for label, value in sheet.facts:
        _add(page, [label, value])
    for part in (*sheet.groups, *([sheet.contested] if sheet.contested.rows else [])):
        _part(page, part)
    page.append([])
    for label, fen in sheet.totals:
        _add(page, ["", "", label, _yuan(fen)], bold=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _part(page: Any, part: Part) -> None:
    page.append([])
    _add(page, [part.title], bold=True)
    _add(page, HEADS, bold=True)
    for row in part.rows:
        amounts = [_yuan(row.amount_fen), _yuan(row.net_fen), row.rate, _yuan(row.tax_fen)]
        _add(page, [row.entry_id, "" if row.job_id is None else row.job_id, row.memo, *amounts])
    amount, net, tax = (_yuan(fen) for fen in part.sums)
    _add(page, ["", "", "小计", amount, net, "", tax], bold=True)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _add(page: Any, values: Sequence[Any], *, bold: bool = False) -> None:
    """A row; a text that begins like a formula stays a text."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = []
    for value in values:
        cell = WriteOnlyCell(page, value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, Decimal):
            cell.number_format = _MONEY
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    page.append(cells)
