"""Which thresholds and weights hold for a category, read where photos are judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.evidence_policy import Policy, PolicyVersion, policy_at
from services.direct import Asked

_BEGUN = """
(SELECT version, category_code, effective_from, settings FROM evidence_policy
  WHERE category_code = %(category)s AND effective_from <= %(at)s ORDER BY effective_from DESC LIMIT 1)
UNION ALL
(SELECT version, category_code, effective_from, settings FROM evidence_policy
  WHERE category_code IS NULL AND effective_from <= %(at)s ORDER BY effective_from DESC LIMIT 1)
"""


def policy_for(tx: Connection, category: str, at: datetime) -> Policy:
    """What holds for photos of this category then; version 1 where nobody has written another."""
    return policy_of(tx.exec_driver_sql(*asking(category, at)), category, at)


def asking(category: str, at: datetime) -> Asked:
    """The statement of `policy_for`, for who asks more at once; `policy_of` reads what it finds."""
    return _BEGUN, {"category": category, "at": at}


def policy_of(rows: Iterable[Any], category: str, at: datetime) -> Policy:
    """See `asking`."""
    return policy_at([PolicyVersion(*row) for row in rows], category, at)
