"""Order files in: `read` turns a stream into good and bad rows, one at a time, in constant memory.

A file that is no order file is refused at once with a `DomainError`; a row never is an exception, and no row is
ever lost: whatever cannot go in comes back as `Bad` with its cells.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO, cast

from channels import csv_records, xlsx_records
from channels.formats import Layout, recognise
from channels.parsed import Bad, Parsed, Record
from channels.refusals import ColumnsMissing, FileTooLarge, FileUnreadable, HeaderUnknown
from channels.rows import parse_record
from channels.text_lines import Lines, Overlong, read_up_to
from domain.errors import Fault
from domain.orders import told

MAX_ROWS = 200_000
MAX_WORKBOOK = 64 * 1024 * 1024
_DELIMITERS = ",\t;"
_REMEMBERED = 5_000
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def read(stream: BinaryIO, *, hint: str | None = None) -> Iterator[Parsed]:
    """Rows of a CSV or XLSX order file. `hint`: the key of a format (`template`, `taobao_items` …) it must be.

    Raises at once `FileUnreadable`, `HeaderUnknown`, `ColumnsMissing`, `FileTooLarge`; the last two kinds of trouble
    a workbook can hide (broken or too large further on) also while iterating.
    """
    head = read_up_to(stream, 4)
    if head == _ZIP:
        layout, records = _open_xlsx(_seekable(stream, head), hint)
    elif head.startswith((_OLE, _PDF)):
        raise FileUnreadable("这是旧版 .xls 或其他格式，请另存为 .xlsx 或“CSV UTF-8”")
    else:
        layout, records = _open_csv(stream, head, hint)
    return _rows(records, layout)


def _seekable(stream: BinaryIO, head: bytes) -> BinaryIO:
    """The whole workbook from its first byte, spooled to disk above 1 MB; a zip is read from its end."""
    spool = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=1024 * 1024))  # noqa: SIM115 - lives with the rows
    spool.write(head)
    shutil.copyfileobj(_Capped(stream, MAX_WORKBOOK), spool)
    spool.seek(0)
    return spool


class _Capped:
    """A stream that refuses to give more than `left` bytes."""

    def __init__(self, stream: BinaryIO, left: int) -> None:
        self._stream, self._left = stream, left

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise FileTooLarge(f"工作簿超过 {MAX_WORKBOOK // 1024 // 1024} MB")
        return piece


def _open_xlsx(stream: BinaryIO, hint: str | None) -> tuple[Layout, Iterator[Record]]:
    records = xlsx_records.records(stream)
    first = next(records, None)
    if first is None:
        raise HeaderUnknown("工作表是空的")
    return recognise(first.cells, hint), records


def _open_csv(stream: BinaryIO, head: bytes, hint: str | None) -> tuple[Layout, Iterator[Record]]:
    lines = Lines(stream, head)
    skipped = 0
    while (line := lines.pop()) is not None and (not line.strip(" \t,;") or line.startswith("sep=")):
        skipped += 1
    if line is None:
        raise HeaderUnknown("文件是空的")
    if isinstance(line, Overlong):
        raise HeaderUnknown("首行太长，不是表头")
    layout, delimiter = _header(line, hint)
    records = csv_records.records(lines, delimiter, len(layout.header))
    return layout, (Record(r.number + skipped, r.cells, r.fault) for r in records)


def _header(line: str, hint: str | None) -> tuple[Layout, str]:
    """Try each delimiter; the refusal told is the one that understood most."""
    refusals: list[HeaderUnknown | ColumnsMissing] = []
    for delimiter in _DELIMITERS:
        try:
            return recognise(next(csv.reader([line], delimiter=delimiter, strict=True)), hint), delimiter
        except (HeaderUnknown, ColumnsMissing) as refusal:
            refusals.append(refusal)
        except csv.Error:
            refusals.append(HeaderUnknown("首行的双引号不成对，不是表头"))
    raise min(refusals, key=lambda refusal: len(refusal.errors) or 99)


def _rows(records: Iterator[Record], layout: Layout) -> Iterator[Parsed]:
    recent: OrderedDict[tuple[str, int], int] = OrderedDict()
    count = 0
    for record in records:
        if record.fault is None and not any(cell.strip() for cell in record.cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileTooLarge(f"超过 {MAX_ROWS} 行")
        yield _unrepeated(parse_record(record, layout), recent)


def _unrepeated(parsed: Parsed, recent: OrderedDict[tuple[str, int], int]) -> Parsed:
    """The same line twice with different contents is a question; only the last 5,000 rows are remembered."""
    if isinstance(parsed, Bad):
        return parsed
    key, print_ = (parsed.row.order_number, parsed.row.line_number), hash(told(parsed.row))
    if recent.get(key, print_) != print_:
        return parsed.bad(
            Fault(
                "line_number", "line_repeated", "同一订单行在文件中出现两次且内容不同，请用行号区分或只留一行"
            )
        )
    recent[key] = print_
    if len(recent) > _REMEMBERED:
        recent.popitem(last=False)
    return parsed
