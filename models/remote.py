"""The quarrel over the way: one per job, its facts as numbers, and what was ruled (domain/remote_verdict.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from models.base import Base, one_of, ref


class RemoteDispute(Base):
    """Who pays a job's remote fee. Ruled by the rule at once, by an agent, or by silence: then the brand pays.

    `verdict`: what `judge` said when it was opened, ids and numbers only. Once ruled, the customer pays
    `customer_fen` and no more; `owed_fen` NULL while nobody knows what the way costs.
    """

    __tablename__ = "remote_dispute"
    __table_args__ = (
        one_of("ruled_by", ("rule", "agent", "silence")),
        CheckConstraint("(ruled_by IS NULL) = (customer_fen IS NULL)", name="ruled_with_a_sum"),
        CheckConstraint("customer_fen >= 0", name="sum_not_negative"),
        Index("ix_remote_dispute_open", "opened_at", postgresql_where=text("ruled_by IS NULL")),
    )

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    opened_at: Mapped[datetime]
    opened_by_role: Mapped[str]
    verdict: Mapped[dict[str, Any]]
    owed_fen: Mapped[int | None]
    customer_fen: Mapped[int | None]
    ruled_by: Mapped[str | None]
    ruled_at: Mapped[datetime | None]
    ruled_person_id: Mapped[int | None] = ref("person.id", nullable=True)
    note_id: Mapped[int | None] = ref("note.id", nullable=True)
