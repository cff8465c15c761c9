"""An installer's day as the runner proposed it: an order of visits, never a booking (domain/route.py)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, ref


class DayPlan(Base):
    """One day of one installer. `jobs` and `changed_at` are of the bookings it was computed from: others make it stale.

    `basis` says what it rests on: the estimates' settings, the solver, whether outlet and doors had points. No places.
    """

    __tablename__ = "day_plan"
    __table_args__ = (UniqueConstraint("installer_id", "dealer_id", "day"),)

    id: Mapped[Id]
    installer_id: Mapped[int] = ref("person.id")
    dealer_id: Mapped[int] = ref("dealer.id", index=True)
    day: Mapped[date] = mapped_column(index=True)
    made_at: Mapped[datetime]
    jobs: Mapped[int]
    changed_at: Mapped[datetime | None]
    basis: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class DayStop(Base):
    """One visit of a plan. `travel_m`: the straight line to it, to 100 m; NULL when a place is not known."""

    __tablename__ = "day_stop"

    plan_id: Mapped[int] = ref("day_plan.id", primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    visit_id: Mapped[int] = ref("visit.id", index=True)
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    travel_m: Mapped[int | None]
    travel_s: Mapped[int]
    arrive_at: Mapped[datetime]
    begin_at: Mapped[datetime]
    leave_at: Mapped[datetime]
    done: Mapped[bool]
    warnings: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
