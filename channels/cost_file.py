"""Files of costs in: CSV or XLSX with Chinese headings, an SKU from a day on or one order line a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    """A row as far as it could be read, and how it stood in the file. An SKU with its day, or (channel, order, line).

    One with `faults` of its own cannot go in, and may have more.
    """

    record: Record
    header: tuple[str, ...]
    sku: str | None
    since: date | None
    place: tuple[str, str, int] | None
    costs: tuple[tuple[Cost, int], ...]
    faults: tuple[Fault, ...]

    def refused(self, faults: Iterable[Fault]) -> Bad:
        """The same row, refused for its own faults and for what the file alone could not know."""
        return Bad.of(self.record, self.faults, self.header).and_also(faults)


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
    torn = {fault.field for fault in faults}
    faults.extend(_whole(values, costs, torn))
    place = (
        (values[CHANNEL], order, values[LINE] or 1)
        if order and values[CHANNEL] and LINE not in torn
        else None
    )
    since = None if order else values[SINCE]
    return Line(record, header, None if order else sku, since, place, costs, tuple(faults))


def _whole(values: dict[str, Any], costs: tuple[tuple[Cost, int], ...], torn: set[str]) -> Iterator[Fault]:
    """What is wrong with the row as a whole; of the cells that are `torn` nothing is known."""
    if values[ORDER] and not values[CHANNEL] and CHANNEL not in torn:
        yield Fault(CHANNEL, "empty", "填写订单号时，店铺编码不能为空")
    of_a_sku = not values[ORDER] and ORDER not in torn
    if of_a_sku and not (values[SKU] and values[SINCE]) and not torn & {SKU, SINCE}:
        yield Fault(SKU, "empty", "请填写商家编码和生效日期，或店铺编码和订单号")
    if not costs and not torn & set(FENS):
        yield Fault(next(iter(FENS)), "empty", "没有填写任何成本")
    if of_a_sku and any(cost == Cost.REVENUE for cost, _ in costs):
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
