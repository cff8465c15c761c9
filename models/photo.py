"""Photos: what the server saw in the bytes and what the phone said. The store holds originals by content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Photo(Base):
    """One shot for one slot, or a customer's beside a complaint. `client_id` makes a repeated upload harmless.

    Places are encrypted. Status complaint: no evidence of the work, searched for nowhere, for customer and brand.
    """

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("job_id", "client_id"),
        one_of("status", ("active", "superseded", "complaint")),
        one_of("superseded_as", ("deleted", "late", "redispatched")),
        one_of("capture", ("camera", "gallery", "unknown")),
        Index("ix_photo_sha256", "sha256"),
        Index("ix_photo_search_due", "id", postgresql_where=text("search_due")),
        # What a purge looks for, oldest first: what is gone from here is gone from them.
        Index("ix_photo_bytes_kept", "received_at", "id", postgresql_where=text("erased_at IS NULL")),
        Index("ix_photo_place_kept", "received_at", "id", postgresql_where=text("place IS NOT NULL")),
        Index("ix_photo_complaint", "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
        Index("ix_photo_job_slot", "job_id", "slot_code", postgresql_where=text("status = 'active'")),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id")
    slot_code: Mapped[str]
    client_id: Mapped[str]
    subject_id: Mapped[int] = ref("subject.id")
    installer_id: Mapped[int | None] = ref("person.id", nullable=True, index=True)
    complaint_id: Mapped[int | None] = ref("complaint.id", nullable=True)
    device_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="active")
    superseded_at: Mapped[datetime | None]
    superseded_as: Mapped[str | None]  # deleted before submit, late: the job had moved on, redispatched
    sha256: Mapped[bytes]
    size_bytes: Mapped[int]
    format: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    brightness: Mapped[int]  # 0..255, mean of the 320 px rendition
    sharpness: Mapped[int]
    capture: Mapped[str]
    captured_at: Mapped[datetime | None]  # as the phone says
    place: Mapped[bytes | None]  # encrypted JSON of phone point and EXIF facts
    received_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    search_due: Mapped[bool] = mapped_column(server_default=text("true"))  # not searched for earlier uses yet


class PhotoFinding(Base):
    """What speaks against a photo, as weighed when it was found; the words are made from code and numbers."""

    __tablename__ = "photo_finding"
    __table_args__ = (Index("ix_photo_finding_reused", "found_at", postgresql_where=text("code = 'reused'")),)

    photo_id: Mapped[int] = ref("photo.id", primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[int]
    numbers: Mapped[dict[str, Any]]
    policy_version: Mapped[int]
    found_at: Mapped[datetime]


class PhotoView(Base):
    """Every view of a photo by brand staff."""

    __tablename__ = "photo_view"

    id: Mapped[Id]
    photo_id: Mapped[int] = ref("photo.id", index=True)
    person_id: Mapped[int] = ref("person.id")
    at: Mapped[datetime]


class PhotoWord(Base):
    """Which photos keep a word of `uploads.likeness`; the first stage of the search for reused photos.

    32-bit numbers: the table is read by the ten thousand, and two thousand million photos are enough.
    """

    __tablename__ = "photo_word"

    word: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    photos: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class PhotoPrint(Base):
    """How far the search for earlier uses has come with a photo, and the words it is kept under.

    `words` NULL: not kept yet; empty: none, or taken out again. `next_at`: in somebody's hands, or resting after a
    failure, until then. `trouble`: why it was given up.
    """

    __tablename__ = "photo_print"

    photo_id: Mapped[int] = ref("photo.id", primary_key=True)
    words: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    trouble: Mapped[str | None]


class PhotoMatch(Base):
    """Two photos of which one was laid over the other: `photo_id` was received later. Ids and numbers.

    `finding` is the code that was held against the later one; NULL: it is shown to reviewers and weighs nothing.
    """

    __tablename__ = "photo_match"
    __table_args__ = (one_of("grade", ("copy", "retaken")),)

    photo_id: Mapped[int] = ref("photo.id", primary_key=True)
    other_id: Mapped[int] = ref("photo.id", primary_key=True, index=True)
    grade: Mapped[str]
    same_bytes: Mapped[bool]
    finding: Mapped[str | None]
    numbers: Mapped[dict[str, Any]]  # of `uploads.looker.Seen`; empty for the same bytes
    found_at: Mapped[datetime]
