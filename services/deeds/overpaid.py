"""The way, paid above its verdict: what is above the customer's part goes back to him from whoever took it."""

from __future__ import annotations

from domain.charges import REMOTE_TYPE
from domain.refunds import Ruling, above
from services.deeds.handling import Deed
from services.parts import refunding

# What an agent or the dealer ended as an extra stays as it is.
_TAKEN = """
SELECT id, amount_fen, coalesce(refund_fen, 0) AS refunded_fen, status FROM charge
 WHERE job_id = %(job)s AND charge_type = %(remote)s AND settled_at IS NOT NULL AND status IN ('approved', 'disputed')
   AND (ruling IS NULL OR ruled_how = 'remote')
 ORDER BY id
"""
_RULE = """
UPDATE charge SET status = 'disputed', ruling = %(ruling)s, refund_fen = %(fen)s, ruled_how = 'remote',
       refund_at = CASE WHEN %(fen)s::bigint > 0 THEN coalesce(refund_at, %(cost)s) END,
       disputed_at = coalesce(disputed_at, %(now)s), answered_at = coalesce(answered_at, %(now)s) WHERE id = %(id)s
"""


def give_back(deed: Deed, most_fen: int, cost: str = "dealer") -> int:
    """Owe what the customer has paid for the way above `most_fen`; a verdict after another moves only the difference.

    ¥20.00 paid and ¥6.80 ruled: ¥13.20 go back. Ruled again, ¥8.00: ¥1.20 of them are the dealer's after all.
    At the brand's `cost` where the fees that counted the customer's part are in the ledger already.
    Returns what this deed gives back, negative where an earlier one gave too much.
    """
    moved = 0
    for row in deed.tx.exec_driver_sql(_TAKEN, {"job": deed.job.id, "remote": REMOTE_TYPE}).all():
        fen = above(row.amount_fen, most_fen)
        if not fen and row.status == "approved":
            continue
        ruling = Ruling.REFUNDED if fen else Ruling.STANDS
        deed.tx.exec_driver_sql(
            _RULE, {"ruling": ruling, "fen": fen, "now": deed.now, "id": row.id, "cost": cost}
        )
        if fen != row.refunded_fen:
            refunding.owe(deed.tx, deed.job, row.id, deed.now, fen - row.refunded_fen, cost)
        moved += fen - row.refunded_fen
    return moved
