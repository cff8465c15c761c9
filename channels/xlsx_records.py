"""XLSX rows into cells. A workbook is a zip from a stranger: it is measured before openpyxl may open it.

Memory grows with the workbook's table of distinct strings (bounded), not with its rows. Formulas are not evaluated.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from channels.parsed import Record
from channels.refusals import Blanks, FileTooLarge, FileUnreadable

MAX_COLUMNS = 256
MB = 1024 * 1024
MAX_TOTAL, MAX_STRINGS, MAX_OTHER, MAX_ROW, MAX_MEMBERS = 256 * MB, 48 * MB, 16 * MB, 4 * MB, 500
_ROW_TAG = re.compile(rb"[<:]row[ />]")
_BROKEN = "工作簿已损坏或不是真正的 .xlsx，请用表格软件打开后另存"


def measure(stream: BinaryIO) -> None:
    """Raise `FileTooLarge` or `FileUnreadable` before anything is unpacked into memory.

    The declared sizes can be believed: unpacking stops at them. One row must end within 4 MB, because the parser
    keeps a row whole.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_TOTAL:
                raise FileTooLarge(f"工作簿解压后超过 {MAX_TOTAL // MB} MB")
            for member in members:
                _measure_member(archive, member)
    except FileTooLarge:
        raise
    except Exception as error:  # zipfile and zlib raise a dozen kinds for a broken archive
        raise FileUnreadable(_BROKEN) from error


def _measure_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if "worksheets/" in member.filename:
        _measure_rows(archive, member)
        return
    limit = MAX_STRINGS if "sharedStrings" in member.filename else MAX_OTHER
    if member.file_size > limit:
        raise FileTooLarge("工作簿中的文字或附件太多，请只保留订单表")


def _measure_rows(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    since_row, tail = 0, b""
    with archive.open(member) as sheet:
        while piece := sheet.read(MB):
            window = tail + piece
            last = max((found.end() for found in _ROW_TAG.finditer(window)), default=None)
            since_row = since_row + len(piece) if last is None else len(window) - last
            if since_row > MAX_ROW:
                raise FileTooLarge("工作表中有一行太大")
            tail = window[-8:]


def records(stream: BinaryIO) -> Iterator[Record]:
    """Rows of the first sheet that are not blank, numbered as in the spreadsheet. Raises as `measure`.

    `FileTooLarge` also for more than 100,000 blank rows among or behind them: where they end cannot be known.
    """
    measure(stream)
    try:
        import openpyxl  # 30 MB with what it draws in: only where a workbook is really read

        book = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is often wrong
        blanks = (
            Blanks()
        )  # trap: a row names its own number, and the parser makes up every blank one before it
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), 1):
            if any(value is not None for value in row):
                yield Record(number, tuple(_text(value) for value in _trimmed(row)))
                continue
            blanks.another()
    except (FileTooLarge, FileUnreadable):
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise FileUnreadable(_BROKEN) from error


def _trimmed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _text(value: object) -> str:
    """As a person would see it; a number of more than 15 digits stays `3.7e+17`, for its last digits are gone."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        shown = value.strftime("%Y-%m-%d %H:%M:%S") if value.year >= 1000 else str(value)
        return shown.removesuffix(" 00:00:00")  # a day, as the sheet shows it
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float):
        return format(value, ".15g") if abs(value) < 1e15 else repr(value)
    return str(value)
