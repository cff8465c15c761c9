"""What goods, channels, logistics and the online desk cost, by file or one by one; what rests on it is shared anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from sqlalchemy import Connection, insert

from channels.cost_file import CHANNEL, ORDER, SKU, Line, read
from channels.parsed import Bad
from domain.actors import Actor
from domain.errors import Fault, Invalid
from domain.profit_share import COST_NAMES, Cost
from models.profit_share import CostImport
from services.parts import arrays, bad_rows, shares
from services.uow import query, use_case

Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class CostsImported:
    """What became of a file: costs that were new or known already; `bad` rows are fetched as a file."""

    id: int
    rows: int
    new: int
    same: int
    bad: int


@dataclass(frozen=True, slots=True)
class CostsTold:
    """Costs told one by one: how many were new, how many known already."""

    new: int
    same: int


@dataclass(frozen=True, slots=True)
class CostOf:
    """Fen of one kind: of a piece of an SKU ordered from `since` on, or of a whole order line."""

    kind: Cost
    fen: int
    sku: str | None = None
    since: date | None = None
    line_id: int | None = None


_SKUS = "SELECT sku FROM product WHERE sku = ANY(%(skus)s::text[])"
_LINES = """
SELECT channel.code, head.number, line.line_number, line.id
  FROM unnest(%(shops)s::text[], %(orders)s::text[], %(lines)s::bigint[]) AS told(shop, number, line)
  JOIN channel ON channel.code = told.shop
  JOIN customer_order head ON head.channel_id = channel.id AND head.number = told.number
  JOIN order_line line ON line.order_id = head.id AND line.line_number = told.line
"""
_TELL = """
INSERT INTO sale_cost (sku, order_line_id, kind, effective_from, fen, created_by, created_at)
SELECT nullif(sku, ''), line, kind, day, fen, %(by)s::bigint, %(now)s
  FROM unnest(%(skus)s::text[], %(lines)s::bigint[], %(kinds)s::text[], %(days)s::date[], %(fens)s::bigint[])
       WITH ORDINALITY AS told(sku, line, kind, day, fen, n)
 WHERE fen IS DISTINCT FROM (SELECT known.fen FROM sale_cost known WHERE known.kind = told.kind
         AND CASE WHEN told.line IS NULL THEN known.sku = told.sku AND known.effective_from = told.day
                  ELSE known.order_line_id = told.line END ORDER BY known.id DESC LIMIT 1)
 ORDER BY n RETURNING sku, order_line_id, effective_from
"""


@use_case
def take(tx: Connection, actor: Actor, filename: str, stream: BinaryIO, now: datetime) -> CostsImported:
    """Take a file of costs; the same file twice changes nothing. Raises what `channels.cost_file.read` raises."""
    parsed = list(read(stream))
    lines = [one for one in parsed if isinstance(one, Line)]
    skus, places = _known_skus(tx, lines), _known_lines(tx, lines)
    bad, good = [], []
    for one in parsed:
        judged = one if isinstance(one, Bad) else _judged(one, skus, places)
        if isinstance(judged, Bad):
            bad.append(judged)
        else:
            good.extend(judged)
    told = _tell(tx, good, actor, now)
    values = {
        "filename": "".join(c for c in filename if c.isprintable())[-120:] or "costs",
        "rows_read": len(parsed),
        "costs_new": told.new,
        "costs_same": told.same,
        "rows_bad": len(bad),
        "bad_rows": [one.packed() for one in bad],
        "created_by": actor.person_id,
        "created_at": now,
    }
    import_id = tx.execute(insert(CostImport).values(values).returning(CostImport.id)).scalar_one()
    return CostsImported(import_id, len(parsed), told.new, told.same, len(bad))


def _known_skus(tx: Connection, lines: Sequence[Line]) -> frozenset[str]:
    skus = sorted({line.sku for line in lines if line.sku})
    return frozenset(tx.exec_driver_sql(_SKUS, {"skus": arrays.texts(skus)}).scalars())


def _known_lines(tx: Connection, lines: Sequence[Line]) -> dict[Place, int]:
    places = sorted({line.place for line in lines if line.place})
    values = {
        "shops": arrays.texts([place[0] for place in places]),
        "orders": arrays.texts([place[1] for place in places]),
        "lines": arrays.plain([place[2] for place in places]),
    }
    return {(row[0], row[1], row[2]): row[3] for row in tx.exec_driver_sql(_LINES, values)}


def _judged(line: Line, skus: frozenset[str], places: Mapping[Place, int]) -> Bad | list[CostOf]:
    faults = []
    if line.sku and line.sku not in skus:
        faults.append(Fault(SKU, "unknown_sku", f"商家编码 {line.sku} 不在商品目录中"))
    if line.place is not None and line.place not in places:
        faults.append(Fault(ORDER, "unknown_line", f"{CHANNEL}、{ORDER}与行号没有对应的订单行"))
    if faults or line.faults:
        return line.refused(faults)
    line_id = places[line.place] if line.place else None
    return [CostOf(kind, fen, line.sku, line.since, line_id) for kind, fen in line.costs]


@use_case
def tell(tx: Connection, actor: Actor, costs: Sequence[CostOf], now: datetime) -> CostsTold:
    """Costs by API. `Invalid` names every one that is of no SKU or order line we know, or of both."""
    skus = arrays.texts(sorted({cost.sku for cost in costs if cost.sku}))
    known = set(tx.exec_driver_sql(_SKUS, {"skus": skus}).scalars())
    ids = arrays.plain({cost.line_id for cost in costs if cost.line_id})
    asked = "SELECT id FROM order_line WHERE id = ANY(%(ids)s::bigint[])"
    lines = set(tx.exec_driver_sql(asked, {"ids": ids}).scalars())
    faults = [fault for at, cost in enumerate(costs) for fault in _faults(at, cost, known, lines)]
    if faults:
        raise Invalid(errors=faults)
    return _tell(tx, costs, actor, now)


def _faults(at: int, cost: CostOf, skus: set[str], lines: set[int]) -> Iterator[Fault]:
    if (cost.sku is None) == (cost.line_id is None) or (cost.sku is None) != (cost.since is None):
        yield Fault(f"costs.{at}", "of_one_thing", "请填写商家编码和生效日期，或订单行，二者之一")
    elif cost.sku is not None and cost.sku not in skus:
        yield Fault(f"costs.{at}.sku", "unknown_sku", f"商家编码 {cost.sku} 不在商品目录中")
    elif cost.line_id is not None and cost.line_id not in lines:
        yield Fault(f"costs.{at}.order_line_id", "unknown_line", "没有这个订单行")
    if cost.kind == Cost.REVENUE and cost.line_id is None:
        yield Fault(f"costs.{at}.kind", "of_a_line", f"{COST_NAMES[Cost.REVENUE]}只能按订单填写")


def _tell(tx: Connection, costs: Sequence[CostOf], actor: Actor, now: datetime) -> CostsTold:
    """Store what is not known already, of one thing the last word, and wake the lines that rest on it."""
    last = {(cost.kind, cost.sku, cost.since, cost.line_id): cost for cost in costs}
    told = list(last.values())
    if not told:
        return CostsTold(0, 0)
    values = {
        "skus": arrays.texts([cost.sku or "" for cost in told]),
        "lines": arrays.plain([cost.line_id for cost in told]),
        "kinds": arrays.texts([cost.kind.value for cost in told]),
        "days": arrays.plain([cost.since for cost in told]),
        "fens": arrays.plain([cost.fen for cost in told]),
        "by": actor.person_id,
        "now": now,
    }
    new = tx.exec_driver_sql(_TELL, values).all()
    shares.lines_told(tx, [row.order_line_id for row in new if row.order_line_id], now)
    shares.skus_told(tx, [(row.sku, row.effective_from.isoformat()) for row in new if row.sku], now)
    return CostsTold(len(new), len(costs) - len(new))


@query
def bad_rows_csv(connection: Connection, import_id: int) -> Iterator[bytes]:
    """The bad rows with their reasons, ready to be mended and sent again; `NotFound`."""
    return bad_rows.as_csv(connection, "cost_import", import_id)
