"""A refund that failed may be sent again, or paid by hand

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_PAID = op.f("ck_wechat_bill_paid_is_posted")


def upgrade() -> None:
    """One refund of a cause that did not fail; a failed one may be posted."""
    op.drop_constraint(_PAID, "wechat_bill", type_="check")
    op.create_check_constraint(
        _PAID,
        "wechat_bill",
        "(state = 'paid') = (entry_id IS NOT NULL) OR (kind = 'refund' AND state = 'failed')",
    )
    op.drop_constraint(op.f("uq_wechat_bill_cause"), "wechat_bill", type_="unique")
    op.create_index(
        "uq_wechat_bill_cause",
        "wechat_bill",
        ["cause"],
        unique=True,
        postgresql_where=sa.text("state <> 'failed' OR entry_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Fails where one was sent again or paid by hand."""
    op.drop_index("uq_wechat_bill_cause", "wechat_bill")
    op.create_unique_constraint(op.f("uq_wechat_bill_cause"), "wechat_bill", ["cause"])
    op.drop_constraint(_PAID, "wechat_bill", type_="check")
    op.create_check_constraint(_PAID, "wechat_bill", "(state = 'paid') = (entry_id IS NOT NULL)")
