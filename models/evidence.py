"""What speaks against a job's evidence as a whole, by which rules, and how far each phone's clock is off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, ref


class EvidencePolicy(Base):
    """Thresholds and weights of findings, from a day on; None as category: every category without its own.

    Append-only: a finding names the version it was made by. Version 1 is the one that ships and has no row.
    """

    __tablename__ = "evidence_policy"
    __table_args__ = (
        UniqueConstraint("category_code", "effective_from", postgresql_nulls_not_distinct=True),
    )

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category_code: Mapped[str | None] = ref("category.code", nullable=True)
    effective_from: Mapped[datetime]
    settings: Mapped[dict[str, Any]]  # only what differs from what ships
    reason: Mapped[str]
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]


class JobEvidence(Base):
    """A job's score: the capped sum of its findings' weights, of superseded photos too."""

    __tablename__ = "job_evidence"
    __table_args__ = (Index("ix_job_evidence_flagged", "score", "job_id", postgresql_where=text("flagged")),)

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    score: Mapped[int]  # 0..100
    flagged: Mapped[bool]
    policy_version: Mapped[int]
    computed_at: Mapped[datetime]


class JobFinding(Base):
    """What speaks against a job and not against one photo: impossible travel, a serial number used before."""

    __tablename__ = "job_finding"

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[int]
    numbers: Mapped[dict[str, Any]]
    policy_version: Mapped[int]
    found_at: Mapped[datetime]


class PhoneClock(Base):
    """The smallest difference of one day between when something happened by the phone and when it was received."""

    __tablename__ = "phone_clock"

    device_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    least_ms: Mapped[int]  # below zero: the phone runs ahead of us
    stamps: Mapped[int]


class SerialForm(Base):
    """What a product's serial numbers look like: `domain.serials` reads the pattern."""

    __tablename__ = "serial_form"

    sku: Mapped[str] = ref("product.sku", primary_key=True)
    pattern: Mapped[str]
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]


class PackLayout(Base):
    """Which slots fill a section of a channel's evidence packs, in their order; without a row the phases say so."""

    __tablename__ = "pack_layout"

    channel_id: Mapped[int] = ref("channel.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[list[Any]]
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]
