"""Contested lines found without reading every line there ever was

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Built while others write. Broken off, it may be run again: what a half-built one left goes first."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_statement_line_contested")
        op.create_index(
            "ix_statement_line_contested",
            "statement_line",
            ["statement_id"],
            unique=False,
            postgresql_where=sa.text("contested_at IS NOT NULL"),
            postgresql_concurrently=True,
        )
