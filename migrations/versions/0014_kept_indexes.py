"""What a purge looks for, oldest first

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_photo_bytes_kept", "photo", "received_at", "erased_at IS NULL"),
    ("ix_photo_place_kept", "photo", "received_at", "place IS NOT NULL"),
    ("ix_check_in_place_kept", "check_in", "received_at", "place IS NOT NULL"),
    ("ix_note_text_kept", "note", "created_at", "text IS NOT NULL"),
    ("ix_review_words_kept", "review", "created_at", "words IS NOT NULL"),
    ("ix_service_request_problem_kept", "service_request", "created_at", "problem IS NOT NULL"),
    ("ix_customer_order_personal_kept", "customer_order", "created_at", "personal IS NOT NULL"),
)


def upgrade() -> None:
    """Built while others write. Broken off, it may be run again: what a half-built one left goes first."""
    with op.get_context().autocommit_block():
        for name, table, at, kept in _INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(
                name,
                table,
                [at, "id"],
                unique=False,
                postgresql_where=sa.text(kept),
                postgresql_concurrently=True,
            )
