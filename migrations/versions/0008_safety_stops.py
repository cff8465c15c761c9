"""Installers stopped by safety complaints: by which, and who lifted it when

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An empty table: who stands suspended from before is lifted as before."""
    op.create_table(
        "safety_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("binding_id", sa.BigInteger(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["binding_id"], ["role_binding.id"], name=op.f("fk_safety_stop_binding_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_safety_stop_complaint_id")),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name=op.f("fk_safety_stop_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_stop")),
        sa.UniqueConstraint(
            "complaint_id", "binding_id", name=op.f("uq_safety_stop_complaint_id_binding_id")
        ),
    )
    op.create_index(op.f("ix_safety_stop_binding_id"), "safety_stop", ["binding_id"], unique=False)
