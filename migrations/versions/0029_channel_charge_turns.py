"""Turns of channel charges

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was allocated before was so in the first turn."""
    op.add_column("channel_charge", sa.Column("turn", sa.BigInteger(), server_default="1", nullable=False))


def downgrade() -> None:
    """What was opened again and is the brand's once more would not be posted."""
    op.drop_column("channel_charge", "turn")
