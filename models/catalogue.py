"""What is sold and installed: categories, products, evidence checklists, price lists, divisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Category(Base):
    """A kind of product, with the certificates its installer needs (gas, wiring)."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    certificates: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # of "gas", "wiring"
    needs_authorisation: Mapped[bool] = mapped_column(server_default=text("false"))
    edition: Mapped[int] = mapped_column(server_default="0")


class Product(Base):
    """One SKU. `needs_installation` false: the order line gets no job."""

    __tablename__ = "product"

    sku: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = ref("category.code", index=True)
    name: Mapped[str]
    job_kind: Mapped[str] = mapped_column(server_default="install")
    needs_installation: Mapped[bool] = mapped_column(server_default=text("true"))
    self_install_allowed: Mapped[bool] = mapped_column(server_default=text("false"))
    lead_days: Mapped[int] = mapped_column(server_default="1")
    warranty_months: Mapped[int] = mapped_column(server_default="24")
    guide: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # included, video_url, steps
    edition: Mapped[int] = mapped_column(server_default="0")


class Checklist(Base):
    """The evidence a category asks for, versioned; a job keeps the version it was made with."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("category_code", "version"),)

    id: Mapped[Id]
    category_code: Mapped[str] = ref("category.code")
    version: Mapped[int]
    effective_from: Mapped[datetime]


class Slot(Base):
    """One shot of a checklist: what a person should see, and how it must be taken."""

    __tablename__ = "slot"
    __table_args__ = (
        one_of("phase", ("before", "during", "after")),
        UniqueConstraint("checklist_id", "code"),
    )

    id: Mapped[Id]
    checklist_id: Mapped[int] = ref("checklist.id")
    code: Mapped[str]
    name: Mapped[str]
    hint: Mapped[str]
    phase: Mapped[str]
    position: Mapped[int]
    required: Mapped[bool] = mapped_column(server_default=text("true"))
    camera_only: Mapped[bool] = mapped_column(server_default=text("true"))
    min_side: Mapped[int] = mapped_column(server_default="480")
    example: Mapped[str | None] = ref("slot_example.sha256", nullable=True)


class SlotExample(Base):
    """A picture of how a slot's photo should look, as it is served; checklists of all versions may name it."""

    __tablename__ = "slot_example"

    sha256: Mapped[str] = mapped_column(primary_key=True)  # of `data`, in hex
    data: Mapped[bytes]
    added_by: Mapped[int | None] = ref("person.id", nullable=True)
    added_at: Mapped[datetime]


class PriceList(Base):
    """Prices of extras, versioned by effective date."""

    __tablename__ = "price_list"

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(unique=True)
    effective_from: Mapped[datetime]


class PriceItem(Base):
    """An extra: Tmall's ten adjustment types are its `charge_type`. With `categories` it is one of those works only."""

    __tablename__ = "price_item"
    __table_args__ = (UniqueConstraint("price_list_id", "code"),)

    id: Mapped[Id]
    price_list_id: Mapped[int] = ref("price_list.id")
    code: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    price_fen: Mapped[int]
    charge_type: Mapped[int]
    categories: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # of work; none: of all


class Division(Base):
    """An administrative division with the time its code was valid; `level` 1 province … 4 town."""

    __tablename__ = "division"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level_known"),
        Index("ix_division_parent_code", "parent_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[int]
    parent_code: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # exclusive


class DivisionAlias(Base):
    """Another name of a division; `until` the day it ended, NULL while it is in use."""

    __tablename__ = "division_alias"

    division_code: Mapped[str] = ref("division.code", primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[date | None]
