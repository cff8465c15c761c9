"""A dealer's own settlement with its installers: rates, what each job earned, what was marked as paid."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.installer_pay import Reason
from models.base import Base, Id, ref

_REASONS = ", ".join(f"'{reason}'" for reason in Reason)


class InstallerRate(Base):
    """Fen per job from a day on; never changed, a later one takes its place."""

    __tablename__ = "installer_rate"
    __table_args__ = (
        CheckConstraint("fen >= 0 AND further_fen >= 0", name="fen_not_negative"),
        Index("ix_installer_rate_dealer", "dealer_id", "id"),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    effective_from: Mapped[date]
    category: Mapped[str]
    kind: Mapped[str]
    fen: Mapped[int]
    further_fen: Mapped[int]
    made_by: Mapped[int] = ref("person.id")
    made_at: Mapped[datetime]


class InstallerPayment(Base):
    """The open lines of an installer's month, marked as paid by the dealer."""

    __tablename__ = "installer_payment"

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id", index=True)
    installer_id: Mapped[int] = ref("person.id")
    month: Mapped[date]
    amount_fen: Mapped[int]
    paid_on: Mapped[date]
    paid_by: Mapped[int] = ref("person.id")
    paid_at: Mapped[datetime]


class InstallerEarning(Base):
    """One line: a job by its rate, once, or a sum the dealer added for a reason. Changed only by being paid."""

    __tablename__ = "installer_earning"
    __table_args__ = (
        CheckConstraint("num_nonnulls(rate_id, reason) = 1", name="by_rate_or_reason"),
        CheckConstraint("rate_id IS NULL OR job_id IS NOT NULL", name="rate_of_a_job"),
        CheckConstraint(f"reason IN ({_REASONS})", name="reason_known"),
        Index(
            "uq_installer_earning_job", "job_id", unique=True, postgresql_where=text("rate_id IS NOT NULL")
        ),
        Index("ix_installer_earning_month", "dealer_id", "month", "installer_id", "id"),
        Index("ix_installer_earning_own", "installer_id", "dealer_id", "month", "id"),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    installer_id: Mapped[int] = ref("person.id")
    month: Mapped[date]
    job_id: Mapped[int | None] = ref("job.id", nullable=True)
    rate_id: Mapped[int | None] = ref("installer_rate.id", nullable=True)
    reason: Mapped[str | None]
    worked_on: Mapped[date]
    amount_fen: Mapped[int]
    text: Mapped[str] = mapped_column()
    made_by: Mapped[int | None] = ref("person.id", nullable=True)  # of a sum added by hand
    made_at: Mapped[datetime]
    payment_id: Mapped[int | None] = ref("installer_payment.id", nullable=True, index=True)
