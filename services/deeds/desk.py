"""Deeds of the dealer's desk: contact, assign, book, move, suspend; and what bars or moves a visit before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import queues
from domain.actions import Action, Window
from domain.calendar import local_date
from domain.divisions import ResolutionStatus
from domain.facts import Facts
from domain.job import Status
from services.config import config
from services.deeds.dispatch import anew
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import addresses, candidates, clocks, rooms

_FITNESS = """
SELECT EXISTS (SELECT 1 FROM role_binding b JOIN person p ON p.id = b.person_id WHERE b.person_id = %(person)s
                AND b.role = 'installer' AND b.dealer_id = %(dealer)s AND b.status = 'active' AND p.status = 'active')
           AS employed,
       EXISTS (SELECT 1 FROM skill WHERE person_id = %(person)s AND category_code = %(category)s) AS skilled,
       coalesce((SELECT array_agg(need) FROM category, jsonb_array_elements_text(certificates) AS need
                  WHERE code = %(category)s AND NOT EXISTS (SELECT 1 FROM certificate c
                        WHERE c.person_id = %(person)s AND c.kind = need AND c.expires_on >= %(today)s)), '{}')
           AS uncertified
"""
_CERTIFICATES = {"gas": "燃气", "wiring": "电工"}


def _is_fit(deed: Deed) -> Prepared:
    """Everything that speaks against the installer named."""
    if deed.command.installer_id is None:
        return Prepared(Facts(now=deed.at))
    asked = {
        "person": deed.command.installer_id,
        "dealer": deed.job.dealer_id,
        "category": deed.job.category_code,
        "today": local_date(deed.now),
    }
    row = deed.tx.exec_driver_sql(_FITNESS, asked).one()
    faults = [] if row.employed else ["该师傅不是本网点的在职师傅"]
    if not row.skilled:
        faults.append("该师傅没有此品类的技能")
    faults += [f"缺少有效的{_CERTIFICATES.get(kind, kind)}证书" for kind in row.uncertified]
    return Prepared(Facts(now=deed.at, installer_faults=tuple(faults)))


@handles(Action.CONTACT)
def contact(_deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The customer was reached: nothing is left to be called about."""
    return Effect({"next_contact_at": None})


@handles(Action.ASSIGN, prepare=_is_fit)
def assign(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Who comes."""
    chosen = {"installer_id": deed.command.installer_id}
    return Effect(chosen, chosen)


@handles(Action.REASSIGN, prepare=_is_fit)
def reassign(deed: Deed, to: Status, _carry: Any) -> Effect:
    """Somebody else comes, or nobody any more: then the booking is gone too."""
    columns: dict[str, Any] = {"installer_id": deed.command.installer_id}
    if to == Status.ACCEPTED and deed.command.installer_id is None:
        columns |= {"visit_id": None, "window_start": None, "window_end": None}
    elif to == Status.BOOKED and deed.job.window_start and deed.job.window_end:
        window = Window(deed.job.window_start, deed.job.window_end)
        columns["visit_id"] = visit(deed, window, deed.command.installer_id)
    data = {"installer_id": deed.command.installer_id, "from_installer_id": deed.job.installer_id}
    return Effect(columns, data)


# Two jobs at one door booked at the same moment: the second sees the first one's visit, and the remote fee is one.
_ONE_DOOR = """
SELECT pg_advisory_xact_lock(hashtextextended('visit:' || encode(place_lookup, 'hex'), %(dealer)s))
  FROM order_line JOIN customer_order o ON o.id = order_line.order_id WHERE order_line.id = %(line)s
"""
_VISIT = """
WITH place AS (
    SELECT place_lookup FROM order_line JOIN customer_order o ON o.id = order_line.order_id
     WHERE order_line.id = %(line)s),
found AS (
    SELECT visit.id FROM visit, place
     WHERE visit.dealer_id = %(dealer)s AND visit.place_lookup = place.place_lookup AND visit.ended_at IS NULL
       AND visit.installer_id IS NOT DISTINCT FROM %(installer)s
       AND visit.window_start < %(end)s AND visit.window_end > %(start)s ORDER BY visit.id LIMIT 1),
made AS (
    INSERT INTO visit (dealer_id, installer_id, place_lookup, window_start, window_end)
    SELECT %(dealer)s, %(installer)s, place_lookup, %(start)s, %(end)s FROM place
     WHERE NOT EXISTS (SELECT 1 FROM found) RETURNING id)
SELECT id FROM found UNION ALL SELECT id FROM made
"""


def visit(deed: Deed, window: Window, installer_id: int | None) -> int:
    """The trip this job joins: an overlapping one of the same installer to the same door, else a new one."""
    asked = {
        "line": deed.job.order_line_id,
        "dealer": deed.job.dealer_id,
        "installer": installer_id,
        "start": window.start,
        "end": window.end,
    }
    deed.tx.exec_driver_sql(_ONE_DOOR, asked)
    return int(deed.tx.exec_driver_sql(_VISIT, asked).scalar_one())


def _booked(deed: Deed, window: Window) -> dict[str, Any]:
    rooms.require_day(deed.tx, deed.job, window.start)
    return {
        "visit_id": visit(deed, window, deed.job.installer_id),
        "window_start": window.start,
        "window_end": window.end,
        "next_contact_at": None,
    }


def _said(window: Window) -> dict[str, str]:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}


def _hours(deed: Deed) -> Prepared:
    return Prepared(Facts(now=deed.at, visiting=config().visiting_hours))


@handles(Action.BOOK, Action.RESCHEDULE, prepare=_hours)
def book(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """A window agreed with the customer; jobs at one door in one window share the visit."""
    window = deed.command.window
    assert window is not None
    return Effect(_booked(deed, window), {"window": _said(window)})


_QUEUED = {"4": "customer_cancels", "5": "wrong_number"}


@handles(Action.FAIL_BOOKING)
def fail_booking(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Not agreed yet: when to call again; a wish to cancel and a wrong number go before an agent."""
    columns: dict[str, Any] = {"next_contact_at": deed.command.next_contact_at}
    queue = _QUEUED.get(deed.command.reason or "")
    if queue:
        columns |= queues.queued(deed.job, queue, deed.now)
    return Effect(columns)


@handles(Action.SUSPEND, prepare=_hours)
def suspend(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Set aside, with a new window or a time to call; the visit is left."""
    window = deed.command.window
    if window is not None:
        rooms.require_day(deed.tx, deed.job, window.start)
    columns: dict[str, Any] = {
        "visit_id": None,
        "window_start": window.start if window else None,
        "window_end": window.end if window else None,
        "next_contact_at": deed.command.next_contact_at,
    }
    return Effect(columns, {"window": _said(window)} if window else {})


@handles(Action.RESUME, prepare=_hours)
def resume(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Taken up again: with a window it is booked and needs a new check-in, without one it is accepted."""
    window = deed.command.window
    if window is None:
        return Effect({"visit_id": None, "window_start": None, "window_end": None, "next_contact_at": None})
    return Effect(_booked(deed, window), {"window": _said(window)})


@handles(Action.HOLD)
def hold(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Check-in is barred until an agent clears it."""
    return Effect({"held": deed.command.reason} | queues.queued(deed.job, "held", deed.now))


@handles(Action.RELEASE)
def release(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Cleared."""
    clear = queues.attended(deed.job, deed.now) if deed.job.queue == "held" else {}
    return Effect({"held": None} | clear)


_ORDERED = """
SELECT ordered_at FROM customer_order o JOIN order_line line ON line.order_id = o.id WHERE line.id = %(line)s
"""


def _since_order(deed: Deed) -> Prepared:
    ordered_at = deed.tx.exec_driver_sql(_ORDERED, {"line": deed.job.order_line_id}).scalar()
    return Prepared(Facts(now=deed.at, ordered_at=ordered_at, delivered_back=config().delivered_back))


@handles(Action.DELIVERED, prepare=_since_order)
def delivered(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The goods are there: the finish clocks start."""
    return Effect({"delivered_at": deed.command.moment}, _moment(deed))


@handles(Action.WANTED_DATE_SET)
def wanted_date_set(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The customer asked for a later day: finish clocks start from then."""
    for row in deed.tx.exec_driver_sql(clocks.RUNNING_FINISH, {"job_id": deed.job.id}).all():
        clocks.restart(deed.tx, row, deed.command.moment)
    return Effect({"wanted_at": deed.command.moment}, _moment(deed))


def _moment(deed: Deed) -> dict[str, str | None]:
    """The day told, for the chain: clocks and so penalties hang on it."""
    return {"moment": deed.command.moment.isoformat() if deed.command.moment else None}


def _still_covered(deed: Deed) -> Prepared:
    """The corrected address, resolved; and whether the dealer that has the job covers it."""
    assert deed.command.address is not None
    found = addresses.resolve(deed.tx, deed.command.address)
    if found.status != ResolutionStatus.RESOLVED:  # a former name has a successor, but a person must say so
        found = replace(found, division_code=None)
    job = deed.job
    covered = job.dealer_id is None
    if not covered and found.division_code is not None:
        ranked = candidates.covering(deed.tx, found.division_code, job.category_code, deed.now)
        covered = job.dealer_id in ranked
    return Prepared(Facts(now=deed.at, still_covered=covered), found)


def _as_covered(deed: Deed, found: addresses.Resolved) -> dict[str, Any]:
    """Zone and distance as the dealer that keeps the job covers the corrected address: its remote fee and window."""
    if deed.job.dealer_id is None:
        return {}
    moved = replace(deed.job, division_code=found.division_code)
    line = candidates.rank(deed.tx, moved, deed.now).of(deed.job.dealer_id)
    if line.zone != moved.zone:
        clocks.rezone(deed.tx, replace(moved, zone=line.zone))
    terms = {"free_m": line.free_m, "per_km_fen": line.per_km_fen}
    return {"zone": line.zone, "distance_m": line.distance_m} | terms


@handles(Action.FIX_ADDRESS, prepare=_still_covered)
def fix_address(deed: Deed, to: Status, found: addresses.Resolved) -> Effect:
    """The order's address is corrected (as typed stays in the note); outside the coverage it is dispatched anew."""
    addresses.correct(deed.tx, deed.job, deed.command.address or "", found, deed.command.fix)
    columns: dict[str, Any] = {"division_code": found.division_code}
    if to != Status.NEW:
        columns |= _as_covered(deed, found)
    if found.division_code is None:
        columns |= queues.queued(deed.job, "address", deed.now)
    elif deed.job.queue == "address":
        columns |= queues.attended(deed.job, deed.now)
    if to == Status.NEW:
        columns = anew(deed) | columns
    return Effect(columns, {"division_code": found.division_code, "resolution": found.status})
