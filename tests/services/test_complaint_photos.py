"""A customer's pictures of what he complains about: beside the evidence, each once, while the complaint is open."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from domain.actions import Action, Command
from domain.actors import Actor
from domain.errors import KeyReused, NotFound
from domain.retention import Cause
from models import db
from services.complaint_photos import MOST, ComplaintOver, TooManyPictures, add
from services.lifecycle import perform
from services.parts import photo_store
from services.parts.photo_erasing import erase_some
from services.parts.photo_rows import Shot
from services.photo_views import listed
from services.photos import take_photo
from services.queries.photos import PhotoCard
from services.queries.voices import voices
from tests.photographing import booked, decoder, picture, stream
from tests.rows import rows
from tests.services.test_photos import store
from tests.worlds import World

__all__ = ["decoder", "store"]


@pytest.fixture
def job_id(world: World) -> int:
    """A job that installer 1 will come for."""
    return booked(world)


def complained(world: World, job_id: int) -> tuple[Actor, int]:
    """(the customer, by link; his complaint)"""
    customer = replace(world.customer(job_id), person_id=None, job_id=job_id)
    perform(customer, job_id, Command(Action.COMPLAINT_OPENED, category="damage", note="墙裂了"), world.now)
    return customer, rows("SELECT max(id) AS id FROM complaint WHERE job_id = :j", j=job_id)[0].id


def show(world: World, who: Actor, job: int, complaint: int, data: bytes, name: str = "c-1") -> PhotoCard:
    """One picture, as the page sends it."""
    return add(who, job, complaint, Shot("complaint", name, "gallery"), stream(data), world.now)


def test_a_picture_is_told_with_its_complaint_and_is_nobody_s_evidence(world: World, job_id: int) -> None:
    """Sent again it is the same; customer and brand see it, the dealer does not, and no slot is filled."""
    customer, complaint = complained(world, job_id)
    data = picture()

    first = show(world, customer, job_id, complaint, data)
    again = show(world, customer, job_id, complaint, data)

    [told] = voices(customer, job_id).complaints
    seen = [
        [card.slot_name for card in listed(who, job_id, None, 9, world.now)]
        for who in (customer, world.actor("agent"), world.actor("installer1"))
    ]
    assert (first.id, told.photo_ids) == (again.id, (first.id,))
    assert seen == [["投诉照片"], ["投诉照片"], []]
    [row] = rows("SELECT status, installer_id, search_due FROM photo")
    assert tuple(row) == ("complaint", None, False)
    with pytest.raises(KeyReused):
        show(world, customer, job_id, complaint, picture())


def test_pictures_are_nine_at_most_while_the_complaint_is_open_and_one_s_own(
    world: World, job_id: int
) -> None:
    """A verdict ends it; another customer knows of no such complaint."""
    customer, complaint = complained(world, job_id)
    data = picture()
    for number in range(MOST):
        show(world, customer, job_id, complaint, data, f"c-{number}")
    with pytest.raises(TooManyPictures):
        show(world, customer, job_id, complaint, data, "c-more")
    stranger, other = complained(world, booked(world, 2))
    for job, which in ((job_id, complaint), (job_id, other)):
        with pytest.raises(NotFound):
            show(world, stranger, job, which, data, "c-theirs")

    over = Command(Action.COMPLAINT_CLOSED, complaint_id=complaint, outcome="not_upheld")
    perform(world.actor("agent"), job_id, over, world.now)
    with pytest.raises(ComplaintOver):
        show(world, customer, job_id, complaint, data, "c-late")


def test_other_bytes_under_a_known_name_are_not_even_stored(world: World, job_id: int) -> None:
    """Also when the complaint is over: nobody fills the store with what no row names."""
    customer, complaint = complained(world, job_id)
    data = picture()
    first = show(world, customer, job_id, complaint, data)
    over = Command(Action.COMPLAINT_CLOSED, complaint_id=complaint, outcome="not_upheld")
    perform(world.actor("agent"), job_id, over, world.now)
    other = picture()
    with pytest.raises(KeyReused):
        show(world, customer, job_id, complaint, other)

    assert show(world, customer, job_id, complaint, data).id == first.id
    assert not photo_store.store().exists(hashlib.sha256(other).hexdigest())


def test_a_picture_is_no_proof_and_convicts_nobody(world: World, job_id: int) -> None:
    """No deed may name it; who hands in the same picture at another door has not used evidence again."""
    customer, complaint = complained(world, job_id)
    data = picture()
    shown = show(world, customer, job_id, complaint, data)
    deed = Command(Action.CHECK_IN, reason="gps_drift", photo_id=shown.id)
    with pytest.raises(NotFound):
        perform(world.actor("installer1"), job_id, deed, world.now)

    elsewhere = booked(world, 2, phone="13800002222", address="芝罘区南大街 9 号")
    take_photo(world.actor("installer2"), elsewhere, Shot("site", "p-1", "camera"), stream(data), world.now)

    assert rows("SELECT code FROM photo_finding WHERE code = 'reused'") == []


def test_a_picture_goes_with_its_customer(world: World, job_id: int) -> None:
    """Bytes and all, as any photo does."""
    customer, complaint = complained(world, job_id)
    show(world, customer, job_id, complaint, picture())
    [subject] = rows("SELECT DISTINCT subject_id FROM photo")
    with db.engine.begin() as tx:
        gone = erase_some(tx, [subject.subject_id], Cause.REQUEST, "test", world.now)

    assert (gone.photos, gone.originals) == (1, 1)
