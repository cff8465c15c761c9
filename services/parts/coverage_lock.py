"""One writer of coverage at a time: the one owner of a territory is looked at and written under it."""

from __future__ import annotations

from sqlalchemy import Connection

_COVERAGE = 0x636F_7665


def hold(tx: Connection) -> None:
    """Until the transaction ends."""
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%(key)s)", {"key": _COVERAGE})
