"""A fen followed back to rule, job, event, photo and promise, and forward to statement, invoice and payment.

An owner follows its own: of the chain the deeds from its acceptance to the next dealer's, of photos and promise those
of a job it still has. Ids and hashes only, nothing personal; what they name is read where it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import fee_words, grounds
from domain.actors import Actor
from domain.calendar import local_date
from domain.clocks import Level
from domain.errors import NotFound
from domain.fee_reading import read_rule
from domain.payments import STATE_NAMES, State
from domain.statements import STATUS_NAMES, Status
from services.queries import settled
from services.queries.ledger import EntryLine, lines_of
from services.queries.money import horizon
from services.queries.settled import InvoiceLine, PaymentLine
from services.uow import query

_LEVELS = (None, *Level)


@dataclass(frozen=True, slots=True)
class FeeGround:
    """A deed on the job's chain that the line rests on; `hash` seals it after all before it."""

    seq: int
    action: str
    action_name: str
    occurred_at: datetime
    received_at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class PhotoProof:
    """A photo of the job by its bytes; `GET /photos/{id}` shows it to whoever may see it, unless it was `erased`."""

    photo_id: int
    slot: str
    slot_name: str
    sha256: str
    received_at: datetime
    erased: bool


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """What the job was held to: what was shown of the way and of a trip in vain before the purchase."""

    promise_id: int
    made_at: datetime
    remote_payer: str
    promised_remote_fen: int | None
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockKept:
    """The clock of a bonus or a penalty: due and stopped, the level reached and the breach that says so."""

    kind: str
    due_at: datetime | None
    stopped_at: datetime | None
    level: Level | None
    breach_id: int | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement on which the line stands, with what became of it."""

    statement_id: int
    month: date
    status: Status
    status_name: str
    amount_fen: int
    contested_at: datetime | None
    invoices: tuple[InvoiceLine, ...]
    payments: tuple[PaymentLine, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that moved through WeChat for it: the customer's payment of an extra, or the payment of a statement."""

    kind: str
    number: str
    state_name: str
    amount_fen: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Where an entry comes from: its arithmetic, the rule in force and what it says; and what became of it."""

    entry: EntryLine
    arithmetic: str
    rule_effective_from: date | None
    rule_says: tuple[str, ...]
    job_kind: str | None
    job_status: str | None
    job_closed_at: datetime | None
    clock: ClockKept | None
    events: tuple[FeeGround, ...]
    photos: tuple[PhotoProof, ...]
    promise: PromiseKept | None
    order_line_id: int | None
    reversed_by_id: int | None
    corrects_id: int | None
    corrected_by_id: int | None
    statement_ids: tuple[int, ...]
    statements: tuple[Stated, ...]
    wechat: tuple[Moved, ...]


_ORIGIN = """
SELECT job.kind, job.status, job.closed_at, job.category_code, job.zone, job.scheme, job.dealer_id, job.promise_id,
       rule.version, rule.rule, rule.effective_from,
       (SELECT id FROM ledger_entry back WHERE back.reverses_id = entry.id) AS reversed_by,
       coalesce(entry.reverses_id, (SELECT entry_id FROM ledger_correction WHERE instead_id = entry.id)) AS corrects,
       (SELECT instead_id FROM ledger_correction WHERE entry_id = entry.id AND outcome = 'approved'
         ORDER BY id DESC LIMIT 1) AS corrected_by,
       (SELECT order_line_id FROM profit_share WHERE entry_id = entry.id LIMIT 1) AS order_line_id
  FROM ledger_entry entry LEFT JOIN fee_rule rule ON rule.id = entry.fee_rule_id
  LEFT JOIN job ON job.id = entry.job_id WHERE entry.id = %(id)s
"""


@query
def explain(connection: Connection, actor: Actor, entry_id: int) -> Explained:
    """Everything about an entry, which is also a statement's line; `NotFound` where no account is the reader's."""
    dealer = horizon(actor)
    entry = lines_of(connection, [entry_id], dealer).get(entry_id)
    if entry is None or not entry.legs:
        raise NotFound
    origin = connection.exec_driver_sql(_ORIGIN, {"id": entry_id}).one()
    own = dealer is None or origin.dealer_id == dealer
    stated, clock = _stated(connection, entry_id, dealer), _clock(connection, entry)
    return Explained(
        entry=entry,
        arithmetic=entry.memo,
        rule_effective_from=None if origin.effective_from is None else local_date(origin.effective_from),
        rule_says=_rule_says(origin, entry.kind, clock),
        job_kind=origin.kind,
        job_status=origin.status,
        job_closed_at=origin.closed_at,
        clock=clock,
        events=_grounds(connection, entry, dealer),
        photos=_photos(connection, entry.job_id) if own else (),
        promise=_promise(connection, entry.job_id) if own and origin.promise_id else None,
        order_line_id=origin.order_line_id,
        reversed_by_id=origin.reversed_by,
        corrects_id=origin.corrects,
        corrected_by_id=origin.corrected_by,
        statement_ids=tuple(one.statement_id for one in stated),
        statements=stated,
        wechat=_moved(connection, entry, stated),
    )


def _rule_says(origin: Any, kind: str, clock: ClockKept | None) -> tuple[str, ...]:
    if origin.rule is None or origin.category_code is None:
        return ()
    rule = read_rule({**origin.rule, "version": origin.version})
    of_job = (origin.category_code, origin.zone, origin.scheme, origin.kind)
    place = fee_words.Place(*of_job, clock=None if clock is None else clock.kind)
    return fee_words.of_line(rule, kind, place)


_CLOCK = """
SELECT kind, due_at, stopped_at, level, (SELECT max(id) FROM breach WHERE clock_id = clock.id
           AND breach.level = clock.level AND withdrawn_at IS NULL) AS breach_id
  FROM clock WHERE job_id = %(job)s AND family = 'dealer' AND owner = 'dealer' AND turn = %(turn)s AND kind = %(kind)s
"""


def _clock(connection: Connection, entry: EntryLine) -> ClockKept | None:
    """Of `job:7:timeliness:arrive:1`, and of what came back from it, the first clock of arriving."""
    _, _, rest = entry.natural_key.partition(":timeliness:")
    kind, turn, *_ = (*rest.split(":"), "", "")
    if not turn.isdecimal():
        return None
    asked = {"job": entry.job_id, "kind": kind, "turn": int(turn)}
    row = connection.exec_driver_sql(_CLOCK, asked).first()
    return (
        None
        if row is None
        else ClockKept(row.kind, row.due_at, row.stopped_at, _LEVELS[row.level], row.breach_id)
    )


# Whose a deed was: the dealer's who had accepted last.
_GROUNDS = """
SELECT seq, action, occurred_at, received_at, encode(hash, 'hex') FROM job_event event
 WHERE job_id = %(job)s AND action = ANY(%(actions)s)
   AND (%(charge)s::bigint IS NULL OR data -> 'charge_id' IS NULL OR data -> 'charge_id' = to_jsonb(%(charge)s::bigint))
   AND (%(dealer)s::bigint IS NULL OR %(dealer)s = (
       SELECT (data ->> 'dealer_id')::bigint FROM job_event taken
        WHERE taken.job_id = event.job_id AND taken.action = 'accept' AND taken.seq <= event.seq
        ORDER BY taken.seq DESC LIMIT 1))
 ORDER BY seq
"""


def _charge_of(entry: EntryLine) -> int | None:
    """Of `job:7:extra:charge:9`, and of what came back from it, 9."""
    _, _, charge = entry.natural_key.partition(":extra:charge:")
    return int(charge.split(":")[0]) if charge else None


def _grounds(connection: Connection, entry: EntryLine, dealer: int | None) -> tuple[FeeGround, ...]:
    if entry.job_id is None:
        return ()
    asked = {"job": entry.job_id, "actions": list(grounds.of_kind(entry.kind)), "dealer": dealer}
    asked["charge"] = _charge_of(entry)
    rows = connection.exec_driver_sql(_GROUNDS, asked)
    return tuple(FeeGround(row[0], row[1], grounds.NAMES.get(row[1], row[1]), *row[2:]) for row in rows)


_PHOTOS = """
SELECT photo.id, slot_code, coalesce(slot.name, slot_code), encode(sha256, 'hex'), received_at, erased_at IS NOT NULL
  FROM photo JOIN job ON job.id = photo.job_id
  LEFT JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = photo.slot_code
 WHERE photo.job_id = %(job)s AND photo.status = 'active' ORDER BY photo.id
"""
_PROMISE = """
SELECT promise.id, made_at, remote_payer, promised_remote_fen,
       (SELECT line FROM jsonb_array_elements(answer -> 'lines') line WHERE line ->> 'sku' = job.sku LIMIT 1) AS line
  FROM job JOIN promise ON promise.id = job.promise_id WHERE job.id = %(job)s
"""


def _photos(connection: Connection, job_id: int | None) -> tuple[PhotoProof, ...]:
    return tuple(PhotoProof(*row) for row in connection.exec_driver_sql(_PHOTOS, {"job": job_id}))


def _promise(connection: Connection, job_id: int | None) -> PromiseKept:
    row = connection.exec_driver_sql(_PROMISE, {"job": job_id}).one()
    told = [(row.line or {}).get(part) for part in ("remote", "trip")]
    return PromiseKept(
        row.id,
        row.made_at,
        row.remote_payer,
        row.promised_remote_fen,
        tuple(part["text"] for part in told if part),
    )


_STATED = """
SELECT statement.id, statement.month, status, line.amount_fen, contested_at
  FROM statement_line line JOIN statement ON statement.id = line.statement_id
 WHERE entry_id = %(id)s AND (%(dealer)s::bigint IS NULL OR line.dealer_id = %(dealer)s) ORDER BY 1
"""


def _stated(connection: Connection, entry_id: int, dealer: int | None) -> tuple[Stated, ...]:
    rows = connection.exec_driver_sql(_STATED, {"id": entry_id, "dealer": dealer}).all()
    return tuple(
        Stated(
            row.id, row.month, Status(row.status), STATUS_NAMES[Status(row.status)], row.amount_fen, row.contested_at,
            settled.invoices(connection, row.id), settled.payments(connection, row.id),
        )
        for row in rows
    )  # fmt: skip


_MOVED = """
SELECT kind, number, state, amount_fen, ended_at FROM wechat_bill
 WHERE entry_id = %(id)s OR (job_id = %(job)s AND %(charge)s = ANY(charge_ids))
    OR payout_id IN (SELECT id FROM payout WHERE statement_id = ANY(%(stated)s::bigint[])) ORDER BY id
"""


def _moved(connection: Connection, entry: EntryLine, stated: tuple[Stated, ...]) -> tuple[Moved, ...]:
    asked = {"id": entry.id, "job": entry.job_id, "charge": _charge_of(entry)}
    rows = connection.exec_driver_sql(_MOVED, asked | {"stated": [one.statement_id for one in stated]})
    return tuple(
        Moved(row.kind, row.number, STATE_NAMES[State(row.state)], row.amount_fen, row.ended_at)
        for row in rows
    )
