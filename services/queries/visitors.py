"""Who comes: the installer's name as a reader may have it, whole for staff, surname and 师傅 for the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.actors import Role
from domain.job import Status
from domain.masking import mask_installer, mask_phone
from services.personal import Erased, reveal, unwrap

# Joined to `job`: an installer and the key to his name, as `person_sealed` and `person_key`.
COLUMNS = "visitor.personal AS person_sealed, own.wrapped_key AS person_key"
JOIN = "LEFT JOIN person visitor ON visitor.id = job.installer_id LEFT JOIN subject own ON own.id = visitor.subject_id"
_COMING = frozenset(
    {Status.ACCEPTED, Status.BOOKED, Status.ON_SITE, Status.SUBMITTED, Status.SUSPENDED, Status.REWORK}
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """An installer's name, and masked the phone he rings from while he is expected; None where there is none."""

    name: str | None
    phone: str | None


def visitor(row: Any, role: Role, status: str) -> Visitor:
    """Whoever was assigned (`row` has `COLUMNS`), as `role` may know of him."""
    try:
        known = reveal(unwrap(row.person_key), "person.personal", row.person_sealed)
    except Erased:
        return Visitor(None, None)
    if role != Role.CUSTOMER:
        return Visitor(known.get("name"), None)
    phone = mask_phone(known.get("phone")) if status in _COMING else ""
    return Visitor(mask_installer(known.get("name")), phone or None)
