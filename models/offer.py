"""A job held out to dealers (domain.md §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Offer(Base):
    """A job held out to one dealer until `expires_at`; the funnel of reasons is kept with it."""

    __tablename__ = "offer"
    __table_args__ = (
        one_of("status", ("open", "accepted", "declined", "expired", "withdrawn")),
        Index("uq_offer_open", "job_id", "dealer_id", unique=True, postgresql_where=text("status = 'open'")),
        Index(
            "uq_offer_accepted", "job_id", "round", unique=True, postgresql_where=text("status = 'accepted'")
        ),
        Index("ix_offer_expiring", "expires_at", postgresql_where=text("status = 'open'")),
        Index("ix_offer_dealer", "dealer_id", "status", "id"),
        Index("ix_offer_recent", "dealer_id", "offered_at"),  # whose turn it is among equals
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id", index=True)
    dealer_id: Mapped[int] = ref("dealer.id")
    round: Mapped[int] = mapped_column(server_default="1")  # grows with every redispatch or reopening
    status: Mapped[str] = mapped_column(server_default="open")
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    zone: Mapped[str]
    distance_m: Mapped[int | None]
    free_m: Mapped[int | None]  # the coverage's own radius and rate, where it has them
    per_km_fen: Mapped[int | None]
    funnel: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))


class AutoAccept(Base):
    """A dealer's wish for one category: take what is offered at once, up to capacity. No row: `dealer.auto_accept`."""

    __tablename__ = "auto_accept"

    dealer_id: Mapped[int] = ref("dealer.id", primary_key=True)
    category_code: Mapped[str] = ref("category.code", primary_key=True)
    wanted: Mapped[bool]
    changed_at: Mapped[datetime]


class DispatchRule(Base):
    """How a category is dispatched; no row: the defaults of `domain.dispatch.Rule`."""

    __tablename__ = "dispatch_rule"
    __table_args__ = (
        CheckConstraint("asked_at_once BETWEEN 1 AND 20", name="asked_at_once"),
        CheckConstraint("offer_minutes BETWEEN 5 AND 1440", name="offer_minutes"),
    )

    category_code: Mapped[str] = ref("category.code", primary_key=True)
    asked_at_once: Mapped[int]  # dealers asked together (抢单) where the territory has no owner to ask
    offer_minutes: Mapped[int]  # of service time
    changed_at: Mapped[datetime]
