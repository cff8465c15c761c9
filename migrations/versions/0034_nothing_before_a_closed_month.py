"""Nothing is posted before the newest closed month either, be a month there closed or not

Revision ID: 0034
Revises: 0033
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_FUNCTION = """
CREATE OR REPLACE FUNCTION month_must_be_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS ({found}) THEN
        RAISE EXCEPTION 'the month is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """For what is posted from now on; what stands stays."""
    found = "SELECT 1 FROM added WHERE month <= (SELECT max(month) FROM closed_month)"
    op.execute(_FUNCTION.format(found=found))


def downgrade() -> None:
    """Only the closed months themselves again."""
    op.execute(_FUNCTION.format(found="SELECT 1 FROM added JOIN closed_month USING (month)"))
