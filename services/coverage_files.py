"""Coverage by file: good rows in at once, bad rows kept with the reason; the same file twice changes nothing.

The whole file is one transaction under one lock: a territory has one owner, whoever writes at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection, insert

from channels.coverage_file import CATEGORY, DEALER, DIVISION, OWNER, Line, read
from channels.parsed import Bad
from domain.actors import Actor
from domain.coverage import Key, Terms
from domain.errors import Fault
from models.dealer import Coverage
from models.promise import CoverageImport
from services.parts import arrays, bad_rows
from services.parts.bulk import insert_many
from services.parts.coverage_lock import hold
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows; `bad` ones are fetched as a file."""

    id: int
    rows: int
    added: int
    ended: int
    same: int
    bad: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands there for the dealers of a file."""

    dealers: Mapping[str, int]
    names: Mapping[int, str]
    categories: frozenset[str]
    divisions: frozenset[str]
    lines: Mapping[Key, tuple[int, Terms]]
    owners: Mapping[tuple[str, str], int]


_DEALERS = "SELECT id, code, name FROM dealer"
_CATEGORIES = "SELECT code FROM category"
_DIVISIONS = "SELECT code FROM division WHERE valid_to IS NULL AND code = ANY(%(codes)s::text[])"
_LINES = """
SELECT coverage.id, dealer.code, category_code, division_code, zone, territory_owner, free_m, per_km_fen
  FROM coverage JOIN dealer ON dealer.id = coverage.dealer_id
 WHERE coverage.valid_to IS NULL AND dealer.code = ANY(%(codes)s::text[])
"""
_OWNERS = """
SELECT category_code, division_code, dealer_id FROM coverage
 WHERE valid_to IS NULL AND territory_owner AND division_code = ANY(%(codes)s::text[])
"""
_END = "UPDATE coverage SET valid_to = %(now)s WHERE id = ANY(%(ids)s::bigint[])"


@use_case
def take(tx: Connection, actor: Actor, filename: str, stream: BinaryIO, now: datetime) -> Imported:
    """Take a coverage file. Raises what `channels.coverage_file.read` raises for what is no such file."""
    parsed = list(read(stream))
    hold(tx)
    lines = [one for one in parsed if isinstance(one, Line)]
    known = _known(tx, lines)
    judged = _Judged(known)
    for one in parsed:
        judged.judge(one)
    ended, added = judged.changes()
    if ended:
        tx.exec_driver_sql(_END, {"now": now, "ids": arrays.plain(ended)})
    insert_many(tx, Coverage, [row | {"valid_from": now} for row in added])
    counts = {"rows_read": len(parsed), "rows_added": len(added), "rows_ended": len(ended)}
    values = {
        **counts,
        "rows_same": judged.same,
        "rows_bad": len(judged.bad),
        "filename": "".join(c for c in filename if c.isprintable())[-120:] or "coverage",
        "bad_rows": [bad.packed() for bad in judged.bad],
        "created_by": actor.person_id,
        "created_at": now,
    }
    made = insert(CoverageImport).values(values).returning(CoverageImport.id)
    import_id = tx.execute(made).scalar_one()
    return Imported(import_id, len(parsed), len(added), len(ended), judged.same, len(judged.bad))


def _known(tx: Connection, lines: Sequence[Line]) -> _Known:
    rows = tx.exec_driver_sql(_DEALERS).all()
    codes = {"codes": arrays.texts(sorted({line.told.key.division for line in lines}))}
    dealers = {"codes": arrays.texts(sorted({line.told.key.dealer for line in lines}))}
    return _Known(
        dealers={row.code: row.id for row in rows},
        names={row.id: row.name for row in rows},
        categories=frozenset(tx.exec_driver_sql(_CATEGORIES).scalars()),
        divisions=frozenset(tx.exec_driver_sql(_DIVISIONS, codes).scalars()),
        lines={Key(*row[1:4]): (row[0], Terms(*row[4:])) for row in tx.exec_driver_sql(_LINES, dealers)},
        owners={(row[0], row[1]): row[2] for row in tx.exec_driver_sql(_OWNERS, codes)},
    )


class _Judged:
    """Rows judged one after the other; an owner who gives up a place in this file makes room for the next row's."""

    def __init__(self, known: _Known) -> None:
        self.known = known
        self.bad: list[Bad] = []
        self.same = 0
        self._wanted: dict[Key, tuple[int, Terms | None]] = {}
        self._owners = dict(known.owners)

    def judge(self, one: Line | Bad) -> None:
        """Take note of one row."""
        if isinstance(one, Bad):
            self.bad.append(one)
            return
        key, terms = one.told.key, one.told.terms
        if faults := (*self._unknown(key), *self._faults(key, terms)):
            self.bad.append(one.refused(faults))
            return
        place, dealer = (key.category, key.division), self.known.dealers[key.dealer]
        if terms is not None and terms.territory_owner:
            self._owners[place] = dealer
        elif self._owners.get(place) == dealer:
            del self._owners[place]
        self._wanted[key] = (one.record.number, terms)

    def _unknown(self, key: Key) -> Iterator[Fault]:
        known = self.known
        if key.dealer not in known.dealers:
            yield Fault(DEALER, "unknown_dealer", f"没有编码为「{key.dealer}」的网点")
        if key.category not in known.categories:
            yield Fault(CATEGORY, "unknown_category", f"没有编码为「{key.category}」的品类")
        if key.division not in known.divisions:
            yield Fault(DIVISION, "unknown_division", f"区划代码「{key.division}」不存在或已撤销")

    def _faults(self, key: Key, terms: Terms | None) -> Iterator[Fault]:
        before = self._wanted.get(key)
        if before is not None and before[1] != terms:
            yield Fault(DIVISION, "line_repeated", f"与第 {before[0]} 行重复且内容不同")
        if terms is None or not terms.territory_owner:
            return
        owner = self._owners.get((key.category, key.division))
        if owner not in (None, self.known.dealers.get(key.dealer)):
            yield Fault(
                OWNER, "territory_taken", f"该区划该品类已有属地网点「{self.known.names[owner or 0]}」"
            )
        if terms.zone == "none":
            yield Fault(OWNER, "owner_must_serve", "属地网点不能是不服务")

    def changes(self) -> tuple[list[int], list[dict[str, Any]]]:
        """(ids of lines that end, rows that begin)"""
        ended, added = [], []
        for key, (_, terms) in self._wanted.items():
            line_id, now_holds = self.known.lines.get(key, (None, None))
            if now_holds == terms:
                self.same += 1
                continue
            if line_id is not None:
                ended.append(line_id)
            if terms is not None:
                added.append(_row(self.known.dealers[key.dealer], key, terms))
        return ended, added


def _row(dealer_id: int, key: Key, terms: Terms) -> dict[str, Any]:
    return {
        "dealer_id": dealer_id,
        "category_code": key.category,
        "division_code": key.division,
        "zone": terms.zone,
        "territory_owner": terms.territory_owner,
        "free_m": terms.free_m,
        "per_km_fen": terms.per_km_fen,
    }


@query
def bad_rows_csv(connection: Connection, import_id: int) -> Iterator[bytes]:
    """The bad rows with their reasons, ready to be mended and sent again; `NotFound`."""
    return bad_rows.as_csv(connection, "coverage_import", import_id)
