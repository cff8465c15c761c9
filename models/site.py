"""What happens on site: arrival, extras, the customer's code, waived slots, damage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class CheckIn(Base):
    """Arrival, once per visit: inside, outside (with reason and photo) or unknown. Place is encrypted."""

    __tablename__ = "check_in"
    __table_args__ = (
        one_of("result", ("inside", "outside", "unknown")),
        Index("ix_check_in_place_kept", "received_at", "id", postgresql_where=text("place IS NOT NULL")),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = ref("visit.id", index=True)
    job_id: Mapped[int] = ref("job.id", index=True)
    installer_id: Mapped[int | None] = ref("person.id", nullable=True)
    subject_id: Mapped[int] = ref("subject.id")
    result: Mapped[str]
    distance_m: Mapped[int | None]
    reason: Mapped[str | None]
    photo_id: Mapped[int | None] = ref("photo.id", nullable=True)
    place: Mapped[bytes | None]  # encrypted JSON of the point as sent
    zone: Mapped[str]  # the dealer's own, as of this trip: another dealer may finish the job
    outlet_m: Mapped[int | None]
    agreed_fen: Mapped[int | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]


class Charge(Base):
    """An extra on the spot: from the price list, with the customer's yes. Submit needs each settled."""

    __tablename__ = "charge"
    __table_args__ = (
        one_of("status", ("proposed", "approved", "refused", "withdrawn", "lapsed", "disputed")),
        one_of("collected_by", ("brand", "dealer", "installer")),
        one_of("ruling", ("stands", "refunded", "overcharged")),
        one_of("ruled_how", ("agent", "dealer", "silence", "remote")),
        one_of("refund_at", ("dealer", "brand")),
        CheckConstraint(
            "amount_fen = quantity * unit_fen AND quantity > 0 AND unit_fen >= 0", name="amount_adds_up"
        ),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id", index=True)
    item_code: Mapped[str]
    charge_type: Mapped[int]
    quantity: Mapped[int]
    unit_fen: Mapped[int]
    amount_fen: Mapped[int]
    photo_id: Mapped[int | None] = ref("photo.id", nullable=True)
    status: Mapped[str] = mapped_column(server_default="proposed")
    collected_by: Mapped[str]
    settled_at: Mapped[datetime | None]  # paid (brand) or recorded as collected (dealer, installer)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    shown: Mapped[bool] = mapped_column(
        server_default=text("false")
    )  # the promise named it at this price or more
    agreed_how: Mapped[str | None]  # tap, link, code; promise: the way, as shown before the purchase
    ruling: Mapped[str | None]  # of a disputed one: stands, refunded, overcharged
    refund_fen: Mapped[int | None]  # what of it the customer gets back
    disputed_at: Mapped[datetime | None]  # from then on the dealer is asked
    answered_at: Mapped[
        datetime | None
    ]  # the dealer spoke, or its time was up: from then on an agent is asked
    ruled_how: Mapped[str | None]  # agent, dealer (gave it back), silence; remote: the verdict on the way
    refund_at: Mapped[str | None]  # at whose cost it goes back: dealer or brand


class ConfirmCode(Base):
    """The customer's code: made after submit, shown only to the customer."""

    __tablename__ = "confirm_code"

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    code: Mapped[bytes | None]  # encrypted under the customer's subject, so that it can be shown again
    made_at: Mapped[datetime]


class SlotWaiver(Base):
    """A slot the customer refused to have photographed, with the reason; leads to an audit."""

    __tablename__ = "slot_waiver"

    job_id: Mapped[int] = ref("job.id", primary_key=True)
    slot_code: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[datetime]


class Damage(Base):
    """Appraisal of damaged goods found on site: evidence for the channel, figures for the factory."""

    __tablename__ = "damage"

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id", index=True)
    package: Mapped[str]
    exterior: Mapped[str]
    function: Mapped[str]
    carrier: Mapped[str | None]
    serial_number: Mapped[str | None]
    photo_ids: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    created_at: Mapped[datetime]
