"""Outbox, inbox and the grants of WeChat subscribe messages (domain.md §8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Outbox(Base):
    """A side effect owed, written in the transaction of its cause.

    `uncertain`: it may have happened, so it is never repeated on the same wire. `parked` waits for a person, who has it
    tried again or says why it is `dropped`. A notice that this wire cannot bring is dropped without one: the inbox has
    it, and an SMS goes where it matters.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", ("pending", "sending", "uncertain", "sent", "parked", "dropped")),
        Index(
            "ix_outbox_due", "next_at", postgresql_where=text("state IN ('pending', 'sending', 'uncertain')")
        ),
        Index("ix_outbox_msgid", "msgid", postgresql_where=text("msgid IS NOT NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[str]  # notice, qr_code, text_check …
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None]
    job_id: Mapped[int | None] = mapped_column(index=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    wire: Mapped[str | None]  # inbox, wechat, sms: where it went or is going
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]  # when the last attempt began
    sent_at: Mapped[datetime | None]
    msgid: Mapped[str | None]  # the wire's own number of what was sent
    dropped_by: Mapped[int | None]
    dropped_why: Mapped[str | None]
    dropped_at: Mapped[datetime | None]


class InboxItem(Base):
    """Always written, the truth of what a person was told."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        Index("ix_inbox_person", "person_id", "id"),
        Index("ix_inbox_names", "names_person_id", postgresql_where=text("names_person_id IS NOT NULL")),
        UniqueConstraint("outbox_id", "person_id"),
    )

    id: Mapped[Id]
    outbox_id: Mapped[int] = ref("outbox.id")
    person_id: Mapped[int] = ref("person.id")
    job_id: Mapped[int | None]
    template: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    names_person_id: Mapped[int | None]  # whose surname stands in the body: gone when he is erased
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Grant(Base):
    """How many one-time subscribe messages a person still allows per template: our own ledger.

    `template` is WeChat's id. `hinted_at`: the phone says that it was allowed, WeChat's event has not said so yet.
    """

    __tablename__ = "grant"
    __table_args__ = (CheckConstraint("remaining >= 0", name="not_negative"),)

    identity_id: Mapped[int] = ref("wechat_identity.id", primary_key=True)
    template: Mapped[str] = mapped_column(primary_key=True)
    remaining: Mapped[int] = mapped_column(server_default="0")
    hinted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]  # by WeChat's clock for its events, by ours for what we sent


class PushSeen(Base):
    """Push events already taken: WeChat delivers up to three times."""

    __tablename__ = "push_seen"

    dedupe_key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class WechatToken(Base):
    """The app's access token, one for all processes. Who refreshes it holds an advisory lock, not a transaction."""

    __tablename__ = "wechat_token"

    app_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes | None]  # encrypted with the master key
    expires_at: Mapped[datetime | None]
    forced_at: Mapped[datetime | None]  # when a refresh was last forced: WeChat wants 30 s between
