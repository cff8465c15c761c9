"""What platforms took from the operators of shops, and whose fault it was (domain.md §6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.channel_charges import REASONS, Fault
from models.base import Base, Id, one_of, ref


class ChannelCharge(Base):
    """One penalty of a platform, by the platform's number. Laid on a dealer it has a penalty that names it."""

    __tablename__ = "channel_charge"
    __table_args__ = (
        UniqueConstraint("channel_id", "number"),
        one_of("reason", tuple(REASONS)),
        one_of("fault", tuple(Fault)),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("(fault IS NULL) = (allocated_at IS NULL)", name="allocated_with_a_fault"),
        Index("ix_channel_charge_waiting", "id", postgresql_where=text("fault IS NULL")),
    )

    id: Mapped[Id]
    channel_id: Mapped[int] = ref("channel.id")
    number: Mapped[str]
    charged_on: Mapped[date]
    reason: Mapped[str]
    amount_fen: Mapped[int]
    order_line_id: Mapped[int | None] = ref("order_line.id", nullable=True, index=True)
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]
    fault: Mapped[str | None]
    allocated_by: Mapped[int | None] = ref("person.id", nullable=True)
    allocated_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(server_default="1")  # one more each time an allocation was taken back
