"""Which clocks a correction meets and what each is to count then: for its preview, and for the run that applies it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.calendar import SHANGHAI, Calendar, Counts
from domain.clock_policies import Place, Version, applied
from domain.clocks import DEFAULT_POLICIES, ClockPolicy
from domain.errors import Fault, Invalid
from services.parts import policies
from services.parts.correcting import Plan

_OF_A_POLICY = """
clock.kind = %(kind)s AND clock.family = %(family)s AND starts_at >= %(begin)s
AND starts_at < coalesce(%(end)s::timestamptz, 'infinity')
"""
# A pause may hold the later instants off; such a clock may reach into any later year.
_OF_A_YEAR = "counts = 'working' AND starts_at < %(end)s AND coalesce(severe_at, 'infinity') >= %(begin)s"


def of_record(tx: Connection, correction_id: int, kind: str, what: dict[str, Any]) -> Plan:
    """A correction on record, while no later one has been made."""
    if kind == "calendar":
        return of_year(what["after"]["year"], policies.load_calendar(tx))
    old, new = policies.load_versions(tx, before=correction_id), policies.load_versions(tx)
    return of_versions(tx, old, new)


def of_versions(tx: Connection, old: list[Version], new: list[Version]) -> Plan:
    """The clocks that start while the version that comes or the one that goes holds."""
    meant = [v for v in (*old, *new) if v not in old or v not in new]
    kinds = {(v.policy.kind, v.policy.family) for v in meant}
    if len(kinds) > 1:
        raise Invalid(errors=[Fault("replaces", "other_kind", "只能替换同一类时效规则")])
    ends, policy = [v.effective_until for v in meant], meant[0].policy
    values = {
        "kind": policy.kind.value,
        "family": policy.family.value,
        "begin": min(v.effective_from for v in meant),
        "end": None if None in ends else max(end for end in ends if end is not None),
    }

    def rule(row: Any) -> tuple[Counts, timedelta]:
        place = Place(row.channel_id, row.category_code, row.zone)
        before, after = (_of(row, versions, place) for versions in (old, new))
        if (before.counts, before.window) == (after.counts, after.window) or after.window is None:
            return Counts(row.counts), timedelta(seconds=row.window_s)
        return after.counts, after.window

    return Plan(_OF_A_POLICY, values, rule, policies.load_calendar(tx))


def _of(row: Any, versions: list[Version], place: Place) -> ClockPolicy:
    """The policy of a clock by these versions, at the instant from which it counts."""
    mine = [
        policy
        for policy in DEFAULT_POLICIES
        if (policy.kind, policy.family) == (row.kind, row.family) and policy.zone in (None, row.zone)
    ]
    [found] = applied(mine[:1], versions, place, row.starts_at)
    return found


def of_year(year: int, calendar: Calendar) -> Plan:
    """Every clock in working hours whose span meets the year, in the calendar as it stands or would."""
    values = {"begin": _midnight(date(year, 1, 1)), "end": _midnight(date(year + 1, 1, 1))}

    def rule(row: Any) -> tuple[Counts, timedelta]:
        return Counts(row.counts), timedelta(seconds=row.window_s)

    return Plan(_OF_A_YEAR, values, rule, calendar)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
