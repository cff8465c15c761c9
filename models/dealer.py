"""Dealers: outlet, coverage, capacity, installers' skills and certificates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, one_of, ref


class Dealer(Base):
    """A contracting party that owns a territory. Its outlet's point is business data, not personal."""

    __tablename__ = "dealer"
    __table_args__ = (
        one_of("status", ("active", "leaving", "ended")),
        one_of("party", ("company", "natural_person")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="active")
    party: Mapped[str] = mapped_column(server_default="company")
    alliance: Mapped[bool] = mapped_column(server_default=text("false"))
    auto_accept: Mapped[bool] = mapped_column(server_default=text("false"))
    score: Mapped[int] = mapped_column(server_default="100")
    outlet_lng: Mapped[float | None]
    outlet_lat: Mapped[float | None]
    outlet_datum: Mapped[str] = mapped_column(server_default="gcj02")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Coverage(Base):
    """What a dealer does where: free, remote or none, per category and division, with its history."""

    __tablename__ = "coverage"
    __table_args__ = (
        one_of("zone", ("free", "remote", "none")),
        Index(
            "uq_coverage_current",
            "dealer_id",
            "category_code",
            "division_code",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index(
            "ix_coverage_find", "division_code", "category_code", postgresql_where=text("valid_to IS NULL")
        ),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    category_code: Mapped[str] = ref("category.code")
    division_code: Mapped[str] = ref("division.code")
    zone: Mapped[str]
    territory_owner: Mapped[bool] = mapped_column(server_default=text("false"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Capacity(Base):
    """Units a dealer can install per day and category; a row with `day` overrides the standing one."""

    __tablename__ = "capacity"
    __table_args__ = (
        UniqueConstraint("dealer_id", "category_code", "day", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    category_code: Mapped[str] = ref("category.code")
    day: Mapped[date | None]
    units: Mapped[int]


class Skill(Base):
    """What an installer may install, and how well."""

    __tablename__ = "skill"

    person_id: Mapped[int] = ref("person.id", primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int]


class Certificate(Base):
    """Gas and fixed wiring need theirs; an expired one bars the visit."""

    __tablename__ = "certificate"

    person_id: Mapped[int] = ref("person.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    expires_on: Mapped[date]
