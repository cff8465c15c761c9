"""Which shots an audit asked for again, and why: what the installer must know to supplement them."""

from __future__ import annotations

from collections.abc import Iterable

from domain.actors import Role
from domain.audits import REASONS

# A column beside `slot`, of the job %(id)s: what the verdict in force says against its photos.
COLUMN = """ARRAY(
    SELECT DISTINCT wrong.reason FROM audit_photo wrong JOIN photo ON photo.id = wrong.photo_id
      JOIN job ON job.id = photo.job_id
     WHERE job.id = %(id)s AND job.audit = 'evidence_asked' AND photo.slot_code = slot.code AND wrong.verdict_id = (
           SELECT max(id) FROM audit_verdict WHERE job_id = job.id AND verdict = 'evidence') ORDER BY 1)"""


def words(reasons: Iterable[str], role: Role) -> tuple[str, ...]:
    """unclear → 模糊、过暗或看不清. Between dealer and brand: a customer reads none."""
    return () if role == Role.CUSTOMER else tuple(REASONS[one] for one in reasons)
