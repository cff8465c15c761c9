"""What a sale online leaves and for whom: terms, costs, the price guard, and where each order line stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref

SHARE_STATES = ("waiting", "held", "shared", "nothing", "corrected")


class ShareRule(Base):
    """A version of the terms, for what is ordered from a day on; rates in basis points."""

    __tablename__ = "share_rule"
    __table_args__ = (
        CheckConstraint("operator_bp BETWEEN 0 AND 10000", name="operator_bp"),
        CheckConstraint("dealer_bp BETWEEN 0 AND 10000", name="dealer_bp"),
        CheckConstraint("dealer_ships_bp BETWEEN 0 AND 10000", name="dealer_ships_bp"),
        CheckConstraint("tax_bp BETWEEN 0 AND 10000", name="tax_bp"),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(unique=True)
    effective_from: Mapped[date]
    operator_bp: Mapped[int]
    dealer_bp: Mapped[int]
    tax_bp: Mapped[int]
    dealer_ships_bp: Mapped[int]
    refund_days: Mapped[int]
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]


class SaleCost(Base):
    """Fen of one kind: per piece of an SKU ordered from a day on, or of one order line as a whole. Never changed.

    The line's own comes before the SKU's, the later day before the earlier, the later row before the earlier.
    """

    __tablename__ = "sale_cost"
    __table_args__ = (
        one_of("kind", ("goods", "channel", "logistics", "operating", "revenue")),
        CheckConstraint("num_nonnulls(sku, order_line_id) = 1", name="of_one_thing"),
        CheckConstraint("(sku IS NULL) = (effective_from IS NULL)", name="day_of_a_sku"),
        CheckConstraint("kind <> 'revenue' OR sku IS NULL", name="revenue_of_a_line"),
        CheckConstraint("fen >= 0", name="fen_not_negative"),
        Index("ix_sale_cost_sku", "sku", "kind", "effective_from", postgresql_where=text("sku IS NOT NULL")),
        Index("ix_sale_cost_line", "order_line_id", postgresql_where=text("order_line_id IS NOT NULL")),
    )

    id: Mapped[Id]
    sku: Mapped[str | None]
    order_line_id: Mapped[int | None] = ref("order_line.id", nullable=True)
    kind: Mapped[str]
    effective_from: Mapped[date | None]
    fen: Mapped[int]
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]


class CostImport(Base):
    """A file of costs taken in; its bad rows with the reason in Chinese. Nothing personal."""

    __tablename__ = "cost_import"

    id: Mapped[Id]
    filename: Mapped[str]
    rows_read: Mapped[int]
    costs_new: Mapped[int]
    costs_same: Mapped[int]
    rows_bad: Mapped[int]
    bad_rows: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]


class PriceGuard(Base):
    """Of an SKU from a day on: the least a piece may cost online, the one channel that may sell it. Never changed."""

    __tablename__ = "price_guard"
    __table_args__ = (
        CheckConstraint("floor_fen > 0", name="floor_positive"),
        Index("ix_price_guard_sku", "sku", "effective_from"),
    )

    id: Mapped[Id]
    sku: Mapped[str] = ref("product.sku")
    effective_from: Mapped[date]
    floor_fen: Mapped[int | None]
    exclusive_channel_id: Mapped[int | None] = ref("channel.id", nullable=True)
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]


class PriceAlert(Base):
    """An order line sold below the floor, or on a channel that may not sell it: once, until somebody has seen to it."""

    __tablename__ = "price_alert"
    __table_args__ = (
        one_of("breach", ("below_floor", "exclusive_elsewhere")),
        UniqueConstraint("order_line_id", "breach"),
        Index("ix_price_alert_open", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[Id]
    order_line_id: Mapped[int] = ref("order_line.id")
    channel_id: Mapped[int] = ref("channel.id")
    breach: Mapped[str]
    text: Mapped[str]
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = ref("person.id", nullable=True)
    note: Mapped[str | None]


class ProfitShare(Base):
    """Where the share of one order line stands; what it posted stands in the ledger.

    `check_at`: when the run looks at it next, NULL: when something changes. `entry_id` is the entry that stands now.
    """

    __tablename__ = "profit_share"
    __table_args__ = (
        one_of("state", SHARE_STATES),
        Index("ix_profit_share_due", "check_at", postgresql_where=text("check_at IS NOT NULL")),
        Index("ix_profit_share_state", "state", "order_line_id"),
        Index("ix_profit_share_dealer", "dealer_id", "order_line_id"),
    )

    order_line_id: Mapped[int] = ref("order_line.id", primary_key=True)
    state: Mapped[str] = mapped_column(server_default="waiting")
    check_at: Mapped[datetime | None]
    missing: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    job_id: Mapped[int | None] = ref("job.id", nullable=True)
    scheme: Mapped[str | None]
    dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True)
    payer: Mapped[str | None]
    revenue_fen: Mapped[int | None]
    profit_fen: Mapped[int | None]
    kept_fen: Mapped[int | None]
    dealer_fen: Mapped[int | None]
    text: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="0")
    entry_id: Mapped[int | None] = ref("ledger_entry.id", nullable=True)
    reckoned_at: Mapped[datetime | None]
