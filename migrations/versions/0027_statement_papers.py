"""Papers to a statement: evidence for doubted lines, invoices as files

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statement_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("contest_id", sa.BigInteger(), nullable=True),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(contest_id, invoice_id) = 1", name=op.f("ck_statement_paper_of_one_thing")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_statement_paper_added_by")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["statement_contest.id"], name=op.f("fk_statement_paper_contest_id")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_statement_paper_invoice_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_paper_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_paper")),
        sa.UniqueConstraint(
            "contest_id",
            "invoice_id",
            "sha256",
            name=op.f("uq_statement_paper_contest_id_invoice_id_sha256"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_statement_paper_invoice_id"), "statement_paper", ["invoice_id"], unique=False)
    op.create_index(
        op.f("ix_statement_paper_statement_id"), "statement_paper", ["statement_id"], unique=False
    )
