"""Reports by the week read that week's ratings, reviews, draws and reused photos only

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_BRIN = {"postgresql_using": "brin", "postgresql_with": {"autosummarize": "on"}}
_INDEXES = (
    ("ix_rating_created", "rating", "created_at", _BRIN),
    ("ix_audit_drawn", "audit", "drawn_at", _BRIN),
    ("ix_review_reviewed", "review", "reviewed_at", {}),
    (
        "ix_photo_finding_reused",
        "photo_finding",
        "found_at",
        {"postgresql_where": sa.text("code = 'reused'")},
    ),
)


def upgrade() -> None:
    """Beside those who write. Broken off, it may be run again: what half-built ones left goes first."""
    with op.get_context().autocommit_block():
        for name, table, column, more in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(name, table, [column], unique=False, postgresql_concurrently=True, **more)


def downgrade() -> None:
    """The reports read all of them again."""
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table_name=table)
