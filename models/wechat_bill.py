"""Money through WeChat: bills, every word said of them, the days' bills, and what finance has looked into."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.payments import OPEN, Heard, Kind, State
from models.base import Base, Id, one_of, ref

_OPEN = ", ".join(f"'{state}'" for state in OPEN)


class WechatBill(Base):
    """One movement of money under one number that never changes; `domain/payments.py` moves its state.

    A transfer pays a payout; a payment is for charges of a job; a refund gives back part of a payment (`of_id`).
    """

    __tablename__ = "wechat_bill"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", State),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint(  # a failed refund is posted when it was paid by hand
            "(state = 'paid') = (entry_id IS NOT NULL) OR (kind = 'refund' AND state = 'failed')",
            name="paid_is_posted",
        ),
        CheckConstraint("(kind = 'transfer') = (payout_id IS NOT NULL)", name="transfer_pays_out"),
        CheckConstraint("(kind = 'refund') = (of_id IS NOT NULL)", name="refund_of_a_payment"),
        CheckConstraint("(kind = 'transfer') = (job_id IS NULL)", name="customers_have_a_job"),
        UniqueConstraint("payout_id"),
        UniqueConstraint("entry_id"),
        Index(
            "uq_wechat_bill_payment",
            "job_id",
            unique=True,
            postgresql_where=text(f"kind = 'payment' AND state IN ({_OPEN})"),
        ),
        Index(
            "uq_wechat_bill_cause",
            "cause",
            unique=True,
            postgresql_where=text("state <> 'failed' OR entry_id IS NOT NULL"),
        ),
        Index("ix_wechat_bill_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    amount_fen: Mapped[int]
    words: Mapped[str]  # what the other side reads
    state: Mapped[str]
    job_id: Mapped[int | None] = ref("job.id", nullable=True, index=True)
    charge_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    payout_id: Mapped[int | None] = ref("payout.id", nullable=True)
    of_id: Mapped[int | None] = ref("wechat_bill.id", nullable=True, index=True)
    cause: Mapped[str | None]  # of a refund: each cause gives back once
    identity_id: Mapped[int | None] = ref("wechat_identity.id", nullable=True)  # who pays or is paid
    person_id: Mapped[int | None] = ref("person.id", nullable=True)
    ticket: Mapped[str | None]  # what the phone needs: prepay_id or package_info
    their_number: Mapped[str | None] = mapped_column(index=True)
    doubted: Mapped[bool] = mapped_column(server_default=text("false"))  # a send went unanswered once
    tries: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime | None]  # when to send or to ask; none at the end
    until: Mapped[datetime | None]  # a payment may be made
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why it failed, in WeChat's code
    entry_id: Mapped[int | None] = ref("ledger_entry.id", nullable=True)


class WechatWord(Base):
    """One attempt or notification and what it told; never changed. `gap`: why nothing was done by it."""

    __tablename__ = "wechat_word"
    __table_args__ = (
        one_of("way", ("send", "ask", "close", "note")),
        one_of("heard", Heard),
        one_of("gap", ("amount", "openid", "contradiction", "unknown_number")),
    )

    id: Mapped[Id]
    bill_id: Mapped[int | None] = ref("wechat_bill.id", nullable=True, index=True)
    number: Mapped[str]
    at: Mapped[datetime]
    way: Mapped[str]
    heard: Mapped[str]
    said: Mapped[str]  # WeChat's state or code, or how the network failed
    amount_fen: Mapped[int | None]
    gap: Mapped[str | None]
    note_id: Mapped[str | None] = mapped_column(unique=True)  # a notification counts once


class WechatDay(Base):
    """A day's bill that was fetched; without lines WeChat had none."""

    __tablename__ = "wechat_day"

    which: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    lines: Mapped[int]
    read_at: Mapped[datetime]


class WechatLine(Base):
    """A line of a day's bill, by WeChat's number; `number` is ours where the bill names it."""

    __tablename__ = "wechat_line"
    __table_args__ = (one_of("kind", Kind), UniqueConstraint("kind", "their_number"))

    id: Mapped[Id]
    kind: Mapped[str]
    day: Mapped[date]
    number: Mapped[str] = mapped_column(index=True)
    their_number: Mapped[str]
    amount_fen: Mapped[int]


class DifferenceNoted(Base):
    """Somebody in finance looked into a difference and wrote what it was; it is no alarm any more."""

    __tablename__ = "difference_noted"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    memo: Mapped[str]
    noted_by: Mapped[int | None] = ref("person.id", nullable=True)
    noted_at: Mapped[datetime]
