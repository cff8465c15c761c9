"""Which jobs were drawn for an audit and how probable that was; what auditors said; appeals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.audit_sampling import Why
from domain.audits import REASONS, VERDICTS
from models.base import SUMMARIZE, Base, Id, one_of, ref


class Audit(Base):
    """One row per confirmed job, drawn or not: without those left out no rate can be estimated."""

    __tablename__ = "audit"
    __table_args__ = (
        one_of("why", Why),
        one_of("verdict", VERDICTS),
        Index("ix_audit_dealer", "dealer_id", "drawn_at"),
        Index("ix_audit_drawn", "drawn_at", postgresql_using="brin", postgresql_with=SUMMARIZE),
        Index(
            "ix_audit_appealed",
            "appealed_at",
            postgresql_where=text("appealed_at IS NOT NULL AND answered_at IS NULL"),
        ),
        Index("ix_audit_left_out", "job_id", postgresql_where=text("why = 'not_drawn'")),
    )

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    dealer_id: Mapped[int] = ref("dealer.id")
    drawn_at: Mapped[datetime]
    why: Mapped[str]
    inclusion_bp: Mapped[int]
    rate_bp: Mapped[int]
    seed: Mapped[str]
    ticket: Mapped[int]
    risk: Mapped[int]  # the score of its photos when it was drawn, 0..100
    second: Mapped[bool]  # to be judged by two who do not know of each other
    round: Mapped[int] = mapped_column(
        server_default="1"
    )  # of verdicts still to come: supplemented evidence is judged anew
    verdict: Mapped[str | None]
    fault: Mapped[str | None]
    fraud: Mapped[bool] = mapped_column(server_default=text("false"))
    failed: Mapped[bool] = mapped_column(
        server_default=text("false")
    )  # in any round, by what the dealer answers for
    decided_at: Mapped[datetime | None]
    score_change: Mapped[int] = mapped_column(server_default="0")
    child_id: Mapped[int | None] = ref("job.id", nullable=True, index=True)
    appealed_at: Mapped[datetime | None]
    appealed_by: Mapped[int | None] = ref("person.id", nullable=True)
    appeal_id: Mapped[int | None] = ref("note.id", nullable=True)
    appeal_clock_id: Mapped[int | None] = ref("clock.id", nullable=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = ref("person.id", nullable=True)
    answer_id: Mapped[int | None] = ref("note.id", nullable=True)
    reversed_at: Mapped[datetime | None]


class AuditVerdict(Base):
    """What one person said in one round; nobody speaks twice in it."""

    __tablename__ = "audit_verdict"
    __table_args__ = (
        one_of("verdict", VERDICTS),
        UniqueConstraint("job_id", "round", "turn"),
        UniqueConstraint("job_id", "round", "person_id"),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("audit.job_id")
    round: Mapped[int]
    turn: Mapped[int]
    person_id: Mapped[int] = ref("person.id")
    verdict: Mapped[str]
    fault: Mapped[str | None]
    fraud: Mapped[bool]
    note_id: Mapped[int | None] = ref("note.id", nullable=True)
    at: Mapped[datetime]


class AuditPhoto(Base):
    """What is wrong with a photo, by a closed list and in words."""

    __tablename__ = "audit_photo"
    __table_args__ = (one_of("reason", tuple(REASONS)),)

    verdict_id: Mapped[int] = ref("audit_verdict.id", primary_key=True)
    photo_id: Mapped[int] = ref("photo.id", primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    note_id: Mapped[int | None] = ref("note.id", nullable=True)
