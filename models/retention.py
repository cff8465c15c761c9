"""What must be kept although its term is over, and the proof of what was erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.retention import HOLD_REASONS, LIFT_REASONS, Cause, Kind
from models.base import Base, Id, one_of, ref


class LegalHold(Base):
    """Who ordered that nothing about a job's customer be erased, when and why; who lifted it. Never deleted.

    `placed_by` NULL: the product itself, for a safety complaint. `reference`: a file number, nothing personal.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        one_of("reason", tuple(HOLD_REASONS)),
        one_of("lifted_for", tuple(LIFT_REASONS)),
        Index("ix_legal_hold_open", "job_id", postgresql_where=text("lifted_at IS NULL")),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id")
    reason: Mapped[str]
    reference: Mapped[str | None]
    placed_by: Mapped[int | None] = ref("person.id", nullable=True)
    placed_at: Mapped[datetime]
    lifted_by: Mapped[int | None] = ref("person.id", nullable=True)
    lifted_at: Mapped[datetime | None]
    lifted_for: Mapped[str | None]


class ErasureRecord(Base):
    """One batch of erased data, in a hash chain (domain/retention.py). Ids, hashes and counts; append-only."""

    __tablename__ = "erasure_record"
    __table_args__ = (one_of("kind", Kind), one_of("cause", Cause))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    cause: Mapped[str]
    rule: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    prev_hash: Mapped[bytes]
    hash: Mapped[bytes]
