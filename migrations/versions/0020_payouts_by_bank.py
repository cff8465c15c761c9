"""Payouts by bank

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty tables; payments of before name no batch."""
    op.create_table(
        "bank_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'verified', 'refused', 'replaced')",
            name=op.f("ck_bank_account_state_known"),
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_bank_account_four_eyes")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_bank_account_dealer_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_bank_account_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_bank_account_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(op.f("ix_bank_account_dealer_id"), "bank_account", ["dealer_id"], unique=False)
    op.create_index(
        "uq_bank_account_proposed",
        "bank_account",
        ["dealer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "uq_bank_account_verified",
        "bank_account",
        ["dealer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'verified'"),
    )
    op.create_table(
        "bank_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_bank_template_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_template")),
    )
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_payout_batch_made_by")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["bank_template.id"], name=op.f("fk_payout_batch_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
        sa.UniqueConstraint("key", name=op.f("uq_payout_batch_key")),
    )
    op.create_table(
        "bank_result",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("gap", sa.Text(), nullable=True),
        sa.Column("read_by", sa.BigInteger(), nullable=True),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"], name=op.f("fk_bank_result_batch_id")),
        sa.ForeignKeyConstraint(["read_by"], ["person.id"], name=op.f("fk_bank_result_read_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_result")),
    )
    op.create_index(
        "uq_bank_result_said",
        "bank_result",
        ["batch_id", "number", "paid", "amount_fen"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("payout", sa.Column("batch_id", sa.BigInteger(), nullable=True))
    op.add_column("payout", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_payout_batch_id"), "payout", ["batch_id"], unique=False)
    op.create_foreign_key(op.f("fk_payout_batch_id"), "payout", "payout_batch", ["batch_id"], ["id"])
    op.create_foreign_key(op.f("fk_payout_account_id"), "payout", "bank_account", ["account_id"], ["id"])


def downgrade() -> None:
    """Without them."""
    op.drop_column("payout", "account_id")
    op.drop_column("payout", "batch_id")
    for table in ("bank_result", "payout_batch", "bank_template", "bank_account"):
        op.drop_table(table)
