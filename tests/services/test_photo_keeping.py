"""Erasure, orphans and missing bytes: no photo without its bytes, no bytes without a photo, whoever races."""

from __future__ import annotations

import io
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from domain.errors import NotFound, Unavailable
from models import db
from services.parts import photo_store
from services.photo_keeping import ErasedPhotos, erase_photos, sweep_orphans
from services.photo_views import open_file, view
from services.photos import take_photo
from services.queries.photos import PhotoCard
from tests.photographing import booked, check_store, decoder, picture, shot, stream  # noqa: F401
from tests.rows import rows
from tests.worlds import World
from uploads.decode import Decoder
from uploads.store import LocalStore

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def store(app: Flask, decoder: Decoder) -> LocalStore:  # noqa: F811
    """The application's store, with the module's decoder."""
    app.extensions[photo_store.DECODER] = decoder
    return photo_store.store()


def take(world: World, job_id: int, data: bytes, client_id: str = "c-1") -> PhotoCard:
    return take_photo(world.actor("installer1"), job_id, shot(client_id), stream(data), world.now)


def test_erased_photos_are_gone_and_the_rest_of_the_job_stands(world: World, store: LocalStore) -> None:
    """Bytes, renditions and place go; id, hash and findings stay; a link given out before leads nowhere."""
    job_id = booked(world)
    card = take(world, job_id, picture())
    [link, *_] = view(world.actor("agent"), card.id, world.now).photo.links

    done = erase_photos([world.row(job_id).subject_id], world.now)
    again = erase_photos([world.row(job_id).subject_id], world.now)

    [photo] = rows("SELECT erased_at, place FROM photo")
    assert (done, again) == (ErasedPhotos(1, 1), ErasedPhotos(0, 0))
    assert (photo.erased_at, photo.place) == (world.now, None)
    assert list(store.iterate()) == []
    assert view(world.actor("agent"), card.id, world.now).photo.links == ()
    with pytest.raises(NotFound):
        open_file(link.url.rpartition("/")[2], world.now)


def test_bytes_that_another_customer_has_too_stay_for_that_one(world: World, store: LocalStore) -> None:
    """One picture in two customers' jobs: it goes with the last of them."""
    data = picture()
    one, two = booked(world), booked(world, phone="13800002222", address="芝罘区南大街 9 号")
    take(world, one, data)
    card = take(world, two, data)

    first = erase_photos([world.row(one).subject_id], world.now)
    [link, *_] = view(world.actor("agent"), card.id, world.now).photo.links
    served = open_file(link.url.rpartition("/")[2], world.now)
    served.stream.close()
    last = erase_photos([world.row(two).subject_id], world.now)

    assert (first, last) == (ErasedPhotos(1, 0), ErasedPhotos(1, 1))
    assert list(store.iterate()) == []


def test_more_photos_than_a_batch_are_all_erased(world: World, store: LocalStore) -> None:
    """Also the same picture many times over, which a batch may cut in two."""
    job_id = booked(world)
    take(world, job_id, picture())
    copy = (
        "INSERT INTO photo (job_id, slot_code, client_id, subject_id, sha256, size_bytes, format, width, height,"
        " brightness, sharpness, capture, received_at) SELECT job_id, slot_code, 'copy-' || n, subject_id, sha256,"
        " size_bytes, format, width, height, brightness, sharpness, capture, received_at"
        " FROM photo, generate_series(1, 119) AS n"
    )
    with db.engine.begin() as tx:
        tx.exec_driver_sql(copy)

    assert erase_photos([world.row(job_id).subject_id], world.now) == ErasedPhotos(120, 1)
    assert list(store.iterate()) == []


def orphan(store: LocalStore, age: timedelta, name: str) -> None:
    store.put(io.BytesIO(b"left behind"), name)
    path = Path(store.scratch().parent, name[:2], name[2:4], name)
    at = (datetime.now(UTC) - age).timestamp()
    os.utime(path, (at, at))


def test_only_old_bytes_without_a_row_are_swept(world: World, store: LocalStore) -> None:
    """A day of grace: bytes are put before their row is written. What has a row stays, however old."""
    card = take(world, booked(world), picture())
    [name] = [stored.key for stored in store.iterate() if "." not in stored.key]
    for key in (name, "a" * 64, "b" * 64 + ".320.jpg", "b" * 64, "c" * 64):
        if key != name:
            orphan(store, 2 * DAY if key[0] != "c" else DAY / 2, key)
    now = datetime.now(UTC)

    swept = sweep_orphans(now)
    later = sweep_orphans(now + 3 * DAY)

    assert (swept.originals, swept.size_bytes) == (2, 3 * len(b"left behind"))
    assert later.originals == 1
    assert [stored.key for stored in store.iterate()] == [
        f"{name}{end}" for end in ("", ".1280.jpg", ".320.jpg")
    ]
    assert card.erased_at is None


def test_bytes_touched_again_are_young(store: LocalStore) -> None:
    """An upload of the same picture puts the day of grace back, also by its renditions alone."""
    orphan(store, 2 * DAY, "d" * 64)
    store.put(io.BytesIO(b"fresh"), "d" * 64 + ".320.jpg")

    assert sweep_orphans(datetime.now(UTC)).originals == 0


def test_an_upload_whose_bytes_were_swept_meanwhile_is_refused_and_works_again(
    world: World, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep comes between storing and writing the row: 503, no row without bytes; the retry succeeds."""
    job_id, data = booked(world), picture()
    exists = store.exists

    def swept(key: str) -> bool:
        store.delete(key)
        return exists(key)

    with monkeypatch.context() as patched:
        patched.setattr(store, "exists", swept)
        with pytest.raises(Unavailable):
            take(world, job_id, data)
    assert rows("SELECT 1 FROM photo") == []

    take(world, job_id, data)
    assert check_store() == ()


def test_a_row_being_written_keeps_its_bytes_from_the_sweep(
    world: World, app: Flask, store: LocalStore
) -> None:
    """While an upload's transaction holds its bytes, the sweep waits, then sees the row and lets them be."""
    take(world, booked(world), picture())
    [photo] = rows("SELECT sha256 FROM photo")
    with db.engine.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE arriving AS SELECT * FROM photo")
        tx.exec_driver_sql("DELETE FROM photo")
    result: list[Any] = []

    def sweep() -> None:
        with app.app_context():
            result.append(sweep_orphans(datetime.now(UTC) + 2 * DAY))

    with db.engine.connect() as uploading:
        held = {"key": photo_store.lock_key(photo.sha256)}
        uploading.exec_driver_sql("SELECT pg_advisory_xact_lock_shared(%(key)s)", held)
        sweeper = threading.Thread(target=sweep)
        sweeper.start()
        sweeper.join(0.5)
        waited = sweeper.is_alive()
        uploading.exec_driver_sql("INSERT INTO photo SELECT * FROM arriving")
        uploading.commit()
    sweeper.join(20)

    assert waited
    assert result[0].originals == 0
    assert len(list(store.iterate())) == 3


def test_a_photo_without_its_bytes_is_named(world: World, store: LocalStore) -> None:
    """A disk that lost a file is found out by the check, not by the customer's lawyer."""
    job_id = booked(world)
    kept, broken = take(world, job_id, picture()), take(world, job_id, picture(), "c-2")
    [row] = rows("SELECT encode(sha256, 'hex') AS name FROM photo WHERE id = :i", i=broken.id)
    store.delete(f"{row.name}.320.jpg")

    missing = check_store()

    assert [(found.photo_id, found.key) for found in missing] == [(broken.id, f"{row.name}.320.jpg")]
    assert kept.id != broken.id
