"""Whose fault an upheld complaint was

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What agents said before stands in the events that closed the complaints.

    The column is there for all before they are read, so that nobody waits for it. Broken off, it may be run again.
    """
    op.add_column("complaint", sa.Column("fault", sa.Text(), nullable=True), if_not_exists=True)
    with op.get_context().autocommit_block():
        op.execute(
            """
            UPDATE complaint SET fault = event.data->>'fault' FROM job_event event
             WHERE event.job_id = complaint.job_id AND event.action = 'complaint_closed'
               AND (event.data->>'complaint_id')::bigint = complaint.id AND complaint.closed_at IS NOT NULL
            """
        )


def downgrade() -> None:
    """Without it nobody can tell a dealer's fault from another's."""
    op.drop_column("complaint", "fault")
