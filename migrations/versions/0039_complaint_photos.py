"""A customer shows what he complains about

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_KNOWN = op.f("ck_photo_status_known")
_BEFORE = "'active', 'superseded'"
_INDEX, _REF = "ix_photo_complaint", op.f("fk_photo_complaint_id")
_OURS = "complaint_id IS NOT NULL"


def upgrade() -> None:
    """Nullable; the rows that are there kept the narrower rule. Nothing is read under a lock.

    Broken off, it may be run again.
    """
    op.add_column("photo", sa.Column("complaint_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.execute(
        f"ALTER TABLE photo DROP CONSTRAINT IF EXISTS {_KNOWN}, DROP CONSTRAINT IF EXISTS {_REF}, "
        f"ADD CONSTRAINT {_KNOWN} CHECK (status IN ({_BEFORE}, 'complaint')) NOT VALID, "
        f"ADD CONSTRAINT {_REF} FOREIGN KEY (complaint_id) REFERENCES complaint (id) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE photo VALIDATE CONSTRAINT {_REF}")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_INDEX}")
        op.create_index(
            _INDEX, "photo", ["complaint_id"], postgresql_where=sa.text(_OURS), postgresql_concurrently=True
        )


def downgrade() -> None:
    """Pictures of complaints are put beside, as photos that do not count."""
    op.execute(f"UPDATE photo SET status = 'superseded', superseded_as = 'deleted' WHERE {_OURS}")
    op.drop_constraint(_KNOWN, "photo", type_="check")
    op.create_check_constraint(_KNOWN, "photo", f"status IN ({_BEFORE})")
    op.drop_index(_INDEX, table_name="photo")
    op.drop_column("photo", "complaint_id")
