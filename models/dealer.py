"""Dealers: outlet, coverage, capacity, installers' skills and certificates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
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
    short_name: Mapped[str | None]  # all that a customer sees before he buys
    opening_days: Mapped[int] = mapped_column(server_default="127")  # bit 0 Monday … bit 6 Sunday
    holidays_open: Mapped[bool] = mapped_column(server_default=text("true"))
    edition: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Coverage(Base):
    """What a dealer does where: free, remote or none, per category and division, with its history.

    `free_m` and `per_km_fen` replace the fee rule's radius and rate in this division. A row never changes, it ends.
    """

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
            "uq_coverage_owner",
            "category_code",
            "division_code",
            unique=True,
            postgresql_where=text("valid_to IS NULL AND territory_owner"),
        ),
        Index(  # who owned a place at some time, the past too
            "ix_coverage_owned", "division_code", "category_code", postgresql_where=text("territory_owner")
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
    free_m: Mapped[int | None]
    per_km_fen: Mapped[int | None]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Capacity(Base):
    """Units a dealer can install per day and category.

    A row with `day` outweighs the one for promotion days (`promotion`), that one the standing figure.
    """

    __tablename__ = "capacity"
    __table_args__ = (
        UniqueConstraint(
            "dealer_id", "category_code", "day", "promotion", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("NOT (promotion AND day IS NOT NULL)", name="promotion_has_no_day"),
    )

    id: Mapped[Id]
    dealer_id: Mapped[int] = ref("dealer.id")
    category_code: Mapped[str] = ref("category.code")
    day: Mapped[date | None]
    promotion: Mapped[bool] = mapped_column(server_default=text("false"))
    units: Mapped[int]
    edition: Mapped[int] = mapped_column(server_default="0")


class Authorisation(Base):
    """The brand lets this dealer install a category that needs its leave; `until` is the last day, NULL: no end."""

    __tablename__ = "authorisation"

    dealer_id: Mapped[int] = ref("dealer.id", primary_key=True)
    category_code: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[date | None]
    edition: Mapped[int] = mapped_column(server_default="0")


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
