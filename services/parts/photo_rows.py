"""A photo's row and its findings, written in the transaction of whoever takes the photo in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Unavailable
from domain.findings import Finding
from domain.geo import Point
from domain.job import JobState
from services.direct import Asked, together
from services.parts.photo_store import keys_of, lock_key, store
from services.personal import seal, unwrap
from services.queries.photos import SEALED_AS
from uploads.facts import PhotoFacts
from uploads.intake import Taken


@dataclass(frozen=True, slots=True)
class Shot:
    """What the phone says about a photo; none of it is proof."""

    slot: str
    client_id: str
    capture: str
    captured_at: datetime | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A photo about to be written; `late`: the job had moved on, so it does not count.

    `complaint_id`: a customer's, of a complaint.
    """

    job: JobState
    shot: Shot
    taken: Taken
    actor: Actor
    now: datetime
    late: bool = False
    complaint_id: int | None = None

    @property
    def status(self) -> str:
        """What it counts as."""
        if self.complaint_id is not None:
            return "complaint"
        return "superseded" if self.late else "active"


_HOLD = "SELECT wrapped_key, pg_advisory_xact_lock_shared(%(key)s) FROM subject WHERE id = %(subject)s"
_INSERT = """
WITH made AS (
    INSERT INTO photo (job_id, slot_code, client_id, subject_id, installer_id, device_id, status, superseded_at,
                       superseded_as, sha256, size_bytes, format, width, height, brightness, sharpness, capture,
                       captured_at, place, received_at, complaint_id, search_due)
    VALUES (%(job)s, %(slot)s, %(client)s, %(subject)s, %(installer)s, %(device)s, %(status)s, %(gone)s, %(as)s,
            %(sha256)s, %(size)s, %(format)s, %(width)s, %(height)s, %(brightness)s, %(sharpness)s, %(capture)s,
            %(captured_at)s, %(place)s, %(now)s, %(complaint)s, %(complaint)s::bigint IS NULL) RETURNING id),
found AS (
    INSERT INTO photo_finding (photo_id, code, weight, numbers, policy_version, found_at)
    SELECT made.id, f.code, f.weight, f.numbers::jsonb, %(policy)s, %(now)s
      FROM made, unnest(%(codes)s::text[], %(weights)s::bigint[], %(numbers)s::text[]) AS f(code, weight, numbers))
SELECT id FROM made
"""


def holding(row: Row) -> Asked:
    """The statement that keeps its bytes from being collected, and gives its subject's `wrapped_key`."""
    sha256 = bytes.fromhex(row.taken.original_key)
    return _HOLD, {"key": lock_key(sha256), "subject": row.job.subject_id}


def insert(
    tx: Connection, row: Row, found: Sequence[Finding], policy_version: int, held: Any, *then: Asked
) -> list[Any]:
    """Write it, and what is asked after it in the same round trip; what `then` finds.

    `held` is what `holding` gave. Unavailable when the bytes were collected as nobody's before.
    Trap: they were stored before this transaction. Under the shared lock nobody deletes them any more, so looking
    whether they are still there is certain.
    """
    sha256 = bytes.fromhex(row.taken.original_key)
    if not all(map(store().exists, keys_of(row.taken.original_key))):
        raise Unavailable("照片暂时无法保存，请重新上传")
    key = unwrap(held.wrapped_key)
    values = _values(row, sha256) | {
        "place": seal(key, SEALED_AS, _place(row.shot, row.taken.facts)),
        "policy": policy_version,
        "codes": [str(finding.code) for finding in found],
        "weights": [finding.weight for finding in found],
        "numbers": [orjson.dumps(dict(finding.numbers)).decode() for finding in found],
    }
    return together(tx, (_INSERT, values), *then)[1:]


def _values(row: Row, sha256: bytes) -> dict[str, Any]:
    facts = row.taken.facts
    return {
        "job": row.job.id,
        "slot": row.shot.slot,
        "client": row.shot.client_id,
        "subject": row.job.subject_id,
        "installer": row.actor.person_id if row.complaint_id is None else None,
        "complaint": row.complaint_id,
        "device": row.actor.device_id,
        "status": row.status,
        "gone": row.now if row.late else None,
        "as": "late" if row.late else None,
        "sha256": sha256,
        "size": facts.size_bytes,
        "format": str(facts.format),
        "width": facts.width,
        "height": facts.height,
        "brightness": round(facts.brightness),
        "sharpness": round(facts.sharpness),
        "capture": row.shot.capture,
        "captured_at": row.shot.captured_at,
        "now": row.now,
    }


def _place(shot: Shot, facts: PhotoFacts) -> dict[str, Any]:
    """What is personal in a photo: where, and the camera's own words. Kept as received, whatever its datum."""
    return {
        "point": shot.point,
        "exif": {
            "point": facts.exif_point,
            "accuracy_m": facts.exif_accuracy_m,
            "local_time": facts.exif_local_time,
            "offset_minutes": facts.exif_offset_minutes,
            "gps_at": facts.exif_gps_at,
            "taken_at": facts.exif_taken_at(),
            "device": facts.exif_device,
            "software": facts.exif_software,
        },
    }


_ALIVE = "SELECT 1 FROM subject WHERE id = %(subject)s AND wrapped_key IS NOT NULL FOR SHARE"


def may_be_kept(tx: Connection, subject_id: int) -> bool:
    """Whether the subject still has a key; held until the transaction ends, against an erasure meanwhile."""
    return tx.exec_driver_sql(_ALIVE, {"subject": subject_id}).first() is not None
