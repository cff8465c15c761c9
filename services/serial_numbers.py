"""Serial numbers as the brand's people see them: what a product's look like, and where one has been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain import serials
from domain.actors import Actor
from domain.errors import NotFound
from services.parts.serial_numbers import spellings
from services.queries import scope
from services.uow import query, use_case

MOST = 100


@dataclass(frozen=True, slots=True)
class SerialFormLine:
    """The pattern of a product's serial numbers (`domain.serials`); None: 5–40 letters, digits, hyphens."""

    sku: str
    pattern: str | None


@dataclass(frozen=True, slots=True)
class SerialStop:
    """One job in the life of a piece. `source`: scanned or typed, as the phone said. `noted`: installed before."""

    job_id: int
    kind: str
    status: str
    sku: str
    dealer_id: int | None
    installer_id: int | None
    source: str | None
    submitted_at: datetime | None
    noted: bool


@dataclass(frozen=True, slots=True)
class SerialHistory:
    """All jobs that name the number, oldest first (the first hundred); nobody's number has none."""

    serial_number: str
    jobs: tuple[SerialStop, ...]


_SKU = "SELECT 1 FROM product WHERE sku = %(sku)s"
_WRITE = """
INSERT INTO serial_form (sku, pattern, made_by, made_at) VALUES (%(sku)s, %(pattern)s, %(by)s, %(now)s)
ON CONFLICT (sku) DO UPDATE SET pattern = excluded.pattern, made_by = excluded.made_by, made_at = excluded.made_at
"""
_HISTORY = """
SELECT job.id, job.kind, job.status, job.sku, job.dealer_id, job.installer_id, job_unit.serial_source,
       job.submitted_at, EXISTS (SELECT 1 FROM job_finding f WHERE f.job_id = job.id
                                    AND f.code = 'serial_installed_before') AS noted
  FROM job_unit JOIN job ON job.id = job_unit.job_id
 WHERE job_unit.serial_number = ANY(%(serials)s) AND {horizon} ORDER BY job.id LIMIT {most}
"""


@query
def form_of(connection: Connection, sku: str) -> SerialFormLine:
    """What a product's numbers look like; NotFound."""
    _require_product(connection, sku)
    pattern = connection.exec_driver_sql("SELECT pattern FROM serial_form WHERE sku = %(sku)s", {"sku": sku})
    return SerialFormLine(sku, pattern.scalar())


@use_case
def set_form(tx: Connection, actor: Actor, sku: str, pattern: str | None, now: datetime) -> SerialFormLine:
    """Another pattern, or none; jobs handed in from now on are asked for it. NotFound, Invalid."""
    _require_product(tx, sku)
    if pattern is None:
        tx.exec_driver_sql("DELETE FROM serial_form WHERE sku = %(sku)s", {"sku": sku})
        return SerialFormLine(sku, None)
    serials.require_sound(pattern)
    values = {"sku": sku, "pattern": pattern, "by": actor.person_id, "now": now}
    tx.exec_driver_sql(_WRITE, values)
    return SerialFormLine(sku, pattern)


def _require_product(tx: Connection, sku: str) -> None:
    if tx.exec_driver_sql(_SKU, {"sku": sku}).first() is None:
        raise NotFound


@query
def history(connection: Connection, actor: Actor, serial: str) -> SerialHistory:
    """Where a number has been, within the actor's horizon; however it was typed."""
    condition, params = scope.jobs(actor)
    sql = _HISTORY.format(horizon=condition, most=MOST)
    rows = connection.exec_driver_sql(sql, params | {"serials": spellings([serial])})
    return SerialHistory(serials.normal(serial), tuple(SerialStop(*row) for row in rows))
