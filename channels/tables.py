"""A table of one header and rows, CSV or XLSX, told apart by its first bytes; for our own templates."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from channels import csv_records, xlsx_records
from channels.cells import CellError, clean
from channels.parsed import Record
from channels.refusals import ColumnsMissing, FileTooLarge, HeaderUnknown
from channels.text_lines import Lines, Overlong, read_up_to
from domain.errors import Fault

_ZIP = b"PK\x03\x04"


def open_table(
    stream: BinaryIO, needed: tuple[str, ...], most: int
) -> tuple[tuple[str, ...], Iterator[Record]]:
    """(names of the columns, rows that are not blank). Raises `HeaderUnknown`, `ColumnsMissing`, `FileUnreadable`.

    The rows raise `FileTooLarge` when there are more than `most`.
    """
    header, records = _open(stream)
    names = tuple(clean(cell) for cell in header)
    missing = [name for name in needed if name not in names]
    if missing:
        raise ColumnsMissing(errors=[Fault(name, "column_missing", f"缺少列「{name}」") for name in missing])
    return names, _filled(records, most)


def _filled(records: Iterator[Record], most: int) -> Iterator[Record]:
    filled = (record for record in records if record.fault or any(cell.strip() for cell in record.cells))
    for count, record in enumerate(filled, 1):
        if count > most:
            raise FileTooLarge(f"超过 {most} 行")
        yield record


def read_cell(reads: Callable[[str], Any], name: str, text: str, faults: list[Fault]) -> Any:
    """The value of a cell below `name`; None where it cannot be read, and its fault is added."""
    try:
        return reads(text)
    except CellError as error:
        faults.append(Fault(name, error.code, f"{name}{error.message}"))
        return None


def _open(stream: BinaryIO) -> tuple[tuple[str, ...], Iterator[Record]]:
    head = read_up_to(stream, 4)
    if head == _ZIP:
        stream.seek(0)
        records = xlsx_records.records(stream)
        first = next(records, None)
        if first is None:
            raise HeaderUnknown("工作表是空的")
        return first.cells, records
    lines = Lines(stream, head)
    line = lines.pop()
    if line is None or isinstance(line, Overlong):
        raise HeaderUnknown("文件是空的" if line is None else "首行太长，不是表头")
    delimiter = max(",\t;", key=line.count)
    header = tuple(next(csv.reader([line], delimiter=delimiter)))
    return header, csv_records.records(lines, delimiter, len(header))
