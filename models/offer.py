"""A job held out to dealers (domain.md §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
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
