"""Pictures that show how a slot's photo should look

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slot_example",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_slot_example_added_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_slot_example")),
    )
    op.add_column("slot", sa.Column("example", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_slot_example"), "slot", "slot_example", ["example"], ["sha256"])


def downgrade() -> None:
    op.drop_column("slot", "example")
    op.drop_table("slot_example")
