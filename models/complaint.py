"""After the visit: ratings, complaints and return-visit answers (domain.md §7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import SUMMARIZE, Base, Id, one_of, ref


class Rating(Base):
    """The customer's rating, once per job: overall and four parts, 1–5."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("overall BETWEEN 1 AND 5", name="overall_one_to_five"),
        Index("ix_rating_created", "created_at", postgresql_using="brin", postgresql_with=SUMMARIZE),
    )

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True, index=True)
    overall: Mapped[int]
    punctuality: Mapped[int | None]
    attitude: Mapped[int | None]
    workmanship: Mapped[int | None]
    charges: Mapped[int | None]
    tags: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    note_id: Mapped[int | None] = ref("note.id", nullable=True)
    created_at: Mapped[datetime]


class Complaint(Base):
    """An open one bars confirmation by silence and closing (domain.md §7)."""

    __tablename__ = "complaint"
    __table_args__ = (
        one_of("category", ("charge", "lateness", "workmanship", "attitude", "damage", "safety")),
        one_of("verdict", ("upheld", "not_upheld")),
        Index("ix_complaint_open", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id", index=True)
    category: Mapped[str]
    note_id: Mapped[int | None] = ref("note.id", nullable=True)
    opened_at: Mapped[datetime]
    opened_by_role: Mapped[str]
    first_reply_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    fault: Mapped[str | None]  # as the agent said; an upheld one without it is the dealer's
    compensation_fen: Mapped[int] = mapped_column(server_default="0")


class ComplaintReply(Base):
    """What was said to the customer or by the dealer."""

    __tablename__ = "complaint_reply"

    id: Mapped[Id]
    complaint_id: Mapped[int] = ref("complaint.id", index=True)
    author_id: Mapped[int | None] = ref("person.id", nullable=True)
    author_role: Mapped[str]
    note_id: Mapped[int] = ref("note.id")
    at: Mapped[datetime]


class SafetyStop(Base):
    """An installer's binding stopped by a safety complaint, until an agent or the verdict lifts it."""

    __tablename__ = "safety_stop"
    __table_args__ = (UniqueConstraint("complaint_id", "binding_id"),)

    id: Mapped[Id]
    complaint_id: Mapped[int] = ref("complaint.id")
    binding_id: Mapped[int] = ref("role_binding.id", index=True)
    suspended: Mapped[bool]  # lifting gives the role back
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = ref("person.id", nullable=True)


class ReturnVisitAnswer(Base):
    """One answer of a telephone return visit (回访)."""

    __tablename__ = "return_visit_answer"
    __table_args__ = (UniqueConstraint("job_id", "question"),)

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id", index=True)
    question: Mapped[str]
    answer: Mapped[str]
