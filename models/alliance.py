"""The alliance and the year: agreements and who signed them, offline sales declared and verified, penalties.

Triggers in the migration refuse UPDATE and DELETE on agreements, signatures and terms: they are kept for ever.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Agreement(Base):
    """A version of the alliance's agreement, in force from a day in Shanghai until a later one is."""

    __tablename__ = "agreement"

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(unique=True)
    text: Mapped[str]
    sha256: Mapped[str]  # of the text, as signatures name it
    effective_from: Mapped[date]
    published_by: Mapped[int] = ref("person.id")
    published_at: Mapped[datetime]


class AgreementSignature(Base):
    """A dealer's owner said yes to a text: which, when, who, from which device, and the hash of what was shown."""

    __tablename__ = "agreement_signature"
    __table_args__ = (
        Index("ix_agreement_signature_dealer", "dealer_id", "agreement_id"),
    )  # who comes back signs again

    id: Mapped[Id]
    agreement_id: Mapped[int] = ref("agreement.id")
    dealer_id: Mapped[int] = ref("dealer.id")
    person_id: Mapped[int] = ref("person.id")
    sha256: Mapped[str]
    device_id: Mapped[str | None]
    signed_at: Mapped[datetime]


class AllianceMembership(Base):
    """A stay in the alliance, from its first day to its last one."""

    __tablename__ = "alliance_membership"
    __table_args__ = (
        Index(
            "uq_alliance_membership_open", "dealer_id", unique=True, postgresql_where=text("left_on IS NULL")
        ),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id", index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    left_by: Mapped[int | None] = ref("person.id", nullable=True)


class YearTerms(Base):
    """One version of what a year pays, as data (see `domain/year_terms.py`)."""

    __tablename__ = "year_terms"

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(unique=True)
    terms: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]


class OfflineDeclaration(Base):
    """A dealer's offline sales of a year in one market; counted once finance, another person, has verified them."""

    __tablename__ = "offline_declaration"
    __table_args__ = (
        one_of("state", ("declared", "verified", "refused")),
        CheckConstraint("(state = 'declared') = (decided_at IS NULL)", name="decided_with_a_state"),
        CheckConstraint("(state = 'verified') = (verified_fen IS NOT NULL)", name="verified_with_an_amount"),
        CheckConstraint("decided_by <> declared_by", name="four_eyes"),
        Index(
            "uq_offline_declaration_standing",
            "dealer_id",
            "year",
            "division_code",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        Index("ix_offline_declaration_year", "year", "dealer_id"),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    year: Mapped[int]
    division_code: Mapped[str] = ref("division.code")
    declared_fen: Mapped[int]
    declared_by: Mapped[int] = ref("person.id")
    declared_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="declared")
    verified_fen: Mapped[int | None]
    reason: Mapped[str | None]
    decided_by: Mapped[int | None] = ref("person.id", nullable=True)
    decided_at: Mapped[datetime | None]


class DeclarationFile(Base):
    """Paper behind a declaration: the bytes as they came."""

    __tablename__ = "declaration_file"
    __table_args__ = (UniqueConstraint("declaration_id", "sha256"),)

    id: Mapped[Id]
    declaration_id: Mapped[int] = ref("offline_declaration.id", index=True)
    media: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    data: Mapped[bytes]
    added_by: Mapped[int] = ref("person.id")
    added_at: Mapped[datetime]


class Penalty(Base):
    """Laid on a dealer for a job. Words of people are encrypted notes; `lifted` is the answer to the appeal."""

    __tablename__ = "penalty"
    __table_args__ = (
        one_of("takes", ("statement", "reward")),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(lifted IS NULL) = (answered_at IS NULL)", name="answered_with_a_word"),
        CheckConstraint("answered_by <> imposed_by", name="four_eyes"),
        Index("ix_penalty_dealer", "dealer_id", "id"),
        Index(
            "ix_penalty_unposted", "due_month", postgresql_where=text("takes = 'statement' AND NOT settled")
        ),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    job_id: Mapped[int] = ref("job.id", index=True)
    reason: Mapped[str]
    note_id: Mapped[int] = ref("note.id")
    evidence: Mapped[dict[str, Any]]  # ids: {"photo_ids": […], "complaint_id": …}
    takes: Mapped[str]
    amount_fen: Mapped[int]
    year: Mapped[int]  # whose reward it cuts
    due_month: Mapped[date]
    imposed_by: Mapped[int] = ref("person.id")
    imposed_at: Mapped[datetime]
    appealed_at: Mapped[datetime | None]
    appealed_by: Mapped[int | None] = ref("person.id", nullable=True)
    appeal_id: Mapped[int | None] = ref("note.id", nullable=True)
    appeal_clock_id: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = ref("person.id", nullable=True)
    answer_id: Mapped[int | None] = ref("note.id", nullable=True)
    lifted: Mapped[bool | None]
    channel_charge_id: Mapped[int | None] = ref("channel_charge.id", nullable=True, index=True)
    settled: Mapped[bool] = mapped_column(server_default=text("false"))  # posted, or lifted before it was
