"""From a doubt to a payment

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty tables, and who closed a statement; nothing that was there changes."""
    op.create_table(
        "tax_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=True),
        sa.Column("rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("inclusive", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("rate_bp BETWEEN 0 AND 10000", name=op.f("ck_tax_rule_rate_known")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_tax_rule_dealer_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_tax_rule_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rule")),
        sa.UniqueConstraint(
            "since",
            "kind",
            "dealer_id",
            name=op.f("uq_tax_rule_since_kind_dealer_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("tax_fen", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("refused_by", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("refused_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(refused_at IS NULL) = (refused_reason IS NULL)", name=op.f("ck_invoice_refused_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_invoice_recorded_by")),
        sa.ForeignKeyConstraint(["refused_by"], ["person.id"], name=op.f("fk_invoice_refused_by")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_invoice_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
    )
    op.create_index(op.f("ix_invoice_statement_id"), "invoice", ["statement_id"], unique=False)
    op.create_index(
        "uq_invoice_number",
        "invoice",
        ["number"],
        unique=True,
        postgresql_where=sa.text("refused_at IS NULL"),
    )
    op.create_index(
        "uq_invoice_statement",
        "invoice",
        ["statement_id"],
        unique=True,
        postgresql_where=sa.text("refused_at IS NULL"),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'paid') = (entry_id IS NOT NULL)", name=op.f("ck_payout_paid_is_posted")
        ),
        sa.CheckConstraint("state IN ('open', 'paid', 'failed')", name=op.f("ck_payout_state_known")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payout_amount_positive")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_payout_dealer_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_payout_entry_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_payout_made_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_payout_settled_by")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_payout_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
    )
    op.create_index(op.f("ix_payout_statement_id"), "payout", ["statement_id"], unique=False)
    op.create_index(
        "uq_payout_entry",
        "payout",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("entry_id IS NOT NULL"),
    )
    op.create_index(
        "uq_payout_statement",
        "payout",
        ["statement_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'failed'"),
    )
    op.create_table(
        "statement_contest",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("photo_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("contested_by", sa.BigInteger(), nullable=True),
        sa.Column("contested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("correction_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "answer IN ('accepted', 'declined')", name=op.f("ck_statement_contest_answer_known")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_statement_contest_answered_with_words")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_statement_contest_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["contested_by"], ["person.id"], name=op.f("fk_statement_contest_contested_by")
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["ledger_correction.id"], name=op.f("fk_statement_contest_correction_id")
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_statement_contest_dealer_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entry.id"], name=op.f("fk_statement_contest_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_contest_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_contest")),
    )
    op.create_index(
        "ix_statement_contest_line", "statement_contest", ["entry_id", "dealer_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_statement_contest_statement_id"), "statement_contest", ["statement_id"], unique=False
    )
    op.add_column("statement", sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("statement", sa.Column("closed_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_statement_closed_by"), "statement", "person", ["closed_by"], ["id"])


def downgrade() -> None:
    """Without them."""
    op.drop_constraint(op.f("fk_statement_closed_by"), "statement", type_="foreignkey")
    op.drop_column("statement", "closed_by")
    op.drop_column("statement", "closed_at")
    for table in ("statement_contest", "payout", "invoice", "tax_rule"):
        op.drop_table(table)
