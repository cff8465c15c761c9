"""Evidence on a real database: what photos, check-ins, phones and serial numbers say together, and the job's score."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Connection

from domain.actions import Action, Command
from domain.actors import Actor
from domain.geo import Datum, Point
from services.lifecycle import perform
from services.parts import photo_findings, photo_store
from services.photo_views import view
from services.photos import discard, take_photo
from services.queries.photos import PhotoCard
from services.uow import use_case
from tests.photographing import (
    DOOR,
    HOUR,
    booked,
    dark,
    decoder,  # noqa: F401  # a fixture
    picture,
    rows,
    shot,
    stream,
)
from tests.worlds import World
from uploads.decode import Decoder

MINUTE = timedelta(minutes=1)
FAR = Point(121.9, 37.53, Datum.GCJ02, 20.0, "device")


@pytest.fixture(autouse=True)
def shared_decoder(app: Flask, decoder: Decoder) -> None:  # noqa: F811
    """The application with the module's decoder."""
    app.extensions[photo_store.DECODER] = decoder


def take(
    world: World,
    job_id: int,
    data: bytes,
    client_id: str,
    *,
    actor: Actor | None = None,
    after: timedelta = HOUR,
    **more: Any,
) -> PhotoCard:
    who = actor or world.actor("installer1")
    return take_photo(who, job_id, shot(client_id, **more), stream(data), world.now + after)


def found(photo_id: int) -> dict[str, Any]:
    return {row.code: row for row in rows("SELECT * FROM photo_finding WHERE photo_id = :p", p=photo_id)}


def on_job(job_id: int) -> dict[str, Any]:
    return {row.code: row.numbers for row in rows("SELECT * FROM job_finding WHERE job_id = :j", j=job_id)}


def score_of(job_id: int) -> tuple[int, bool]:
    """As its readers take it: no row, nothing found."""
    found = rows("SELECT score, flagged FROM job_evidence WHERE job_id = :j", j=job_id)
    return (found[0].score, found[0].flagged) if found else (0, False)


def check_in(world: World, job_id: int, fix: Point, after: timedelta, **more: Any) -> None:
    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=fix, **more), world.now + after)


def hand_in(
    world: World, job_id: int, serial: str = "SN-00001", after: timedelta = HOUR, **more: Any
) -> None:
    for number, slot in enumerate(("site", "nameplate", "finished")):
        take(world, job_id, picture(), f"h-{number}", slot=slot, after=after)
    wanted = Command(Action.SUBMIT, serial_numbers=(serial,), **more)
    perform(world.actor("installer1"), job_id, wanted, world.now + after)


def test_an_honest_photo_scores_nothing(world: World) -> None:
    """Nothing found, nothing written before the job is handed in."""
    job_id = booked(world)
    take(world, job_id, picture(), "c-1")
    assert not rows("SELECT score FROM job_evidence WHERE job_id = :j", j=job_id)


def test_the_same_bytes_in_another_dealers_job_are_found_and_told_without_whose(world: World) -> None:
    """The installer hears that the photo was used; reviewers hear where; a deleted one still counts."""
    first, data = booked(world), picture()
    second = booked(world, 2, phone="13800002222", address="芝罘区南大街 9 号")
    used = take(world, first, data, "c-1")
    card = take(world, second, data, "c-1", actor=world.actor("installer2"), after=2 * HOUR)

    [told] = card.findings
    assert (told.code, told.reason, told.numbers) == ("reused", "此照片曾用于其他工单", {})
    [seen] = view(world.actor("auditor"), card.id, world.now).photo.findings
    assert seen.numbers == {"job_id": first, "photo_id": used.id, "days": 0}
    assert str(first) in seen.reason
    assert score_of(second) == (60, True)
    assert score_of(first) == (0, False)
    discard(world.actor("installer2"), card.id, world.now + 2 * HOUR)
    assert score_of(second) == (60, True)


def test_one_photo_of_the_house_for_two_jobs_of_one_visit_is_no_reuse(world: World) -> None:
    """Jobs of one visit share a door."""
    first, second, data = booked(world), booked(world), picture()
    [visit] = rows("SELECT visit_id FROM job WHERE id = :j", j=first)
    assert visit.visit_id is not None
    _same_visit(first, second)
    take(world, first, data, "c-1")
    assert take(world, second, data, "c-1").findings == ()


@use_case
def _same_visit(tx: Connection, first: int, second: int) -> None:
    tx.exec_driver_sql(
        "UPDATE job SET visit_id = (SELECT visit_id FROM job WHERE id = %(one)s) WHERE id = %(two)s",
        {"one": first, "two": second},
    )


def test_one_picture_for_two_slots_is_told_at_once(world: World) -> None:
    """It can be taken again; deleted, it is forgiven."""
    job_id, data = booked(world), picture()
    one = take(world, job_id, data, "c-1")
    two = take(world, job_id, data, "c-2", slot="nameplate")
    assert [(line.code, line.numbers) for line in two.findings] == [("duplicate_slot", {"photo_id": one.id})]
    assert score_of(job_id) == (15, False)
    discard(world.actor("installer1"), two.id, world.now + HOUR)
    assert score_of(job_id) == (0, False)


def test_a_dark_photo_taken_again_is_forgiven(world: World) -> None:
    """Quality is about what counts now."""
    job_id = booked(world)
    bad = take(world, job_id, dark(), "c-1")
    assert score_of(job_id)[0] > 0
    discard(world.actor("installer1"), bad.id, world.now + HOUR)
    assert score_of(job_id) == (0, False)


def test_a_photo_far_from_the_check_in_is_for_reviewers_only(world: World) -> None:
    """Its point forty kilometres from where the installer checked in; the dealer's side hears nothing."""
    job_id = booked(world)
    check_in(world, job_id, DOOR, HOUR)
    card = take(world, job_id, picture(), "c-1", point=FAR)
    assert card.findings == ()
    assert found(card.id)["taken_elsewhere"].numbers["metres"] == pytest.approx(44_000, rel=0.01)
    assert score_of(job_id) == (40, True)


def test_a_reasoned_check_in_outside_alone_does_not_flag(world: World) -> None:
    """It is kept with its metres, the photos taken there add nothing, and nobody must look for that alone."""
    job_id = booked(world)
    proof = take(world, job_id, picture(), "c-1", point=FAR)
    check_in(world, job_id, FAR, HOUR, reason="gps_drift", photo_id=proof.id)
    for number, slot in enumerate(("site", "nameplate", "finished")):
        take(world, job_id, picture(), f"h-{number}", slot=slot, point=FAR)
    wanted = Command(Action.SUBMIT, serial_numbers=("SN-00001",))
    perform(world.actor("installer1"), job_id, wanted, world.now + HOUR)
    assert on_job(job_id)["checked_in_outside"]["metres"] > 40_000
    assert score_of(job_id)[1] is False


def test_two_doors_too_far_apart_for_one_morning(world: World) -> None:
    """Forty kilometres between two check-ins in five minutes: found on the job handed in, flagged."""
    one, two = booked(world), booked(world)
    check_in(world, one, DOOR, HOUR)
    proof = take(world, two, picture(), "c-9", point=None)
    check_in(world, two, FAR, HOUR + 5 * MINUTE, reason="gps_drift", photo_id=proof.id)
    hand_in(world, one, after=HOUR + 10 * MINUTE)
    numbers = on_job(one)["impossible_travel"]
    assert (numbers["from_job_id"], numbers["to_job_id"], numbers["most_kmh"]) == (one, two, 150)
    assert numbers["kmh"] > 300
    assert score_of(one)[1] is True


def test_a_time_that_was_not_believed_accuses_nobody(world: World) -> None:
    """A check-in a day too old counts as of its receipt; from that nothing follows about the way."""
    one, two = booked(world), booked(world)
    installer = world.actor("installer1")
    check_in(world, one, DOOR, HOUR)
    proof = take(world, two, picture(), "c-9", point=None)
    command = Command(Action.CHECK_IN, fix=FAR, reason="gps_drift", photo_id=proof.id)
    perform(installer, two, command, world.now + HOUR + 5 * MINUTE, occurred_at=world.now - 30 * HOUR)
    hand_in(world, one, after=HOUR + 10 * MINUTE)
    assert "impossible_travel" not in on_job(one)


def test_a_phone_that_several_installers_use_is_noted(world: World) -> None:
    """Another installer signed in on it within the month."""
    job_id = booked(world)
    world.sign_in("installer2", world.now, device_id="phone-7")
    installer = world.actor("installer1", device_id="phone-7")
    check_in(world, job_id, DOOR, HOUR)
    for number, slot in enumerate(("site", "nameplate", "finished")):
        take(world, job_id, picture(), f"h-{number}", slot=slot, actor=installer)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), world.now + HOUR)
    assert on_job(job_id) == {"shared_device": {"days": 30, "people": 1}}
    assert score_of(job_id) == (20, False)


def test_a_serial_number_of_another_order_is_noted_and_typed_small_too(world: World) -> None:
    """Nothing is refused; the auditor sees where it was installed, and how it was entered is kept."""
    one, two = booked(world), booked(world)
    check_in(world, one, DOOR, HOUR)
    hand_in(world, one, "SN-ABC01", serial_sources=("scanned",))
    check_in(world, two, DOOR, HOUR)
    hand_in(world, two, "sn-abc01", serial_sources=("typed",))
    assert "serial_installed_before" not in on_job(one)
    assert on_job(two)["serial_installed_before"] == {"serials": 1, "job_id": one, "days": 0}
    assert score_of(two) == (40, True)
    kept = rows(
        "SELECT serial_number, serial_source FROM job_unit WHERE job_id IN (:a, :b) ORDER BY job_id",
        a=one,
        b=two,
    )
    assert [tuple(row) for row in kept] == [("SN-ABC01", "scanned"), ("SN-ABC01", "typed")]


def test_a_phone_known_to_run_ahead_is_believed_less_those_minutes(world: World) -> None:
    """After three days of stamps twenty minutes ahead, a camera and a phone that agree are no longer apart in time."""
    job_id = booked(world)
    installer = world.actor("installer1", device_id="phone-9")
    for day in range(3):
        _remember("phone-9", day, -20 * 60_000, world)
    at = world.now + HOUR
    card = take(world, job_id, picture(), "c-1", actor=installer, captured_at=at + 20 * MINUTE)
    [event] = rows("SELECT occurred_at FROM job_event WHERE job_id = :j AND action = 'take_photo'", j=job_id)
    [kept] = rows("SELECT captured_at FROM photo WHERE id = :p", p=card.id)
    assert (event.occurred_at, kept.captured_at) == (at, at + 20 * MINUTE)
    [today] = rows(
        "SELECT least_ms, stamps FROM phone_clock WHERE device_id = 'phone-9' AND day = :d", d=at.date()
    )
    assert (today.least_ms, today.stamps) == (-20 * 60_000, 2)


@use_case
def _remember(tx: Connection, device: str, days_ago: int, least_ms: int, world: World) -> None:
    tx.exec_driver_sql(
        "INSERT INTO phone_clock VALUES (%(device)s, %(day)s, %(ms)s, 1)",
        {"device": device, "day": (world.now - timedelta(days=days_ago)).date(), "ms": least_ms},
    )


def test_the_search_adds_its_verdict_once_and_the_score_follows(world: World) -> None:
    """Another job: reused; another slot: duplicate; the same slot: nothing; again: the first finding stays."""
    one, two = booked(world), booked(world, 2)
    mine = take(world, one, picture(), "c-1")
    beside = take(world, one, picture(), "c-2", slot="nameplate")
    burst = take(world, one, picture(), "c-3")
    other = take(world, two, picture(), "c-1", actor=world.actor("installer2"))
    assert _search(other.id, mine.id, world) == "reused"
    assert _search(other.id, beside.id, world) == "reused"
    assert _search(beside.id, mine.id, world) == "duplicate_slot"
    assert _search(burst.id, mine.id, world) is None
    assert found(other.id)["reused"].numbers == {"job_id": one, "photo_id": mine.id, "days": 0}
    assert (score_of(two), score_of(one)) == ((60, True), (15, False))


@use_case
def _search(tx: Connection, photo_id: int, other_id: int, world: World) -> str | None:
    return photo_findings.reuse_found(tx, photo_id, other_id, world.now)


def test_an_edited_photo_is_for_reviewers(world: World) -> None:
    """The program's name comes from a closed list, never from the file."""
    job_id = booked(world)
    exif = Image.Exif()
    exif[0x0131] = "Adobe Photoshop CC <script>"
    card = take(world, job_id, picture(exif=exif), "c-1")
    assert card.findings == ()
    [line] = view(world.actor("auditor"), card.id, world.now).photo.findings
    assert (line.code, line.numbers, line.reason) == (
        "edited",
        {"editor": 0},
        "照片经图像编辑软件保存过（Photoshop）",
    )
