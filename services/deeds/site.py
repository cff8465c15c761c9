"""Deeds on site: arrival, photos, waived slots, damage, the visit cut short, the work handed in."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson

from domain import queues
from domain.actions import Action
from domain.errors import Fault, Invalid
from domain.facts import Facts
from domain.geo import CheckIn, Place, check_in_place
from domain.job import Status
from domain.serials import normal
from services.deeds import children, remote_opening
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.deeds.writing import Beside
from services.direct import together
from services.parts import candidates, job_evidence, serial_numbers
from services.personal import asking_key, seal, unwrap

SILENCE = timedelta(hours=48)
SHARED = timedelta(hours=12)

_EARLIER = """
SELECT result, distance_m FROM check_in
 WHERE visit_id = %(visit)s AND installer_id = %(installer)s AND job_id <> %(job)s AND occurred_at > %(since)s
 ORDER BY id LIMIT 1
"""
_ARRIVE = """
INSERT INTO check_in (visit_id, job_id, installer_id, subject_id, result, distance_m, reason, photo_id, place,
                      zone, outlet_m, agreed_fen, occurred_at, received_at)
SELECT %(visit)s::bigint, id, %(installer)s::bigint, subject_id, %(result)s, %(distance)s::bigint, %(reason)s::text,
       %(photo)s::bigint, %(place)s::bytea, zone, distance_m, remote_agreed_fen, %(at)s::timestamptz,
       %(now)s::timestamptz
  FROM job WHERE id = %(id)s
"""


def _where(deed: Deed) -> Prepared:
    """Distance to the door; jobs of one visit share the first check-in. A job resumed needs a new one."""
    asked = {
        "visit": deed.job.visit_id,
        "installer": deed.actor.person_id,
        "job": deed.job.id,
        "since": deed.at - SHARED,
    }
    door, key = candidates.asking_door(deed.job.order_line_id), asking_key(deed.job.subject_id)
    before, doors, keys = together(deed.tx, (_EARLIER, asked), door, key)
    earlier, wrapped = before.first(), keys.scalar_one()
    if earlier is not None:
        shared = CheckIn(Place(earlier.result), earlier.distance_m, "")
        return Prepared(Facts(now=deed.at, place=None), (shared, wrapped))
    found = check_in_place(candidates.door_of(doors.first()), deed.command.fix)
    return Prepared(Facts(now=deed.at, place=found.result), (found, wrapped))


@handles(Action.CHECK_IN, prepare=_where)
def check_in(deed: Deed, _to: Status, known: tuple[CheckIn, bytes | None]) -> Effect:
    """Somebody is there. Where the phone was is evidence, encrypted; the event keeps only the verdict."""
    (found, wrapped), job, fix = known, deed.job, deed.command.fix
    metres = None if found.distance_m is None else round(found.distance_m)
    place = None
    if fix is not None:
        place = seal(unwrap(wrapped), "check_in.place", fix)
    arrival = {
        "visit": job.visit_id,
        "installer": deed.actor.person_id,
        "result": found.result,
        "distance": metres,
        "photo": deed.command.photo_id,
        "place": place,
        "id": job.id,
        "reason": deed.command.reason,
        "at": deed.at,
        "now": deed.now,
    }
    deed.tx.exec_driver_sql(_ARRIVE, arrival)
    columns, way = remote_opening.by_check_in(deed, found)
    data = {"place": found.result, "distance_m": metres, "visit_id": job.visit_id} | way
    return Effect({"checked_in_at": deed.at} | columns, data | {"photo_id": deed.command.photo_id})


@handles(Action.TAKE_PHOTO)
def take_photo(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The photo's row was written just before, in the same transaction, by the service that took it in."""
    return Effect({}, {"photo_id": deed.command.photo_id, "slot": deed.command.slot})


_WAIVE = """
INSERT INTO slot_waiver (job_id, slot_code, reason, created_at)
SELECT %(job)s, code, %(reason)s, %(at)s FROM slot WHERE checklist_id = %(checklist)s AND code = %(slot)s
ON CONFLICT (job_id, slot_code) DO UPDATE SET reason = excluded.reason RETURNING 1
"""


@handles(Action.WAIVE_SLOT)
def waive_slot(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """A slot of this job's checklist need not be filled; the job will be audited."""
    asked = {
        "job": deed.job.id,
        "reason": deed.command.reason,
        "at": deed.at,
        "checklist": deed.job.checklist_id,
        "slot": deed.command.slot,
    }
    if deed.tx.exec_driver_sql(_WAIVE, asked).first() is None:
        raise Invalid(errors=[Fault("slot", "unknown_slot", "该工单没有这个拍照项")])
    return Effect({}, {"slot": deed.command.slot})


_DAMAGE = """
INSERT INTO damage (job_id, package, exterior, function, carrier, serial_number, photo_ids, created_at)
VALUES (%(job)s, %(package)s, %(exterior)s, %(function)s, %(carrier)s, %(serial_number)s, %(photos)s::jsonb, %(at)s)
RETURNING id
"""


@handles(Action.REPORT_DAMAGE)
def report_damage(deed: Deed, to: Status, _carry: Any) -> Effect:
    """Appraised for the channel and the factory; before the visit it also holds the job."""
    appraisal = deed.command.appraisal
    assert appraisal is not None
    photos = orjson.dumps([deed.command.photo_id] if deed.command.photo_id else []).decode()
    values = asdict(appraisal) | {"job": deed.job.id, "photos": photos, "at": deed.at}
    damage_id = deed.tx.exec_driver_sql(_DAMAGE, values).scalar_one()
    columns = queues.queued(deed.job, "damage", deed.now)
    if to != Status.ON_SITE:
        columns["held"] = "damaged"
    return Effect(columns, {"damage_id": damage_id})


_TRIP_FAULT = {
    "absent": "customer",
    "wrong_address": "customer",
    "goods_wrong": "goods",
    "site_unfit": "customer",
    "price_refused": "customer",
    "part_missing": "dealer",
    "unsafe": "customer",
}


@handles(Action.ABORT_VISIT)
def abort_visit(deed: Deed, to: Status, _carry: Any) -> Effect:
    """The trip was made for nothing: who is at fault decides who pays it."""
    fault = _TRIP_FAULT[deed.command.reason or ""]
    columns: dict[str, Any] = {
        "trip_fee": "after_check_in",
        "trip_fault": fault,
        "visit_id": None,
        "window_start": None,
        "window_end": None,
        "next_contact_at": deed.command.next_contact_at,
    }
    if to == Status.CANCELLED:
        columns |= {"cancel_reason": "other", "closed_at": deed.at, "next_contact_at": None}
    then = children.ended(deed) if to == Status.CANCELLED else ()
    return Effect(columns, {"trip_fault": fault, "photo_id": deed.command.photo_id}, then)


_MISSING = """
SELECT slot.code, slot.name FROM slot
 WHERE slot.checklist_id = %(checklist)s AND slot.required
   AND NOT EXISTS (SELECT 1 FROM photo WHERE job_id = %(job)s AND slot_code = slot.code AND status = 'active')
   AND NOT EXISTS (SELECT 1 FROM slot_waiver WHERE job_id = %(job)s AND slot_code = slot.code)
 ORDER BY slot.position
"""


def _hand_in(deed: Deed) -> Prepared:
    """Everything submit asks, so that all faults come at once."""
    asked = {"checklist": deed.job.checklist_id, "job": deed.job.id}
    form, key = serial_numbers.asking_form(deed.job.sku), asking_key(deed.job.subject_id)
    slots, forms, keys = together(deed.tx, (_MISSING, asked), form, key)
    missing = tuple((row.code, row.name) for row in slots)
    facts = Facts(
        now=deed.at,
        missing_slots=missing,
        serial_faults=tuple(serial_numbers.faults(forms.scalar(), deed.command.serial_numbers)),
        unsettled_charges=deed.job.open_charges,
    )
    return Prepared(facts, keys.scalar_one())


_HAND_IN = """
WITH units AS (
    UPDATE job_unit SET serial_number = given.serial, serial_source = given.source
      FROM unnest(%(serials)s::text[], %(sources)s::text[]) WITH ORDINALITY AS given(serial, source, position)
     WHERE job_id = %(job)s AND job_unit.position = given.position)
INSERT INTO confirm_code (job_id, code, made_at) VALUES (%(job)s, %(code)s, %(at)s)
ON CONFLICT (job_id) DO UPDATE SET code = excluded.code, made_at = excluded.made_at
"""


@handles(Action.SUBMIT, prepare=_hand_in)
def submit(deed: Deed, _to: Status, wrapped: bytes | None) -> Effect:
    """The work is done, says the installer; the customer's code is made now and shown to nobody else."""
    job = deed.job
    code = f"{secrets.randbelow(1_000_000):06d}"
    sealed = seal(unwrap(wrapped), "confirm_code.code", code)
    values = {
        "serials": [normal(serial) for serial in deed.command.serial_numbers],
        "sources": list(deed.command.serial_sources),
        "job": job.id,
        "code": sealed,
        "at": deed.at,
    }
    deed.tx.exec_driver_sql(_HAND_IN, values)
    serials = deed.command.serial_numbers
    handed_in = job_evidence.HandedIn(job, serials, deed.actor.device_id, deed.at, deed.now)
    scoring = job_evidence.judge(deed.tx, handed_in)
    silence = deed.now + SILENCE if job.silence_confirms else None
    columns = {"submitted_at": deed.at, "auto_confirm_at": silence}
    return Effect(columns, {"units": job.units}, beside=Beside(*scoring))


_ADDED = """
SELECT EXISTS (SELECT 1 FROM photo WHERE job_id = %(job)s AND status = 'active' AND received_at >= (
    SELECT max(received_at) FROM job_event WHERE job_id = %(job)s AND action = 'audit_fail'))
"""


def _added(deed: Deed) -> Prepared:
    added = deed.tx.exec_driver_sql(_ADDED, {"job": deed.job.id}).scalar_one()
    return Prepared(Facts(now=deed.at, supplemented=bool(added)))


@handles(Action.SUPPLEMENT, prepare=_added)
def supplement(_deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The photos asked for are there: the audit waits for a verdict again."""
    return Effect({"audit": "waiting"})
