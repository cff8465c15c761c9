"""Files of platform reviews in: our template as CSV or XLSX, one review a row; bad rows come back with reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from channels.cells import CellError, clean, identifier, line_number, moment, plain
from channels.formats import REASON_HEADERS
from channels.parsed import EXAMPLE_MARK, Bad, Record, example, storable
from channels.tables import open_table, read_cell
from domain.errors import Fault
from domain.reviews import LONGEST_ID, LONGEST_NUMBER, LONGEST_SKU, LONGEST_TEXT, ReviewRow

MAX_ROWS = 50_000
ID, SCORE, AT, TEXT = "评价编号", "评分", "评价时间", "评价内容"
ORDER, LINE_NUMBER, SKU = "订单号", "订单行号", "商家编码"
FOLLOW_UP, FOLLOW_UP_AT = "追评内容", "追评时间"
NEEDED = (ID, SCORE, AT, TEXT, ORDER)
COLUMNS = (*NEEDED, LINE_NUMBER, SKU, FOLLOW_UP, FOLLOW_UP_AT)
FIELDS: Mapping[str, str] = {
    "platform_id": ID,
    "score": SCORE,
    "reviewed_at": AT,
    "text": TEXT,
    "order_number": ORDER,
    "line_number": LINE_NUMBER,
    "sku": SKU,
    "follow_up": FOLLOW_UP,
    "follow_up_at": FOLLOW_UP_AT,
}
_STARS = re.compile(r"([0-9])(?:\.0+)?[星分]?")
_WORDS: Mapping[str, int] = {"好评": 5, "中评": 3, "差评": 1}


@dataclass(frozen=True, slots=True)
class Line:
    """A row without faults of its own, and how it stood in the file."""

    record: Record
    header: tuple[str, ...]
    row: ReviewRow

    def refused(self, faults: list[Fault]) -> Bad:
        """The same row, refused for what its cells alone could not tell."""
        named = [Fault(FIELDS.get(fault.field, fault.field), fault.code, fault.message) for fault in faults]
        return Bad.of(self.record, named, self.header)


def read(stream: BinaryIO) -> Iterator[Line | Bad]:
    """Rows of a review file. Raises `HeaderUnknown`, `ColumnsMissing`, `FileUnreadable`, `FileTooLarge`."""
    header, records = open_table(stream, NEEDED, MAX_ROWS)
    return _rows(records, tuple(map(storable, header)))


def _rows(records: Iterator[Record], header: tuple[str, ...]) -> Iterator[Line | Bad]:
    seen: dict[str, tuple[int, int]] = {}
    for record in records:
        one = _row(record, header)
        if isinstance(one, Line):
            number, print_ = seen.setdefault(one.row.platform_id, (record.number, hash(one.row)))
            if print_ != hash(one.row):
                told = f"与第 {number} 行的评价编号重复且内容不同"
                one = one.refused([Fault("platform_id", "review_repeated", told)])
        yield one


def _row(record: Record, header: tuple[str, ...]) -> Line | Bad:
    if record.fault is not None:
        return Bad.of(record, [record.fault], header)
    cells = {name: clean(cell) for name, cell in zip(header, record.cells, strict=False)}
    if cells.get(ID, "").startswith(EXAMPLE_MARK):
        return Bad.of(record, [example(ID)], header)
    faults: list[Fault] = []
    values = {
        field: read_cell(_READ[name], name, cells.get(name, ""), faults) for field, name in FIELDS.items()
    }
    return Bad.of(record, faults, header) if faults else Line(record, header, ReviewRow(**values))


def _needed(read_: Callable[[str], Any]) -> Callable[[str], Any]:
    def read_needed(text: str) -> Any:
        if not text:
            raise CellError("empty", "不能为空")
        return read_(text)

    return read_needed


def _maybe(read_: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read_(text) if text else None


def _word(longest: int) -> Callable[[str], str]:
    def read_(text: str) -> str:
        if len(identifier(text)) > longest:
            raise CellError("too_long", f"最多 {longest} 个字符")
        return storable(text)

    return read_


def _stars(text: str) -> int:
    """`5`, `5.0`, `5星`, or the words of a platform that knows three."""
    if text in _WORDS:
        return _WORDS[text]
    found = _STARS.fullmatch(plain(text))
    if found is None or not 1 <= int(found[1]) <= 5:
        raise CellError("score_range", "应为 1 到 5，或好评、中评、差评")
    return int(found[1])


def _text(text: str) -> str:
    """As it was written; a text that begins like a formula is a text all the same."""
    if len(text) > LONGEST_TEXT:
        raise CellError("too_long", f"最多 {LONGEST_TEXT} 个字符")
    return storable(text)


_READ: Mapping[str, Callable[[str], Any]] = {
    ID: _needed(_word(LONGEST_ID)),
    SCORE: _needed(_stars),
    AT: _needed(moment),
    TEXT: _text,
    ORDER: _maybe(_word(LONGEST_NUMBER)),
    LINE_NUMBER: _maybe(line_number),
    SKU: _maybe(_word(LONGEST_SKU)),
    FOLLOW_UP: _maybe(_text),
    FOLLOW_UP_AT: _maybe(moment),
}


def template() -> bytes:
    """A file to fill in, with two rows to see how; they are never taken for reviews."""
    rows = (
        COLUMNS,
        (
            f"{EXAMPLE_MARK}R-1001",
            "5",
            "2026-03-05 20:15",
            "师傅准时上门，装得很好",
            "SHOP-1",
            "1",
            "EWH-60L",
            "",
            "",
        ),
        (
            f"{EXAMPLE_MARK}R-1002",
            "1",
            "2026-03-06 09:00",
            "上门才说要另外收费",
            "SHOP-2",
            "",
            "EWH-60L",
            "客服已处理",
            "2026-03-08 10:00",
        ),
    )
    return b"\xef\xbb\xbf" + "".join(",".join(row) + "\r\n" for row in rows).encode()


assert not set(COLUMNS) & set(REASON_HEADERS)
