"""The local store: whole or not there, the same once or eight times, and only under its own root."""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from uploads.store import LocalStore, rendition_key

DATA = random.Random("photos").randbytes(300_000)  # the same in every process: KEY is a parameter below
KEY = hashlib.sha256(DATA).hexdigest()
ROOT = Path(__file__).parents[2]


def read(store: LocalStore, key: str) -> bytes:
    with store.open(key) as file:
        return file.read()


def test_an_object_lies_under_its_hash_and_is_read_only(store: LocalStore, tmp_path: Path) -> None:
    """`abcd…` is at ab/cd/abcd…, to the byte, and nobody may write to it."""
    store.put(io.BytesIO(DATA), KEY)
    path = tmp_path / "photos" / KEY[:2] / KEY[2:4] / KEY
    assert path.read_bytes() == read(store, KEY) == DATA
    assert path.stat().st_mode & 0o777 == 0o440
    assert store.exists(KEY)
    assert not store.exists(rendition_key(KEY, 320))


def test_a_scratch_file_is_taken_over_and_any_other_is_copied(store: LocalStore, tmp_path: Path) -> None:
    """A file on its way in is moved, not written twice; somebody else's file stays, untouched."""
    mine, theirs = store.scratch() / "mine", tmp_path / "theirs"
    mine.write_bytes(DATA)
    theirs.write_bytes(DATA)
    store.put(theirs, rendition_key(KEY, 320))
    store.put(mine, KEY)
    assert not mine.exists()
    assert theirs.read_bytes() == DATA
    assert theirs.stat().st_mode & 0o200
    assert list(store.scratch().iterdir()) == []


def test_the_same_content_again_changes_nothing(store: LocalStore) -> None:
    """A phone's second upload of a photo leaves one object."""
    for _ in range(3):
        store.put(io.BytesIO(DATA), KEY)
    assert [(s.key, s.size_bytes) for s in store.iterate()] == [(KEY, len(DATA))]
    assert list(store.scratch().iterdir()) == []


def test_eight_writers_of_the_same_content_at_once_leave_one_whole_object(store: LocalStore) -> None:
    """Concurrent puts all succeed, and a reader in between sees all or nothing."""
    start, seen, failed = threading.Barrier(9), set(), []

    def write() -> None:
        start.wait()
        try:
            store.put(io.BytesIO(DATA), KEY)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    while any(thread.is_alive() for thread in threads):
        if store.exists(KEY):
            seen.add(read(store, KEY) == DATA)
    assert failed == []
    assert seen <= {True}
    assert read(store, KEY) == DATA
    assert list(store.scratch().iterdir()) == []


def test_a_writer_killed_half_way_leaves_no_object(store: LocalStore) -> None:
    """kill -9 in the middle of a put: nothing under the key, and the remains are swept from scratch later."""
    script = (
        "import sys, time; from pathlib import Path; from uploads.store import LocalStore\n"
        "class Slow:\n"
        "    pieces = 0\n"
        "    def read(self, n=-1):\n"
        "        self.pieces += 1\n"
        "        if self.pieces > 3: print('half', flush=True); time.sleep(60)\n"
        "        return b'x' * 100_000\n"
        "LocalStore(Path(sys.argv[1])).put(Slow(), sys.argv[2])\n"
    )
    command = [sys.executable, "-c", script, str(store.scratch().parent), KEY]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    writer.kill()
    writer.wait()
    writer.stdout.close()
    assert not store.exists(KEY)
    assert list(store.iterate()) == []
    now = datetime.now(UTC)
    assert store.sweep_scratch(now - timedelta(hours=1)) == 0
    assert store.sweep_scratch(now + timedelta(hours=1)) == 1
    store.put(io.BytesIO(DATA), KEY)
    assert read(store, KEY) == DATA


def test_a_damaged_object_is_mended_by_the_next_put(store: LocalStore, tmp_path: Path) -> None:
    """If a disk lost part of a file, the phone's retry restores it."""
    store.put(io.BytesIO(DATA), KEY)
    path = tmp_path / "photos" / KEY[:2] / KEY[2:4] / KEY
    path.chmod(0o640)
    path.write_bytes(DATA[:1000])
    store.put(io.BytesIO(DATA), KEY)
    assert read(store, KEY) == DATA


def test_a_listing_names_every_object_in_order(store: LocalStore) -> None:
    """Originals and renditions, sorted, scratch files left out."""
    keys = [hashlib.sha256(bytes([i])).hexdigest() for i in range(5)]
    for key in keys:
        store.put(io.BytesIO(b"a"), key)
        store.put(io.BytesIO(b"bc"), rendition_key(key, 320))
    (store.scratch() / "left.part").write_bytes(b"x")
    assert [s.key for s in store.iterate()] == sorted(keys + [rendition_key(key, 320) for key in keys])
