"""The installation job, its units, visits and its append-only, hash-chained events (domain.md §2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.job import Kind, Status
from models.base import SUMMARIZE, Base, Id, one_of, ref


class Job(Base):
    """The work for one order line. The head of its event chain stands here: one row lock orders all."""

    __tablename__ = "job"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("status", Status),
        one_of("zone", ("free", "remote")),
        one_of("remote_payer", ("operator", "customer")),
        Index("ix_job_dealer_status", "dealer_id", "status", "id"),
        Index("ix_job_installer", "installer_id", "status", "id"),
        Index("ix_job_status", "status", "id"),
        Index("ix_job_channel", "channel_id", "id"),
        Index("ix_job_queue", "queue", "id", postgresql_where=text("queue IS NOT NULL")),
        Index("ix_job_to_dispatch", "id", postgresql_where=text("status = 'new' AND queue IS NULL")),
        Index(
            "ix_job_auto_confirm",
            "auto_confirm_at",
            postgresql_where=text("status = 'submitted' AND auto_confirm_at IS NOT NULL"),
        ),
        Index("ix_job_to_close", "complaints_until", postgresql_where=text("status = 'confirmed'")),
        Index(
            "ix_job_fees_due",
            "closed_at",
            postgresql_where=text("status IN ('closed', 'cancelled') AND fees_posted_at IS NULL"),
        ),
        Index(
            "ix_job_diary",
            "dealer_id",
            "category_code",
            "window_start",
            postgresql_where=text("window_start IS NOT NULL"),
        ),
        Index("ix_job_evening", "window_start", postgresql_where=text("status = 'booked'")),
        Index("ix_job_audit", "audit", "id", postgresql_where=text("audit <> 'not_sampled'")),
        Index("ix_job_next_contact", "next_contact_at", postgresql_where=text("next_contact_at IS NOT NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    status: Mapped[str]
    order_line_id: Mapped[int] = ref("order_line.id", index=True)
    parent_id: Mapped[int | None] = ref("job.id", nullable=True, index=True)
    fault: Mapped[str | None]  # of a second visit: dealer, goods, logistics, brand, customer
    channel_id: Mapped[int] = ref("channel.id")
    subject_id: Mapped[int] = ref("subject.id")  # the customer's
    sku: Mapped[str]
    category_code: Mapped[str] = ref("category.code")
    units: Mapped[int]
    division_code: Mapped[str | None]
    zone: Mapped[str] = mapped_column(server_default="free")
    scheme: Mapped[str]
    checklist_id: Mapped[int | None] = ref("checklist.id", nullable=True)
    price_list_id: Mapped[int | None] = ref("price_list.id", nullable=True)
    distance_m: Mapped[int | None]  # outlet to door, by the rule's kind of km
    remote_agreed_fen: Mapped[int | None]  # beyond 80 km: what was agreed
    free_m: Mapped[int | None]  # the serving dealer's own radius and rate there, as offered
    per_km_fen: Mapped[int | None]
    promise_id: Mapped[int | None] = ref("promise.id", nullable=True)
    remote_payer: Mapped[str] = mapped_column(
        server_default="operator"
    )  # customer, where the promise said so
    promised_remote_fen: Mapped[int | None]  # the most a customer pays by the promise; NULL: not named
    trip_by_customer: Mapped[bool] = mapped_column(server_default=text("false"))

    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True)
    installer_id: Mapped[int | None] = ref("person.id", nullable=True)
    visit_id: Mapped[int | None] = ref("visit.id", nullable=True, index=True)
    window_start: Mapped[datetime | None]
    window_end: Mapped[datetime | None]
    wanted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    held: Mapped[str | None]  # why check-in is barred; NULL: not held
    queue: Mapped[str | None]  # why an agent must look; NULL: nobody must
    queued_at: Mapped[datetime | None]
    next_contact_at: Mapped[datetime | None]
    silence_confirms: Mapped[bool] = mapped_column(server_default=text("false"))
    auto_confirm_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]  # code, tap, link, platform_code, silence, agent
    dispute_open: Mapped[bool] = mapped_column(server_default=text("false"))
    remote_open: Mapped[bool] = mapped_column(server_default=text("false"))  # who pays the way is disputed
    open_charges: Mapped[int] = mapped_column(server_default="0")
    open_complaints: Mapped[int] = mapped_column(server_default="0")
    open_children: Mapped[int] = mapped_column(server_default="0")
    audit: Mapped[str] = mapped_column(
        server_default="not_sampled"
    )  # not_sampled, waiting, evidence_asked, passed, failed
    audit_flag: Mapped[str | None]  # why it must be looked at: unverified_device, device_of_dealer
    complaints_until: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    trip_fee: Mapped[str | None]  # after_check_in, after_submit: what an ended job still pays
    trip_fault: Mapped[str | None]

    accepted_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    fees_posted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_occurred_at: Mapped[datetime]  # of the newest event, by the judged time
    version: Mapped[int] = mapped_column(server_default="1")
    event_seq: Mapped[int] = mapped_column(server_default="0")
    event_hash: Mapped[bytes] = mapped_column(server_default=text("'\\x'"))


class JobUnit(Base):
    """One piece to install: its serial number, its base fee."""

    __tablename__ = "job_unit"
    __table_args__ = (one_of("serial_source", ("scanned", "typed")),)

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    serial_number: Mapped[str | None] = mapped_column(index=True)
    serial_source: Mapped[str | None]  # as the phone says; None: it didn't


class JobEvent(Base):
    """What happened, by whom, when by the phone and by the server. Never altered, never personal."""

    __tablename__ = "job_event"
    __table_args__ = (  # what a phone acknowledged last: it can't have done anything before that later
        Index(
            "ix_job_event_phone", "actor_id", "occurred_at", postgresql_where=text("actor_role = 'installer'")
        ),
        # For reports; only ever appended to.
        Index("ix_job_event_received", "received_at", postgresql_using="brin", postgresql_with=SUMMARIZE),
    )

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    actor_role: Mapped[str]
    actor_id: Mapped[int | None]
    device_id: Mapped[str | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    prev_hash: Mapped[bytes]
    hash: Mapped[bytes]


class Note(Base):
    """Free text about a job; may hold personal data, so it is encrypted and events only name its id."""

    __tablename__ = "note"
    __table_args__ = (
        Index("ix_note_text_kept", "created_at", "id", postgresql_where=text("text IS NOT NULL")),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id", index=True)
    subject_id: Mapped[int] = ref("subject.id", index=True)
    author_id: Mapped[int | None] = ref("person.id", nullable=True)
    text: Mapped[bytes | None]
    created_at: Mapped[datetime]


class Visit(Base):
    """One trip of a dealer to one address; its jobs share check-in and the one remote fee."""

    __tablename__ = "visit"

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id", index=True)
    installer_id: Mapped[int | None] = ref("person.id", nullable=True)
    place_lookup: Mapped[bytes | None] = mapped_column(index=True)
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    ended_at: Mapped[datetime | None]
