"""Money through WeChat

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty tables."""
    op.create_table(
        "wechat_day",
        sa.Column("which", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("which", "day", name=op.f("pk_wechat_day")),
    )
    op.create_table(
        "wechat_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("their_number", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('transfer', 'payment', 'refund')", name=op.f("ck_wechat_line_kind_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_line")),
        sa.UniqueConstraint("kind", "their_number", name=op.f("uq_wechat_line_kind_their_number")),
    )
    op.create_index(op.f("ix_wechat_line_number"), "wechat_line", ["number"], unique=False)
    op.create_table(
        "difference_noted",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=True),
        sa.Column("noted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_difference_noted_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_noted")),
        sa.UniqueConstraint("key", name=op.f("uq_difference_noted_key")),
    )
    op.create_table(
        "wechat_bill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("charge_ids", sa.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=True),
        sa.Column("of_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("identity_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("their_number", sa.Text(), nullable=True),
        sa.Column("doubted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'refund') = (of_id IS NOT NULL)", name=op.f("ck_wechat_bill_refund_of_a_payment")
        ),
        sa.CheckConstraint(
            "(kind = 'transfer') = (job_id IS NULL)", name=op.f("ck_wechat_bill_customers_have_a_job")
        ),
        sa.CheckConstraint(
            "(kind = 'transfer') = (payout_id IS NOT NULL)", name=op.f("ck_wechat_bill_transfer_pays_out")
        ),
        sa.CheckConstraint(
            "(state = 'paid') = (entry_id IS NOT NULL)", name=op.f("ck_wechat_bill_paid_is_posted")
        ),
        sa.CheckConstraint(
            "kind IN ('transfer', 'payment', 'refund')", name=op.f("ck_wechat_bill_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'unsure', 'refused', 'waiting', 'paid', 'failed')",
            name=op.f("ck_wechat_bill_state_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_wechat_bill_amount_positive")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_wechat_bill_entry_id")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["wechat_identity.id"], name=op.f("fk_wechat_bill_identity_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_wechat_bill_job_id")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_wechat_bill_made_by")),
        sa.ForeignKeyConstraint(["of_id"], ["wechat_bill.id"], name=op.f("fk_wechat_bill_of_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_wechat_bill_payout_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wechat_bill_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_bill")),
        sa.UniqueConstraint("cause", name=op.f("uq_wechat_bill_cause")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_wechat_bill_entry_id")),
        sa.UniqueConstraint("number", name=op.f("uq_wechat_bill_number")),
        sa.UniqueConstraint("payout_id", name=op.f("uq_wechat_bill_payout_id")),
    )
    op.create_index(op.f("ix_wechat_bill_job_id"), "wechat_bill", ["job_id"], unique=False)
    op.create_index(
        "ix_wechat_bill_next",
        "wechat_bill",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_wechat_bill_of_id"), "wechat_bill", ["of_id"], unique=False)
    op.create_index(op.f("ix_wechat_bill_their_number"), "wechat_bill", ["their_number"], unique=False)
    op.create_index(
        "uq_wechat_bill_payment",
        "wechat_bill",
        ["job_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'payment' AND state IN ('queued', 'unsure', 'refused', 'waiting')"),
    )
    op.create_table(
        "wechat_word",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bill_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("gap", sa.Text(), nullable=True),
        sa.Column("note_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "gap IN ('amount', 'openid', 'contradiction', 'unknown_number')",
            name=op.f("ck_wechat_word_gap_known"),
        ),
        sa.CheckConstraint(
            "heard IN ('claimed', 'unsent', 'silence', 'refused', 'absent', 'pending', 'succeeded', 'ended')",
            name=op.f("ck_wechat_word_heard_known"),
        ),
        sa.CheckConstraint("way IN ('send', 'ask', 'close', 'note')", name=op.f("ck_wechat_word_way_known")),
        sa.ForeignKeyConstraint(["bill_id"], ["wechat_bill.id"], name=op.f("fk_wechat_word_bill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_word")),
        sa.UniqueConstraint("note_id", name=op.f("uq_wechat_word_note_id")),
    )
    op.create_index(op.f("ix_wechat_word_bill_id"), "wechat_word", ["bill_id"], unique=False)
    op.execute(
        "CREATE TRIGGER wechat_word_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wechat_word "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    """Without them."""
    for table in ("wechat_word", "wechat_bill", "wechat_line", "wechat_day", "difference_noted"):
        op.drop_table(table)
