"""What follows a statement: doubts and their answers, tax rates, invoices, payments (docs/statements.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.payouts import State
from models.base import Base, Id, one_of, ref


class TaxRule(Base):
    """A rate from a month on, of a kind of line ("*": every kind) and a dealer (none: every dealer); never changed."""

    __tablename__ = "tax_rule"
    __table_args__ = (
        UniqueConstraint("since", "kind", "dealer_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("rate_bp BETWEEN 0 AND 10000", name="rate_known"),
    )

    id: Mapped[Id]
    since: Mapped[date]
    kind: Mapped[str]
    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True)
    rate_bp: Mapped[int]
    inclusive: Mapped[bool]
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]


class WithholdingRule(Base):
    """Bands of what is withheld of payments to persons, from a month on; never changed."""

    __tablename__ = "withholding_rule"

    id: Mapped[Id]
    since: Mapped[date] = mapped_column(unique=True)
    bands: Mapped[list[Any]]
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]


class StatementContest(Base):
    """One doubt about one line and what finance answered; the newest of a line is the one that counts."""

    __tablename__ = "statement_contest"
    __table_args__ = (
        Index("ix_statement_contest_line", "entry_id", "dealer_id", "id"),
        one_of("answer", ("accepted", "declined")),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_with_words"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = ref("statement.id", index=True)
    entry_id: Mapped[int] = ref("ledger_entry.id")
    dealer_id: Mapped[int] = ref("dealer.id")
    reason: Mapped[str]
    photo_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))  # of the line's job
    contested_by: Mapped[int | None] = ref("person.id", nullable=True)
    contested_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    words: Mapped[str | None]
    answered_by: Mapped[int | None] = ref("person.id", nullable=True)
    answered_at: Mapped[datetime | None]
    correction_id: Mapped[int | None] = ref("ledger_correction.id", nullable=True)


class StatementPaper(Base):
    """Evidence for a doubt, or the file of an invoice: the bytes as they came, without what a camera wrote."""

    __tablename__ = "statement_paper"
    __table_args__ = (
        CheckConstraint("num_nonnulls(contest_id, invoice_id) = 1", name="of_one_thing"),
        UniqueConstraint("contest_id", "invoice_id", "sha256", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = ref("statement.id", index=True)
    contest_id: Mapped[int | None] = ref("statement_contest.id", nullable=True)
    invoice_id: Mapped[int | None] = ref("invoice.id", nullable=True, index=True)
    media: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    data: Mapped[bytes]
    added_by: Mapped[int] = ref("person.id")
    added_at: Mapped[datetime]


class Invoice(Base):
    """A dealer's invoice for a statement; a refused one stays on record and makes room for another."""

    __tablename__ = "invoice"
    __table_args__ = (
        Index("uq_invoice_number", "number", unique=True, postgresql_where=text("refused_at IS NULL")),
        Index(
            "uq_invoice_statement", "statement_id", unique=True, postgresql_where=text("refused_at IS NULL")
        ),
        CheckConstraint("(refused_at IS NULL) = (refused_reason IS NULL)", name="refused_with_a_reason"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = ref("statement.id", index=True)
    number: Mapped[str]
    issued_on: Mapped[date]
    amount_fen: Mapped[int]
    tax_fen: Mapped[int]
    recorded_by: Mapped[int | None] = ref("person.id", nullable=True)
    recorded_at: Mapped[datetime]
    refused_by: Mapped[int | None] = ref("person.id", nullable=True)
    refused_at: Mapped[datetime | None]
    refused_reason: Mapped[str | None]


class Payout(Base):
    """One attempt to pay a statement; one that has not failed is the only one. Paid, it names its entry."""

    __tablename__ = "payout"
    __table_args__ = (
        one_of("state", State),
        Index("uq_payout_statement", "statement_id", unique=True, postgresql_where=text("state <> 'failed'")),
        Index("uq_payout_entry", "entry_id", unique=True, postgresql_where=text("entry_id IS NOT NULL")),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("withheld_fen >= 0", name="withheld_not_negative"),
        CheckConstraint("(state = 'paid') = (entry_id IS NOT NULL)", name="paid_is_posted"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = ref("statement.id", index=True)
    dealer_id: Mapped[int] = ref("dealer.id")
    batch_id: Mapped[int | None] = ref("payout_batch.id", nullable=True, index=True)
    account_id: Mapped[int | None] = ref("bank_account.id", nullable=True)
    amount_fen: Mapped[int]  # what arrives
    withheld_fen: Mapped[int] = mapped_column(
        server_default="0"
    )  # and what a person's tax takes of the payout
    state: Mapped[str]
    paid_on: Mapped[date | None]
    reference: Mapped[str | None]  # the bank's
    reason: Mapped[str | None]  # why it failed
    made_by: Mapped[int | None] = ref("person.id", nullable=True)
    made_at: Mapped[datetime]
    settled_by: Mapped[int | None] = ref("person.id", nullable=True)
    settled_at: Mapped[datetime | None]
    entry_id: Mapped[int | None] = ref("ledger_entry.id", nullable=True)
