"""Where money goes: verified bank accounts, the banks' file templates, batches of payments, the banks' answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref

STATES = ("proposed", "verified", "refused", "replaced")


class BankAccount(Base):
    """A dealer's account, sealed whole; one person proposes it, another verifies it. Replaced ones stay."""

    __tablename__ = "bank_account"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        Index(
            "uq_bank_account_proposed", "dealer_id", unique=True, postgresql_where=text("state = 'proposed'")
        ),
        Index(
            "uq_bank_account_verified", "dealer_id", unique=True, postgresql_where=text("state = 'verified'")
        ),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id", index=True)
    sealed: Mapped[bytes]  # number, holder, bank, bank_code
    masked: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[int] = ref("person.id")
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = ref("person.id", nullable=True)
    decided_at: Mapped[datetime | None]


class BankTemplate(Base):
    """A version of a bank's two files as data (`domain/bank_files.py`); never changed."""

    __tablename__ = "bank_template"

    id: Mapped[Id]
    name: Mapped[str]
    data: Mapped[dict[str, Any]]
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]


class PayoutBatch(Base):
    """Payments given to a bank in one file; the same key is the same batch."""

    __tablename__ = "payout_batch"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    template_id: Mapped[int] = ref("bank_template.id")
    sha256: Mapped[bytes]  # of its file
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]


class BankResult(Base):
    """What a bank said of one number of a batch, once per number and word; `gap`: why nothing was done by it."""

    __tablename__ = "bank_result"
    __table_args__ = (Index("uq_bank_result_said", "batch_id", "number", "paid", "amount_fen", unique=True,
                            postgresql_nulls_not_distinct=True),)  # fmt: skip

    id: Mapped[Id]
    batch_id: Mapped[int] = ref("payout_batch.id")
    number: Mapped[str]
    amount_fen: Mapped[int]
    paid: Mapped[bool | None]
    reason: Mapped[str]
    gap: Mapped[str | None]
    read_by: Mapped[int | None] = ref("person.id", nullable=True)
    read_at: Mapped[datetime]
