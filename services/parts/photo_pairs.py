"""Which photos are worth laying beside one, and what was found written on the later of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.finding_words import Code
from domain.reuse import Pair, code_for
from services.parts import likeness, photo_findings

MOST_SAME = 20


@dataclass(frozen=True, slots=True)
class Other:
    """A photo to be laid beside the one asked about, `earlier` or later than it; the same bytes need no look."""

    photo_id: int
    sha256: str
    earlier: bool
    same_bytes: bool
    pair: Pair


@dataclass(frozen=True, slots=True)
class Match:
    """A likeness that was seen; `numbers` are those of `uploads.looker.Seen`, empty for the same bytes."""

    other: Other
    grade: str
    numbers: dict[str, Any]

    @property
    def code(self) -> Code | None:
        """What it is held against the later photo as."""
        return code_for(self.other.pair, self.grade)


# In one look: candidates by words and by bytes, without the erased, the same slot of the same job, and the same visit.
_OTHERS = """
WITH asked AS (
    SELECT photo.*, job.visit_id, job.order_line_id, job.parent_id, job.checklist_id
      FROM photo JOIN job ON job.id = photo.job_id WHERE photo.id = %(photo)s),
near AS (
    SELECT unnest(%(ids)s::bigint[]) AS id, generate_subscripts(%(ids)s::bigint[], 1) AS rank
    UNION ALL
    (SELECT photo.id, 0 FROM photo JOIN asked ON asked.sha256 = photo.sha256
      WHERE photo.id <> asked.id AND photo.status <> 'complaint' ORDER BY photo.id LIMIT %(same)s)),
pair AS (
    SELECT near.rank, other.id, other.sha256, other.erased_at, theirs.visit_id AS their_visit, asked.visit_id,
           other.sha256 = asked.sha256 AS same_bytes,
           (other.received_at, other.id) < (asked.received_at, asked.id) AS earlier,
           other.job_id = asked.job_id AS same_job, other.slot_code = asked.slot_code AS same_slot,
           theirs.order_line_id = asked.order_line_id OR theirs.parent_id = asked.job_id
               OR theirs.id = asked.parent_id OR theirs.parent_id = asked.parent_id
               OR my_order.place_lookup = their_order.place_lookup AS same_door,
           other.slot_code AS other_slot, theirs.checklist_id AS other_list, asked.slot_code, asked.checklist_id,
           other.installer_id = asked.installer_id AS same_hand,
           other.superseded_as AS other_as, asked.superseded_as
      FROM near JOIN photo other ON other.id = near.id JOIN job theirs ON theirs.id = other.job_id CROSS JOIN asked
      JOIN order_line my_line ON my_line.id = asked.order_line_id
      JOIN customer_order my_order ON my_order.id = my_line.order_id
      JOIN order_line their_line ON their_line.id = theirs.order_line_id
      JOIN customer_order their_order ON their_order.id = their_line.order_id)
SELECT DISTINCT ON (rank, id) id, encode(sha256, 'hex') AS sha256, same_bytes, earlier, same_job, same_slot,
       coalesce(same_door, false) AS same_door,
       coalesce((SELECT slot.phase = 'before' FROM slot
                  WHERE slot.checklist_id = CASE WHEN earlier THEN pair.checklist_id ELSE other_list END
                    AND slot.code = CASE WHEN earlier THEN pair.slot_code ELSE other_slot END), false) AS before,
       coalesce(same_hand AND 'deleted' = CASE WHEN earlier THEN other_as ELSE superseded_as END, false) AS withdrawn
  FROM pair
 WHERE erased_at IS NULL AND NOT (same_job AND same_slot)
   AND (same_job OR visit_id IS NULL OR their_visit IS NULL OR visit_id <> their_visit)
 ORDER BY rank, id
"""


def others(tx: Connection, photo_id: int, asked: Sequence[int]) -> list[Other]:
    """The same bytes first, then candidates by their words, best first; each once."""
    ids = [found.photo_id for found in likeness.candidates(tx, photo_id, asked)]
    made: dict[int, Other] = {}
    for row in tx.exec_driver_sql(_OTHERS, {"photo": photo_id, "ids": ids, "same": MOST_SAME}):
        pair = Pair(row.same_job, row.same_slot, False, row.same_door, row.before, row.withdrawn)
        made.setdefault(row.id, Other(row.id, row.sha256, row.earlier, row.same_bytes, pair))
    return list(made.values())


_LOCK_JOBS = """
SELECT id FROM job WHERE id IN (SELECT job_id FROM photo WHERE id = ANY(%(photos)s)) ORDER BY id FOR UPDATE
"""
_LOCK = "SELECT id FROM photo WHERE id = ANY(%(photos)s) ORDER BY sha256, id FOR NO KEY UPDATE"
_MATCH = """
INSERT INTO photo_match (photo_id, other_id, grade, same_bytes, finding, numbers, found_at)
VALUES (%(later)s, %(earlier)s, %(grade)s, %(same)s, %(code)s, %(numbers)s::jsonb, %(now)s) ON CONFLICT DO NOTHING
"""


def lock(tx: Connection, photo_ids: Sequence[int], *, scored: bool) -> None:
    """Hold these photos, in the order in which erasure takes them, and before them, when `scored`, their jobs, as
    uploads do: no ring of waiters, and no score that misses a finding."""
    asked = {"photos": list(photo_ids)}
    if scored:
        tx.exec_driver_sql(_LOCK_JOBS, asked).all()
    tx.exec_driver_sql(_LOCK, asked).all()


def write(tx: Connection, photo_id: int, match: Match, now: datetime) -> None:
    """Remember the pair, and write its finding on the later photo; the job's score follows."""
    other, code = match.other, match.code
    later, earlier = (photo_id, other.photo_id) if other.earlier else (other.photo_id, photo_id)
    values = {
        "later": later,
        "earlier": earlier,
        "grade": match.grade,
        "same": other.same_bytes,
        "code": None if code is None else str(code),
        "numbers": orjson.dumps(match.numbers).decode(),
        "now": now,
    }
    tx.exec_driver_sql(_MATCH, values)
    if code is not None:
        photo_findings.reuse_found(tx, later, earlier, now, code, _whole(match))


def _whole(match: Match) -> dict[str, int]:
    """The numbers behind a finding, as whole numbers: agreement 0.973 is 97 %."""
    if not match.numbers:
        return {}
    seen = match.numbers
    return {
        "inliers": seen["inliers"],
        "agreement_pct": round(100 * seen["agreement"]),
        "share_pct": round(100 * seen["share"]),
        "mirrored": int(seen["mirrored"]),
    }
