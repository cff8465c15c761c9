"""Photos on a real database and a real store: the first answer stands, late evidence is kept, the erased is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from domain.actions import Action, Command
from domain.errors import IllegalTransition, Invalid, NotFound
from domain.lifecycle import Barred
from services import photos
from services.lifecycle import perform
from services.parts import photo_store
from services.photo_views import listed, view
from services.photos import MOST, ClientIdReused, Most, PhotoSettled, TooManyPhotos, discard, take_photo
from services.queries.photos import PhotoCard
from tests.photographing import (
    HOUR,
    booked,
    dark,
    decoder,  # noqa: F401  # a fixture
    picture,
    redispatched,
    rows,
    shot,
    stream,
    submitted,
)
from tests.uploads import pictures
from tests.worlds import World
from uploads.decode import Decoder
from uploads.store import LocalStore


@pytest.fixture(autouse=True)
def store(app: Flask, decoder: Decoder) -> LocalStore:  # noqa: F811
    """The application's store, with the module's decoder."""
    app.extensions[photo_store.DECODER] = decoder
    return photo_store.store()


def take(world: World, job_id: int, data: bytes, client_id: str = "c-1", **more: Any) -> PhotoCard:
    return take_photo(
        world.actor("installer1"), job_id, shot(client_id, **more), stream(data), world.now + HOUR
    )


def test_a_photo_is_a_row_an_event_and_three_objects(world: World, store: LocalStore) -> None:
    """What counts for the slot stands in the job's chain by id, and the bytes lie under their hash."""
    job_id = booked(world)
    before = world.row(job_id).event_seq

    card = take(world, job_id, picture())

    [photo] = rows("SELECT *, encode(sha256, 'hex') AS name FROM photo")
    [event] = rows("SELECT action, data FROM job_event WHERE job_id = :j AND seq > :s", j=job_id, s=before)
    assert (card.id, card.status, card.slot_name, card.findings) == (photo.id, "active", "安装前现场", ())
    assert (event.action, event.data) == ("take_photo", {"photo_id": card.id, "slot": "site"})
    assert sorted(o.key for o in store.iterate()) == [
        photo.name,
        f"{photo.name}.1280.jpg",
        f"{photo.name}.320.jpg",
    ]


def test_places_lie_encrypted(world: World) -> None:
    """Neither the phone's point nor the camera's own words can be read in the row."""
    job_id = booked(world)
    card = take(world, job_id, pictures.phone_jpeg())

    [photo] = rows("SELECT place FROM photo")
    page = view(world.actor("auditor"), card.id, world.now)

    assert photo.place is not None
    assert not any(word in bytes(photo.place) for word in (b"121.4", b"HUAWEI", b"2026"))
    assert page.evidence is not None
    assert (page.evidence.exif_device, page.evidence.point_accuracy_m) == ("HUAWEI ABC-AL00", 20.0)


def test_quality_is_told_at_once_and_integrity_to_reviewers_only(world: World) -> None:
    """The installer hears what a retake mends; that the camera's time is wrong, only the brand's reviewers."""
    job_id = booked(world)
    card = take(world, job_id, dark(), capture="gallery", point=None, captured_at=world.now)
    old = take(world, job_id, pictures.phone_jpeg(), "c-2", captured_at=world.now)

    codes = [finding.code for finding in card.findings]
    assert codes == [
        "gallery_where_camera_required", "too_small_for_slot", "blurred", "too_dark", "unknown_place",
    ]  # fmt: skip
    assert "taken_at_another_time" not in [finding.code for finding in old.findings]
    seen = view(world.actor("auditor"), old.id, world.now).photo.findings
    assert "taken_at_another_time" in [finding.code for finding in seen]
    assert view(world.customer(job_id), old.id, world.now).photo.findings == ()


def test_the_same_client_id_again_is_the_same_photo(world: World) -> None:
    """A phone that repeats itself adds no row and no event; it hears how the photo stands by now."""
    job_id, data = booked(world), picture()
    first = take(world, job_id, data)
    seq = world.row(job_id).event_seq

    again = take(world, job_id, data)
    redispatched(world, job_id)
    after = take(world, job_id, data)

    assert first == again
    assert after == replace(first, status="superseded")
    assert world.row(job_id).event_seq == seq + 1
    assert len(rows("SELECT 1 FROM photo")) == 1


def test_twins_at_once_are_one_photo(world: World, app: Flask) -> None:
    """Eight uploads of one photo side by side: one row, one event, eight equal answers."""
    job_id, data = booked(world), picture()
    seq = world.row(job_id).event_seq

    def upload(_: int) -> PhotoCard:
        with app.app_context():
            return take(world, job_id, data)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(upload, range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert world.row(job_id).event_seq == seq + 1
    assert len(rows("SELECT 1 FROM photo")) == 1


def test_a_client_id_never_stands_for_two_pictures(world: World) -> None:
    """Another picture or slot under a used id is refused aloud: silence would lose evidence."""
    job_id, data = booked(world), picture()
    take(world, job_id, data)

    with pytest.raises(ClientIdReused):
        take(world, job_id, picture())
    with pytest.raises(ClientIdReused):
        take(world, job_id, data, slot="finished")


def test_only_the_installer_of_the_job_may_and_a_stranger_leaves_nothing(
    world: World, store: LocalStore
) -> None:
    """An installer who never had the job learns nothing, and not a byte is kept."""
    job_id = booked(world)

    with pytest.raises(NotFound):
        take_photo(world.actor("installer2"), job_id, shot(), stream(picture()), world.now)
    with pytest.raises(NotFound):
        take_photo(world.actor("installer1"), job_id + 1000, shot(), stream(picture()), world.now)

    assert list(store.iterate()) == []


def test_a_refused_upload_keeps_no_bytes(world: World, store: LocalStore) -> None:
    """No such slot, or a status without photos: asked before a byte is kept."""
    job_id = booked(world)
    with pytest.raises(Invalid):
        take(world, job_id, picture(), slot="nonsense")
    for slot in ("site", "nameplate", "finished"):
        take(world, job_id, picture(), slot, slot=slot)
    submitted(world, job_id)
    kept = len(list(store.iterate()))

    with pytest.raises(Barred):
        take(world, job_id, picture(), "after")

    assert len(list(store.iterate())) == kept


def test_slot_and_job_have_their_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several photos to a slot, up to a limit; deleted ones give way but count towards the ceiling."""
    job_id = booked(world)
    monkeypatch.setattr(photos, "MOST", Most(in_slot=2, in_job=3, ever=4))
    one = take(world, job_id, picture(), "1")
    take(world, job_id, picture(), "2")
    with pytest.raises(TooManyPhotos):
        take(world, job_id, picture(), "3")
    take(world, job_id, picture(), "4", slot="nameplate")
    with pytest.raises(TooManyPhotos):
        take(world, job_id, picture(), "5", slot="nameplate")
    discard(world.actor("installer1"), one.id, world.now)
    take(world, job_id, picture(), "6", slot="nameplate")
    with pytest.raises(TooManyPhotos):
        take(world, job_id, picture(), "7")

    assert (MOST.in_slot, MOST.in_job) == (10, 60)


def test_a_photo_deleted_before_submit_is_kept_and_fills_no_slot(world: World, store: LocalStore) -> None:
    """Superseded: its bytes and findings stay for the reviewers; deleting again changes nothing."""
    job_id, installer = booked(world), world.actor("installer1")
    card = take(world, job_id, dark())

    discard(installer, card.id, world.now)
    discard(installer, card.id, world.now)

    with pytest.raises(NotFound):
        view(installer, card.id, world.now)
    page = view(world.actor("auditor"), card.id, world.now)
    assert page.photo.findings != ()
    assert page.evidence is not None
    assert page.evidence.superseded_as == "deleted"
    assert len(list(store.iterate())) == 3
    assert len(rows("SELECT 1 FROM access_event WHERE kind = 'photo_deleted'")) == 1
    assert listed(installer, job_id, None, 10, world.now) == []


def test_submitted_evidence_cannot_be_deleted(world: World) -> None:
    """After submit nobody withdraws a photo; a stranger does not even learn of it."""
    job_id = booked(world)
    cards = [take(world, job_id, picture(), slot, slot=slot) for slot in ("site", "nameplate", "finished")]
    submitted(world, job_id)

    with pytest.raises(PhotoSettled):
        discard(world.actor("installer1"), cards[0].id, world.now)
    with pytest.raises(NotFound):
        discard(world.actor("installer2"), cards[0].id, world.now)


def test_photos_that_overtake_each_other_do_not_move_the_jobs_time_to_now(world: World) -> None:
    """A shot of 10:02 that arrives after one of 10:05 counts as 10:05, so a later-sent 10:20 still counts."""
    job_id, installer = booked(world), world.actor("installer1")
    later = world.now + 2 * HOUR
    for client_id, minutes in (("a", 5), ("b", 2)):
        at = world.now + HOUR + timedelta(minutes=minutes)
        take_photo(installer, job_id, shot(client_id, captured_at=at), stream(picture()), later)

    assert world.row(job_id).last_occurred_at == world.now + HOUR + timedelta(minutes=5)


def test_a_status_without_photos_is_an_illegal_transition(world: World) -> None:
    """Not booked any more, but still theirs: the phone keeps the photo and tries again after the resume."""
    job_id = booked(world)
    wait = Command(Action.SUSPEND, reason="weather", next_contact_at=world.now + 2 * HOUR)
    perform(world.actor("dispatcher1"), job_id, wait, world.now)

    with pytest.raises(IllegalTransition):
        take(world, job_id, picture())

    assert rows("SELECT 1 FROM photo") == []
