"""Steps of a disputed extra: since when whose word is awaited, who ended it, at whose cost money goes back

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Of what was disputed before, the dealer is asked now: it never had its time.
BEFORE = "UPDATE charge SET disputed_at = now() WHERE status = 'disputed' AND ruling IS NULL"
RULED = """
UPDATE charge SET disputed_at = decided_at, answered_at = decided_at, ruled_how = 'agent',
       refund_at = CASE WHEN refund_fen > 0 THEN 'dealer' END WHERE ruling IS NOT NULL
"""


def upgrade() -> None:
    """Columns without a default cost no rewrite; few charges are disputed."""
    op.add_column("charge", sa.Column("disputed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("charge", sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("charge", sa.Column("ruled_how", sa.Text(), nullable=True))
    op.add_column("charge", sa.Column("refund_at", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_charge_ruled_how_known"), "charge", "ruled_how IN ('agent', 'dealer', 'silence', 'remote')"
    )
    op.create_check_constraint(
        op.f("ck_charge_refund_at_known"), "charge", "refund_at IN ('dealer', 'brand')"
    )
    op.execute(BEFORE)
    op.execute(RULED)
