"""Photos in a real S3 server by the settings; rows and store held against each other; moving there meanwhile."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3
from flask import Flask

from channels import verify_pack
from domain import packs
from domain.retention import MONTHS, Kind, Rule
from services.command_line import application
from services.config import Config, load
from services.erasure_proof import Fault, verify
from services.evidence_packs import keys, prepare, zipped
from services.parts import photo_store
from services.parts.pack_manifest import Wish
from services.photo_checking import Checked, StoreBroken, check
from services.photo_keeping import ErasedPhotos, erase_photos, sweep_orphans
from services.photo_moving import Moved, left, move, move_some
from services.photo_views import Elsewhere, Served, open_file, view
from services.photos import take_photo
from services.queries.photos import PhotoCard
from services.retention import purge
from services.subjects import reveal
from tests.photographing import booked, check_store, decoder, picture, shot, stream  # noqa: F401 - a fixture
from tests.rows import rows
from tests.s3_server import S3Server
from tests.settings import config_for
from tests.uploads import pictures
from tests.worlds import World
from uploads.decode import Decoder
from uploads.s3 import S3Store
from uploads.store import LocalStore, Store
from uploads.two_stores import TwoStores

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)


@pytest.fixture
def settings(s3_server: S3Server, database_url: str, tmp_path: Path) -> Config:
    """The server's, below a prefix of this test's own."""
    place = s3_server.place()
    return config_for(
        database_url,
        tmp_path,
        photo_store=f"s3://{place.bucket}/{place.prefix}",
        photo_store_endpoint=place.endpoint,
        photo_store_region=place.region,
        photo_store_key=place.key,
        photo_store_secret=place.secret,
    )


@pytest.fixture
def app(settings: Config, decoder: Decoder) -> Iterator[Flask]:  # noqa: F811
    """An application whose photos lie in S3."""
    with application("tests", settings) as made:
        made.extensions[photo_store.DECODER] = decoder
        yield made


def changed(app: Flask, **settings: object) -> Store:
    """The application as if started with these settings instead; its store."""
    config: Config = app.extensions["tuozhuang"]
    for name, value in settings.items():
        object.__setattr__(config, name, value)
    app.extensions.pop(photo_store.STORE, None)
    return photo_store.store()


def take(world: World, job_id: int, data: bytes, client_id: str = "c-1") -> PhotoCard:
    return take_photo(world.actor("installer1"), job_id, shot(client_id), stream(data), world.now)


def served(world: World, photo_id: int, variant: str) -> Served | Elsewhere:
    """What the agent's link leads to."""
    links = {link.variant: link.url for link in view(world.actor("agent"), photo_id, world.now).photo.links}
    return open_file(links[variant].rpartition("/")[2], world.now)


def test_a_photo_in_s3_is_taken_shown_and_erased_like_any_other(world: World) -> None:
    """Three objects, shown in full, every view on record; after erasure nothing lies anywhere."""
    job_id, data = booked(world), picture()
    card = take(world, job_id, data)
    full = served(world, card.id, "full")
    assert isinstance(photo_store.store(), S3Store)
    assert isinstance(full, Served)
    assert len(full.stream.read()) == full.size_bytes
    full.stream.close()
    assert len(list(photo_store.store().iterate())) == 3
    assert [row.photo_id for row in rows("SELECT photo_id FROM photo_view")] == [card.id]
    assert check_store() == check_store(deep=True) == ()

    assert erase_photos([world.row(job_id).subject_id], world.now) == ErasedPhotos(1, 1)
    assert list(photo_store.store().iterate()) == []
    assert list(photo_store.store().scratch().iterdir()) == []


def test_links_of_the_store_itself_are_short_and_carry_our_type_and_name(app: Flask, world: World) -> None:
    """With PHOTO_STORE_LINKS: renditions only, an original is never shown; the view is on record before."""
    card = take(world, booked(world), picture())
    changed(app, photo_store_links=True)

    full, small = served(world, card.id, "full"), served(world, card.id, "320")

    assert isinstance(full, Served)
    full.stream.close()
    assert isinstance(small, Elsewhere)
    shown = urllib3.request("GET", small.url)
    assert shown.headers["Content-Disposition"] == f'inline; filename="photo-{card.id}-320.jpg"'
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert "X-Amz-Expires=600" in small.url
    assert len(rows("SELECT 1 FROM photo_view")) == 2


@pytest.mark.parametrize("kind", ["s3", "local"])
def test_what_is_missing_damaged_or_nobodys_is_told_apart(kind: str, app: Flask, world: World) -> None:
    """By one walk along both; a photo of the same bytes twice is missing twice, an orphan is no alarm."""
    store = changed(app, photo_store=app.extensions["tuozhuang"].photo_store if kind == "s3" else "")
    job_id, data = booked(world), picture()
    whole, twice = (
        take(world, job_id, picture(), "c-0"),
        [take(world, job_id, data, f"c-{n}") for n in (1, 2)],
    )
    bent = take(world, job_id, picture(), "c-3")
    hashes = {row.id: row.name for row in rows("SELECT id, encode(sha256, 'hex') AS name FROM photo")}
    store.delete(f"{hashes[twice[0].id]}.320.jpg")
    store.delete(hashes[bent.id])
    store.put(io.BytesIO(b"something else"), hashes[bent.id])
    for orphan in ("0" * 64, "f" * 64):
        store.put(io.BytesIO(b"nobody's"), orphan)

    missing, deep = check_store(), check_store(deep=True)

    assert sorted((one.photo_id, one.damaged) for one in missing) == [(card.id, False) for card in twice]
    assert {one.photo_id for one in deep if one.damaged} == {bent.id}
    assert whole.id not in {one.photo_id for one in deep}
    with pytest.raises(StoreBroken, match="2 of 4"):
        check(world.now)
    erase_photos([world.row(job_id).subject_id], world.now)
    assert check(world.now) == Checked(photos=0, missing=0, damaged=0, unnamed=2)
    assert sweep_orphans(datetime.now(UTC) + 2 * DAY).originals == 2


@pytest.fixture
def moving(app: Flask, world: World) -> Callable[[int], TwoStores]:
    """Photos taken while the folder was the store, then a start with PHOTO_MOVING."""

    def begun(photos: int) -> TwoStores:
        address = app.extensions["tuozhuang"].photo_store
        changed(app, photo_store="")
        job_id = booked(world)
        for n in range(photos):
            take(world, job_id, picture(), f"c-{n}")
        both = changed(app, photo_store=address, photo_moving=True)
        assert isinstance(both, TwoStores)
        return both

    return begun


def test_photos_move_to_s3_and_nothing_is_lost_or_left(
    moving: Callable[[int], TwoStores], app: Flask, world: World
) -> None:
    """Found in either meanwhile; by the end the settings of the move can go."""
    both = moving(2)
    [first, _] = rows("SELECT id, encode(sha256, 'hex') AS name FROM photo ORDER BY id")
    before = served(world, first.id, "1280")
    assert isinstance(before, Served)
    before.stream.close()

    done, again = move_some(world.now), move()

    assert (done.files, done.damaged, done.more, again) == (6, 0, False, Moved())
    assert list(left()) == []
    assert len(list(both.target.iterate())) == 6
    changed(app, photo_moving=False)
    assert check_store(deep=True) == ()
    assert move() == Moved()  # no move is on


def test_a_damaged_original_is_counted_and_stays_where_it_is(moving: Callable[[int], TwoStores]) -> None:
    """A copy of rubbish would hide that the evidence is gone; its renditions move."""
    both = moving(1)
    assert isinstance(both.source, LocalStore)
    [key] = [stored.key for stored in both.source.iterate() if "." not in stored.key]
    both.source.delete(key)
    both.source.put(io.BytesIO(b"rubbish"), key)

    done = move()

    assert (done.files, done.damaged) == (2, 1)
    assert [stored.key for stored in left()] == [key]


def test_a_turn_that_is_over_says_that_there_is_more(moving: Callable[[int], TwoStores]) -> None:
    """The timetable gives it the next minute."""
    moving(1)
    assert move(timedelta(seconds=-1)) == Moved(more=True)
    assert len(list(left())) == 3


def test_the_purge_leaves_nothing_in_either_place_while_photos_move(
    moving: Callable[[int], TwoStores], world: World
) -> None:
    """At its term a photo goes from folder and bucket alike, and the proof, which looks into both, finds no fault."""
    both = moving(2)
    first, *_ = [stored.key for stored in both.source.iterate()]
    with both.source.open(first) as copied:  # as a mover killed between copy and deletion leaves it
        both.target.put(copied, first)
    rows("UPDATE job SET status = 'closed', closed_at = :now, open_complaints = 0", now=world.now)
    over = Rule(Kind.PHOTOS, -MONTHS[Kind.PHOTOS] - 1).before(world.now)

    assert purge(over).photos == 2

    assert [*both.source.iterate(), *both.target.iterate()] == []
    assert [found for found in verify() if isinstance(found, Fault)] == []
    both.target.put(io.BytesIO(b"back from a backup"), first)
    assert [found.what for found in verify() if isinstance(found, Fault)] != []


def test_an_evidence_pack_is_made_of_what_lies_in_s3(world: World, tmp_path: Path) -> None:
    """The original without its camera's words, read over the socket and proved offline."""
    job_id = booked(world)
    take(world, job_id, pictures.phone_jpeg())
    wish = Wish(packs.Kind.BRAND, originals=True, reason="complaint")
    pack = tmp_path / "pack.zip"
    pack.write_bytes(b"".join(zipped(prepare(world.actor("admin"), job_id, wish, world.now, reveal))))

    known = json.dumps({"keys": [{"public_key": key.public_key} for key in keys().keys]})
    with zipfile.ZipFile(pack) as packed:
        assert [name for name in packed.namelist() if name.endswith(".jpg")] == ["before/1-site-1.jpg"]
    assert verify_pack.check(pack, verify_pack.read_keys(known.encode()))[1] == []


STOPS = """
import sys, time
from uploads.s3 import S3Store
put, puts = S3Store.put, []
def stopping(self, source, key):
    put(self, source, key)
    puts.append(key)
    if len(puts) == 5:
        print("copied", flush=True)
        time.sleep(60)
S3Store.put = stopping
sys.argv[1:] = ["move"]
from jobs.photo_store import main
main()
"""


def environment(config: Config) -> dict[str, str]:
    """The settings as a process of its own reads them."""
    given = {
        name.upper(): str(value) for name in Config.__slots__ if (value := getattr(config, name)) is not None
    }
    keys = ("SECRET_KEY", "PERSONAL_KEY", "LOOKUP_KEY")
    secret = {name: base64.b64encode(getattr(config, name.lower())).decode() for name in keys}
    wanted = ("MODE", "DATABASE_URL", "PUBLIC_URL", "SMS_LOG")
    return {
        **os.environ,
        **{
            name: text
            for name, text in given.items()
            if name in wanted or name.startswith(("PHOTO", "WECHAT_"))
        },
        **secret,
        "WECHAT_TEMPLATES": "",
    }


def test_a_mover_killed_between_copy_and_deletion_goes_on_where_it_was_while_uploads_arrive(
    moving: Callable[[int], TwoStores], app: Flask, world: World
) -> None:
    """kill -9 by the fifth file: nothing is lost, the next run ends it; photos taken meanwhile are there too."""
    both = moving(3)
    environ = environment(app.extensions["tuozhuang"])
    mover = subprocess.Popen([sys.executable, "-c", STOPS], cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    assert mover.stdout is not None
    assert mover.stdout.readline() == b"copied\n"
    [job] = rows("SELECT id FROM job")
    take(world, job.id, picture(), "meanwhile")
    mover.kill()
    mover.wait()
    mover.stdout.close()
    assert check_store(deep=True) == ()
    doubly = {s.key for s in both.target.iterate()} & {s.key for s in both.source.iterate()}
    assert len(doubly) == 1

    def upload() -> None:
        with app.app_context():
            for n in range(3):
                take(world, job.id, picture(), f"during-{n}")

    uploads = threading.Thread(target=upload)
    uploads.start()
    while uploads.is_alive():
        move()
    done = subprocess.run(
        [sys.executable, "-m", "jobs.photo_store", "move"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout[-7:]) == (0, "剩余 0 个\n"), done.stderr
    changed(app, photo_moving=False)
    assert check_store(deep=True) == ()
    assert check(world.now).photos == 7
    assert app.extensions["tuozhuang"].photo_store_secret not in done.stdout + done.stderr


def test_settings_of_a_store_that_cannot_work_are_refused_at_the_start(
    settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name, without the secret."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert load().photo_store == settings.photo_store
    assert settings.photo_store_secret not in repr(load())
    for name, value, said in (
        ("PHOTO_STORE_SECRET", "", "PHOTO_STORE_SECRET"),
        ("PHOTO_STORE_ENDPOINT", "s3.example", "PHOTO_STORE_ENDPOINT"),
        ("PHOTO_STORE", "evidence", "PHOTO_STORE"),
    ):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            with pytest.raises(SystemExit, match=said):
                load()
    monkeypatch.setenv("PHOTO_STORE", "")
    monkeypatch.setenv("PHOTO_MOVING", "true")
    with pytest.raises(SystemExit, match="PHOTO_MOVING"):
        load()
