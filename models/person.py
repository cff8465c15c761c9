"""Subjects of personal data, people, their roles and credentials (domain.md §1, §9; wechat.md §4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.actors import Role
from models.base import Base, Id, one_of, ref


class Subject(Base):
    """Whose data it is. `wrapped_key` encrypts this subject's personal columns; erasure sets it to NULL."""

    __tablename__ = "subject"

    id: Mapped[Id]
    wrapped_key: Mapped[bytes | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Person(Base):
    """Somebody who can sign in. `personal` is encrypted JSON {name, phone}; `phone_lookup` a keyed hash."""

    __tablename__ = "person"
    __table_args__ = (
        one_of("status", ("active", "suspended", "ended")),
        Index(
            "uq_person_phone_lookup", "phone_lookup", unique=True, postgresql_where=text("status <> 'ended'")
        ),
    )

    id: Mapped[Id]
    subject_id: Mapped[int] = ref("subject.id", index=True)
    personal: Mapped[bytes | None]
    phone_lookup: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(server_default="active")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Credential(Base):
    """Console login: argon2 hash, optional TOTP, lock-out after repeated failures."""

    __tablename__ = "credential"

    person_id: Mapped[int] = ref("person.id", primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    totp_secret: Mapped[bytes | None]  # encrypted with the master key
    totp_pending: Mapped[bytes | None]  # the same, until its first code proves that the phone has it
    totp_last_step: Mapped[int | None]  # a code is good once
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Desk(Base):
    """A service desk: a group of channels its agents see (B2C and Tmall desks are separate teams, S0)."""

    __tablename__ = "desk"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)


class DeskChannel(Base):
    """Which channels a desk serves."""

    __tablename__ = "desk_channel"

    desk_id: Mapped[int] = ref("desk.id", primary_key=True)
    channel_id: Mapped[int] = ref("channel.id", primary_key=True)


class RoleBinding(Base):
    """A person's role, at a dealer for dealer roles, at a desk (or all channels) for agents."""

    __tablename__ = "role_binding"
    __table_args__ = (
        one_of("role", Role),
        one_of("status", ("pending", "active", "suspended", "ended")),
        UniqueConstraint("person_id", "role", "dealer_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=True)
    role: Mapped[str]
    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True, index=True)
    desk_id: Mapped[int | None] = ref("desk.id", nullable=True)
    status: Mapped[str] = mapped_column(server_default="pending")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = ref("person.id", nullable=True)


class Invitation(Base):
    """A single-use way into a staff role; works only together with the expected phone."""

    __tablename__ = "invitation"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    role: Mapped[str]
    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True, index=True)
    desk_id: Mapped[int | None] = ref("desk.id", nullable=True)
    expected_phone_lookup: Mapped[bytes]
    issued_by: Mapped[int] = ref("person.id")
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = ref("person.id", nullable=True)
    revoked_at: Mapped[datetime | None]


class AccessEvent(Base):
    """Append-only: who signed in, bound, unbound, revealed, was refused. Ids only."""

    __tablename__ = "access_event"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    actor_person_id: Mapped[int | None] = mapped_column(index=True)
    actor_role: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(index=True)
    job_id: Mapped[int | None] = mapped_column(index=True)
    reason: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class Consent(Base):
    """Separate, refusable consent for phone, place and photos, with its version and time.

    A guest says yes to the phone before there is a person: then only `identity_id` stands here.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("purpose", ("phone", "place", "photo")),
        CheckConstraint("person_id IS NOT NULL OR identity_id IS NOT NULL", name="somebodys"),
    )

    id: Mapped[Id]
    person_id: Mapped[int | None] = ref("person.id", nullable=True, index=True)
    identity_id: Mapped[int | None] = ref("wechat_identity.id", nullable=True, index=True)
    purpose: Mapped[str]
    version: Mapped[str]
    given: Mapped[bool]
    at: Mapped[datetime]
