"""Uploads that come after the job has gone: refused, and kept as evidence without touching the chain."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from domain.actions import Action, Command
from domain.errors import JobChanged
from models import db
from services.lifecycle import perform
from services.parts import photo_store
from services.photos import take_photo
from services.queries.photos import PhotoCard
from tests.photographing import booked, decoder, picture, redispatched, shot, stream, take_over  # noqa: F401
from tests.rows import rows
from tests.worlds import World
from uploads.decode import Decoder
from uploads.store import LocalStore


@pytest.fixture(autouse=True)
def store(app: Flask, decoder: Decoder) -> LocalStore:
    """The application's store, with the module's decoder."""
    app.extensions[photo_store.DECODER] = decoder
    return photo_store.store()


def take(world: World, job_id: int, data: bytes) -> PhotoCard:
    return take_photo(world.actor("installer1"), job_id, shot(), stream(data), world.now)


@pytest.mark.parametrize("gone", ["redispatched", "cancelled", "with another dealer"])
def test_what_arrives_too_late_is_kept_and_refused(world: World, store: LocalStore, gone: str) -> None:
    """After a redispatch or a cancel: 409, a superseded row, a line in the access log, the chain untouched."""
    job_id, data = booked(world), picture()
    if gone == "cancelled":
        perform(world.actor("agent"), job_id, Command(Action.CANCEL, reason="customer"), world.now)
    else:
        redispatched(world, job_id)
    if gone == "with another dealer":
        take_over(world, job_id, 2)
    before = world.row(job_id)

    for _ in range(2):
        with pytest.raises(JobChanged) as refused:
            take(world, job_id, data)
        assert refused.value.code == "job_changed"

    [photo] = rows("SELECT id, status, superseded_as, installer_id FROM photo WHERE job_id = :j", j=job_id)
    noted = rows("SELECT data FROM access_event WHERE kind = 'photo_late' AND job_id = :j", j=job_id)
    assert (photo.status, photo.superseded_as) == ("superseded", "late")
    assert photo.installer_id == world.people["installer1"]
    assert [event.data for event in noted] == [{"photo_id": photo.id}]
    assert world.row(job_id) == before
    assert len(list(store.iterate())) == 3


def test_a_job_that_moves_on_while_the_bytes_come_in_is_late_too(
    world: World,
    app: Flask,
    decoder: Decoder,
) -> None:
    """Between the cheap look and the lock an agent redispatches: the same 409, the same evidence."""
    job_id = booked(world)

    class Meanwhile(Decoder):
        """Decodes, and lets the agent in."""

        def __init__(self) -> None:
            """No helpers of its own."""

        def decode(self, *args: Any, **named: Any) -> Any:
            redispatched(world, job_id)
            return decoder.decode(*args, **named)

    app.extensions[photo_store.DECODER] = Meanwhile()
    with pytest.raises(JobChanged):
        take(world, job_id, picture())

    assert [row.superseded_as for row in rows("SELECT superseded_as FROM photo")] == ["late"]


def test_nothing_late_is_kept_of_an_erased_customer(world: World) -> None:
    """Evidence of somebody whose data was erased is not begun anew."""
    job_id = booked(world)
    perform(world.actor("agent"), job_id, Command(Action.CANCEL, reason="customer"), world.now)
    with db.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE subject SET wrapped_key = NULL")

    with pytest.raises(JobChanged):
        take(world, job_id, picture())

    assert rows("SELECT 1 FROM photo") == []
