"""Who made what a statement's profit shares were reckoned by: the terms of the day of the order, and the costs."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.actors import Actor

# The choice is that of `share_facts`: the line's own cost before its SKU's, the later before the earlier.
_MADE = """
WITH sold AS (
    SELECT DISTINCT line.id, line.sku,
           (coalesce(head.ordered_at, head.created_at) AT TIME ZONE 'Asia/Shanghai')::date AS day
      FROM statement_line stated JOIN ledger_entry entry ON entry.id = stated.entry_id
      JOIN order_line line ON line.id = split_part(entry.natural_key, ':', 2)::bigint
      JOIN customer_order head ON head.id = line.order_id
     WHERE stated.statement_id = %(id)s AND entry.kind IN ('profit_share', 'dealer_ships')),
made AS (
    SELECT rule.created_by FROM sold CROSS JOIN LATERAL (
        SELECT created_by FROM share_rule WHERE effective_from <= sold.day
         ORDER BY effective_from DESC, version DESC LIMIT 1) rule
    UNION ALL
    SELECT cost.created_by FROM sold CROSS JOIN LATERAL (
        SELECT DISTINCT ON (kind) created_by FROM (
            SELECT kind, sku, effective_from, id, created_by FROM sale_cost WHERE order_line_id = sold.id
            UNION ALL
            SELECT kind, sku, effective_from, id, created_by FROM sale_cost
             WHERE sku = sold.sku AND effective_from <= sold.day) told
         ORDER BY kind, (sku IS NULL) DESC, effective_from DESC, id DESC) cost)
SELECT EXISTS (SELECT 1 FROM made WHERE created_by = %(by)s)
"""


def made_shares_of(tx: Connection, statement_id: int, actor: Actor) -> bool:
    """Whether this person made terms or costs by which a share on the statement was reckoned."""
    return bool(tx.exec_driver_sql(_MADE, {"id": statement_id, "by": actor.person_id}).scalar_one())
