"""Coverage files in: CSV or XLSX with Chinese headings, one line of coverage a row; bad rows come back with reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from channels.cells import CellError, amount_fen, clean, identifier
from channels.formats import REASON_HEADERS
from channels.parsed import Bad, Record, storable
from channels.tables import open_table, read_cell
from domain.coverage import DEAREST_FEN, FARTHEST_M, YES_NO, ZONES, Key, Terms, Told
from domain.errors import Fault

MAX_ROWS = 100_000
DEALER, CATEGORY, DIVISION, ZONE = "网点编码", "品类编码", "区划代码", "服务方式"
OWNER, FREE, RATE = "属地", "免费公里", "每公里元"
NEEDED = (DEALER, CATEGORY, DIVISION, ZONE)
COLUMNS = (*NEEDED, OWNER, FREE, RATE)
_KM = re.compile(r"([0-9]{1,4})(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Line:
    """A row without faults, and how it stood in the file."""

    record: Record
    header: tuple[str, ...]
    told: Told

    def refused(self, faults: Iterable[Fault]) -> Bad:
        """The same row, refused for what the file alone could not know."""
        return Bad.of(self.record, faults, self.header)


def read(stream: BinaryIO) -> Iterator[Line | Bad]:
    """Rows of a coverage file. Raises `HeaderUnknown`, `ColumnsMissing`, `FileUnreadable`, `FileTooLarge`."""
    names, records = open_table(stream, NEEDED, MAX_ROWS)
    header = tuple(map(storable, names))
    return (_row(record, header) for record in records)


def _row(record: Record, header: tuple[str, ...]) -> Line | Bad:
    if record.fault is not None:
        return Bad.of(record, [record.fault], header)
    cells = {name: clean(cell) for name, cell in zip(header, record.cells, strict=False)}
    faults: list[Fault] = []
    values = {name: read_cell(_READ[name], name, cells.get(name, ""), faults) for name in COLUMNS}
    if faults:
        return Bad.of(record, faults, header)
    key = Key(values[DEALER], values[CATEGORY], values[DIVISION])
    zone = values[ZONE]
    terms = None if zone is None else Terms(zone, values[OWNER], values[FREE], values[RATE])
    return Line(record, header, Told(key, terms))


def _word(text: str) -> str:
    if not text:
        raise CellError("empty", "不能为空")
    return identifier(text)[:60]


def _one_of(known: Mapping[str, Any]) -> Callable[[str], Any]:
    def read_(text: str) -> Any:
        if text not in known:
            raise CellError("choice", f"应为{'、'.join(word for word in known if word)}之一")
        return known[text]

    return read_


def _metres(text: str) -> int | None:
    """`12.5` km → 12,500."""
    if not text:
        return None
    if not _KM.fullmatch(text) or (metres := int(Decimal(text) * 1000)) > FARTHEST_M:
        raise CellError("bad_km", "应为公里数，例：20")
    return metres


def _rate(text: str) -> int | None:
    fen = amount_fen(text) if text else None
    if fen is not None and not 0 <= fen <= DEAREST_FEN:
        raise CellError("out_of_range", f"应在 0 到 {DEAREST_FEN // 100} 元之间")
    return fen


_READ: Mapping[str, Callable[[str], Any]] = {
    DEALER: _word,
    CATEGORY: _word,
    DIVISION: _word,
    ZONE: _one_of(ZONES),
    OWNER: _one_of(YES_NO),
    FREE: _metres,
    RATE: _rate,
}


def template() -> bytes:
    """A file to fill in, with two rows to see how."""
    rows = (
        COLUMNS,
        ("D1", "water_heater", "370602", "免费", "是", "", ""),
        ("D1", "water_heater", "370611", "远程", "否", "20", "2"),
    )
    return b"\xef\xbb\xbf" + "".join(",".join(row) + "\r\n" for row in rows).encode()


assert not set(COLUMNS) & set(REASON_HEADERS)
