"""Runners as real processes over this test's own database, and the application for looking at it."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from api.app import create_app
from tests import warm, worlds
from tests.reuse import Reused
from tests.settings import config_for

ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def app(database_url: str, reused: Reused, tmp_path: Path) -> Iterator[Flask]:
    """The application, pushed."""
    made = create_app(config_for(database_url, tmp_path))
    with made.app_context(), warm.connections(reused):
        yield made


@pytest.fixture
def world(app: Flask, reused: Reused) -> worlds.World:
    """A small invented brand."""
    return warm.world(reused)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Start]:
    """runner(url, "tick") starts a process with one of the timetables of `tests/jobs/program.py`; killed afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start(url: str, timetable: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"runner{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.program", timetable],
                cwd=ROOT,
                env={**os.environ, **_settings(url, tmp_path)},
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    start.started = started  # type: ignore[attr-defined]  # for tests that ask after all of them
    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def _settings(url: str, folder: Path) -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "MODE": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": key,
        "PERSONAL_KEY": key,
        "LOOKUP_KEY": key,
        "PUBLIC_URL": "http://localhost",
        "PHOTO_ROOT": str(folder / "photos"),
        "SMS_LOG": str(folder / "sms.log"),
        "WECHAT_APP_ID": "wx0000000000000000",
        "WECHAT_APP_SECRET": "0" * 32,
        "WECHAT_API_BASE": "http://127.0.0.1:9/",
        "WECHAT_PUSH_TOKEN": "push-token",
        "WECHAT_PUSH_AES_KEY": "A" * 43,
    }


def wait_until(true: Callable[[], bool], patience_s: float = 45.0) -> None:
    """Ask ten times a second until it is so; fails the test when patience runs out."""
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)
