"""Channels, orders and their lines, order events, order imports (domain.md §2.4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Channel(Base):
    """A shop. Operated by the brand (`operator_dealer_id` NULL) or by a dealer, whose account then pays."""

    __tablename__ = "channel"
    __table_args__ = (
        one_of("platform", ("jd", "tmall", "taobao", "amazon", "pinduoduo", "own")),
        one_of("scheme", ("share", "dealer_ships", "exclusive")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    platform: Mapped[str]
    scheme: Mapped[str] = mapped_column(server_default="share")
    operator_dealer_id: Mapped[int | None] = ref("dealer.id", nullable=True, index=True)
    silence_confirms: Mapped[bool] = mapped_column(server_default=text("true"))
    trip_fee_shown: Mapped[bool] = mapped_column(server_default=text("false"))
    edition: Mapped[int] = mapped_column(server_default="0")


class CustomerOrder(Base):
    """What a customer bought. `personal`: encrypted JSON {name, phone, phone_kind, address, point?}."""

    __tablename__ = "customer_order"
    __table_args__ = (
        UniqueConstraint("channel_id", "number"),
        one_of("resolution", ("resolved", "historical", "ambiguous", "conflict", "none")),
        Index(
            "ix_customer_order_personal_kept",
            "created_at",
            "id",
            postgresql_where=text("personal IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    channel_id: Mapped[int] = ref("channel.id")
    number: Mapped[str]
    subject_id: Mapped[int] = ref("subject.id", index=True)
    personal: Mapped[bytes | None]
    phone_lookup: Mapped[bytes | None] = mapped_column(index=True)
    place_lookup: Mapped[bytes | None] = mapped_column(
        index=True
    )  # keyed hash of address + phone: same visit?
    division_code: Mapped[str | None]
    resolution: Mapped[str]
    resolution_candidates: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    ordered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class OrderLine(Base):
    """One line; unique on (channel, order number, line number) through its order."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "line_number"),
        Index("ix_order_line_delivery_unknown", "created_at", postgresql_where=text("delivered_at IS NULL")),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = ref("customer_order.id")
    line_number: Mapped[int]
    sku: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    quantity: Mapped[int]
    paid_fen: Mapped[int | None]
    refunded_fen: Mapped[int] = mapped_column(server_default="0")
    order_amounts: Mapped[bool] = mapped_column(server_default=text("false"))  # sums are of the whole order
    state: Mapped[str]
    delivered_at: Mapped[datetime | None]
    wanted_on: Mapped[date | None]
    fingerprint: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class OrderEvent(Base):
    """Append-only life of an order line: refund, address, delivery, sku, quantity. Ids and codes only."""

    __tablename__ = "order_event"

    id: Mapped[Id]
    order_line_id: Mapped[int] = ref("order_line.id", index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str]  # "import:12", "api", "agent:7"
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class OrderImport(Base):
    """A file on its way in. Its bytes lie encrypted in chunks until it is done and purged."""

    __tablename__ = "order_import"
    __table_args__ = (one_of("state", ("waiting", "running", "done", "failed")),)

    id: Mapped[Id]
    channel_id: Mapped[int] = ref("channel.id", index=True)
    subject_id: Mapped[int] = ref("subject.id")
    filename: Mapped[str]
    sha256: Mapped[bytes]
    size_bytes: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="waiting")
    rows_read: Mapped[int] = mapped_column(server_default="0")
    rows_new: Mapped[int] = mapped_column(server_default="0")
    rows_same: Mapped[int] = mapped_column(server_default="0")
    rows_changed: Mapped[int] = mapped_column(server_default="0")
    rows_bad: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class OrderImportChunk(Base):
    """Up to 1 MiB of the uploaded file, encrypted under the import's subject."""

    __tablename__ = "order_import_chunk"

    import_id: Mapped[int] = ref("order_import.id", primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class OrderImportBadRow(Base):
    """A row that did not go in: its cells (encrypted) and why, in Chinese."""

    __tablename__ = "order_import_bad_row"

    import_id: Mapped[int] = ref("order_import.id", primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[bytes]
    reasons: Mapped[list[Any]]
