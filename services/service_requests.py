"""Repairs: asked for by serial number or order line; who pays follows from the warranty (domain.md §2.4).

Inside the warranty the job is dispatched at once; outside the customer is quoted first (`services/repair_quotes.py`).
A serial number nobody knows makes no job: the request waits for an agent, who finds the order line or puts it away.
What was found stands in `service_request` and in the job's second event, `service_requested`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import queues
from domain.actors import Actor, Role
from domain.calendar import local_date
from domain.errors import Conflict, Fault, Invalid, NotFound
from domain.job import Status
from domain.repairs import InsideWarranty
from domain.warranty import PAYER_NAMES
from services import personal
from services.deeds.loading import lock, require_known
from services.parts import notes, outbox, queueing, repairs, serial_numbers
from services.parts.repair_payment import ERRANDS, QUOTE
from services.parts.repairs import Ask
from services.uow import use_case

PLACE = "service_request.problem"


class NotWaiting(Conflict):
    """Its order line is known, or it was put away."""

    code = "request_not_waiting"
    title = "该申请已处理"


class RulingTooLate(Conflict):
    """The work was handed in, or the customer is to pay for what he was never asked about."""

    code = "ruling_too_late"
    title = "该维修单已不能改由此方付费"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer asks for: by `serial_number` or by `order_line_id`; `problem` in the customer's words.

    `cover`: what is to be mended: the goods, a fitting, or the workmanship of an earlier visit.
    """

    problem: str
    serial_number: str | None = None
    order_line_id: int | None = None
    units: int = 1
    cover: str = "goods"


@dataclass(frozen=True, slots=True)
class ServiceRequested:
    """What was made of it. `job_id` None: nobody knows the serial number, an agent looks.

    `warranty`: inside, outside or unknown; `until`: the last day inside; `text`: the arithmetic.
    """

    id: int
    job_id: int | None
    order_line_id: int | None
    status: str
    queue: str | None
    warranty: str
    until: date | None
    payer: str | None
    text: str


_BY_SERIAL = """
SELECT job.order_line_id FROM job_unit JOIN job ON job.id = job_unit.job_id
 WHERE job_unit.serial_number = ANY(%(serials)s) AND job.status <> 'cancelled' AND {horizon}
 ORDER BY job.id DESC LIMIT 1
"""
_BY_LINE = """
SELECT line.id AS order_line_id FROM order_line line JOIN customer_order o ON o.id = line.order_id
 WHERE line.id = %(line)s AND {horizon}
"""


@use_case
def request(tx: Connection, actor: Actor, wanted: Wanted, now: datetime) -> ServiceRequested:
    """Make a job of kind repair, or a request that waits. `NotFound` for an order line of others; `RepairOpen`.

    Somebody else's serial number is as unknown as one that nobody has: nothing is learnt by guessing.
    """
    if (wanted.serial_number is None) == (wanted.order_line_id is None):
        raise Invalid(errors=[Fault("serial_number", "one_of", "请填写序列号或订单行之一")])
    line_id = _find(tx, actor, wanted)
    if line_id is None:
        return _waiting(tx, actor, wanted, now)
    asked = Ask(line_id, wanted.cover, wanted.problem, wanted.units, wanted.serial_number)
    return _made(tx, actor, asked, now)


def _made(tx: Connection, actor: Actor, asked: Ask, now: datetime) -> ServiceRequested:
    made = repairs.make(tx, actor, asked, now)
    found = made.verdict
    return ServiceRequested(
        made.id, made.job_id, asked.line_id, "new", made.queue,
        found.verdict, found.until, found.payer, found.text,
    )  # fmt: skip


def _find(tx: Connection, actor: Actor, wanted: Wanted) -> int | None:
    """The order line within the actor's horizon; None: no such serial number there."""
    if wanted.serial_number is not None:
        condition, params = _horizon(tx, actor, "job.channel_id", "job.order_line_id")
        sql, params = _BY_SERIAL, params | {"serials": serial_numbers.spellings([wanted.serial_number])}
    else:
        condition, params = _horizon(tx, actor, "o.channel_id", "line.id")
        sql, params = _BY_LINE, params | {"line": wanted.order_line_id}
    line_id: int | None = tx.exec_driver_sql(sql.format(horizon=condition), params).scalar()
    if line_id is None and wanted.serial_number is None:
        raise NotFound
    return line_id


_OWN = """{line} IN (SELECT line.id FROM person JOIN customer_order o ON o.phone_lookup = person.phone_lookup
    JOIN order_line line ON line.order_id = o.id WHERE person.id = %(person)s)"""


def _horizon(tx: Connection, actor: Actor, channel: str, line: str) -> tuple[str, dict[str, Any]]:
    if actor.role == Role.CUSTOMER:
        if actor.job_id is not None:  # come by a signed link: that job's line only
            job = lock(tx, actor.job_id)
            require_known(tx, actor, job)
            return f"{line} = %(own)s", {"own": job.order_line_id}
        return _OWN.format(line=line), {"person": actor.person_id}
    if actor.channel_ids is None:
        return "true", {}
    return f"{channel} = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}


# -- what nobody knows

_WHOSE = """
SELECT (SELECT subject_id FROM job WHERE id = %(job)s) AS of_job,
       (SELECT channel_id FROM job WHERE id = %(job)s) AS channel_id,
       (SELECT subject_id FROM person WHERE id = %(person)s AND %(customer)s) AS of_person
"""
_WAIT = """
INSERT INTO service_request (channel_id, subject_id, person_id, serial_number, problem, cover, verdict, text,
                             created_at)
VALUES (%(channel)s, %(subject)s, %(person)s, %(serial)s, %(problem)s, %(cover)s, 'unknown', %(text)s, %(now)s)
RETURNING id
"""
UNKNOWN = "查不到该序列号的安装记录，由客服核实"


def _waiting(tx: Connection, actor: Actor, wanted: Wanted, now: datetime) -> ServiceRequested:
    """Kept for an agent, sealed under whoever asks."""
    own = actor.role == Role.CUSTOMER
    row = tx.exec_driver_sql(_WHOSE, {"job": actor.job_id, "person": actor.person_id, "customer": own}).one()
    subject_id = row.of_job or row.of_person
    if subject_id is None:
        subject_id, key = personal.new_subject(tx)
    else:
        key = personal.subject_key(tx, subject_id)
    values = {
        "channel": row.channel_id or _only(actor.channel_ids),
        "subject": subject_id,
        "person": actor.person_id,
        "serial": wanted.serial_number,
        "problem": personal.seal(key, PLACE, wanted.problem),
        "cover": wanted.cover,
        "text": UNKNOWN,
        "now": now,
    }
    request_id = int(tx.exec_driver_sql(_WAIT, values).scalar_one())
    payload = {
        "template": "service_unknown",
        "audience": "agents",
        "channel_id": values["channel"],
        "values": {"number": str(request_id)},
    }
    outbox.put(tx, [outbox.Owed("notice", f"service_request:{request_id}", payload)], now)
    return ServiceRequested(
        request_id, None, None, "waiting", "serial_number", "unknown", None, None, UNKNOWN
    )


def _only(channel_ids: frozenset[int] | None) -> int | None:
    return next(iter(channel_ids)) if channel_ids is not None and len(channel_ids) == 1 else None


_WAITING = """
SELECT request.*, subject.wrapped_key FROM service_request request JOIN subject ON subject.id = request.subject_id
 WHERE request.id = %(id)s
   AND (%(channels)s::bigint[] IS NULL OR channel_id IS NULL OR channel_id = ANY(%(channels)s)) FOR UPDATE OF request
"""


def _require_waiting(tx: Connection, actor: Actor, service_id: int) -> Any:
    channels = None if actor.channel_ids is None else sorted(actor.channel_ids)
    row = tx.exec_driver_sql(_WAITING, {"id": service_id, "channels": channels}).first()
    if row is None:
        raise NotFound
    if row.job_id is not None or row.closed_at is not None:
        raise NotWaiting
    return row


@use_case
def link(
    tx: Connection, actor: Actor, service_id: int, order_line_id: int, now: datetime
) -> ServiceRequested:
    """An agent has found the thing: the repair is made as if it had been asked for by order line. `RepairOpen`."""
    row = _require_waiting(tx, actor, service_id)
    _find(tx, actor, Wanted("", order_line_id=order_line_id))
    try:
        problem = str(personal.reveal(personal.unwrap(row.wrapped_key), PLACE, row.problem))
    except personal.Erased:
        problem = "（内容已删除）"
    asked = Ask(order_line_id, row.cover, problem, serial_number=row.serial_number, request_id=service_id)
    return _made(tx, actor, asked, now)


_CLOSE = "UPDATE service_request SET closed_at = %(now)s, ruled_by = %(by)s, problem = NULL WHERE id = %(id)s"


@use_case
def put_away(tx: Connection, actor: Actor, service_id: int, now: datetime) -> ServiceRequested:
    """Nothing of ours: no job comes of it, and what was written is gone."""
    row = _require_waiting(tx, actor, service_id)
    tx.exec_driver_sql(_CLOSE, {"id": service_id, "by": actor.person_id, "now": now})
    return ServiceRequested(service_id, None, None, "closed", None, "unknown", None, None, row.text)


# -- who pays, by an agent

_OF_ID = "SELECT * FROM service_request WHERE id = %(id)s AND job_id IS NOT NULL"
_RULE = """
UPDATE service_request SET payer = %(payer)s, liable_dealer_id = %(liable)s, text = %(text)s, ruled_by = %(by)s,
       ruled_at = %(now)s WHERE id = %(id)s
"""
_OVER = (Status.SUBMITTED, Status.CONFIRMED, Status.CLOSED, Status.CANCELLED, Status.REWORK)


@use_case
def rule(
    tx: Connection, actor: Actor, service_id: int, payer: str, note: str, now: datetime
) -> ServiceRequested:
    """An agent says who pays, before the work is handed in; the customer only before anybody is sent.

    Not where the warranty says it (`InsideWarranty`); outside it, as a favour.
    """
    row = tx.exec_driver_sql(_OF_ID, {"id": service_id}).first()
    if row is None:
        raise NotFound
    job = lock(tx, row.job_id)
    require_known(tx, actor, job)
    if row.verdict == "inside":
        raise InsideWarranty
    if job.status in _OVER or (payer == "customer" and (job.status != Status.NEW or row.answer == "agreed")):
        raise RulingTooLate
    liable = _liable(tx, job.order_line_id, row.serial_number) if payer == "dealer" else None
    text = f"经客服判定，费用由{PAYER_NAMES[payer]}承担（{local_date(now)}）"
    values = {
        "id": service_id,
        "payer": payer,
        "liable": liable,
        "text": text,
        "by": actor.person_id,
        "now": now,
    }
    tx.exec_driver_sql(_RULE, values)
    columns: dict[str, Any] = {"fault": "dealer" if payer == "dealer" else None}
    if payer == "customer":
        columns |= queues.queued(job, QUOTE, now) if job.division_code else {}
    else:
        columns |= {"remote_payer": "operator", "promised_remote_fen": None}
        columns |= queues.attended(job, now) if job.queue in ERRANDS else {}
    note_id = notes.write(tx, job.id, job.subject_id, actor.person_id, note, now)
    said = {"payer": payer, "from_payer": row.payer, "liable_dealer_id": liable, "note_id": note_id}
    queueing.record(tx, job, "warranty_ruled", now, reason=payer, data=said, columns=columns, actor=actor)
    queue = columns.get("queue", job.queue)
    return ServiceRequested(
        service_id, job.id, job.order_line_id, job.status, queue, row.verdict, row.until, payer, text
    )


def _liable(tx: Connection, line_id: int, serial_number: str | None) -> int:
    """The dealer whose work was the last."""
    done = [work for work in repairs.works(tx, line_id, serial_number) if work.dealer_id is not None]
    last = max(done, key=lambda work: (work.done_on, work.job_id), default=None)
    if last is None or last.dealer_id is None:
        raise Invalid(errors=[Fault("payer", "nobody_liable", "没有找到施工的服务网点")])
    return last.dealer_id
