"""The unit of work: one use case is one transaction, and the only `commit()` of the product stands here.

    @use_case
    def accept(tx: Connection, actor: Actor, offer_id: int, now: datetime) -> JobSummary: ...

    accept(actor, 7, now)      # begins, runs, commits; any exception rolls everything back

A caller may ask that the answer be kept in the same transaction (`answering`): that is how an Idempotency-Key
returns the first answer even when the process dies between commit and reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from services.at_hand import connections
from services.direct import Direct

P = ParamSpec("P")
R = TypeVar("R")
Answering = Callable[[Direct, Any], None]

_answering: ContextVar[Answering | None] = ContextVar("answering", default=None)


def use_case(function: Callable[Concatenate[Connection, P], R]) -> Callable[P, R]:
    """Run `function` in a transaction of its own: commit when it returns, roll back when it raises."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        shared = connections()
        tx = shared.take()
        try:
            result = function(tx, *args, **kwargs)
            answering = _answering.get()
            if answering is not None:
                answering(tx, result)
            tx.commit()
        finally:
            shared.give(tx)
        return result

    return run


def query(function: Callable[Concatenate[Connection, P], R]) -> Callable[P, R]:
    """Run a read of the read side in autocommit: no BEGIN, no COMMIT, no lock kept."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        shared = connections()
        connection = shared.take()
        try:
            connection.each_alone(True)
            return function(connection, *args, **kwargs)
        finally:
            shared.give(connection)

    return run


@contextmanager
def answering(keep: Answering) -> Iterator[None]:
    """Have the next use case call `keep(tx, result)` just before it commits."""
    token = _answering.set(keep)
    try:
        yield
    finally:
        _answering.reset(token)
