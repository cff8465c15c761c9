"""What finance answers to a doubted line: accepted, then two persons correct its entry, or declined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Fault, Invalid
from domain.statements import Answer
from services.parts import doubts, money_notices, proposing, stating
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class ContestAnswer:
    """The answer as it stands; accepted, `correction_id` is the proposal that another person approves."""

    statement_id: int
    entry_id: int
    answer: Answer
    words: str
    answered_at: datetime
    correction_id: int | None


_ANSWER = """
UPDATE statement_contest SET answer = %(answer)s, words = %(words)s, answered_by = %(by)s, answered_at = %(now)s,
       correction_id = %(correction)s WHERE id = %(id)s
"""


@use_case
def answer(
    tx: Connection,
    actor: Actor,
    statement_id: int,
    entry_id: int,
    said: Answer,
    words: str,
    now: datetime,
    instead_fen: int | None = None,
) -> ContestAnswer:
    """Accepted: the entry's correction is proposed, with `instead_fen` in its place. Declined: the line stays as it is.

    Either way the line moves to the next statement once the rest is approved. `NotFound`, `AlreadyAnswered`, `Invalid`
    for an amount with a no, and what a proposal is refused for.
    """
    if said is Answer.DECLINED and instead_fen is not None:
        raise Invalid(
            errors=[Fault("instead_fen", "not_accepted", "异议不成立时明细不变，不能填写正确的金额")]
        )
    row = stating.locked(tx, actor, statement_id, None)
    doubt_id = doubts.unanswered(tx, statement_id, entry_id)
    correction_id = None
    if said is Answer.ACCEPTED:
        correction_id = proposing.propose(tx, actor, entry_id, words, now, instead_fen).id
    values = {"id": doubt_id, "answer": said, "words": words, "by": actor.person_id, "now": now}
    tx.exec_driver_sql(_ANSWER, {**values, "correction": correction_id})
    money_notices.contest_answered(tx, row.dealer_id, doubt_id, row.month, said, now)
    return ContestAnswer(statement_id, entry_id, said, words, now, correction_id)
