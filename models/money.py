"""Fee rules, the append-only double-entry ledger, months and statements (domain.md §6).

Sign convention, stated once in `domain/ledger.py`: a debit is positive.
Triggers in the migration refuse UPDATE and DELETE on entries and legs, entries that do not sum to zero or
have no legs, and anything posted into a closed month.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref

STATEMENT_STATES = ("draft", "confirmed", "contested", "approved", "invoiced", "paid", "closed")


class FeeRule(Base):
    """One version of all fee rules, as readable data (see `domain/fee_reading.py`)."""

    __tablename__ = "fee_rule"

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(unique=True)
    effective_from: Mapped[datetime]
    rule: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class FeePreview(Base):
    """What a version of the rules would have changed in a month's jobs: asked for, worked out by the runner.

    `jobs` is None until it begins; a runner that is killed leaves it unfinished, and the next one begins anew.
    """

    __tablename__ = "fee_preview"
    __table_args__ = (
        Index(
            "uq_fee_preview_waiting",
            "fee_rule_id",
            "month",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    fee_rule_id: Mapped[int] = ref("fee_rule.id")
    month: Mapped[date]
    asked_by: Mapped[int | None] = ref("person.id", nullable=True)
    asked_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    jobs: Mapped[int | None]
    done: Mapped[int] = mapped_column(server_default="0")
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]  # of `domain/fee_comparison.py`


class LedgerAccount(Base):
    """`code` is what `domain/ledger.py` names it, e.g. dealer_payable:7."""

    __tablename__ = "ledger_account"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True, index=True)


class LedgerEntry(Base):
    """One fact, once: the natural key never holds the rule version.

    A person or a task made it (`author_id`, `task`); entries of before revision 0015 name neither.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("num_nonnulls(author_id, task) = 1", name="one_author"),  # not valid for older ones
        Index("ix_ledger_entry_job", "job_id"),
        Index(
            "uq_ledger_entry_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    natural_key: Mapped[str] = mapped_column(unique=True)
    month: Mapped[date]  # first day of the month it belongs to
    kind: Mapped[str]
    job_id: Mapped[int | None]
    fee_rule_id: Mapped[int | None]
    reverses_id: Mapped[int | None]
    memo: Mapped[str]  # the arithmetic in words
    posted_at: Mapped[datetime]
    author_id: Mapped[int | None]  # who proposed a correction, or granted an excuse
    task: Mapped[str | None]


class LedgerLeg(Base):
    """A posting; the legs of an entry sum to zero."""

    __tablename__ = "ledger_leg"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        Index("ix_ledger_leg_account", "account_id", "month"),
    )

    entry_id: Mapped[int] = ref("ledger_entry.id", primary_key=True)
    account_id: Mapped[int] = ref("ledger_account.id", primary_key=True)
    month: Mapped[date]
    amount_fen: Mapped[int]


class LedgerCorrection(Base):
    """A correction that one person proposes and another approves; approved, it names the entries it made."""

    __tablename__ = "ledger_correction"
    __table_args__ = (
        one_of("outcome", ("approved", "refused")),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_with_an_outcome"),
        CheckConstraint("outcome <> 'approved' OR decided_by <> proposed_by", name="four_eyes"),
        Index("uq_ledger_correction_open", "entry_id", unique=True, postgresql_where=text("outcome IS NULL")),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = ref("ledger_entry.id", index=True)
    reason: Mapped[str]
    instead_fen: Mapped[int | None]  # without one the entry is taken back and nothing comes in its place
    proposed_by: Mapped[int] = ref("person.id")
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = ref("person.id", nullable=True)
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    reversal_id: Mapped[int | None] = ref("ledger_entry.id", nullable=True)
    instead_id: Mapped[int | None] = ref("ledger_entry.id", nullable=True)


class LedgerBalance(Base):
    """What an account moved in a month, over the entries up to the mark: read in place of the history."""

    __tablename__ = "ledger_balance"

    account_id: Mapped[int] = ref("ledger_account.id", primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    amount_fen: Mapped[int]
    entries: Mapped[int]


class LedgerMark(Base):
    """Up to which entry the balances are summed; one row, none before the first time."""

    __tablename__ = "ledger_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]


class ClosedMonth(Base):
    """Nothing posts into it any more."""

    __tablename__ = "closed_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None] = ref("person.id", nullable=True)


class Statement(Base):
    """What one dealer is owed for one month; totals are the sum of its lines, which are the ledger's rows."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("dealer_id", "month"), one_of("status", STATEMENT_STATES))

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    month: Mapped[date]
    status: Mapped[str] = mapped_column(server_default="draft")
    total_fen: Mapped[int]
    carried_in_fen: Mapped[int] = mapped_column(server_default="0")
    payout_fen: Mapped[int]
    carried_out_fen: Mapped[int] = mapped_column(server_default="0")
    drawn_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = ref("person.id", nullable=True)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = ref("person.id", nullable=True)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = ref("person.id", nullable=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = ref("person.id", nullable=True)
    version: Mapped[int] = mapped_column(server_default="1")


class StatementLine(Base):
    """One ledger entry's effect on a dealer's payable: on exactly one statement of that dealer, ever.

    While `contested_at` stands the line is in no total; it moves to the next statement once the rest is approved.
    """

    __tablename__ = "statement_line"
    __table_args__ = (
        Index("ix_statement_line_statement", "statement_id", "entry_id"),
        Index(
            "ix_statement_line_contested", "statement_id", postgresql_where=text("contested_at IS NOT NULL")
        ),
    )

    entry_id: Mapped[int] = ref("ledger_entry.id", primary_key=True)
    dealer_id: Mapped[int] = ref("dealer.id", primary_key=True)
    statement_id: Mapped[int] = ref("statement.id")
    moved_from_id: Mapped[int | None] = ref("statement.id", nullable=True)  # where it was contested
    amount_fen: Mapped[int]
    contested_at: Mapped[datetime | None]
    contest_reason: Mapped[str | None]


class ChargeMemo(Base):
    """Money a dealer or installer collected itself: known, never paid again."""

    __tablename__ = "charge_memo"

    charge_id: Mapped[int] = ref("charge.id", primary_key=True)
    dealer_id: Mapped[int] = ref("dealer.id", index=True)
    month: Mapped[date]
    amount_fen: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
