"""Promises made before a purchase, and what makes them reproducible: editions of everything they were computed from.

A trigger (migrations/guards.py) numbers every state of a row in `EDITIONED` tables and keeps a copy here, so that a
promise names numbers and the past can be read again under the tables' own names (services/parts/past.py). Coverage
needs none of it: its rows end (`valid_to`) and never change.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref

DECISIONS = ("can", "cannot", "unsure")


class Edition(Base):
    """One state of one row of another table. `gone`: the row was deleted in this state."""

    __tablename__ = "edition"
    __table_args__ = (
        Index(
            "ix_edition_shelf",
            "id",
            postgresql_where=text(
                "kind IN ('product', 'category', 'channel', 'promotion_day', 'calendar_day')"
            ),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    row: Mapped[dict[str, Any]]
    gone: Mapped[bool] = mapped_column(server_default=text("false"))
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class PromotionDay(Base):
    """618, Double 11: orders of that day are promised `extra_lead_days` later, dealers may set units for it."""

    __tablename__ = "promotion_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    extra_lead_days: Mapped[int] = mapped_column(server_default="0")
    edition: Mapped[int] = mapped_column(server_default="0")


class Promise(Base):
    """What was shown before the purchase. Nothing personal: no address, no point, only the distances they led to.

    `question`, `observed` (load and distances of that moment) and `versions` (ids of rows and editions) are all that
    `answer` was computed from. Several of one order: the newest is in force, after a change of address.
    """

    __tablename__ = "promise"
    __table_args__ = (
        one_of("decision", DECISIONS),
        Index("ix_promise_phone", "phone_lookup", postgresql_where=text("phone_lookup IS NOT NULL")),
        Index("ix_promise_order", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index("ix_promise_loose", "expires_at", postgresql_where=text("order_id IS NULL")),
    )

    id: Mapped[Id]
    engine: Mapped[int] = mapped_column(SmallInteger)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    division_code: Mapped[str]
    phone_lookup: Mapped[bytes | None]
    question: Mapped[dict[str, Any]]
    observed: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]
    order_id: Mapped[int | None] = ref("customer_order.id", nullable=True)
    decision: Mapped[str | None]  # can the customer install it himself?
    decided_at: Mapped[datetime | None]


class CoverageImport(Base):
    """A coverage file taken in; its bad rows with the reason in Chinese. Business data, nothing personal."""

    __tablename__ = "coverage_import"

    id: Mapped[Id]
    filename: Mapped[str]
    rows_read: Mapped[int]
    rows_added: Mapped[int]
    rows_ended: Mapped[int]
    rows_same: Mapped[int]
    rows_bad: Mapped[int]
    bad_rows: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    created_by: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime]
