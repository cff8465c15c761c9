"""Photos sent straight to the store: a form that allows one thing, and the same judgement of what came."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from domain.errors import DomainError, Invalid, JobChanged, NotFound
from services.parts import photo_store
from services.photo_direct import NoDirectUpload, NotArrived, arrived, offer
from services.photo_keeping import sweep_orphans
from services.photos import take_photo
from services.queries.photos import PhotoCard
from tests.photographing import booked, check_store, decoder, picture, redispatched, shot  # noqa: F401
from tests.post_front import post
from tests.rows import rows
from tests.services.test_photo_stores import app, changed, settings  # noqa: F401
from tests.worlds import World
from uploads.direct import PostForm
from uploads.s3 import INCOMING, S3Store

JPEG = "image/jpeg"


def lying() -> list[str]:
    """What lies below incoming/ in the real server."""
    store = photo_store.store()
    assert isinstance(store, S3Store)
    return [name for name, _, _ in store._listing(store.place.prefix + INCOMING)]


def asked(world: World, job_id: int, size: int, client_id: str = "c-1", slot: str = "site") -> PostForm:
    return offer(world.actor("installer1"), job_id, slot, client_id, JPEG, size, datetime.now(UTC))


def told(world: World, job_id: int, client_id: str = "c-1", name: str = "installer1") -> PhotoCard:
    return arrived(world.actor(name), job_id, shot(client_id), world.now, take_photo)


def sent(world: World, job_id: int, data: bytes, client_id: str = "c-1") -> int:
    return post(photo_store.store(), asked(world, job_id, len(data), client_id).fields, data)


def test_a_photo_sent_straight_to_the_store_is_a_photo_like_any_other(world: World) -> None:
    """Under its content's name with its renditions, once however often the phone says so."""
    job_id, data = booked(world), picture()
    assert sent(world, job_id, data) == 204
    assert len(lying()) == 1

    card, again = told(world, job_id), told(world, job_id)

    assert card == again
    assert (card.size_bytes, card.status, len(rows("SELECT 1 FROM photo"))) == (len(data), "active", 1)
    assert lying() == []
    assert len(list(photo_store.store().iterate())) == 3
    assert check_store(deep=True) == ()


def test_a_form_allows_one_name_type_and_size_for_a_while(world: World) -> None:
    """Bent in any field it is refused by the store, and nothing lies there."""
    job_id, data, store = booked(world), picture(), photo_store.store()
    form = asked(world, job_id, len(data))
    for bent in (
        {"key": form.fields["key"] + "0"},
        {"Content-Type": "text/html"},
        {"x-amz-signature": "0" * 64},
        {"policy": form.fields["policy"][:-8]},
        {"acl": "public-read"},
    ):
        assert post(store, form.fields | bent, data) == 403
    assert post(store, form.fields, data + b"x") == 400
    assert post(store, form.fields, data, form.expires_at + timedelta(seconds=1)) == 403
    assert lying() == []
    assert form.url.startswith(store.place.endpoint)


def test_refusals_are_those_of_any_upload_and_leave_nothing(world: World) -> None:
    """No picture, nobody's slot, a job that went away: its evidence is kept, as always."""
    job_id, data = booked(world), picture()
    assert sent(world, job_id, b"<svg onload=alert(1)>") == 204
    with pytest.raises(DomainError) as refused:
        told(world, job_id)
    assert refused.value.code == "unsupported_format"
    with pytest.raises(Invalid):
        asked(world, job_id, 10, slot="nowhere")
    with pytest.raises(DomainError) as large:
        asked(world, job_id, 11 * 1024 * 1024)
    assert large.value.code == "too_large"
    sent(world, job_id, data, "c-2")
    redispatched(world, job_id)
    for _ in range(2):
        with pytest.raises(JobChanged):
            told(world, job_id, "c-2")

    assert [row.superseded_as for row in rows("SELECT superseded_as FROM photo")] == ["late"]
    assert lying() == []


def test_nobody_can_speak_of_anothers_upload(world: World) -> None:
    """The place follows from who asks; another installer has no form and finds nothing."""
    job_id = booked(world)
    sent(world, job_id, picture())
    with pytest.raises(NotFound):
        told(world, job_id, name="installer2")
    with pytest.raises(NotArrived):
        told(world, job_id, "c-never")
    assert len(lying()) == 1
    assert rows("SELECT 1 FROM photo") == []


def test_what_nobody_told_us_of_is_collected_after_a_day(world: World) -> None:
    """With the nightly sweep."""
    sent(world, booked(world), picture())
    now = datetime.now(UTC)
    assert sweep_orphans(now).scratch == 0
    assert sweep_orphans(now + timedelta(days=2)).scratch == 1
    assert lying() == []


def test_a_folder_takes_no_forms(app: Flask, world: World) -> None:
    """The phone is told to send the photo to us."""
    job_id = booked(world)
    changed(app, photo_store="")
    with pytest.raises(NoDirectUpload):
        asked(world, job_id, 10)
