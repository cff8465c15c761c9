"""The S3 store against a real server over a socket: the promises of the local one, and those of its own."""

from __future__ import annotations

import hashlib
import io
import random
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from domain.errors import Unavailable
from tests.s3_server import BUCKET, S3Server
from uploads.s3 import Place, S3Store
from uploads.store import Shown, rendition_key

DATA = random.Random("s3").randbytes(300_000)  # the same in every process
KEY = hashlib.sha256(DATA).hexdigest()
ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(s3_server: S3Server, tmp_path: Path) -> S3Store:
    return S3Store(s3_server.place(), tmp_path / "scratch")


def read(store: S3Store, key: str) -> bytes:
    with store.open(key) as file:
        return file.read()


def test_what_is_put_is_there_to_the_byte_and_scratch_is_empty(store: S3Store, tmp_path: Path) -> None:
    """From a stream, from scratch (taken over) and from anywhere else (copied)."""
    store.put(io.BytesIO(DATA), KEY)
    part, other = store.scratch() / "arriving.part", tmp_path / "other.jpg"
    part.write_bytes(b"small")
    other.write_bytes(b"larger")
    store.take_over([(part, rendition_key(KEY, 320))])
    store.put(other, rendition_key(KEY, 1280))

    assert (read(store, KEY), read(store, rendition_key(KEY, 320))) == (DATA, b"small")
    assert read(store, rendition_key(KEY, 1280)) == other.read_bytes() == b"larger"
    assert store.exists(KEY)
    assert list(store.scratch().iterdir()) == []


def test_an_opened_object_can_be_sought_in(store: S3Store) -> None:
    """Whoever serves it asks for its length first."""
    store.put(io.BytesIO(DATA), KEY)
    with store.open(KEY) as file:
        assert file.seek(0, io.SEEK_END) == len(DATA)
        file.seek(-3, io.SEEK_END)
        assert file.read() == DATA[-3:]


def test_only_so_much_is_read_of_what_a_stranger_put_there(store: S3Store) -> None:
    """The rest isn't even fetched, and the next request is answered as ever."""
    store.put(io.BytesIO(DATA), KEY)
    with store.fetch(KEY, 1000) as file:
        assert file.read() == DATA[:1000]
    assert read(store, KEY) == DATA


def test_eight_writers_of_the_same_content_at_once_leave_one_whole_object(store: S3Store) -> None:
    """The first request of each thread also makes the client only once."""
    writers = [threading.Thread(target=store.put, args=(io.BytesIO(DATA), KEY)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [stored.key for stored in store.iterate()] == [KEY]
    assert read(store, KEY) == DATA


def test_a_listing_names_every_object_in_order_and_nothing_else(store: S3Store, s3_server: S3Server) -> None:
    """Another prefix of the bucket is another store; what is no key is not listed."""
    S3Store(s3_server.place(), store.scratch()).put(io.BytesIO(b"theirs"), KEY)
    beside = S3Store(s3_server.place(store.place.prefix + "incoming"), store.scratch())
    beside.put(io.BytesIO(b"beside"), KEY)
    keys = [hashlib.sha256(bytes([i])).hexdigest() for i in range(5)]
    for key in keys:
        store.put(io.BytesIO(b"a"), key)
        store.put(io.BytesIO(b"bc"), rendition_key(key, 320))

    found = list(store.iterate())

    assert [s.key for s in found] == sorted(keys + [rendition_key(key, 320) for key in keys])
    assert {s.size_bytes for s in found} == {1, 2}
    assert all(abs(datetime.now(UTC) - s.touched_at) < timedelta(minutes=5) for s in found)


def test_a_putter_killed_half_way_leaves_no_object(store: S3Store, s3_server: S3Server) -> None:
    """kill -9 while the bytes are on the wire: nothing under the key; the scratch file is swept later."""
    script = (
        "import sys; from pathlib import Path; from uploads.s3 import Place, S3Store\n"
        "import uploads.s3 as s3, time\n"
        "read = Path.open\n"
        "class Slow:\n"
        "    def __init__(self, file): self.file, self.sent = file, 0\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self, *_): self.file.close()\n"
        "    def __getattr__(self, name): return getattr(self.file, name)\n"
        "    def read(self, n=-1):\n"
        "        self.sent += 1\n"
        "        if self.sent > 4: print('half', flush=True); time.sleep(60)\n"
        "        return self.file.read(n)\n"
        "Path.open = lambda self, *a: Slow(read(self, *a)) if self.name == 'arriving.part' else read(self, *a)\n"
        "s3.hashlib.file_digest = lambda file, made: made() if file.seek(0, 2) else None\n"
        "e, b, p, r, k, s, folder, key = sys.argv[1:]\n"
        "S3Store(Place(e, b, p, r, k, s), Path(folder)).put(Path(folder, 'arriving.part'), key)\n"
    )
    (store.scratch() / "arriving.part").write_bytes(DATA)
    at = store.place
    asked = [at.endpoint, at.bucket, at.prefix, at.region, at.key, at.secret, str(store.scratch()), KEY]
    writer = subprocess.Popen([sys.executable, "-c", script, *asked], stdout=subprocess.PIPE, cwd=ROOT)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    writer.kill()
    writer.wait()
    writer.stdout.close()

    now = datetime.now(UTC)
    assert not store.exists(KEY)
    assert list(store.iterate()) == []
    assert store.sweep_scratch(now - timedelta(hours=1)) == 0
    assert store.sweep_scratch(now + timedelta(hours=1)) == 1
    store.put(io.BytesIO(DATA), KEY)
    assert read(store, KEY) == DATA


def test_an_upload_in_parts_that_nobody_finished_is_aborted(store: S3Store) -> None:
    """Its parts are paid for and seen in no listing; only those below our prefix and old enough are ended."""
    client = store.client()
    for prefix in (store.place.prefix, "elsewhere/"):
        upload = client._create_multipart_upload(store.place.bucket, prefix + KEY, {})
        client._upload_part(store.place.bucket, prefix + KEY, DATA, {}, upload, 1)
    now = datetime.now(UTC)

    assert store.sweep_scratch(now - timedelta(hours=1)) == 0
    assert store.sweep_scratch(now + timedelta(hours=1)) == 1
    assert store.sweep_scratch(now + timedelta(hours=1)) == 0


def test_a_link_shows_one_object_with_our_type_and_name_for_a_while(store: S3Store) -> None:
    """Without signing in; another object, another type or a later hour is refused by the store itself."""
    store.put(io.BytesIO(DATA), KEY)
    link = store.link(KEY, Shown("image/webp", "photo-7.webp", inline=False, lives=timedelta(seconds=60)))
    assert link is not None
    http = urllib3.PoolManager()

    answer = http.request("GET", link)
    other = http.request("GET", link.replace(KEY, rendition_key(KEY, 320)))
    bent = http.request("GET", link.replace("webp", "html"))
    before = {"expires": timedelta(minutes=10), "request_date": datetime.now(UTC) - timedelta(minutes=11)}
    late = http.request(
        "GET", store.client().presigned_get_object(BUCKET, store.place.prefix + KEY, **before)
    )
    unsigned = http.request("GET", link.partition("?")[0])

    assert (answer.status, answer.data) == (200, DATA)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="photo-7.webp"'
    assert answer.headers["Cache-Control"] == "private, max-age=60, immutable"
    assert (other.status, bent.status) == (403, 403)
    assert {late.status, unsigned.status} <= {400, 403}


def test_a_store_that_is_away_or_refuses_us_is_unavailable_and_never_empty(
    store: S3Store, s3_server: S3Server, tmp_path: Path
) -> None:
    """503, not 404 and not "does not exist": a collector must not take an outage for an empty store."""
    at = store.place
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        for place in (
            Place(closed, at.bucket, at.prefix, at.region, at.key, at.secret),
            Place(at.endpoint, at.bucket, at.prefix, at.region, at.key, "wrong"),
        ):
            broken = S3Store(place, tmp_path / "broken")
            for ask in (
                lambda it: it.put(io.BytesIO(DATA), KEY),
                lambda it: it.open(KEY),
                lambda it: it.exists(KEY),
                lambda it: it.delete(KEY),
                lambda it: list(it.iterate()),
                lambda it: it.sweep_scratch(datetime.now(UTC)),
            ):
                with pytest.raises(Unavailable):
                    ask(broken)
            assert list(broken.scratch().iterdir()) == []


def test_the_secret_never_shows(store: S3Store) -> None:
    """Neither in what is printed of a place nor in a link."""
    link = store.link(KEY, Shown("image/jpeg", "x.jpg", True, timedelta(minutes=1)))
    assert store.place.secret not in repr(store.place)
    assert store.place.secret not in str(link)


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("evidence/x", "https://s3.example"),
        ("s3:///x", "https://s3.example"),
        ("s3://b/x?y=1", "https://s3.example"),
        ("s3://b", "s3.example"),
        ("s3://b", "https://k:s@s3.example"),
        ("s3://b", "https://s3.example/path"),
    ],
)
def test_a_place_that_is_none_is_refused(address: str, endpoint: str) -> None:
    """At the start of the process, not by the first installer."""
    with pytest.raises(ValueError, match=r"a store is|an endpoint is"):
        Place.at(address, endpoint=endpoint, region="r", key="k", secret="s")
