"""An installer tells his dealer how a delay came

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nullable: nothing is rewritten."""
    op.add_column("breach", sa.Column("explain_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """The words stay among the job's notes."""
    op.drop_column("breach", "explain_id")
