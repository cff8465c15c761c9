"""Which slots fill the evidence packs of a channel

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table: until somebody says otherwise the phases of the checklist decide."""
    op.create_table(
        "pack_layout",
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("slots", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_pack_layout_channel_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_pack_layout_made_by")),
        sa.PrimaryKeyConstraint("channel_id", "kind", "section", name=op.f("pk_pack_layout")),
    )


def downgrade() -> None:
    """Back to the phases."""
    op.drop_table("pack_layout")
