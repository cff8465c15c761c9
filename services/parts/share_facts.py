"""What the share of an order line rests on, read for a batch at once: sums, costs, service, whose territory it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.calendar import local_date
from domain.fee_facts import Scheme
from domain.orders import OrderState
from domain.price_guard import Guard, scheme_of
from domain.profit_share import Cost, Sale, ShareRule, receiver, rule_on
from services.parts import arrays

_OFF = frozenset({OrderState.REFUNDED, OrderState.CLOSED})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the line has in the ledger: `revision` postings so far, the last of them perhaps still standing."""

    revision: int
    entry_key: str | None
    entry_month: date | None
    entry_memo: str | None
    entry_kind: str | None
    taken_back: bool
    dealer_id: int | None
    payer: str | None
    fen: int


@dataclass(frozen=True, slots=True)
class Line:
    """An order line to share. `dealer_id` has the share (None: nobody is known); `due_at` ends its refund window."""

    sale: Sale
    rule: ShareRule
    job_id: int | None
    dealer_id: int | None
    operator_id: int | None
    due_at: datetime | None
    standing: Standing


_TAKE = """
SELECT order_line_id FROM profit_share WHERE check_at <= %(now)s
 ORDER BY check_at, order_line_id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
_RULES = "SELECT version, effective_from, operator_bp, dealer_bp, tax_bp, dealer_ships_bp, refund_days FROM share_rule"
_FACTS = """
SELECT line.id, line.sku, line.quantity, line.state, head.channel_id, channel.operator_dealer_id,
       CASE WHEN NOT line.order_amounts OR NOT EXISTS (SELECT 1 FROM order_line other
            WHERE other.order_id = line.order_id AND other.id <> line.id) THEN line.paid_fen END AS paid_fen,
       line.refunded_fen, coalesce(head.ordered_at, head.created_at) AS ordered_at, line.delivered_at,
       job.id AS job_id, job.scheme, job.closed_at, job.dealer_id AS served_id, owner.dealer_id AS owner_id,
       EXISTS (SELECT 1 FROM offer WHERE offer.job_id = job.id AND offer.dealer_id = owner.dealer_id
            AND offer.status IN ('declined', 'expired')) AND owner.dealer_id <> job.dealer_id AS declined,
       guard.floor_fen, guard.exclusive_channel_id, coalesce(service.fen, 0)::bigint AS service_fen,
       share.revision, share.dealer_id, share.payer, coalesce(share.dealer_fen, 0) AS dealer_fen,
       entry.natural_key, entry.month, entry.memo, entry.kind,
       EXISTS (SELECT 1 FROM ledger_entry back WHERE back.reverses_id = entry.id) AS taken_back
  FROM profit_share share JOIN order_line line ON line.id = share.order_line_id
  JOIN customer_order head ON head.id = line.order_id JOIN channel ON channel.id = head.channel_id
  LEFT JOIN ledger_entry entry ON entry.id = share.entry_id
  LEFT JOIN LATERAL (SELECT id, scheme, closed_at, dealer_id, category_code, division_code,
              coalesce(checked_in_at, closed_at) AS done_at FROM job
       WHERE order_line_id = line.id AND kind IN ('install', 'deliver_install') AND status = 'closed'
         AND fees_posted_at IS NOT NULL ORDER BY id DESC LIMIT 1) job ON true
  LEFT JOIN division own ON own.code = job.division_code
  LEFT JOIN division above ON above.code = own.parent_code
  LEFT JOIN division top ON top.code = above.parent_code
  LEFT JOIN LATERAL (SELECT dealer_id FROM coverage WHERE category_code = job.category_code AND territory_owner
         AND division_code IN (job.division_code, own.parent_code, above.parent_code, top.parent_code)
         AND valid_from <= job.done_at AND (valid_to IS NULL OR valid_to > job.done_at)
       ORDER BY array_position(ARRAY[job.division_code, own.parent_code, above.parent_code, top.parent_code],
                               division_code) LIMIT 1) owner ON true
  LEFT JOIN LATERAL (SELECT floor_fen, exclusive_channel_id FROM price_guard WHERE sku = line.sku
         AND effective_from <= (coalesce(head.ordered_at, head.created_at) AT TIME ZONE 'Asia/Shanghai')::date
       ORDER BY effective_from DESC, id DESC LIMIT 1) guard ON true
  LEFT JOIN LATERAL (SELECT sum(leg.amount_fen) AS fen FROM job served
       JOIN ledger_entry fee ON fee.job_id = served.id
        AND fee.kind IN ('base_fee', 'remote_fee', 'trip_fee', 'promotion')
       JOIN ledger_leg leg ON leg.entry_id = fee.id
       JOIN ledger_account account ON account.id = leg.account_id
        AND account.kind = CASE WHEN channel.operator_dealer_id IS NULL THEN 'brand_service_expense'
                                ELSE 'channel_operator' END
      WHERE served.order_line_id = line.id AND served.kind IN ('install', 'deliver_install', 'second_visit'))
       service ON true
 WHERE share.order_line_id = ANY(%(ids)s::bigint[]) ORDER BY line.id
"""
_COSTS = """
SELECT DISTINCT ON (line.id, cost.kind) line.id, cost.kind,
       CASE WHEN cost.sku IS NULL THEN cost.fen ELSE cost.fen * line.quantity END AS fen
  FROM order_line line JOIN customer_order head ON head.id = line.order_id
  CROSS JOIN LATERAL (
       SELECT kind, sku, effective_from, id, fen FROM sale_cost WHERE order_line_id = line.id
       UNION ALL
       SELECT kind, sku, effective_from, id, fen FROM sale_cost WHERE sku = line.sku
          AND effective_from <= (coalesce(head.ordered_at, head.created_at) AT TIME ZONE 'Asia/Shanghai')::date) cost
 WHERE line.id = ANY(%(ids)s::bigint[])
 ORDER BY line.id, cost.kind, (cost.sku IS NULL) DESC, cost.effective_from DESC, cost.id DESC
"""


def take(tx: Connection, most: int, now: datetime) -> list[Line]:
    """Up to `most` lines to look at now that nobody else holds, locked until the transaction ends."""
    ids = tx.exec_driver_sql(_TAKE, {"now": now, "most": most}).scalars().all()
    if not ids:
        return []
    asked = {"ids": arrays.plain(ids)}
    rules = [ShareRule(*row) for row in tx.exec_driver_sql(_RULES)]
    costs: dict[int, dict[Cost, int]] = defaultdict(dict)
    for line_id, kind, fen in tx.exec_driver_sql(_COSTS, asked):
        costs[line_id][Cost(kind)] = fen
    return [_line(row, costs[row.id], rules) for row in tx.exec_driver_sql(_FACTS, asked)]


def _line(row: Any, told: Mapping[Cost, int], rules: Sequence[ShareRule]) -> Line:
    rule = rule_on(rules, local_date(row.ordered_at))
    scheme = Scheme(row.scheme or Scheme.SHARE)
    scheme = scheme_of(scheme, row.channel_id, Guard(row.floor_fen, row.exclusive_channel_id))
    floor = row.floor_fen and row.floor_fen * row.quantity
    paid = told.get(Cost.REVENUE, row.paid_fen)
    costs = tuple((cost, fen) for cost, fen in told.items() if cost != Cost.REVENUE)
    off = row.state in _OFF
    sale = Sale(row.id, row.sku, scheme, paid, row.refunded_fen, off, floor, costs, row.service_fen)
    since = row.delivered_at or row.closed_at
    due = None if row.job_id is None else max(since, row.closed_at, since + timedelta(days=rule.refund_days))
    served = row.served_id if scheme == Scheme.DEALER_SHIPS else None
    dealer = served or receiver(row.owner_id, declined=bool(row.declined), served_id=row.served_id)
    entry = (row.natural_key, row.month, row.memo, row.kind, row.taken_back)
    standing = Standing(row.revision, *entry, row.dealer_id, row.payer, row.dealer_fen)
    return Line(sale, rule, row.job_id, dealer, row.operator_dealer_id, due, standing)
