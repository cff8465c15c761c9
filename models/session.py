"""Sessions, WeChat identities, links, keys, limits and remembered answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.actors import Role
from models.base import Base, Id, one_of, ref


class WechatIdentity(Base):
    """One openid of one app; `person_id` is NULL until bound. unionid arrives late or never."""

    __tablename__ = "wechat_identity"
    __table_args__ = (
        UniqueConstraint("app_id", "openid"),
        Index("uq_wechat_identity_person", "app_id", "person_id", unique=True),
    )

    id: Mapped[Id]
    app_id: Mapped[str]
    openid: Mapped[str]
    unionid: Mapped[str | None]
    person_id: Mapped[int | None] = ref("person.id", nullable=True, index=True)
    first_seen: Mapped[datetime]
    last_login: Mapped[datetime]


class Session(Base):
    """An opaque token's record: only its SHA-256 is stored. Acts in one role binding.

    A guest (unbound WeChat identity) has no binding; a customer by link has `job_id`.
    """

    __tablename__ = "session"
    __table_args__ = (
        one_of("kind", ("phone", "console", "link")),
        one_of("role", (*Role, "guest")),
        # "Did that dealer's people ever use this phone?" is asked of revoked sessions too: never purge them.
        Index("ix_session_device_id", "device_id", postgresql_where=text("device_id IS NOT NULL")),
    )

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    kind: Mapped[str]
    role: Mapped[str]
    person_id: Mapped[int | None] = ref("person.id", nullable=True, index=True)
    identity_id: Mapped[int | None] = ref("wechat_identity.id", nullable=True, index=True)
    binding_id: Mapped[int | None] = ref("role_binding.id", nullable=True, index=True)
    link_id: Mapped[int | None] = ref("customer_link.id", nullable=True, index=True)
    job_id: Mapped[int | None] = ref("job.id", nullable=True)
    csrf_hash: Mapped[bytes | None]
    device_id: Mapped[str | None]
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    idle_expires_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CustomerLink(Base):
    """A signed link for a customer who never opened the mini-program: one job, expiring, revocable."""

    __tablename__ = "customer_link"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    job_id: Mapped[int] = ref("job.id", index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    claimed: Mapped[bool] = mapped_column(
        server_default=text("false")
    )  # nobody was sent it: opened by the order's number and four digits, which the dealer's people know too


class ApiKey(Base):
    """A shop system's key: requests are HMAC-signed with the secret and act for one channel."""

    __tablename__ = "api_key"

    id: Mapped[Id]
    key_id: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[bytes]  # encrypted with the master key
    channel_id: Mapped[int] = ref("channel.id")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RebindRequest(Base):
    """A phone was verified from another WeChat account: somebody must say that it is the same person."""

    __tablename__ = "rebind_request"
    __table_args__ = (
        one_of("status", ("pending", "approved", "refused")),
        Index(
            "uq_rebind_request_pending",
            "identity_id",
            "person_id",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
    )

    id: Mapped[Id]
    identity_id: Mapped[int] = ref("wechat_identity.id")  # the new account
    person_id: Mapped[int] = ref("person.id", index=True)
    status: Mapped[str] = mapped_column(server_default="pending")
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = ref("person.id", nullable=True)


class Lockout(Base):
    """Wrong tries in a row, per login, identity, order or address (keyed hashes). A row may belong to nobody:
    an unknown login locks exactly as a known one does."""

    __tablename__ = "lockout"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class RateWindow(Base):
    """Counts for the few limits that must hold across processes (sign-in, links, invitations)."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]


class RememberedAnswer(Base):
    """The first answer to an Idempotency-Key, written in the transaction it answers for."""

    __tablename__ = "remembered_answer"

    owner: Mapped[str] = mapped_column(primary_key=True)  # "person:7", "session:9", "key:3"
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)
