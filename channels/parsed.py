"""What comes out of an order file: rows that can go in, and rows that go back with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.errors import Fault
from domain.orders import OrderRow

EXAMPLE_MARK = "示例"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """What a database takes: NUL and broken bytes become U+FFFD, which is refused again when it comes back."""
    return _UNSTORABLE.sub("\ufffd", text)


def example(field: str) -> Fault:
    """Of a template's own row, whose `field` begins with `EXAMPLE_MARK`."""
    return Fault(field, "example_row", "这是模板的示例行，请删除")


@dataclass(frozen=True, slots=True)
class Record:
    """Cells as they stood in the file; `fault` when not even the cells could be told apart."""

    number: int
    cells: tuple[str, ...]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Good:
    """A row without faults. `row_number` counts as the spreadsheet does: the header is 1.

    `raw_cells` and `header` are the file's own, for who finds later that it cannot go in.
    """

    row_number: int
    row: OrderRow
    raw_cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    def bad(self, *faults: Fault) -> Bad:
        """As it goes back: what was typed, and why it did not go in."""
        return Bad.of(Record(self.row_number, self.raw_cells), faults, self.header)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot go in, with every reason. `header` is the file's own, for writing it back.

    `row` is what could be read of it, for who may find more that is wrong.
    """

    row_number: int
    raw_cells: tuple[str, ...]
    faults: tuple[Fault, ...]
    header: tuple[str, ...] = ()
    row: OrderRow | None = None

    @classmethod
    def of(
        cls, record: Record, faults: Iterable[Fault], header: tuple[str, ...], row: OrderRow | None = None
    ) -> Bad:
        """A bad row whose every text can be stored."""
        told = tuple(Fault(f.field, f.code, storable(f.message)) for f in faults)
        return cls(record.number, tuple(map(storable, record.cells)), told, header, row)

    def and_also(self, faults: Iterable[Fault]) -> Bad:
        """With what else is wrong, of fields that nobody has complained of yet."""
        named = {fault.field for fault in self.faults}
        return replace(self, faults=(*self.faults, *(fault for fault in faults if fault.field not in named)))

    def packed(self) -> dict[str, Any]:
        """As it is kept, in JSON, until it is fetched."""
        return {
            "row": self.row_number,
            "cells": list(self.raw_cells),
            "header": list(self.header),
            "faults": [[fault.field, fault.code, fault.message] for fault in self.faults],
        }

    @classmethod
    def unpacked(cls, kept: Mapping[str, Any]) -> Bad:
        """What `packed` made."""
        faults = tuple(Fault(*told) for told in kept["faults"])
        return cls(kept["row"], tuple(kept["cells"]), faults, tuple(kept["header"]))


Parsed = Good | Bad
