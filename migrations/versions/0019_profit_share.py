"""What sales online leave and for whom: terms, costs, the price guard, where each order line stands

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty tables; the index is built first, while others write. What was sold before is not shared by itself."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_coverage_owned")
        op.create_index(
            "ix_coverage_owned",
            "coverage",
            ["division_code", "category_code"],
            unique=False,
            postgresql_where=sa.text("territory_owner"),
            postgresql_concurrently=True,
        )
    op.create_table(
        "cost_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("costs_new", sa.BigInteger(), nullable=False),
        sa.Column("costs_same", sa.BigInteger(), nullable=False),
        sa.Column("rows_bad", sa.BigInteger(), nullable=False),
        sa.Column(
            "bad_rows",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_cost_import_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_import")),
    )
    op.create_table(
        "price_guard",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("floor_fen", sa.BigInteger(), nullable=True),
        sa.Column("exclusive_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("floor_fen > 0", name=op.f("ck_price_guard_floor_positive")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_price_guard_created_by")),
        sa.ForeignKeyConstraint(
            ["exclusive_channel_id"], ["channel.id"], name=op.f("fk_price_guard_exclusive_channel_id")
        ),
        sa.ForeignKeyConstraint(["sku"], ["product.sku"], name=op.f("fk_price_guard_sku")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_guard")),
    )
    op.create_index("ix_price_guard_sku", "price_guard", ["sku", "effective_from"], unique=False)
    op.create_table(
        "share_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("operator_bp", sa.BigInteger(), nullable=False),
        sa.Column("dealer_bp", sa.BigInteger(), nullable=False),
        sa.Column("tax_bp", sa.BigInteger(), nullable=False),
        sa.Column("dealer_ships_bp", sa.BigInteger(), nullable=False),
        sa.Column("refund_days", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("dealer_bp BETWEEN 0 AND 10000", name=op.f("ck_share_rule_dealer_bp")),
        sa.CheckConstraint("dealer_ships_bp BETWEEN 0 AND 10000", name=op.f("ck_share_rule_dealer_ships_bp")),
        sa.CheckConstraint("operator_bp BETWEEN 0 AND 10000", name=op.f("ck_share_rule_operator_bp")),
        sa.CheckConstraint("tax_bp BETWEEN 0 AND 10000", name=op.f("ck_share_rule_tax_bp")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_share_rule_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_rule")),
        sa.UniqueConstraint("version", name=op.f("uq_share_rule_version")),
    )
    op.create_table(
        "price_alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("breach", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "breach IN ('below_floor', 'exclusive_elsewhere')", name=op.f("ck_price_alert_breach_known")
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_price_alert_channel_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_price_alert_closed_by")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_price_alert_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_alert")),
        sa.UniqueConstraint("order_line_id", "breach", name=op.f("uq_price_alert_order_line_id_breach")),
    )
    op.create_index(
        "ix_price_alert_open",
        "price_alert",
        ["id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "sale_cost",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'revenue' OR sku IS NULL", name=op.f("ck_sale_cost_revenue_of_a_line")),
        sa.CheckConstraint(
            "kind IN ('goods', 'channel', 'logistics', 'operating', 'revenue')",
            name=op.f("ck_sale_cost_kind_known"),
        ),
        sa.CheckConstraint(
            "(sku IS NULL) = (effective_from IS NULL)", name=op.f("ck_sale_cost_day_of_a_sku")
        ),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_sale_cost_fen_not_negative")),
        sa.CheckConstraint("num_nonnulls(sku, order_line_id) = 1", name=op.f("ck_sale_cost_of_one_thing")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_sale_cost_created_by")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_sale_cost_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_cost")),
    )
    op.create_index(
        "ix_sale_cost_line",
        "sale_cost",
        ["order_line_id"],
        unique=False,
        postgresql_where=sa.text("order_line_id IS NOT NULL"),
    )
    op.create_index(
        "ix_sale_cost_sku",
        "sale_cost",
        ["sku", "kind", "effective_from"],
        unique=False,
        postgresql_where=sa.text("sku IS NOT NULL"),
    )
    op.create_table(
        "profit_share",
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("check_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "missing", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("scheme", sa.Text(), nullable=True),
        sa.Column("dealer_id", sa.BigInteger(), nullable=True),
        sa.Column("payer", sa.Text(), nullable=True),
        sa.Column("revenue_fen", sa.BigInteger(), nullable=True),
        sa.Column("profit_fen", sa.BigInteger(), nullable=True),
        sa.Column("kept_fen", sa.BigInteger(), nullable=True),
        sa.Column("dealer_fen", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("reckoned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'shared', 'nothing', 'corrected')",
            name=op.f("ck_profit_share_state_known"),
        ),
        sa.ForeignKeyConstraint(["dealer_id"], ["dealer.id"], name=op.f("fk_profit_share_dealer_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_profit_share_entry_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_profit_share_job_id")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_profit_share_order_line_id")
        ),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_profit_share")),
    )
    op.create_index("ix_profit_share_dealer", "profit_share", ["dealer_id", "order_line_id"], unique=False)
    op.create_index(
        "ix_profit_share_due",
        "profit_share",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("check_at IS NOT NULL"),
    )
    op.create_index("ix_profit_share_state", "profit_share", ["state", "order_line_id"], unique=False)
    op.add_column(
        "order_line",
        sa.Column("order_amounts", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    """The ledger keeps what was posted."""
    op.drop_column("order_line", "order_amounts")
    for table in ("profit_share", "sale_cost", "price_alert", "share_rule", "price_guard", "cost_import"):
        op.drop_table(table)
    op.drop_index("ix_coverage_owned", table_name="coverage", postgresql_where=sa.text("territory_owner"))
