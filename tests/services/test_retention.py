"""The purge: each kind at its term, never what must be kept, killed anywhere, provable for good."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from flask import Flask

from domain.actions import Action, Command
from domain.retention import MONTHS, Kind, Rule
from services import legal_holds
from services.erasure_proof import Fault, listed, verify
from services.lifecycle import perform
from services.parts import photo_store
from services.photos import take_photo
from services.queries.chains import verify_all
from services.retention import Purged, preview, purge
from tests.photographing import DOOR, HOUR, booked, decoder, picture, shot, stream  # noqa: F401
from tests.rows import rows
from tests.worlds import World
from uploads.decode import Decoder
from uploads.store import LocalStore

NOTHING = Purged(0, 0, 0, 0, 0, done=True)
SEALED = """
SELECT (SELECT count(*) FROM photo WHERE erased_at IS NULL) AS photos,
       (SELECT count(*) FROM photo WHERE place IS NOT NULL OR device_id IS NOT NULL)
           + (SELECT count(*) FROM check_in WHERE place IS NOT NULL) AS points,
       (SELECT count(*) FROM note WHERE text IS NOT NULL) AS words, (SELECT count(*) FROM inbox_item) AS messages,
       (SELECT count(*) FROM customer_order WHERE personal IS NOT NULL OR phone_lookup IS NOT NULL
           OR place_lookup IS NOT NULL) + (SELECT count(*) FROM visit WHERE place_lookup IS NOT NULL) AS addresses,
       (SELECT count(*) FROM subject WHERE id IN (SELECT subject_id FROM job) AND wrapped_key IS NOT NULL) AS keys
"""


@pytest.fixture(autouse=True)
def store(app: Flask, decoder: Decoder) -> LocalStore:  # noqa: F811
    """The application's store, with the module's decoder."""
    app.extensions[photo_store.DECODER] = decoder
    return photo_store.store()


def later(world: World, kind: Kind, months: int = 1) -> datetime:
    """A moment that many months after the kind's term, for what ended in the world's first hours."""
    return Rule(kind, -MONTHS[kind] - months).before(world.now)


def done_job(world: World, data: bytes | None = None, **order: str) -> int:
    """Photographed, arrived at, complained of and long over."""
    job_id = booked(world, **order)
    installer = world.actor("installer1")
    take_photo(installer, job_id, shot(), stream(data or picture(320, 320)), world.now)
    perform(installer, job_id, Command(Action.CHECK_IN, fix=DOOR), world.now + HOUR)
    told = Command(Action.COMPLAINT_OPENED, category="workmanship", note="漏水，请打 13800001111")
    perform(world.customer(job_id), job_id, told, world.now + HOUR)
    rows("UPDATE photo SET device_id = 'phone'")
    rows("UPDATE customer_order SET created_at = :now", now=world.now)
    rows("UPDATE complaint SET closed_at = opened_at")
    rows("UPDATE job SET status = 'closed', closed_at = :now, open_complaints = 0", now=world.now + HOUR)
    return job_id


def told(world: World) -> None:
    owed = "INSERT INTO outbox (kind, dedupe_key, payload, created_at) VALUES ('notice', 'k', '{}', :now) RETURNING id"
    [outbox] = rows(owed, now=world.now)
    item = "INSERT INTO inbox_item (outbox_id, person_id, template, title, body, created_at)"
    rows(f"{item} VALUES (:o, :p, 't', 't', 'b', :n)", o=outbox.id, p=world.people["installer1"], n=world.now)


def faults() -> list[str]:
    return [found.what for found in verify() if isinstance(found, Fault)]


def test_each_kind_goes_at_its_own_term_with_its_record_and_at_last_the_key(
    world: World, store: LocalStore
) -> None:
    """What the dry run shows is what goes; chains of events and of erasures hold; nothing personal is in a record."""
    done_job(world)
    told(world)
    seen, shown = [tuple(rows(SEALED)[0])], []
    assert purge(later(world, Kind.POINTS, 0)) == NOTHING
    for kind in (Kind.POINTS, Kind.MESSAGES, Kind.PHOTOS, Kind.ADDRESSES):
        at = later(world, kind)
        shown.append([due.kind for due in preview(at).kinds if due.subjects])
        purge(at)
        assert purge(at) == NOTHING
        seen.append(tuple(rows(SEALED)[0]))

    assert seen == [
        (1, 2, 1, 1, 2, 1),
        (1, 0, 1, 1, 2, 1),
        (1, 0, 1, 0, 2, 1),
        (0, 0, 1, 0, 2, 1),
        (0, 0, 0, 0, 0, 0),
    ]
    assert shown == [["points"], ["messages"], ["photos"], ["words", "addresses"]]
    assert list(store.iterate()) == []
    assert faults() == []
    assert verify_all().broken == ()
    assert [line.rule for line in listed(None, 9)] == [
        "1:addresses:36", "1:words:36", "1:photos:24", "1:messages:12", "1:points:6",
    ]  # fmt: skip
    [record] = rows("SELECT string_agg(data::text, '') AS said FROM erasure_record")
    assert not any(word in record.said for word in ("漏水", "13800001111", "张三", "建设路", "phone"))


def test_what_is_open_or_held_stays_and_the_dry_run_says_why(world: World) -> None:
    """Each reason alone keeps everything of that customer; without it the same run erases."""
    job_id = done_job(world)
    at = later(world, Kind.PHOTOS)
    reasons = {
        "job_open": ("status = 'confirmed'", "status = 'closed'"),
        "complaint": ("open_complaints = 1", "open_complaints = 0"),
        "dispute": ("dispute_open = true", "dispute_open = false"),
        "audit": ("audit = 'waiting'", "audit = 'passed'"),
    }
    kept = {}
    for why, (on, off) in reasons.items():
        rows(f"UPDATE job SET {on}")
        assert purge(at) == NOTHING
        kept[why] = {one.why for due in preview(at).kinds for one in due.kept}
        rows(f"UPDATE job SET {off}")
    hold = legal_holds.place(world.actor("admin"), job_id, "court", None, at)
    assert purge(at) == NOTHING
    kept["hold"] = {one.why for due in preview(at).kinds for one in due.kept}
    legal_holds.lift(world.actor("admin"), hold.id, "settled", at)

    assert kept == {why: {why} for why in (*reasons, "hold")}
    assert purge(at).photos == 1


def test_a_photo_held_against_another_job_stays_until_that_one_is_over(world: World) -> None:
    """The auditor lays both side by side; the picture's own job may be years old."""
    done_job(world)
    other = booked(world, 2, phone="13800002222", address="芝罘区南大街 9 号")
    take_photo(world.actor("installer2"), other, shot(), stream(picture(320, 320)), world.now)
    earlier, later_one = (row.id for row in rows("SELECT id FROM photo ORDER BY id"))
    pair = "INSERT INTO photo_match VALUES (:p, :o, 'copy', false, 'reused', '{\"inliers\": 99}', now())"
    rows(pair, p=later_one, o=earlier)
    at = later(world, Kind.PHOTOS)

    assert purge(at).photos == 0
    [photos] = [due for due in preview(at).kinds if due.kind == "photos"]
    assert (photos.photos, [one.why for one in photos.kept]) == (0, ["job_open", "match"])
    rows("UPDATE job SET status = 'closed', closed_at = :now WHERE id = :job", now=at, job=other)
    assert purge(at).photos == 1
    assert rows("SELECT numbers FROM photo_match")[0].numbers == {}


def test_a_purge_killed_between_two_deletions_is_done_again_and_recorded_once(
    world: World, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is called erased before it is: rows and record wait for the bytes."""
    done_job(world)
    at, deleted = later(world, Kind.PHOTOS), []

    def dying(key: str) -> None:
        if len(deleted) == 1:
            raise KeyboardInterrupt
        deleted.append(key)
        LocalStore.delete(store, key)

    with monkeypatch.context() as patch:
        patch.setattr(photo_store.store(), "delete", dying)
        with pytest.raises(KeyboardInterrupt):
            purge(at)
    assert rows("SELECT count(*) AS n FROM photo WHERE erased_at IS NULL")[0].n == 1
    assert rows("SELECT 1 FROM erasure_record WHERE kind = 'photos'") == []

    assert purge(at).photos == 1
    assert len(rows("SELECT 1 FROM erasure_record WHERE kind = 'photos'")) == 1
    assert (faults(), list(store.iterate())) == ([], [])


def test_bytes_that_a_kept_photo_shares_stay_and_are_no_fault(world: World, store: LocalStore) -> None:
    """One picture in two homes: the younger one's still shows it."""
    data = picture(320, 320)
    done_job(world, data)
    other = booked(world, phone="13800002222", address="芝罘区南大街 9 号")
    take_photo(world.actor("installer1"), other, shot("c-2"), stream(data), world.now)

    assert purge(later(world, Kind.PHOTOS)).photos == 1
    assert len(list(store.iterate())) == 3
    assert faults() == []


def test_the_proof_finds_what_came_back_and_what_was_altered(world: World, store: LocalStore) -> None:
    """Bytes put back, a row filled again, a record changed or left out, the end cut off."""
    done_job(world)
    purge(later(world, Kind.PHOTOS))
    [newest, *_] = listed(None, 1)
    [photo] = rows("SELECT id, encode(sha256, 'hex') AS sha256 FROM photo")

    store.put(io.BytesIO(b"restored"), photo.sha256)
    rows("UPDATE check_in SET place = 'x'")
    assert faults() == [f"照片 {photo.id}：存储中仍有 {photo.sha256}", "check_in 仍有 1 行"]
    store.delete(photo.sha256)
    rows("UPDATE check_in SET place = NULL")
    assert [found for found in verify(newest.hash) if isinstance(found, Fault)] == []
    rows("UPDATE erasure_record SET rule = '1:photos:1' WHERE seq = 2")
    assert faults() == ["记录链 hash"]
    rows("DELETE FROM erasure_record WHERE seq = 1")
    assert faults() == ["记录链 gap", "记录链 prev_hash", "记录链 hash"]
    rows("DELETE FROM erasure_record")
    assert [found.what for found in verify(newest.hash) if isinstance(found, Fault)] == [
        f"链中没有 {newest.hash}"
    ]
