"""The profit share as finance and owners read it: what a line left, what it waits for; price alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.fee_facts import Scheme
from domain.profit_share import COST_NAMES, Cost, ships
from services.queries import turns
from services.queries.money import horizon
from services.uow import query

STATES = {
    "waiting": "待退款期满",
    "held": "待补成本",
    "shared": "已分成",
    "nothing": "无可分配",
    "corrected": "财务已更正",
}


@dataclass(frozen=True, slots=True)
class ShareLine:
    """Where an order line's share stands, in fen. `missing`: what it waits for. `text`: its arithmetic.

    `entry_id` is the ledger entry that stands (`GET /ledger/explain/{id}`). `look_at`: when it is reckoned next.
    """

    order_line_id: int
    job_id: int | None
    sku: str
    channel_id: int
    state: str
    state_name: str
    scheme: str | None
    ships: str | None
    dealer_id: int | None
    revenue_fen: int | None
    profit_fen: int | None
    kept_fen: int | None
    dealer_fen: int
    missing: tuple[str, ...]
    missing_names: tuple[str, ...]
    text: str | None
    revision: int
    entry_id: int | None
    look_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """A sale below the floor or on a channel that may not sell it."""

    id: int
    order_line_id: int
    order_number: str
    channel_id: int
    sku: str
    breach: str
    text: str
    raised_at: datetime
    closed_at: datetime | None
    closed_by: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """What a version of the share says for what is ordered from a day on; rates in basis points."""

    effective_from: date
    operator_bp: int
    dealer_bp: int
    tax_bp: int
    dealer_ships_bp: int
    refund_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareVersion(ShareTerms):
    """The terms as a version."""

    version: int


_SHARES = """
SELECT share.order_line_id, share.job_id, line.sku, head.channel_id, share.state, share.scheme, share.dealer_id,
       share.revenue_fen, share.profit_fen, share.kept_fen, share.dealer_fen, share.missing, share.text,
       share.revision, share.entry_id, share.check_at
  FROM profit_share share JOIN order_line line ON line.id = share.order_line_id
  JOIN customer_order head ON head.id = line.order_id
 WHERE {tests} LIMIT %(limit)s
"""
_TESTS = {
    "dealer": "share.dealer_id = %(dealer)s",
    "state": "share.state = %(state)s",
    "sku": "line.sku = %(sku)s",
}


@query
def shares(
    connection: Connection,
    actor: Actor,
    dealer_id: int | None,
    state: str | None,
    sku: str | None,
    cursor: int | None,
    limit: int,
) -> list[ShareLine]:
    """Newest order line first; `state="held"`, what waits for a cost, oldest first. An owner sees its own."""
    values = {
        "dealer": horizon(actor, dealer_id),
        "state": state,
        "sku": sku,
        "cursor": cursor,
        "limit": limit,
    }
    turn = turns.by_id("share.order_line_id", oldest=state == "held")
    tests = " AND ".join([*(test for name, test in _TESTS.items() if values[name] is not None), turn])
    return [_share(row) for row in connection.exec_driver_sql(_SHARES.format(tests=tests), values)]


def _share(row: Any) -> ShareLine:
    whose = ships(Scheme(row.scheme)).value if row.scheme else None
    names = tuple(COST_NAMES[Cost(cost)] for cost in row.missing)
    head = (row.order_line_id, row.job_id, row.sku, row.channel_id, row.state, STATES[row.state])
    sums = (row.revenue_fen, row.profit_fen, row.kept_fen, row.dealer_fen or 0)
    posted = (row.text, row.revision, row.entry_id, row.check_at)
    return ShareLine(*head, row.scheme, whose, row.dealer_id, *sums, tuple(row.missing), names, *posted)


@dataclass(frozen=True, slots=True)
class GuardLine:
    """What a piece of an SKU may not cost less than from a day on, and the one channel that may sell it.

    The newest that has begun counts; one with neither bound lifts the guard.
    """

    id: int
    sku: str
    effective_from: date
    floor_fen: int | None
    exclusive_channel_id: int | None
    created_at: datetime


_GUARDS = f"""
SELECT id, sku, effective_from, floor_fen, exclusive_channel_id, created_at FROM price_guard
 WHERE (%(sku)s::text IS NULL OR sku = %(sku)s) AND {turns.by_id("id", oldest=False)} LIMIT %(limit)s
"""


@query
def price_guards(connection: Connection, sku: str | None, cursor: int | None, limit: int) -> list[GuardLine]:
    """As they were set, newest first."""
    values = {"sku": sku, "cursor": cursor, "limit": limit}
    return [GuardLine(*row) for row in connection.exec_driver_sql(_GUARDS, values)]


_ALERTS = """
SELECT alert.id, alert.order_line_id, head.number, alert.channel_id, line.sku, alert.breach, alert.text,
       alert.raised_at, alert.closed_at, alert.closed_by, alert.note
  FROM price_alert alert JOIN order_line line ON line.id = alert.order_line_id
  JOIN customer_order head ON head.id = line.order_id
 WHERE (alert.closed_at IS NULL) = %(open)s
   AND (%(channels)s::bigint[] IS NULL OR alert.channel_id = ANY(%(channels)s::bigint[]))
   AND {turn} LIMIT %(limit)s
"""


@query
def price_alerts(
    connection: Connection, actor: Actor, cursor: int | None, limit: int, *, waiting: bool
) -> list[AlertLine]:
    """Those nobody has seen to, oldest first, or those seen to, newest first. An agent sees its desk's channels."""
    channels = None if actor.channel_ids is None else sorted(actor.channel_ids)
    values = {"open": waiting, "cursor": cursor, "limit": limit, "channels": channels}
    sql = _ALERTS.format(turn=turns.by_id("alert.id", oldest=waiting))
    return [AlertLine(*row) for row in connection.exec_driver_sql(sql, values)]


_TERMS = """
SELECT version, effective_from, operator_bp, dealer_bp, tax_bp, dealer_ships_bp, refund_days FROM share_rule
 WHERE version < coalesce(%(before)s::bigint, 9223372036854775807) ORDER BY version DESC LIMIT %(limit)s
"""


@query
def terms(connection: Connection, before: int | None, limit: int) -> list[ShareVersion]:
    """Versions, newest first."""
    return [
        ShareVersion(**row._asdict())
        for row in connection.exec_driver_sql(_TERMS, {"before": before, "limit": limit})
    ]
