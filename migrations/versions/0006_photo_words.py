"""The words of photos: first stage of the search for photos handed in before

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table; the words of photos that are there already are for the runner to add."""
    op.create_table(
        "photo_word",
        sa.Column("word", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("photos", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_photo_word")),
    )
    # A list grows in its own page while there is room: no index entry is written then.
    op.execute("ALTER TABLE photo_word SET (fillfactor = 85)")
