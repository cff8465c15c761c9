"""Looking at sales with the price guard, as they come in or when a guard begins: each breach once, its people told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.price_guard import Guard, alerts
from services.parts import arrays, digests

_SOLD = """
SELECT line.id, line.sku, line.quantity, head.channel_id, guard.floor_fen, guard.exclusive_channel_id,
       CASE WHEN NOT line.order_amounts OR NOT EXISTS (SELECT 1 FROM order_line other
            WHERE other.order_id = line.order_id AND other.id <> line.id) THEN line.paid_fen END AS paid_fen
  FROM order_line line JOIN customer_order head ON head.id = line.order_id
  CROSS JOIN LATERAL (SELECT floor_fen, exclusive_channel_id FROM price_guard WHERE sku = line.sku
         AND effective_from <= (coalesce(head.ordered_at, head.created_at) AT TIME ZONE 'Asia/Shanghai')::date
       ORDER BY effective_from DESC, id DESC LIMIT 1) guard
 WHERE {which} AND line.state NOT IN ('unpaid', 'closed', 'refunded') ORDER BY line.id
"""
_RAISE = """
INSERT INTO price_alert (order_line_id, channel_id, breach, text, raised_at)
SELECT line, channel, breach, words, %(now)s
  FROM unnest(%(lines)s::bigint[], %(channels)s::bigint[], %(breaches)s::text[], %(texts)s::text[])
       AS told(line, channel, breach, words)
ON CONFLICT (order_line_id, breach) DO NOTHING RETURNING channel_id
"""


def look(tx: Connection, line_ids: Sequence[int], now: datetime) -> int:
    """Raise what these order lines did; how many alerts were new. Lines without a guard cost one look-up."""
    if not line_ids:
        return 0
    return _judge(tx, "line.id = ANY(%(ids)s::bigint[])", {"ids": arrays.plain(line_ids)}, now)


def look_at_sku(tx: Connection, sku: str, now: datetime) -> int:
    """The same for everything of one SKU that a guard covers."""
    return _judge(tx, "line.sku = %(sku)s", {"sku": sku}, now)


def _judge(tx: Connection, which: str, asked: dict[str, Any], now: datetime) -> int:
    found = []
    for row in tx.exec_driver_sql(_SOLD.format(which=which), asked):
        guard = Guard(row.floor_fen, row.exclusive_channel_id)
        wrong = alerts(row.sku, row.channel_id, row.paid_fen, row.quantity, guard)
        found += [(row.id, row.channel_id, alert.breach.value, alert.text) for alert in wrong]
    if not found:
        return 0
    lines, channels, breaches, texts = zip(*found, strict=True)
    values = {
        "lines": arrays.plain(lines),
        "channels": arrays.plain(channels),
        "breaches": arrays.texts(breaches),
        "texts": arrays.texts(texts),
        "now": now,
    }
    raised = Counter(tx.exec_driver_sql(_RAISE, values).scalars())
    for channel_id, count in sorted(raised.items()):
        for audience in ("agents", "finance"):
            payload = {"template": "price_alert", "audience": audience, "channel_id": channel_id}
            stem = f"prices:{audience}:channel:{channel_id}:"
            digests.owe(tx, stem, None, {**payload, "values": {"count": count}}, now)
    return raised.total()
