"""What speaks against a photo, with what the database knows beside the photo: check-in, door, twins, earlier jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import findings
from domain.evidence_policy import Policy
from domain.findings import Code, Finding
from domain.geo import Datum, Point
from domain.job import JobState
from domain.phone_clock import Skew
from domain.reuse import COPY, Pair, code_for
from services.direct import Asked, together
from services.parts import candidates, evidence_policies, job_evidence, phone_clocks
from services.parts.photo_rows import Shot
from services.parts.rounds import point_of
from services.personal import Erased, reveal, unwrap
from services.queries.photo_standing import SlotRule
from uploads.facts import PhotoFacts


@dataclass(frozen=True, slots=True)
class Look:
    """One photo to be judged for one job."""

    job: JobState
    shot: Shot
    facts: PhotoFacts
    slot: SlotRule
    now: datetime


@dataclass(frozen=True, slots=True)
class Around:
    """What the database knows around it: `used` is the row of an earlier job's photo with the same bytes."""

    policy: Policy
    skew: Skew
    check_in: Point | None
    door: Point | None
    twin_id: int | None
    used: Any


_CHECK_IN = """
SELECT check_in.place, subject.wrapped_key FROM check_in JOIN subject ON subject.id = check_in.subject_id
 WHERE check_in.job_id = %(job)s AND check_in.place IS NOT NULL ORDER BY check_in.id DESC LIMIT 1
"""
_TWIN = """
SELECT id FROM photo WHERE job_id = %(job)s AND sha256 = %(sha256)s AND slot_code <> %(slot)s AND status = 'active'
 ORDER BY id LIMIT 1
"""
# Trap: somebody may hand in one picture ten thousand times; not all of them are read for each next one.
_USED = """
SELECT photo.id, photo.job_id, photo.received_at, coalesce(theirs.visit_id = mine.visit_id, false) AS same_visit,
       coalesce(theirs.order_line_id = mine.order_line_id OR theirs.parent_id = mine.id OR theirs.id = mine.parent_id
           OR theirs.parent_id = mine.parent_id OR their_order.place_lookup = my_order.place_lookup,
           false) AS same_door,
       coalesce(photo.superseded_as = 'deleted' AND photo.installer_id = mine.installer_id, false) AS withdrawn
  FROM (SELECT id, job_id, received_at, superseded_as, installer_id FROM photo
         WHERE sha256 = %(sha256)s AND erased_at IS NULL AND status <> 'complaint' LIMIT 500) photo
  JOIN job theirs ON theirs.id = photo.job_id JOIN job mine ON mine.id = %(job)s
  JOIN order_line my_line ON my_line.id = mine.order_line_id
  JOIN customer_order my_order ON my_order.id = my_line.order_id
  JOIN order_line their_line ON their_line.id = theirs.order_line_id
  JOIN customer_order their_order ON their_order.id = their_line.order_id
 WHERE photo.job_id <> %(job)s ORDER BY photo.id
"""


def around(tx: Connection, look: Look, device_id: str | None, hold: Asked) -> tuple[Around, Any]:
    """All that is asked about a photo, in one round trip, after `hold`; and the row that `hold` gives."""
    job, sha256, category = look.job, bytes.fromhex(look.facts.sha256), look.job.category_code
    twin = {"job": job.id, "sha256": sha256, "slot": look.shot.slot}
    located = look.facts.exif_point is not None or look.shot.point is not None
    held, policies, phone, twins, used, *places = together(
        tx,
        hold,
        evidence_policies.asking(category, look.now),
        phone_clocks.asking(device_id, look.now),
        (_TWIN, twin),
        (_USED, {"sha256": sha256, "job": job.id}),
        *(((_CHECK_IN, {"job": job.id}), candidates.asking_door(job.order_line_id)) if located else ()),
    )
    found = Around(
        policy=evidence_policies.policy_of(policies, category, look.now),
        skew=phone_clocks.skew_from(phone, look.now),
        check_in=_checked_in(places[0].first()) if located else None,
        door=candidates.door_of(places[1].first()) if located else None,
        twin_id=twins.scalar(),
        used=_held_against(used, look.slot),
    )
    return found, held.one()


def found(look: Look, known: Around) -> tuple[Finding, ...]:
    """Every finding on it, as weighed by the policy: those of the photo alone, then whether it was used before."""
    alone = findings.find(_seen(look, known), known.policy)
    return alone if known.used is None else (*alone, _reused(look, known))


def _seen(look: Look, known: Around) -> findings.Seen:
    facts, shot = look.facts, look.shot
    exif_point = None
    if facts.exif_point is not None:
        exif_point = Point(*facts.exif_point, Datum.WGS84, facts.exif_accuracy_m, "exif")
    moments = (facts.exif_taken_at(), facts.exif_gps_at)
    return findings.Seen(
        brightness=round(facts.brightness),
        sharpness=round(facts.sharpness),
        width=facts.width,
        height=facts.height,
        min_side=look.slot.min_side,
        camera_only=look.slot.camera_only,
        capture=shot.capture,
        received_at=look.now,
        captured_at=known.skew.on_our_clock(shot.captured_at),
        point=shot.point,
        exif_point=exif_point,
        exif_moments=tuple(moment for moment in moments if moment is not None),
        check_in=known.check_in,
        door=known.door,
        software=facts.exif_software,
        twin_id=known.twin_id,
    )


def _checked_in(row: Any) -> Point | None:
    if row is None:
        return None
    try:
        return point_of(reveal(unwrap(row.wrapped_key), "check_in.place", row.place))
    except Erased:
        return None


def _held_against(rows: Iterable[Any], slot: SlotRule) -> Any:
    """The first photo with the very same bytes, in another job of any dealer, that is (`domain.reuse`)."""
    for row in rows:
        pair = Pair(False, False, row.same_visit, row.same_door, slot.before, row.withdrawn)
        if code_for(pair, COPY) is not None:
            return row
    return None


def _reused(look: Look, known: Around) -> Finding:
    """The very same bytes in another job, of any dealer."""
    first = known.used
    numbers = {
        "job_id": first.job_id,
        "photo_id": first.id,
        "days": max(0, (look.now - first.received_at).days),
    }
    return Finding(Code.REUSED, known.policy.weights[Code.REUSED], numbers)


_PAIR = """
SELECT mine.job_id AS job_id, mine.slot_code AS slot, mine.received_at, job.category_code, job.visit_id,
       other.job_id AS other_job_id, other.slot_code AS other_slot, other.received_at AS other_at,
       theirs.visit_id AS other_visit_id
  FROM photo mine JOIN job ON job.id = mine.job_id, photo other JOIN job theirs ON theirs.id = other.job_id
 WHERE mine.id = %(photo)s AND other.id = %(other)s
"""
_ADD = """
INSERT INTO photo_finding (photo_id, code, weight, numbers, policy_version, found_at)
VALUES (%(photo)s, %(code)s, %(weight)s, %(numbers)s::jsonb, %(version)s, %(now)s)
ON CONFLICT (photo_id, code) DO NOTHING RETURNING 1
"""


def reuse_found(
    tx: Connection,
    photo_id: int,
    other_id: int,
    now: datetime,
    code: Code | None = None,
    seen: Mapping[str, int] | None = None,
) -> str | None:
    """The search says that `photo_id` shows the same picture as the earlier `other_id`; returns the finding's code.

    `code` is what the caller's judgement says (`domain.reuse`), `seen` the numbers of the comparison. Without: another
    job is `reused`, another slot of the same job `duplicate_slot`; the same slot, or another job of the same visit: no
    finding, None. A photo that has the finding already keeps the first one. The job's score follows. Call it only with
    a pair that the second look has confirmed.
    """
    pair = tx.exec_driver_sql(_PAIR, {"photo": photo_id, "other": other_id}).one()
    code = code or _kind(pair)
    if code is None:
        return None
    policy = evidence_policies.policy_for(tx, pair.category_code, pair.received_at)
    numbers = {**(seen or {}), "photo_id": other_id}
    if code != Code.DUPLICATE_SLOT:
        days = max(0, (pair.received_at - pair.other_at).days)
        numbers |= {"job_id": pair.other_job_id, "days": days}
    values = {
        "photo": photo_id,
        "code": str(code),
        "weight": policy.weights[code],
        "numbers": orjson.dumps(numbers).decode(),
        "version": policy.version,
        "now": now,
    }
    if tx.exec_driver_sql(_ADD, values).first() is not None:
        job_evidence.rescore(tx, pair.job_id, policy, now)
    return str(code)


def _kind(pair: Any) -> Code | None:
    if pair.job_id == pair.other_job_id:
        return None if pair.slot == pair.other_slot else Code.DUPLICATE_SLOT
    same_visit = pair.visit_id is not None and pair.visit_id == pair.other_visit_id
    return None if same_visit else Code.REUSED
