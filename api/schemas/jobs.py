"""Bodies of the job actions, made from `domain.actions.ASKS`, so that the contract and the rules cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import fields

from api.schemas import base
from domain.actions import ASKS, CATEGORY_NAMES, Action, Appraisal, Scores, Window
from domain.job import Kind, Status
from domain.queues import QUEUES
from domain.serials import SOURCES

NOTE = 1000
FAULTS = ("dealer", "goods", "logistics", "brand", "customer")
CONDITIONS = ("intact", "damaged", "unknown")


class Words(fields.String):
    """One of some words; given as a mapping, the contract says in `x-enum-names` what people read for each."""

    def __init__(self, words: Mapping[str, str] | tuple[str, ...], **more: Any) -> None:
        self.words = tuple(words)
        named = {"x-enum-names": dict(words)} if isinstance(words, Mapping) else {}
        super().__init__(metadata={"enum": list(words), **named}, **more)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        raise base.ValidationError(f"choice: 应为 {'、'.join(self.words)} 之一")


class WindowBody(base.Body):
    """A span of time: start inclusive, end exclusive."""

    makes = Window
    start = base.Moment(required=True)
    end = base.Moment(required=True)


class ScoresBody(base.Body):
    """A rating, each part 1–5."""

    makes = Scores
    overall = base.Whole(1, 5, required=True)
    punctuality = base.Whole(1, 5, load_default=None)
    attitude = base.Whole(1, 5, load_default=None)
    workmanship = base.Whole(1, 5, load_default=None)
    charges = base.Whole(1, 5, load_default=None)
    tags = base.Many(base.PlainText(12), 8, load_default=())


class AppraisalBody(base.Body):
    """Damage as found."""

    makes = Appraisal
    package = Words(CONDITIONS, required=True)
    exterior = Words(CONDITIONS, required=True)
    function = Words(CONDITIONS, required=True)
    carrier = base.PlainText(40, load_default=None)
    serial_number = base.PlainText(40, load_default=None)


class AnswerBody(base.Body):
    """A question of the return visit and the code of its answer."""

    question = base.PlainText(40, required=True)
    answer = base.PlainText(40, required=True)


class JobQuery(base.PageQuery):
    """A list of jobs; filters are named after fields."""

    status = Words(tuple(Status))
    kind = Words(tuple(Kind))
    queue = Words(tuple(QUEUES))
    dealer_id = base.BigId()
    installer_id = base.BigId()
    channel_id = base.BigId()
    urged = base.Flag(load_default=None)


def _particular(name: str, action: Action, required: bool) -> fields.Field[Any]:
    """The field of one particular of a command."""
    ask = ASKS[action]
    made: dict[str, Any] = {
        "reason": lambda **m: Words(ask.reasons, **m),
        "outcome": lambda **m: Words(ask.outcomes, **m),
        "fault": lambda **m: Words(FAULTS, **m),
        "category": lambda **m: Words(CATEGORY_NAMES, **m),
        "collected_by": lambda **m: Words(("brand", "dealer", "installer"), **m),
        "note": lambda **m: base.PlainText(NOTE, **m),
        "address": lambda **m: base.PlainText(200, **m),
        "slot": lambda **m: base.PlainText(40, **m),
        "item": lambda **m: base.PlainText(40, **m),
        "code": lambda **m: base.PlainText(12, **m),
        "quantity": lambda **m: base.Whole(1, 999, **m),
        "agreed_fen": lambda **m: base.Fen(**m),
        "overcharged_fen": lambda **m: base.Fen(1, **m),
        "beyond_capacity": lambda **m: fields.Boolean(truthy={True}, falsy={False}, **m),
        "window": lambda **m: fields.Nested(WindowBody, **m),
        "scores": lambda **m: fields.Nested(ScoresBody, **m),
        "appraisal": lambda **m: fields.Nested(AppraisalBody, **m),
        "fix": lambda **m: fields.Nested(base.Point, **m),
        "next_contact_at": lambda **m: base.Moment(**m),
        "moment": lambda **m: base.Moment(**m),
        "answers": lambda **m: base.Many(fields.Nested(AnswerBody), 50, 1, **m),
        "dealer_ids": lambda **m: base.Many(base.BigId(), 20, 1, **m),
        "serial_sources": lambda **m: base.Many(Words(SOURCES), 999, **m),
        "serial_numbers": lambda **m: base.Many(base.PlainText(60), 999, **m),
    }
    make = made.get(name, lambda **m: base.BigId(**m))
    field: fields.Field[Any] = make(required=True) if required else make(load_default=None, allow_none=True)
    return field


@cache
def body_of(action: Action, in_path: tuple[str, ...] = ()) -> type[base.Body]:
    """The body of an action's route; `in_path` names particulars that stand in the address.

    `occurred_at`: when it happened, by the phone's clock; `sent_at`: what that clock says now (`domain.lateness`).
    """
    ask = ASKS[action]
    made = {name: _particular(name, action, True) for name in ask.required if name not in in_path}
    made |= {name: _particular(name, action, False) for name in ask.optional if name not in in_path}
    made["occurred_at"] = base.Moment(load_default=None, allow_none=True)
    made["sent_at"] = base.Moment(load_default=None, allow_none=True)
    name = "Job" + "".join(part.capitalize() for part in action.split("_")) + "Body"
    return type(name, (base.Body,), {**made, "__doc__": f"{ask.name}。"})
