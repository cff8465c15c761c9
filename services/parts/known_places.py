"""Where a promise is asked for: a division with all above it and its full name, worked out once per table.

A table never changes, a new one takes its place (`addresses.TABLE`), so that what is remembered of it is right as
long as it lives. Every question of a shop's page is for one of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from domain.division_table import DivisionRow, DivisionTable

MOST = 8_192  # about 3 MB; then it begins anew


@dataclass(frozen=True, slots=True)
class Place:
    """A division: `path` begins with itself and ends with its province. `deepest`: there is no district below."""

    path: tuple[str, ...]
    name: str
    deepest: bool
    row: DivisionRow

    def stands(self, today: date) -> bool:
        """Whether it may be named today: a district or street, neither merged away nor still to come."""
        return self.deepest and self.row.current(today)


_known: WeakKeyDictionary[DivisionTable, dict[str, Place]] = WeakKeyDictionary()


def place_of(table: DivisionTable, code: str) -> Place | None:
    """The place of a code; None for one that the table does not have."""
    known = _known.get(table)
    if known is None or len(known) >= MOST:
        known = _known[table] = {}
    place = known.get(code)
    if place is None and (row := table.rows.get(code)) is not None:
        path = tuple(reversed(table.path(code)))
        place = known[code] = Place(path, table.full_name(code), table.deepest(code), row)
    return place
