"""Serial numbers of jobs: the form their product asks for, and where a number was installed before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Fault
from domain.job import JobState
from domain.serials import fault, normal
from services.direct import Asked


@dataclass(frozen=True, slots=True)
class Installed:
    """A number in another job, handed in at `at`."""

    serial: str
    job_id: int
    at: datetime


_FORM = "SELECT pattern FROM serial_form WHERE sku = %(sku)s"
# A repair or a second visit is of the same order line; what never came to be handed in installed nothing.
_BEFORE = """
SELECT job_unit.serial_number, job.id, job.submitted_at FROM job_unit JOIN job ON job.id = job_unit.job_id
 WHERE job_unit.serial_number = ANY(%(serials)s) AND job.id <> %(job)s AND job.order_line_id <> %(line)s
   AND job.submitted_at IS NOT NULL AND job.status <> 'cancelled'
   AND job.id IS DISTINCT FROM %(parent)s::bigint
   AND (job.parent_id IS NULL OR (job.parent_id <> %(job)s AND job.parent_id IS DISTINCT FROM %(parent)s::bigint))
 ORDER BY job.submitted_at, job.id
"""


def asking_form(sku: str) -> Asked:
    """The statement that finds the pattern of a product's numbers, if it has one."""
    return _FORM, {"sku": sku}


def faults(pattern: str | None, serials: Sequence[str]) -> list[Fault]:
    """What is wrong with the form of each, by its place in the list."""
    said = [(position, fault(serial, pattern)) for position, serial in enumerate(serials)]
    return [Fault(f"serial_numbers.{position}", "serial_form", why) for position, why in said if why]


def spellings(serials: Sequence[str]) -> list[str]:
    """As they may stand in the table: before numbers were put in capitals they stood as typed."""
    return sorted({spelt for one in serials for spelt in (one, normal(one), normal(one).lower())})


def asking_before(job: JobState, serials: Sequence[str]) -> Asked:
    """The statement that finds where any of them was handed in; `installed_before` reads its rows."""
    return _BEFORE, {
        "serials": spellings(serials),
        "job": job.id,
        "line": job.order_line_id,
        "parent": job.parent_id,
    }


def installed_before(rows: Iterable[Any]) -> list[Installed]:
    """Where they were handed in by a job that is not this one's repair, second visit or parent; oldest first."""
    return [Installed(normal(row.serial_number), row.id, row.submitted_at) for row in rows]
