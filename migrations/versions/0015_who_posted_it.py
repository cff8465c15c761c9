"""Who posted an entry, corrections by two persons, and balances that are read without the history

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Entries of before name neither person nor task; the first fold after this sums them all up."""
    op.create_table(
        "ledger_mark",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_mark")),
    )
    op.create_table(
        "ledger_balance",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_balance_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "month", name=op.f("pk_ledger_balance")),
    )
    op.create_table(
        "ledger_correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("instead_fen", sa.BigInteger(), nullable=True),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reversal_id", sa.BigInteger(), nullable=True),
        sa.Column("instead_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "outcome <> 'approved' OR decided_by <> proposed_by", name=op.f("ck_ledger_correction_four_eyes")
        ),
        sa.CheckConstraint(
            "outcome IN ('approved', 'refused')", name=op.f("ck_ledger_correction_outcome_known")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_ledger_correction_decided_with_an_outcome"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_ledger_correction_decided_by")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_correction_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["instead_id"], ["ledger_entry.id"], name=op.f("fk_ledger_correction_instead_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.id"], name=op.f("fk_ledger_correction_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["reversal_id"], ["ledger_entry.id"], name=op.f("fk_ledger_correction_reversal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_correction")),
    )
    op.create_index(op.f("ix_ledger_correction_entry_id"), "ledger_correction", ["entry_id"], unique=False)
    op.create_index(
        "uq_ledger_correction_open",
        "ledger_correction",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.add_column("ledger_entry", sa.Column("author_id", sa.BigInteger(), nullable=True))
    op.add_column("ledger_entry", sa.Column("task", sa.Text(), nullable=True))
    op.execute(
        "ALTER TABLE ledger_entry ADD CONSTRAINT ck_ledger_entry_one_author"
        " CHECK (num_nonnulls(author_id, task) = 1) NOT VALID"
    )
