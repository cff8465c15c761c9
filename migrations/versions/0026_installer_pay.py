"""What a dealer pays its installers: rates, earnings, what was marked as paid

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installer_payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("installer_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("paid_by", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_installer_payment_dealer_id")),
        sa.ForeignKeyConstraint(
            ["installer_id"], ["person.id"], name=op.f("fk_installer_payment_installer_id")
        ),
        sa.ForeignKeyConstraint(["paid_by"], ["person.id"], name=op.f("fk_installer_payment_paid_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installer_payment")),
    )
    op.create_index(op.f("ix_installer_payment_dealer_id"), "installer_payment", ["dealer_id"], unique=False)
    op.create_table(
        "installer_rate",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("further_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("fen >= 0 AND further_fen >= 0", name=op.f("ck_installer_rate_fen_not_negative")),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_installer_rate_dealer_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_installer_rate_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installer_rate")),
    )
    op.create_index("ix_installer_rate_dealer", "installer_rate", ["dealer_id", "id"], unique=False)
    op.create_table(
        "installer_earning",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dealer_id", sa.BigInteger(), nullable=False),
        sa.Column("installer_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("rate_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('bonus', 'deduction', 'materials', 'advance', 'correction', 'other')",
            name=op.f("ck_installer_earning_reason_known"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(rate_id, reason) = 1", name=op.f("ck_installer_earning_by_rate_or_reason")
        ),
        sa.CheckConstraint(
            "rate_id IS NULL OR job_id IS NOT NULL", name=op.f("ck_installer_earning_rate_of_a_job")
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_installer_earning_dealer_id")),
        sa.ForeignKeyConstraint(
            ["installer_id"], ["person.id"], name=op.f("fk_installer_earning_installer_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_installer_earning_job_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_installer_earning_made_by")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["installer_payment.id"], name=op.f("fk_installer_earning_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["rate_id"], ["installer_rate.id"], name=op.f("fk_installer_earning_rate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installer_earning")),
    )
    op.create_index(
        "ix_installer_earning_month",
        "installer_earning",
        ["dealer_id", "month", "installer_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_installer_earning_own",
        "installer_earning",
        ["installer_id", "dealer_id", "month", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_installer_earning_payment_id"), "installer_earning", ["payment_id"], unique=False
    )
    op.create_index(
        "uq_installer_earning_job",
        "installer_earning",
        ["job_id"],
        unique=True,
        postgresql_where=sa.text("rate_id IS NOT NULL"),
    )
