"""The shape of a deed's handler, and the register in which each action finds its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import Actor
from domain.facts import Facts
from domain.job import JobState, Status
from services.deeds.writing import Beside


@dataclass(frozen=True, slots=True)
class Deed:
    """One action about to happen. `at` is the judged time it happened, `now` the server's, `told` the phone's."""

    tx: Connection
    actor: Actor
    job: JobState
    command: Command
    now: datetime
    at: datetime
    told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The facts for the guards, and whatever the effect needs again."""

    facts: Facts
    carry: Any = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes: columns of the job, ids and codes for the event; `then` is done next by the system."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[tuple[int, Command], ...] = ()
    beside: Beside | None = None


Prepare = Callable[[Deed], Prepared]
Apply = Callable[[Deed, Status, Any], Effect]


def nothing_known(deed: Deed) -> Prepared:
    """Most guards ask only the job's own row."""
    return Prepared(Facts(now=deed.at))


def nothing_changes(_deed: Deed, _to: Status, _carry: Any) -> Effect:
    """The event itself is all."""
    return Effect()


@dataclass(frozen=True, slots=True)
class Handler:
    """How one action is prepared and applied."""

    prepare: Prepare = nothing_known
    apply: Apply = nothing_changes


PLAIN = Handler()
HANDLERS: dict[Action, Handler] = {}


def handles(*actions: Action, prepare: Prepare = nothing_known) -> Callable[[Apply], Apply]:
    """Register a function as the effect of these actions."""

    def register(apply: Apply) -> Apply:
        for action in actions:
            HANDLERS[action] = Handler(prepare, apply)
        return apply

    return register
