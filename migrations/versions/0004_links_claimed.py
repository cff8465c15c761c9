"""Links that nobody was sent: claimed by order number and four digits

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A claim has always ended after a day, a link that is sent after fourteen.
BEFORE = "UPDATE customer_link SET claimed = true WHERE expires_at = created_at + interval '1 day'"


def upgrade() -> None:
    """A constant default costs no rewrite; only links of the last day still open anything."""
    op.add_column(
        "customer_link", sa.Column("claimed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(BEFORE)
