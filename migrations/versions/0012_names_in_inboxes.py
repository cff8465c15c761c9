"""Whose surname stands in an inbox item, so that his erasure reaches it; out of those told before it goes now

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who was meant in words told before isn't known for certain: the dealer's name stays, the surname goes."""
    op.add_column("inbox_item", sa.Column("names_person_id", sa.BigInteger(), nullable=True))
    op.execute(
        r"""
        UPDATE inbox_item SET body = regexp_replace(body, '(^|的)[^的]{1,2}师傅将于', '\1师傅将于')
         WHERE template = 'visit_booked'
        """
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_inbox_names",
            "inbox_item",
            ["names_person_id"],
            unique=False,
            postgresql_where=sa.text("names_person_id IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
