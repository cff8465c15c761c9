"""Repairs in a given transaction: what was done to a thing, the row that says who pays, the job that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import local_date
from domain.errors import Conflict, Fault, Invalid
from domain.job import Kind
from domain.warranty import Terms, Verdict, Work, judge
from services.config import config
from services.deeds.loading import lock
from services.parts import jobs, notes, order_book, queueing, serial_numbers
from services.parts.repair_payment import QUOTE, WARRANTY


class RepairOpen(Conflict):
    """A repair of this line is under way already."""

    code = "repair_open"
    title = "该商品已有进行中的维修单"


@dataclass(frozen=True, slots=True)
class Ask:
    """A repair of a line that is known. `request_id`: the row that waited for it, None where it is to be made."""

    line_id: int
    cover: str
    problem: str
    units: int = 1
    serial_number: str | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """The row, its job, where it waits (None: dispatched at once) and the verdict."""

    id: int
    job_id: int
    queue: str | None
    verdict: Verdict


_FACTS = """
SELECT line.id, line.sku, o.channel_id, o.subject_id, o.division_code, product.category_code, product.warranty_months,
       (SELECT id FROM checklist WHERE checklist.category_code = product.category_code AND effective_from <= %(now)s
         ORDER BY effective_from DESC, version DESC LIMIT 1) AS checklist_id,
       (SELECT id FROM price_list WHERE effective_from <= %(now)s ORDER BY effective_from DESC, version DESC LIMIT 1)
           AS price_list_id,
       EXISTS (SELECT 1 FROM job WHERE job.order_line_id = line.id AND job.kind = 'repair'
                  AND job.status NOT IN ('closed', 'cancelled')) AS open
  FROM order_line line JOIN customer_order o ON o.id = line.order_id LEFT JOIN product ON product.sku = line.sku
 WHERE line.id = %(line)s
"""
# Trap: a statement of its own. One that waits for the row and asks besides whether a repair is open asks as of before.
_ONE_AT_A_TIME = "SELECT 1 FROM order_line WHERE id = %(line)s FOR UPDATE"
_WORKS = """
SELECT job.id, job.dealer_id, job.kind, job.submitted_at,
       EXISTS (SELECT 1 FROM job_unit WHERE job_unit.job_id = job.id AND serial_number = ANY(%(serials)s)) AS named
  FROM job WHERE job.order_line_id = %(line)s AND job.kind <> 'return_visit' AND job.submitted_at IS NOT NULL
   AND job.status IN ('submitted', 'confirmed', 'closed', 'rework') ORDER BY job.id
"""


def works(tx: Connection, line_id: int, serial_number: str | None) -> list[Work]:
    """What was done and handed in; where one job names the piece, the others' installations are of other pieces."""
    rows = tx.exec_driver_sql(
        _WORKS,
        {"line": line_id, "serials": serial_numbers.spellings([serial_number] if serial_number else [])},
    ).all()
    named = {row.id for row in rows if row.named}
    return [
        Work(row.id, row.dealer_id, row.kind, local_date(row.submitted_at))
        for row in rows
        if not named or row.id in named or row.kind in (Kind.REPAIR, Kind.SECOND_VISIT)
    ]


def terms(warranty_months: int) -> Terms:
    """The product's own months, and the settings for fittings and workmanship."""
    settings = config()
    return Terms(warranty_months, settings.warranty_fitting_months, settings.warranty_work_months)


def make(tx: Connection, actor: Actor, asked: Ask, now: datetime) -> Made:
    """The verdict and the job: dispatched at once where somebody else pays, else before an agent. `RepairOpen`."""
    tx.exec_driver_sql(_ONE_AT_A_TIME, {"line": asked.line_id})
    facts = tx.exec_driver_sql(_FACTS, {"line": asked.line_id, "now": now}).one()
    if facts.category_code is None:
        raise Invalid(errors=[Fault("sku", "unknown_sku", f"商家编码 {facts.sku} 不在商品目录中")])
    if facts.open:
        raise RepairOpen
    done = works(tx, asked.line_id, asked.serial_number)
    verdict = judge(asked.cover, terms(facts.warranty_months), done, local_date(now))
    queue = _queue(facts.division_code, verdict.payer)
    [job_id] = jobs.create(tx, [_job(tx, facts, asked.units, queue, verdict)], now, actor)
    note_id = notes.write(tx, job_id, facts.subject_id, actor.person_id, asked.problem, now)
    request_id = _write(tx, asked, facts, job_id, verdict, now)
    said = {
        "service_request_id": request_id,
        "cover": asked.cover,
        "warranty": verdict.verdict,
        "until": verdict.until.isoformat() if verdict.until else None,
        "payer": verdict.payer,
        "from_job_id": verdict.from_job_id,
        "liable_dealer_id": verdict.dealer_id,
        "note_id": note_id,
    }
    why = verdict.verdict
    queueing.record(tx, lock(tx, job_id), "service_requested", now, reason=why, data=said, actor=actor)
    return Made(request_id, job_id, queue, verdict)


def _queue(division_code: str | None, payer: str | None) -> str | None:
    """An unclear address is asked about first; then who pays, then the quote."""
    if division_code is None:
        return "address"
    return {None: WARRANTY, "customer": QUOTE}.get(payer)


_INSERT = """
INSERT INTO service_request (job_id, channel_id, subject_id, serial_number, cover, verdict, payer, until, text,
                             from_job_id, liable_dealer_id, created_at)
VALUES (%(job)s, %(channel)s, %(subject)s, %(serial)s, %(cover)s, %(verdict)s, %(payer)s, %(until)s, %(text)s,
        %(from)s, %(liable)s, %(now)s) RETURNING id
"""
_UPDATE = """
UPDATE service_request SET job_id = %(job)s, channel_id = %(channel)s, subject_id = %(subject)s, problem = NULL,
       cover = %(cover)s, verdict = %(verdict)s, payer = %(payer)s, until = %(until)s, text = %(text)s,
       from_job_id = %(from)s, liable_dealer_id = %(liable)s WHERE id = %(id)s RETURNING id
"""


def _write(tx: Connection, asked: Ask, facts: Any, job_id: int, verdict: Verdict, now: datetime) -> int:
    values = {
        "id": asked.request_id,
        "job": job_id,
        "channel": facts.channel_id,
        "subject": facts.subject_id,
        "serial": asked.serial_number,
        "cover": asked.cover,
        "verdict": verdict.verdict,
        "payer": verdict.payer,
        "until": verdict.until,
        "text": verdict.text,
        "from": verdict.from_job_id,
        "liable": verdict.dealer_id,
        "now": now,
    }
    statement = _INSERT if asked.request_id is None else _UPDATE
    return int(tx.exec_driver_sql(statement, values).scalar_one())


def _job(tx: Connection, facts: Any, units: int, queue: str | None, verdict: Verdict) -> jobs.NewJob:
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
        fault="dealer" if verdict.payer == "dealer" else None,
    )
