"""An engine that outlives the test: its connections have warm caches, its statements are compiled already.

Each test gets an engine of its own over it, so that nothing which the product remembers per engine (`Kept`, the
connections at hand) is carried over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from sqlalchemy import Engine, create_engine

from models import db
from services import at_hand, engine
from tests import worlds
from tests.reuse import OURS, Reused

_engines: dict[str, Engine] = {}


@contextmanager
def connections(reused: Reused) -> Iterator[None]:
    """Inside an application's context: what it does with the database goes over connections of tests before."""
    url = reused.take()
    own, shared = db.engines[None], _engine(url)
    db.engines[None] = shared.execution_options()
    try:
        yield
    finally:
        db.session.remove()  # the ORM's, where a test asked in its words
        _lay_down(at_hand.connections())
        db.engines[None] = own
        if shared.pool.checkedout():  # type: ignore[attr-defined]  # a thread of the test is still at it
            reused.drop()


def world(reused: Reused) -> worlds.World:
    """`worlds.build()`; built once in each database, put back by one statement afterwards."""
    if not reused.is_empty():  # another fixture was here first
        return worlds.build()
    if reused.kept is None:
        reused.keep(worlds.build())
    else:
        reused.put_back()
    return deepcopy(reused.kept)  # type: ignore[no-any-return]


def _engine(url: str) -> Engine:
    if url not in _engines:
        for old in list(_engines):
            _engines.pop(old).dispose()
        options: dict[str, Any] = dict(engine.options())
        options["connect_args"] = {**options["connect_args"], "application_name": OURS}
        _engines[url] = create_engine(url, **options)
    return _engines[url]


def _lay_down(resting: at_hand.Connections) -> None:
    """Back into the pool, which takes back what was not committed."""
    while resting._open:
        connection = resting._open.pop()
        if not connection.undo():  # lost: the test was about that
            connection.invalidate()
        connection.close()
