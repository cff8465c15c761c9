"""A large upload passes through a web process in pieces; what it holds is counted by the interpreter itself."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

import io
import tracemalloc
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.forms import WHOLE
from tests.api.conftest import Clock
from tests.api.uploading import FORM, decoder, job_id, world  # noqa: F401
from tests.photographing import picture
from tests.rows import rows
from tests.worlds import World

MB = 1024 * 1024
BOUNDARY = "a-boundary-of-our-own"


class Arriving(io.RawIOBase):
    """A form as a socket gives it: words, a JPEG, zeros up to the size wanted, the end. Never whole in memory."""

    def __init__(self, jpeg: bytes, size: int, client_id: str) -> None:
        words = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{word}\r\n'
            for name, word in {**FORM, "client_id": client_id}.items()
        )
        file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        head = (words + file + "Content-Type: image/jpeg\r\n\r\n").encode() + jpeg
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        self.size = len(head) + size - len(jpeg) + len(tail)
        self._parts = [io.BytesIO(head), Zeros(size - len(jpeg)), io.BytesIO(tail)]
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while self._parts:
            if piece := self._parts[0].read(len(into)):
                into[: len(piece)] = piece
                self.given += len(piece)
                return len(piece)
            self._parts.pop(0)
        return 0


class Zeros(io.BytesIO):
    """So many of them, made when asked for."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self._left = left

    def read(self, size: int | None = -1) -> bytes:
        piece = bytes(min(self._left, size or 0))
        self._left -= len(piece)
        return piece


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status, how much of the body was read, and the most the request held at once, in bytes."""

    status: int
    given: int
    held: int


class Door:
    """The application, asked over WSGI."""

    def __init__(self, app: Flask, headers: dict[str, str], job_id: int) -> None:
        self._app, self._headers, self._path = app, headers, f"/api/v1/jobs/{job_id}/photos"
        self._jpeg = picture()

    def upload(self, size: int, *, told: bool = True) -> Outcome:
        """A file of this size; `told`: its length is in the header, else it comes in chunks."""
        body = Arriving(self._jpeg, size, f"c-{size}-{told}")
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        asked = EnvironBuilder(self._path, method="POST", headers=self._headers)
        environ = asked.get_environ() | {
            "wsgi.input": body,
            "CONTENT_LENGTH": str(body.size),
            "CONTENT_TYPE": kind,
        }
        if not told:
            del environ["CONTENT_LENGTH"]
            environ["wsgi.input_terminated"] = True
        tracemalloc.start()
        answer, status, _ = run_wsgi_app(self._app, environ, buffered=True)
        b"".join(answer)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return Outcome(int(status.partition(" ")[0]), body.given, held)


@pytest.fixture
def door(app: Flask, world: World, clock: Clock, job_id: int) -> Door:
    """Installer 1's; one upload has gone before, so that everything is loaded."""
    made = Door(app, world.sign_in("installer1", clock()), job_id)
    assert made.upload(300_000).status == 201
    return made


@pytest.mark.parametrize("told", [True, False])
def test_ten_megabytes_never_lie_whole_in_memory(door: Door, told: bool) -> None:
    """Not twice, not once: a fifth at most. The form is spooled to disk, from where it is read in pieces."""
    size = 10 * MB - 1000
    seen = door.upload(size, told=told)
    assert seen.status == 201
    assert seen.given > size
    assert [row.size_bytes for row in rows("SELECT size_bytes FROM photo ORDER BY id")] == [300_000, size]
    assert seen.held < 2 * MB


def test_a_small_form_is_read_whole_but_is_small(door: Door) -> None:
    """Up to two megabytes are taken apart in memory, which costs three times as much for that moment."""
    seen = door.upload(WHOLE - 2000)
    assert seen.status == 201
    assert seen.held < 3.5 * WHOLE


def test_a_body_without_end_is_cut_off(door: Door) -> None:
    """A length over the cap is refused unread; chunks are read to the cap and no further."""
    announced, endless = door.upload(500 * MB), door.upload(500 * MB, told=False)
    assert (announced.status, endless.status) == (413, 413)
    assert announced.given < 12 * MB
    assert endless.given < 12 * MB
    assert max(announced.held, endless.held) < 2 * MB
    assert len(rows("SELECT 1 FROM photo")) == 1
