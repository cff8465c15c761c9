"""Repairs: asked for by serial number or order line; who pays follows from the warranty (domain.md §2.4).

Inside the product's warranty the brand pays and the job is dispatched at once; outside, or where nobody knows the day
of the installation, an agent quotes the customer first, so the job waits in a queue. What was found stands in the
job's second event, `service_requested`: {warranty, until, payer, from_job_id}.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.calendar import local_date
from domain.errors import Conflict, Fault, Invalid, NotFound
from domain.job import Kind
from services.deeds.loading import lock, require_known
from services.parts import jobs, notes, order_book, queueing
from services.uow import use_case


class RepairOpen(Conflict):
    """A repair of this line is under way already."""

    code = "repair_open"
    title = "该商品已有进行中的维修单"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer asks for: by `serial_number` or by `order_line_id`; `problem` in the customer's words."""

    problem: str
    serial_number: str | None = None
    order_line_id: int | None = None
    units: int = 1


@dataclass(frozen=True, slots=True)
class ServiceRequested:
    """The repair that was made of it. `warranty`: inside, outside or unknown; `until`: the last day inside."""

    job_id: int
    order_line_id: int
    status: str
    queue: str | None
    warranty: str
    until: date | None
    payer: str


_BY_SERIAL = """
SELECT job.order_line_id, job.id AS job_id FROM job_unit JOIN job ON job.id = job_unit.job_id
 WHERE job_unit.serial_number = %(serial)s AND job.status <> 'cancelled' AND {horizon}
 ORDER BY job.id DESC LIMIT 1
"""
_BY_LINE = """
SELECT line.id AS order_line_id, (SELECT max(job.id) FROM job WHERE job.order_line_id = line.id
           AND job.kind NOT IN ('repair', 'return_visit') AND job.status <> 'cancelled') AS job_id
  FROM order_line line JOIN customer_order o ON o.id = line.order_id WHERE line.id = %(line)s AND {horizon}
"""
_FACTS = """
SELECT line.id, line.sku, o.channel_id, o.subject_id, o.division_code, product.category_code, product.warranty_months,
       (SELECT max(submitted_at) FROM job WHERE job.order_line_id = line.id
           AND job.kind IN ('install', 'deliver_install')
           AND job.status IN ('submitted', 'confirmed', 'closed', 'rework')) AS installed_at,
       (SELECT id FROM checklist WHERE checklist.category_code = product.category_code AND effective_from <= %(now)s
         ORDER BY effective_from DESC, version DESC LIMIT 1) AS checklist_id,
       (SELECT id FROM price_list WHERE effective_from <= %(now)s ORDER BY effective_from DESC, version DESC LIMIT 1)
           AS price_list_id,
       EXISTS (SELECT 1 FROM job WHERE job.order_line_id = line.id AND job.kind = 'repair'
                  AND job.status NOT IN ('closed', 'cancelled')) AS open
  FROM order_line line JOIN customer_order o ON o.id = line.order_id LEFT JOIN product ON product.sku = line.sku
 WHERE line.id = %(line)s FOR UPDATE OF line
"""


@use_case
def request(tx: Connection, actor: Actor, wanted: Wanted, now: datetime) -> ServiceRequested:
    """Make a job of kind repair. `NotFound` where the actor may not know of the thing; `RepairOpen`."""
    if (wanted.serial_number is None) == (wanted.order_line_id is None):
        raise Invalid(errors=[Fault("serial_number", "one_of", "请填写序列号或订单行之一")])
    line_id, job_id = _find(tx, actor, wanted)
    facts = tx.exec_driver_sql(_FACTS, {"line": line_id, "now": now}).one()
    if facts.category_code is None:
        raise Invalid(errors=[Fault("sku", "unknown_sku", f"商家编码 {facts.sku} 不在商品目录中")])
    if facts.open:
        raise RepairOpen
    warranty, until = _warranty(facts.installed_at, facts.warranty_months, now)
    payer = "brand" if warranty == "inside" else "customer"
    queue = _queue(facts.division_code, warranty)
    [repair] = jobs.create(tx, [_job(tx, facts, wanted.units, queue)], now, actor)
    said = {
        "warranty": warranty,
        "until": until.isoformat() if until else None,
        "payer": payer,
        "from_job_id": job_id,
        "note_id": notes.write(tx, repair, facts.subject_id, actor.person_id, wanted.problem, now),
    }
    queueing.record(tx, lock(tx, repair), "service_requested", now, reason=warranty, data=said, actor=actor)
    return ServiceRequested(repair, line_id, "new", queue, warranty, until, payer)


def _queue(division_code: str | None, warranty: str) -> str | None:
    """An unclear address is asked about first; then the quote."""
    if division_code is None:
        return "address"
    return None if warranty == "inside" else "quote"


def _find(tx: Connection, actor: Actor, wanted: Wanted) -> tuple[int, int | None]:
    """(order line, job it was installed by) within the actor's horizon."""
    if wanted.serial_number is not None:
        condition, params = _horizon(actor, "job.channel_id", "job.order_line_id")
        sql, params = _BY_SERIAL, params | {"serial": wanted.serial_number}
    else:
        condition, params = _horizon(actor, "o.channel_id", "line.id")
        sql, params = _BY_LINE, params | {"line": wanted.order_line_id}
    row = tx.exec_driver_sql(sql.format(horizon=condition), params).first()
    if row is None:
        raise NotFound
    if actor.job_id is not None:  # come by a signed link: that job's line only
        job = lock(tx, actor.job_id)
        require_known(tx, actor, job)
        if job.order_line_id != row.order_line_id:
            raise NotFound
    return row.order_line_id, row.job_id


_OWN = """{line} IN (SELECT line.id FROM person JOIN customer_order o ON o.phone_lookup = person.phone_lookup
    JOIN order_line line ON line.order_id = o.id WHERE person.id = %(person)s)"""


def _horizon(actor: Actor, channel: str, line: str) -> tuple[str, dict[str, Any]]:
    if actor.role == Role.CUSTOMER:
        if actor.job_id is not None:
            return "true", {}
        return _OWN.format(line=line), {"person": actor.person_id}
    if actor.channel_ids is None:
        return "true", {}
    return f"{channel} = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}


def _warranty(installed_at: datetime | None, months: int, now: datetime) -> tuple[str, date | None]:
    """Installed on 2024-05-31 with 24 months → inside up to and including 2026-05-31."""
    if installed_at is None:
        return "unknown", None
    until = _months_later(local_date(installed_at), months)
    return ("inside" if local_date(now) <= until else "outside"), until


def _months_later(day: date, months: int) -> date:
    """The same day of the month, or its last day where there is none: 31 August + 6 → 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _job(tx: Connection, facts: Any, units: int, queue: str | None) -> jobs.NewJob:
    shop = order_book.channel(tx, facts.channel_id)
    return jobs.NewJob(
        kind=Kind.REPAIR,
        order_line_id=facts.id,
        channel_id=shop.id,
        subject_id=facts.subject_id,
        sku=facts.sku,
        category_code=facts.category_code,
        units=units,
        scheme=shop.scheme,
        division_code=facts.division_code,
        checklist_id=facts.checklist_id,
        price_list_id=facts.price_list_id,
        silence_confirms=shop.silence_confirms,
        queue=queue,
    )
