"""Scheduled work that ran: one row per (task, slot), so that two runners cannot both do it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id

# Asked for, running, failed, or any count above nothing.
WORKED = """requested_by IS NOT NULL OR error IS NOT NULL OR finished_at IS NULL
 OR jsonb_path_exists(counts, '$.** ? (@ > 0)')"""


class Run(Base):
    """A sweep, run or drain: when it started and ended, what it counted, or why it failed.

    `slot` is the scheduled time. A row not started yet was asked for by an admin and waits for a runner.
    """

    __tablename__ = "run"
    __table_args__ = (
        UniqueConstraint("task", "slot"),
        Index("ix_run_worked", "id", postgresql_where=text(WORKED)),
        Index("ix_run_requested", "id", postgresql_where=text("started_at IS NULL")),
    )

    id: Mapped[Id]
    task: Mapped[str]
    slot: Mapped[datetime]
    requested_by: Mapped[int | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    error: Mapped[str | None]
