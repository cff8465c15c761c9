"""Penalties by people: laid on with evidence, appealed within a week, answered by somebody else, taken once.

`post_due` posts those whose month has begun into the open month; one under appeal waits. A won appeal takes back
what is posted and lifts what is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import penalties as rules
from domain.actors import Actor, Role
from domain.calendar import local_date, month_of
from domain.channel_charges import operators_account
from domain.errors import Fault, Invalid, NotFound
from domain.ledger import Entry
from domain.money import yuan
from domain.notices import Audience
from domain.penalties import State, Takes
from services.config import config
from services.parts import appeals, imposing, ledger, notes, reversals, years
from services.parts.imposing import STATE, Laid
from services.uow import use_case

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class PenaltyGiven:
    """What is laid on whom for what; `photo_ids` and `complaint_id` are of that job.

    `year`: whose reward it cuts, this one unless said; the one before until that is paid.
    """

    job_id: int
    reason: str
    words: str
    amount_fen: int
    takes: Takes = Takes.STATEMENT
    photo_ids: tuple[int, ...] = ()
    complaint_id: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class PenaltyState:
    """Where a penalty stands."""

    id: int
    dealer_id: int
    state: State
    due_month: date
    appealed_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class PenaltyRun:
    """How many penalties were posted."""

    posted: int


_JOB = "SELECT id, dealer_id, subject_id FROM job WHERE id = %(job)s FOR NO KEY UPDATE"
_EVIDENCE = """
SELECT (SELECT count(*) FROM photo WHERE job_id = %(job)s AND id = ANY(%(photos)s::bigint[])
           AND status <> 'complaint') AS photos,
       (SELECT count(*) FROM complaint WHERE job_id = %(job)s AND id = %(complaint)s::bigint) AS complaints
"""


@use_case
def impose(tx: Connection, actor: Actor, given: PenaltyGiven, now: datetime) -> PenaltyState:
    """Lay it on the dealer of the job, who is told and has a week to appeal.

    `NotFound` without such a job, `Invalid` for evidence that is not the job's, more than PENALTY_MOST_YUAN or a year
    where no reward is cut, `YearPaid` for a reward paid already.
    """
    job = tx.exec_driver_sql(_JOB, {"job": given.job_id}).first()
    if job is None or job.dealer_id is None:
        raise NotFound
    _check_evidence(tx, given)
    most = config().penalty_most_fen
    if given.amount_fen > most:
        raise Invalid(errors=[Fault("amount_fen", "above_most", f"一笔处罚最多 {yuan(most)}")])
    if given.takes == Takes.STATEMENT and given.year is not None:
        raise Invalid(
            errors=[Fault("year", "not_of_reward", "从结算单扣减的处罚没有年度，计入下个月的结算单")]
        )
    year = rules.reward_year(given.year, local_date(now))
    if given.takes == Takes.REWARD:
        years.refuse_paid(tx, job.dealer_id, year)
    laid = Laid(
        job.dealer_id,
        job.id,
        job.subject_id,
        given.reason,
        given.words,
        given.amount_fen,
        given.takes,
        year,
        given.photo_ids,
        given.complaint_id,
    )
    return _state(imposing.impose(tx, laid, actor.person_id, now))


def _check_evidence(tx: Connection, given: PenaltyGiven) -> None:
    asked = {"job": given.job_id, "photos": list(given.photo_ids), "complaint": given.complaint_id}
    found = tx.exec_driver_sql(_EVIDENCE, asked).one()
    faults = []
    if found.photos != len(set(given.photo_ids)):
        faults.append(Fault("photo_ids", "not_of_job", "照片不属于该工单"))
    if given.complaint_id is not None and not found.complaints:
        faults.append(Fault("complaint_id", "not_of_job", "投诉不属于该工单"))
    if faults:
        raise Invalid(errors=faults)


# Trap: the job before the penalty, as deeds lock them.
_HOLD = "SELECT 1 FROM job WHERE id = (SELECT job_id FROM penalty WHERE id = %(id)s) FOR NO KEY UPDATE"
_READ = """
SELECT penalty.*, job.channel_id, job.category_code, job.zone, job.subject_id
  FROM penalty JOIN job ON job.id = penalty.job_id WHERE penalty.id = %(id)s FOR UPDATE OF penalty
"""
_APPEAL = f"""
UPDATE penalty SET appealed_at = %(now)s, appealed_by = %(by)s, appeal_id = %(note)s, appeal_clock_id = %(clock)s
 WHERE id = %(id)s {STATE}
"""
_ANSWER = f"""
UPDATE penalty SET answered_at = %(now)s, answered_by = %(by)s, answer_id = %(note)s, lifted = %(lifted)s,
       settled = settled OR %(lifted)s WHERE id = %(id)s {STATE}
"""
_REOPEN = "UPDATE channel_charge SET fault = NULL, allocated_by = NULL, allocated_at = NULL WHERE id = %(id)s"


@use_case
def appeal(tx: Connection, actor: Actor, penalty_id: int, reason: str, now: datetime) -> PenaltyState:
    """The owner objects, once; nothing is taken before the answer, which has a clock. `AppealClosed`."""
    row = _read(tx, penalty_id)
    if actor.role != Role.DEALER_OWNER or row.dealer_id != actor.dealer_id:
        raise NotFound
    rules.check_appeal(rules.state(row.appealed_at is not None, row.lifted), row.imposed_at, now)
    clock_id = appeals.start(tx, row, now)
    note = notes.write(tx, row.job_id, row.subject_id, actor.person_id, reason, now)
    imposing.tell(tx, row.id, row.job_id, "penalty_appealed", {"audience": Audience.LEADS}, now)
    values = {"id": row.id, "now": now, "by": actor.person_id, "note": note, "clock": clock_id}
    return _state(tx.exec_driver_sql(_APPEAL, values).one())


@use_case
def answer(
    tx: Connection, actor: Actor, penalty_id: int, granted: bool, reason: str, now: datetime
) -> PenaltyState:
    """Somebody else than who laid it on answers. Granted: what is in the ledger goes back in the open month.

    `NotAppealed`, `OwnPenalty`.
    """
    row = _read(tx, penalty_id)
    state = rules.state(row.appealed_at is not None, row.lifted)
    rules.check_answer(state, row.imposed_by, actor.person_id)
    appeals.stop(tx, row.appeal_clock_id, now)
    if granted and row.settled:
        _take_back(tx, row, actor, now)
    if granted and row.channel_charge_id:
        tx.exec_driver_sql(_REOPEN, {"id": row.channel_charge_id})
    note = notes.write(tx, row.job_id, row.subject_id, actor.person_id, reason, now)
    told: dict[str, Any] = {"audience": Audience.OWNER, "dealer_ids": [row.dealer_id]}
    told |= {"values": {"level": "已通过" if granted else "未通过"}}
    imposing.tell(tx, row.id, row.job_id, "penalty_answered", told, now)
    values = {"id": row.id, "now": now, "by": actor.person_id, "note": note, "lifted": granted}
    return _state(tx.exec_driver_sql(_ANSWER, values).one())


def _take_back(tx: Connection, row: Any, actor: Actor, now: datetime) -> None:
    key = rules.penalty_key(row.id)
    ledger.hold_months(tx)
    for entry_id in reversals.standing(tx, key):
        reversals.take_back(tx, entry_id, f"{key}:lifted", "申诉成立", now, actor.person_id or "penalties")


_DUE = """
SELECT penalty.id, penalty.dealer_id, job_id, penalty.reason, penalty.amount_fen, due_month,
       channel_charge_id, operator_dealer_id
  FROM penalty LEFT JOIN channel_charge charge ON charge.id = channel_charge_id
  LEFT JOIN channel ON channel.id = charge.channel_id
 WHERE takes = 'statement' AND NOT settled AND due_month <= %(month)s
   AND (appealed_at IS NULL OR answered_at IS NOT NULL) ORDER BY penalty.id LIMIT %(limit)s
   FOR UPDATE OF penalty SKIP LOCKED
"""
_SETTLED = "UPDATE penalty SET settled = true WHERE id = ANY(%(ids)s::bigint[])"


def post_due(now: datetime) -> PenaltyRun:
    """Post the penalties whose month has begun, none under appeal; a batch a transaction. Again posts nothing twice."""
    total, more = 0, True
    while more:
        posted, more = _post_some(now)
        total += posted
    return PenaltyRun(total)


@use_case
def _post_some(tx: Connection, now: datetime) -> tuple[int, bool]:
    closed = ledger.hold_months(tx)
    due = tx.exec_driver_sql(_DUE, {"month": month_of(now), "limit": BATCH}).all()
    month = ledger.open_month(month_of(now), closed)
    found = [_entry(row, month) for row in due]
    posted = ledger.post(tx, found, {}, now, "penalties")
    tx.exec_driver_sql(_SETTLED, {"ids": [row.id for row in due]})
    return posted, len(due) == BATCH


def _entry(row: Any, month: date) -> Entry:
    """To the brand; what a platform took goes to who operates the shop, whom it took it from."""
    to = operators_account(row.operator_dealer_id) if row.channel_charge_id else None
    return rules.penalty_entry(row.id, row.dealer_id, row.job_id, row.reason, row.amount_fen, month, to)


def _read(tx: Connection, penalty_id: int) -> Any:
    tx.exec_driver_sql(_HOLD, {"id": penalty_id})
    row = tx.exec_driver_sql(_READ, {"id": penalty_id}).first()
    if row is None:
        raise NotFound
    return row


def _state(row: Any) -> PenaltyState:
    state = rules.state(row.appealed_at is not None, row.lifted)
    return PenaltyState(row.id, row.dealer_id, state, row.due_month, row.appealed_at, row.answered_at)
