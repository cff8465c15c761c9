"""Clocks, their pauses and policies, breaches, and the working calendar (domain.md §4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import SUMMARIZE, Base, Id, one_of, ref

FAMILIES = ("platform", "dealer", "none")
COUNTS = ("wall", "service", "working")


class ClockPolicy(Base):
    """How long, counted in which hours; the most specific (channel, category, zone) wins, see domain/clock_policies.py.

    A version is never changed: a correction ends it and makes another one, and both name it.
    """

    __tablename__ = "clock_policy"
    __table_args__ = (
        one_of("family", FAMILIES),
        one_of("counts", COUNTS),
        Index(
            "uq_clock_policy_version",
            "kind",
            "family",
            "channel_id",
            "category_code",
            "zone",
            "effective_from",
            text("(effective_until IS NULL)"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_by IS NULL"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    family: Mapped[str]
    owner: Mapped[str]  # dealer, customer, brand, agent
    channel_id: Mapped[int | None] = ref("channel.id", nullable=True)
    category_code: Mapped[str | None]
    zone: Mapped[str | None]
    counts: Mapped[str]
    window_s: Mapped[int]
    effective_from: Mapped[datetime]
    effective_until: Mapped[
        datetime | None
    ]  # an exception for a time, e.g. a promotion; None: until the next version
    made_by: Mapped[int | None] = ref("clock_correction.id", nullable=True)
    ended_by: Mapped[int | None] = ref(
        "clock_correction.id", nullable=True
    )  # it counts no more, as if never made


class Clock(Base):
    """One clock of a job. `next_at`: when the sweep must look again; NULL when it need not."""

    __tablename__ = "clock"
    __table_args__ = (
        one_of("family", FAMILIES),
        one_of("counts", COUNTS),
        UniqueConstraint("job_id", "kind", "family", "turn"),
        Index("ix_clock_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        # For reports: rows come in the order of time, so a summary per range of pages is enough and costs little.
        Index("ix_clock_times", "due_at", "starts_at", postgresql_using="brin", postgresql_with=SUMMARIZE),
        Index("ix_clock_provisional", "id", postgresql_where=text("provisional AND stopped_at IS NULL")),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = ref("job.id")
    kind: Mapped[str]
    family: Mapped[str]
    owner: Mapped[str]
    turn: Mapped[int] = mapped_column(
        SmallInteger, server_default="1"
    )  # the same kind again, e.g. after a redispatch
    dealer_id: Mapped[int | None]
    complaint_id: Mapped[int | None]  # whose reply or end stops it
    counts: Mapped[str]
    window_s: Mapped[int]
    starts_at: Mapped[datetime]
    notice_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    severe_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(server_default=text("false"))
    level: Mapped[int] = mapped_column(
        SmallInteger, server_default="0"
    )  # 0 none, 1 notice, 2 breach, 3 severe
    next_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class ClockPause(Base):
    """A reason not to count; overlapping pauses count once."""

    __tablename__ = "clock_pause"

    id: Mapped[Id]
    clock_id: Mapped[int] = ref("clock.id", index=True)
    reason: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]


class Breach(Base):
    """A level reached by a clock, raised once; acknowledged by the dealer, excusable by an agent.

    `due_at` is the clock's, so that a notice says by when; `memo_id` and `appeal_id` name encrypted notes.
    `clock_id` is no foreign key: rows come only from the sweep's one statement over the clocks it holds, and
    the check would lock each of those clocks again, which cost as much as the whole UPDATE.
    Withdrawn: the clock had stopped before that level, the phone only told it late. Kept for the record, costs nothing.
    """

    __tablename__ = "breach"
    __table_args__ = (
        Index(
            "uq_breach_clock_id_level",
            "clock_id",
            "level",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_breach_dealer", "dealer_id", "id"),
        Index(
            "ix_breach_open",  # what nobody answered yet, the worst first
            text("level DESC"),
            "due_at",
            "id",
            postgresql_where=text("coalesce(acknowledged_at, excused_at, withdrawn_at) IS NULL"),
        ),
    )

    id: Mapped[Id]
    clock_id: Mapped[int]
    job_id: Mapped[int]  # those of a job are found by its clocks: one index less to write
    dealer_id: Mapped[int | None]
    kind: Mapped[str]
    family: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None]
    memo_id: Mapped[int | None]
    excused_at: Mapped[datetime | None]
    excused_by: Mapped[int | None]
    excuse: Mapped[str | None]  # a reason from the list, no free text
    appealed_at: Mapped[datetime | None]
    appealed_by: Mapped[int | None]
    appeal_id: Mapped[int | None]
    appeal_clock_id: Mapped[int | None]  # how long the agents have to answer
    declined_at: Mapped[datetime | None]  # the appeal; excused_at where it was granted
    declined_by: Mapped[int | None]
    decline_id: Mapped[int | None]
    explain_id: Mapped[int | None]  # the installer's word to his dealer
    withdrawn_at: Mapped[datetime | None]
    withdrawn: Mapped[str | None]  # why: told_late, corrected


class ClockCorrection(Base):
    """One act that changed the rules of clocks: a policy or a year of the calendar, and what it did. Append-only."""

    __tablename__ = "clock_correction"
    __table_args__ = (one_of("kind", ("policy", "calendar")),)

    id: Mapped[Id]
    kind: Mapped[str]
    what: Mapped[dict[str, Any]]  # the rule before and after
    reason: Mapped[str]
    by_id: Mapped[int | None]  # None: the seed
    at: Mapped[datetime]


class ClockCorrectionWork(Base):
    """How far a correction has come through the clocks it meets; a runner killed in between goes on from there."""

    __tablename__ = "clock_correction_work"

    correction_id: Mapped[int] = ref("clock_correction.id", primary_key=True)
    after_id: Mapped[int] = mapped_column(server_default="0")  # the last clock that was judged anew
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    queued_at: Mapped[datetime]
    worked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ClockChange(Base):
    """What a correction did to one clock. Append-only; levels are where it stands once the sweep has passed."""

    __tablename__ = "clock_change"

    id: Mapped[Id]
    correction_id: Mapped[int] = ref("clock_correction.id", index=True)
    clock_id: Mapped[int]
    job_id: Mapped[int]
    before: Mapped[dict[str, Any]]  # counts, window_s, notice_at, due_at, severe_at, provisional, level
    after: Mapped[dict[str, Any]]


class CalendarYear(Base):
    """A year the State Council has published; others are provisional."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class CalendarDay(Base):
    """A day that differs from Monday–Friday: a holiday, or a make-up working day."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str | None]
    edition: Mapped[int] = mapped_column(server_default="0")
