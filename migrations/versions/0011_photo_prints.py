"""How far the search for photos handed in before has come, and which pairs it found

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two empty tables; every photo that is there is due, the oldest first, but those that were erased."""
    op.create_table(
        "photo_match",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("same_bytes", sa.Boolean(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("grade IN ('copy', 'retaken')", name=op.f("ck_photo_match_grade_known")),
        sa.ForeignKeyConstraint(["other_id"], ["photo.id"], name=op.f("fk_photo_match_other_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_match_photo_id")),
        sa.PrimaryKeyConstraint("photo_id", "other_id", name=op.f("pk_photo_match")),
    )
    op.create_index(op.f("ix_photo_match_other_id"), "photo_match", ["other_id"], unique=False)
    op.create_table(
        "photo_print",
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.ARRAY(sa.Integer()), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("compared_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_photo_print_photo_id")),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_print")),
    )
    op.add_column(
        "photo", sa.Column("search_due", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.execute("UPDATE photo SET search_due = false WHERE erased_at IS NOT NULL")
    op.create_index(
        "ix_photo_search_due", "photo", ["id"], unique=False, postgresql_where=sa.text("search_due")
    )
