"""Which thresholds and weights hold for a category, read where photos are judged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.evidence_policy import Policy, PolicyVersion, policy_at

_BEGUN = """
(SELECT version, category_code, effective_from, settings FROM evidence_policy
  WHERE category_code = %(category)s AND effective_from <= %(at)s ORDER BY effective_from DESC LIMIT 1)
UNION ALL
(SELECT version, category_code, effective_from, settings FROM evidence_policy
  WHERE category_code IS NULL AND effective_from <= %(at)s ORDER BY effective_from DESC LIMIT 1)
"""


def policy_for(tx: Connection, category: str, at: datetime) -> Policy:
    """What holds for photos of this category then; version 1 where nobody has written another."""
    rows = tx.exec_driver_sql(_BEGUN, {"category": category, "at": at})
    return policy_at([PolicyVersion(*row) for row in rows], category, at)
