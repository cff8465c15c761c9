"""Files of a platform's penalties in: CSV or XLSX with Chinese headings, a penalty a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from channels.cells import CellError, amount_fen, clean, day, identifier, line_number
from channels.parsed import Bad, Record, storable
from channels.tables import open_table, read_cell
from domain.channel_charges import MOST_FEN, REASONS
from domain.errors import Fault

MAX_ROWS = 20_000
CHANNEL, NUMBER, DAY, AMOUNT, REASON = "店铺编码", "扣款单号", "扣款日期", "扣款金额", "扣款原因"
ORDER, LINE = "订单号", "行号"
NEEDED = (CHANNEL, NUMBER, DAY, AMOUNT, REASON)
_CODES = {name: code for code, name in REASONS.items()}


@dataclass(frozen=True, slots=True)
class Said:
    """What a row without faults of its own says."""

    number: str
    day: date
    fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row as far as it could be read; one with `faults` of its own has nothing `said`, and may have more faults.

    `order`: (number, line) where the platform names one.
    """

    record: Record
    header: tuple[str, ...]
    channel: str
    order: tuple[str, int] | None
    said: Said | None
    faults: tuple[Fault, ...]

    def refused(self, faults: Iterable[Fault]) -> Bad:
        """The same row, refused for its own faults and for what the file alone could not know."""
        return Bad.of(self.record, self.faults, self.header).and_also(faults)


def read(stream: BinaryIO) -> Iterator[Line | Bad]:
    """Rows of a file of penalties. Raises `HeaderUnknown`, `ColumnsMissing`, `FileUnreadable`, `FileTooLarge`."""
    names, records = open_table(stream, NEEDED, MAX_ROWS)
    header = tuple(map(storable, names))
    for record in records:
        yield _row(record, header)


def _row(record: Record, header: tuple[str, ...]) -> Line | Bad:
    if record.fault is not None:
        return Bad.of(record, [record.fault], header)
    cells = {name: clean(cell) for name, cell in zip(header, record.cells, strict=False)}
    faults: list[Fault] = []
    values = {name: read_cell(reads, name, cells.get(name, ""), faults) for name, reads in _READ.items()}
    placed = values[ORDER] and not any(fault.field == LINE for fault in faults)
    order = (values[ORDER], values[LINE] or 1) if placed else None
    said = None if faults else Said(values[NUMBER], values[DAY], values[AMOUNT], values[REASON])
    return Line(record, header, values[CHANNEL] or "", order, said, tuple(faults))


def _needed(reads: Callable[[str], Any]) -> Callable[[str], Any]:
    def read_needed(text: str) -> Any:
        if not text:
            raise CellError("empty", "不能为空")
        return reads(text)

    return read_needed


def _word(text: str) -> str:
    if len(identifier(text)) > 60:
        raise CellError("too_long", "最多 60 个字符")
    return storable(text)


def _fen(text: str) -> int:
    """What they take; what they give back is nobody's penalty."""
    fen = amount_fen(text)
    if fen < 0:
        raise CellError("negative", "应为正数；平台退回的金额不是扣款，请勿导入")
    if not 0 < fen <= MOST_FEN:
        raise CellError("out_of_range", f"应在 0.01 到 {MOST_FEN // 100} 元之间")
    return fen


def _reason(text: str) -> str:
    if text not in _CODES:
        raise CellError("unknown_reason", f"应为其中之一：{'、'.join(_CODES)}")
    return _CODES[text]


_READ: dict[str, Callable[[str], Any]] = {
    CHANNEL: _needed(_word),
    NUMBER: _needed(_word),
    DAY: _needed(day),
    AMOUNT: _needed(_fen),
    REASON: _needed(_reason),
    ORDER: lambda text: _word(text) if text else None,
    LINE: lambda text: line_number(text) if text else None,
}


def template() -> bytes:
    """A file to fill in, with a row to see how."""
    rows = (tuple(_READ), ("own-shop", "P-1001", "2026-03-05", "100.00", "超时", "202603010001", "1"))
    return b"\xef\xbb\xbf" + "".join(",".join(row) + "\r\n" for row in rows).encode()
