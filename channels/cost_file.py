"""Files of costs in: CSV or XLSX with Chinese headings, an SKU from a day on or one order line a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from channels.cells import CellError, amount_fen, clean, day, identifier, line_number
from channels.formats import REASON_HEADERS
from channels.parsed import Bad, Record, storable
from channels.tables import open_table, read_cell
from domain.errors import Fault
from domain.profit_share import COST_NAMES, MOST_FEN, Cost

MAX_ROWS = 100_000
SKU, SINCE, CHANNEL, ORDER, LINE = "商家编码", "生效日期", "店铺编码", "订单号", "行号"
FENS = {name: cost for cost, name in COST_NAMES.items()}
COLUMNS = (SKU, SINCE, CHANNEL, ORDER, LINE, *FENS)


@dataclass(frozen=True, slots=True)
class Line:
    """A row without faults, and how it stood in the file. An SKU with its day, or (channel, order, line)."""

    record: Record
    header: tuple[str, ...]
    sku: str | None
    since: date | None
    place: tuple[str, str, int] | None
    costs: tuple[tuple[Cost, int], ...]

    def refused(self, field: str, code: str, message: str) -> Bad:
        """The same row, refused for what the file alone could not know."""
        return Bad.of(self.record, [Fault(field, code, message)], self.header)


def read(stream: BinaryIO) -> Iterator[Line | Bad]:
    """Rows of a file of costs. Raises `HeaderUnknown`, `ColumnsMissing`, `FileUnreadable`, `FileTooLarge`."""
    names, records = open_table(stream, (SKU,), MAX_ROWS)
    header = tuple(map(storable, names))
    for record in records:
        yield _row(record, header)


def _row(record: Record, header: tuple[str, ...]) -> Line | Bad:
    if record.fault is not None:
        return Bad.of(record, [record.fault], header)
    cells = {name: clean(cell) for name, cell in zip(header, record.cells, strict=False)}
    faults: list[Fault] = []
    values: dict[str, Any] = {
        name: read_cell(_READ[name], name, cells.get(name, ""), faults) for name in COLUMNS
    }
    sku, order = values[SKU], values[ORDER]
    costs = tuple((cost, values[name]) for name, cost in FENS.items() if values[name] is not None)
    if not faults:
        faults.extend(_whole(values, costs))
    if faults:
        return Bad.of(record, faults, header)
    place = (values[CHANNEL], order, values[LINE] or 1) if order else None
    return Line(record, header, None if order else sku, None if order else values[SINCE], place, costs)


def _whole(values: dict[str, Any], costs: tuple[tuple[Cost, int], ...]) -> Iterator[Fault]:
    """What is wrong with the row as a whole."""
    if values[ORDER] and not values[CHANNEL]:
        yield Fault(CHANNEL, "empty", "填写订单号时，店铺编码不能为空")
    if not values[ORDER] and not (values[SKU] and values[SINCE]):
        yield Fault(SKU, "empty", "请填写商家编码和生效日期，或店铺编码和订单号")
    if not costs:
        yield Fault(next(iter(FENS)), "empty", "没有填写任何成本")
    if not values[ORDER] and any(cost == Cost.REVENUE for cost, _ in costs):
        yield Fault(COST_NAMES[Cost.REVENUE], "of_a_line", "成交金额只能按订单填写")


def _fen(text: str) -> int | None:
    fen = amount_fen(text) if text else None
    if fen is not None and not 0 <= fen <= MOST_FEN:
        raise CellError("out_of_range", f"应在 0 到 {MOST_FEN // 100} 元之间")
    return fen


def _word(text: str) -> str | None:
    return identifier(text)[:60] if text else None


_READ = {
    SKU: _word,
    SINCE: lambda text: day(text) if text else None,
    CHANNEL: _word,
    ORDER: _word,
    LINE: lambda text: line_number(text) if text else None,
    **dict.fromkeys(FENS, _fen),
}


def template() -> bytes:
    """A file to fill in, with two rows to see how."""
    rows = (
        COLUMNS,
        ("EWH-60", "2026-01-01", "", "", "", "600", "60", "40", "20", ""),
        ("", "", "own-shop", "202603010001", "1", "580.50", "", "", "", ""),
    )
    return b"\xef\xbb\xbf" + "".join(",".join(row) + "\r\n" for row in rows).encode()


assert not set(COLUMNS) & set(REASON_HEADERS)
