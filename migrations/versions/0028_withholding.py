"""Tax withheld of persons

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was withheld of what was paid before."""
    op.create_table(
        "withholding_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("bands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_withholding_rule_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholding_rule")),
        sa.UniqueConstraint("since", name=op.f("uq_withholding_rule_since")),
    )
    op.add_column("payout", sa.Column("withheld_fen", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_payout_withheld_not_negative"), "payout", "withheld_fen >= 0")


def downgrade() -> None:
    """Without it."""
    op.drop_constraint(op.f("ck_payout_withheld_not_negative"), "payout", type_="check")
    op.drop_column("payout", "withheld_fen")
    op.drop_table("withholding_rule")
