"""After the sale and back to before it: repairs and who pays them, platform reviews, causes, suggestions, guides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.causes import CAUSES, SOURCES
from domain.warranty import COVERS, PAYERS, VERDICTS
from models.base import Base, Id, one_of, ref


class ServiceRequest(Base):
    """A repair as it was asked for (domain.md §2.4). No job yet: nobody knows the serial number, an agent looks.

    `job_id` is written once. `payer` is NULL until it is known; a customer pays only after `answer` is `agreed`.
    """

    __tablename__ = "service_request"
    __table_args__ = (
        one_of("cover", tuple(COVERS)),
        one_of("verdict", VERDICTS),
        one_of("payer", PAYERS),
        one_of("answer", ("agreed", "refused")),
        Index(
            "ix_service_request_problem_kept",
            "created_at",
            "id",
            postgresql_where=text("problem IS NOT NULL"),
        ),
        Index(
            "ix_service_request_waiting", "id", postgresql_where=text("job_id IS NULL AND closed_at IS NULL")
        ),
    )

    id: Mapped[Id]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), unique=True)
    channel_id: Mapped[int | None] = ref("channel.id", nullable=True, index=True)
    subject_id: Mapped[int] = ref("subject.id", index=True)
    person_id: Mapped[int | None] = ref(
        "person.id", nullable=True
    )  # who asked, where nobody knows the thing yet
    serial_number: Mapped[str | None]
    problem: Mapped[bytes | None]  # sealed; of a request with a job it is the job's note
    cover: Mapped[str]
    verdict: Mapped[str]
    payer: Mapped[str | None]
    until: Mapped[date | None]
    text: Mapped[str]  # the arithmetic; nothing personal
    from_job_id: Mapped[int | None] = ref("job.id", nullable=True)
    liable_dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True)
    quote: Mapped[dict[str, Any] | None]
    quoted_fen: Mapped[int | None]
    quoted_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_how: Mapped[str | None]
    ruled_by: Mapped[int | None] = ref("person.id", nullable=True)
    ruled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # put away by an agent without a job


class Review(Base):
    """What a customer wrote on a platform, once per (channel, platform's id). Words sealed under the customer."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("channel_id", "platform_id"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score_one_to_five"),
        Index("ix_review_reviewed", "reviewed_at"),
        Index("ix_review_words_kept", "created_at", "id", postgresql_where=text("words IS NOT NULL")),
        Index("ix_review_loose", "channel_id", "id", postgresql_where=text("order_line_id IS NULL")),
        Index("ix_review_bad", "channel_id", "id", postgresql_where=text("bad AND answered_at IS NULL")),
    )

    id: Mapped[Id]
    channel_id: Mapped[int] = ref("channel.id")
    platform_id: Mapped[str]
    score: Mapped[int] = mapped_column(SmallInteger)
    reviewed_at: Mapped[datetime]
    order_number: Mapped[str | None]
    line_number: Mapped[int | None]
    sku: Mapped[str | None]
    subject_id: Mapped[int] = ref("subject.id", index=True)  # the order's, or its own until it is linked
    words: Mapped[bytes | None]  # sealed {text, follow_up, answer}
    fingerprint: Mapped[bytes]  # keyed: told again, is anything new?
    order_line_id: Mapped[int | None] = ref("order_line.id", nullable=True)
    job_id: Mapped[int | None] = ref("job.id", nullable=True, index=True)
    linked_by: Mapped[str | None]  # number, hand
    bad: Mapped[bool]
    follow_up_at: Mapped[datetime | None]
    alerted_at: Mapped[datetime | None]
    complaint_id: Mapped[int | None] = ref("complaint.id", nullable=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]


class ReviewImport(Base):
    """A file of reviews taken in; its bad rows sealed under a subject of the import's own, for a month."""

    __tablename__ = "review_import"

    id: Mapped[Id]
    channel_id: Mapped[int] = ref("channel.id", index=True)
    subject_id: Mapped[int] = ref("subject.id")
    filename: Mapped[str]
    rows_read: Mapped[int]
    rows_new: Mapped[int]
    rows_changed: Mapped[int]
    rows_same: Mapped[int]
    rows_bad: Mapped[int]
    rows_loose: Mapped[int]
    bad_rows: Mapped[bytes | None]
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class CauseGiven(Base):
    """Why somebody was unhappy, as a person said it; where nobody did, it is derived (domain/causes.py).

    `source_id`: the complaint's or review's id, or the job of the aborted visit or of the return visit.
    """

    __tablename__ = "cause_given"
    __table_args__ = (
        one_of("source", SOURCES),
        one_of("cause", tuple(CAUSES)),
        UniqueConstraint("source", "source_id"),
    )

    id: Mapped[Id]
    source: Mapped[str]
    source_id: Mapped[int]
    cause: Mapped[str]
    given_by: Mapped[int | None] = ref("person.id", nullable=True)
    given_at: Mapped[datetime]


class Suggestion(Base):
    """Something to say on a product's page, with the count that speaks for it: one per SKU, region, cause and month."""

    __tablename__ = "suggestion"
    __table_args__ = (
        one_of("state", ("proposed", "accepted", "dismissed")),
        UniqueConstraint("sku", "region", "cause", "month"),
    )

    id: Mapped[Id]
    sku: Mapped[str] = ref("product.sku")
    region: Mapped[str]  # province 370000 or city 370600; empty: everywhere
    cause: Mapped[str]
    month: Mapped[date]
    cases: Mapped[int]
    jobs: Mapped[int]
    brand_cases: Mapped[int]
    brand_jobs: Mapped[int]
    lower_bp: Mapped[int]
    brand_bp: Mapped[int]
    arithmetic: Mapped[str]
    sentence: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="proposed", index=True)
    guide_version: Mapped[int | None]  # of the draft it went into
    decided_by: Mapped[int | None] = ref("person.id", nullable=True)
    decided_at: Mapped[datetime | None]
    dismissed_for: Mapped[str | None]
    counted_at: Mapped[datetime]


class ProductGuide(Base):
    """A version of what a product's page says. Published once and for good; one draft at a time.

    What is in force stands on the product too (`product.guide` with its `version`), whose editions promises name.
    """

    __tablename__ = "product_guide"
    __table_args__ = (
        one_of("state", ("draft", "published")),
        UniqueConstraint("sku", "version"),
        Index("uq_product_guide_draft", "sku", unique=True, postgresql_where=text("state = 'draft'")),
        Index(
            "ix_product_guide_to_come",
            "effective_from",
            postgresql_where=text("state = 'published' AND in_force_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    sku: Mapped[str] = ref("product.sku")
    version: Mapped[int]
    state: Mapped[str]
    content: Mapped[dict[str, Any]]
    effective_from: Mapped[datetime | None]
    in_force_at: Mapped[datetime | None]  # when it was put on the product
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_by: Mapped[int | None] = ref("person.id", nullable=True)
    published_at: Mapped[datetime | None]
