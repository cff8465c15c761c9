"""`kill -9` between any two steps of an upload: no row without its files, no file that isn't collected, a retry works.

Each upload runs in a forked process that kills itself at its n-th step, for n = 1, 2, … until one comes through. Steps
are whatever touches the disk or the database, seen by the interpreter's own profile hook: nothing is
stubbed but the decoding helper's work, whose result is at hand (its own deaths: tests/uploads/test_decode.py).
"""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import db
from services import photos
from services.parts import photo_store
from services.photo_keeping import sweep_orphans
from tests.api.conftest import Clock
from tests.api.uploading import FORM, decoder, job_id, world  # noqa: F401
from tests.photographing import check_store, picture
from tests.rows import rows
from tests.worlds import World
from uploads.decode import Decoder
from uploads.facts import Decoded

ON_DISK = {"open", "write", "fsync", "replace", "chmod", "utime", "unlink", "makedirs", "mkdir"}
BEFORE = {
    ("lines.py", "finish"),
    ("lines.py", "_together"),
    ("connection.py", "wait"),  # the statement is sent, its answer not yet read
    ("test_photo_kills.py", "decode"),
}
LAST = ("photos.py", "take_photo")
MANY = 10**6


class Remembering(Decoder):
    """Gives every file what the real helper made of the picture at its beginning."""

    def __init__(self, real: Decoder, data: bytes, folder: Path) -> None:
        super().__init__()
        self._made = {side: folder / f"{side}.jpg" for side in (320, 1280)}
        source = folder / "picture"
        source.write_bytes(data)
        self._decoded = real.decode(source, sha256="0" * 64, size_bytes=len(data), targets=self._made)

    def decode(self, source: Path, *, sha256: str, size_bytes: int, targets: Mapping[int, Path]) -> Decoded:
        for side, target in targets.items():
            shutil.copyfile(self._made[side], target)
        return replace(
            self._decoded, facts=replace(self._decoded.facts, sha256=sha256, size_bytes=size_bytes)
        )


class Killer:
    """A profile hook that ends its process at the n-th step, or (None) with the answer, when all is committed."""

    def __init__(self, step: int | None) -> None:
        self._left = step

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        if self._left is None:
            if event == "return" and self._place(frame) == LAST:
                os.kill(os.getpid(), signal.SIGKILL)
        elif self._is_step(frame, event, called):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def _is_step(self, frame: FrameType, event: str, called: Any) -> bool:
        """Before each: that is also after the one before."""
        if event == "c_call":
            return getattr(called, "__name__", "") in ON_DISK
        return event == "call" and self._place(frame) in BEFORE

    @staticmethod
    def _place(frame: FrameType) -> tuple[str, str]:
        return os.path.basename(frame.f_code.co_filename), frame.f_code.co_name


@dataclass(frozen=True, slots=True)
class Phone:
    """Sends its pictures to one job; the same number is the same picture under the same keys."""

    app: Flask
    headers: dict[str, str]
    job_id: int
    data: bytes

    def send(self, number: int) -> Any:
        """The answer."""
        stream = io.BytesIO(self.data + b"%06d" % number)
        form = {**FORM, "client_id": f"c-{number}", "file": (stream, "a.jpg", "image/jpeg")}
        headers = {**self.headers, "Idempotency-Key": f"k-{number}"}
        client = FlaskClient(self.app, self.app.response_class)
        return client.post(f"/api/v1/jobs/{self.job_id}/photos", data=form, headers=headers)

    def send_and_die(self, number: int, step: int | None) -> bool:
        """Whether the upload, in a process of its own, was killed at this step and not finished before it."""
        db.engine.dispose()
        child = os.fork()
        if child == 0:
            sys.setprofile(Killer(step))
            self.send(number)
            sys.setprofile(None)
            os._exit(0)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def kept() -> set[str]:
    """Keys that lie in the store."""
    return {stored.key for stored in photo_store.store().iterate()}


def named() -> set[str]:
    """Keys that rows name."""
    originals = rows("SELECT encode(sha256, 'hex') AS sha256 FROM photo")
    return {key for row in originals for key in photo_store.keys_of(row.sha256)}


def sweep() -> None:
    """As the runner does in two days; afterwards nothing lies about that no row names."""
    sweep_orphans(datetime.now(UTC) + timedelta(days=2))
    assert kept() == named()
    assert list(photo_store.store().scratch().iterdir()) == []


@pytest.fixture
def phone(
    app: Flask,
    world: World,
    clock: Clock,
    job_id: int,
    decoder: Decoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Phone:
    """Installer 1's, whose job takes any number of photos."""
    monkeypatch.setattr(photos, "MOST", photos.Most(MANY, MANY, MANY))
    data = picture(400, 300)
    app.extensions[photo_store.DECODER] = Remembering(decoder, data, tmp_path)
    return Phone(app, world.sign_in("installer1", clock()), job_id, data)


def test_an_upload_killed_between_any_two_steps_leaves_nothing_wrong(phone: Phone) -> None:
    """After each kill rows have their files; swept or not in between, the retry gives one photo."""
    number, stages = 1, set()

    def died() -> None:
        nonlocal number
        stages.add((bool(kept() - named()), len(rows("SELECT 1 FROM photo")) == number))
        assert check_store() == ()
        if number % 2:
            sweep()
        assert phone.send(number).status_code == 201
        assert len(rows("SELECT 1 FROM photo")) == number
        assert check_store() == ()
        number += 1

    while phone.send_and_die(number, number):
        died()
    assert number > 40
    number += 1  # that one came through; how many steps one has varies by one or two
    assert phone.send_and_die(number, None)
    died()
    assert stages == {
        (False, False),
        (True, False),
        (False, True),
    }  # before, with bytes only, after the commit
    sweep()
    assert len({row.client_id for row in rows("SELECT client_id FROM photo")}) == number - 1
