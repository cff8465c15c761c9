"""The telephone return visit: answers to the list of questions, by an agent."""

from __future__ import annotations

from typing import Any

import orjson

from domain import questions
from domain.actions import Action
from domain.errors import Invalid
from domain.facts import Facts
from domain.job import Kind, Status
from services.deeds.handling import Deed, Effect, Prepared, handles

_ANSWER = """
INSERT INTO return_visit_answer (job_id, question, answer)
SELECT %(job)s, key, value FROM jsonb_each_text(%(answers)s::jsonb)
ON CONFLICT (job_id, question) DO UPDATE SET answer = excluded.answer
"""
_ANSWERED = "SELECT question FROM return_visit_answer WHERE job_id = %(job)s"


@handles(Action.RECORD_ANSWERS)
def record(deed: Deed, _to: Status, _carry: Any) -> Effect:
    """Codes only; said again, the last word counts."""
    answers = dict(deed.command.answers)
    if faults := tuple(questions.faults(answers)):
        raise Invalid(errors=faults)
    values = {"job": deed.job.id, "answers": orjson.dumps(answers).decode()}
    deed.tx.exec_driver_sql(_ANSWER, values)
    return Effect({}, {"answers": answers, "questions_version": questions.VERSION})


def unasked(deed: Deed) -> Prepared:
    """What a return visit still has to ask before it is closed; any other job asks nothing."""
    if deed.job.kind != Kind.RETURN_VISIT:
        return Prepared(Facts(now=deed.at))
    answered = frozenset(deed.tx.exec_driver_sql(_ANSWERED, {"job": deed.job.id}).scalars())
    return Prepared(Facts(now=deed.at, questions_missing=questions.missing(answered)))
