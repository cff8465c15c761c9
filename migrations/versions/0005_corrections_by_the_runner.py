"""How far a correction of the clocks' rules has come: it is carried through them by the runner

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Corrections made before this were carried out in their request: they have no row here."""
    op.create_table(
        "clock_correction_work",
        sa.Column("correction_id", sa.BigInteger(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("queued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("worked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["clock_correction.id"],
            name=op.f("fk_clock_correction_work_correction_id"),
        ),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_clock_correction_work")),
    )
