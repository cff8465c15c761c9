"""Runs that did something are found among many that had nothing to do

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_WORKED = """requested_by IS NOT NULL OR error IS NOT NULL OR finished_at IS NULL
 OR jsonb_path_exists(counts, '$.** ? (@ > 0)')"""


def upgrade() -> None:
    """Beside the runners. Broken off, it may be run again: what a half-built one left goes first."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_run_worked")
        op.create_index(
            "ix_run_worked",
            "run",
            ["id"],
            unique=False,
            postgresql_where=sa.text(_WORKED),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    """They are looked for among all again."""
    op.drop_index("ix_run_worked", table_name="run")
