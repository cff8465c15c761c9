"""The return visit: answers to the list of questions, told to an agent on the telephone or given on the page."""

from __future__ import annotations

from typing import Any

import orjson

from domain import questions
from domain.actions import Action, Command
from domain.actors import Role
from domain.errors import Invalid
from domain.facts import Facts
from domain.job import Kind, Status
from services.deeds.handling import Deed, Effect, Prepared, handles
from services.parts import whose_yes

_ANSWER = """
INSERT INTO return_visit_answer (job_id, question, answer)
SELECT %(job)s, key, value FROM jsonb_each_text(%(answers)s::jsonb)
ON CONFLICT (job_id, question) DO UPDATE SET answer = excluded.answer
"""
_ANSWERED = "SELECT question, answer FROM return_visit_answer WHERE job_id = %(job)s"


def _whose_words(deed: Deed) -> Prepared:
    """Those whose work it is about do not answer for the customer."""
    of_dealer = whose_yes.on_dealers_device(deed.tx, deed.actor, deed.job.dealer_id)
    return Prepared(Facts(now=deed.at, device_of_dealer=of_dealer))


@handles(Action.RECORD_ANSWERS, prepare=_whose_words)
def record(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Codes only; said again, the last word counts. With a customer's last answer there is nobody left to call.

    Unless it tells of harm, or came from whoever may be one of the dealer's people: then an agent rings all the same.
    """
    answers = dict(deed.command.answers)
    if faults := tuple(questions.faults(answers)):
        raise Invalid(errors=faults)
    values = {"job": deed.job.id, "answers": orjson.dumps(answers).decode()}
    deed.tx.exec_driver_sql(_ANSWER, values)
    doubtful = whose_yes.from_nowhere(deed.tx, deed.actor)
    told = _answered(deed)
    content = not questions.missing(told) and not questions.needs_voice(told)
    over = deed.actor.role == Role.CUSTOMER and content and not doubtful
    then = ((deed.job.id, Command(Action.CLOSE)),) if over else ()
    flag = whose_yes.UNVERIFIED if doubtful else None
    return Effect({}, {"answers": answers, "questions_version": questions.VERSION, "flag": flag}, then)


def _answered(deed: Deed) -> dict[str, str]:
    return {row.question: row.answer for row in deed.tx.exec_driver_sql(_ANSWERED, {"job": deed.job.id})}


def unasked(deed: Deed) -> Prepared:
    """What a return visit still has to ask before it is closed; any other job asks nothing."""
    if deed.job.kind != Kind.RETURN_VISIT:
        return Prepared(Facts(now=deed.at))
    return Prepared(Facts(now=deed.at, questions_missing=questions.missing(_answered(deed))))
