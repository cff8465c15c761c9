"""What nobody answered yet is found without reading what is answered

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Beside those who raise and answer. Broken off, it may be run again: what a half-built one left goes first."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_breach_open")
        op.create_index(
            "ix_breach_open",
            "breach",
            [sa.text("level DESC"), "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("coalesce(acknowledged_at, excused_at, withdrawn_at) IS NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    """They are looked for among all again."""
    op.drop_index("ix_breach_open", table_name="breach")
