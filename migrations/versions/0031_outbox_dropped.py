"""What was parked may be dropped, with who said so and why

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATES = op.f("ck_outbox_state_known")
_BEFORE = "'pending', 'sending', 'uncertain', 'sent', 'parked'"


def upgrade() -> None:
    """The rows that are there kept the narrower rule: looking at them again would only hold the lock longer."""
    op.add_column("outbox", sa.Column("dropped_by", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("dropped_why", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("dropped_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.drop_constraint(_STATES, "outbox", type_="check")
    op.execute(
        f"ALTER TABLE outbox ADD CONSTRAINT {_STATES} CHECK (state IN ({_BEFORE}, 'dropped')) NOT VALID"
    )


def downgrade() -> None:
    """What was dropped is parked again."""
    op.execute("UPDATE outbox SET state = 'parked' WHERE state = 'dropped'")
    op.drop_constraint(_STATES, "outbox", type_="check")
    op.create_check_constraint(_STATES, "outbox", f"state IN ({_BEFORE})")
    for column in ("dropped_at", "dropped_why", "dropped_by"):
        op.drop_column("outbox", column)
