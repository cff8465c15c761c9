"""An extra may belong to some categories of work only; what stands there belongs to all

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A constant default: no row is written anew."""
    op.add_column(
        "price_item",
        sa.Column("categories", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )


def downgrade() -> None:
    """Back to one list for everything."""
    op.drop_column("price_item", "categories")
