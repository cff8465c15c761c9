"""The product as it really runs, for tests that kill it: gunicorn and the runner over a test database.

    with serving.home(database_url, folder) as house, serving.web(house) as door:
        world = house.world()              # made in this process, with the same keys
        phones.Phone(door.port, headers)   # talks over a real socket

All processes and this one read the same moved clock, which stands at the world's first moment and goes on.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from api.app import create_app
from demo.doors import status_of
from models import db
from services.config import Config
from services.times import MovedClock
from tests import worlds
from tests.settings import config_for

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0  # the machine may be busy with other people's tests


def until(done: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until `done`; AssertionError naming `what` when patience runs out."""
    end = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < end, f"waited {patience_s:.0f} s for {what}"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Home:
    """One installation: its settings, its folder, the clock that all its processes read."""

    config: Config
    folder: Path
    clock: MovedClock

    def environment(self, **more: str) -> dict[str, str]:
        """Every setting by its name, as a process of the installation is told."""
        told = {field.name.upper(): getattr(self.config, field.name) for field in fields(self.config)}
        plain = {
            name: _told(value) for name, value in told.items() if isinstance(value, str | bytes | Path | int)
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**clean, **plain, "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"), **more}

    def world(self) -> worlds.World:
        """The invented brand, at the clock's present."""
        return worlds.build(self.clock().replace(microsecond=0))


def _told(value: str | bytes | Path | int) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


@contextmanager
def home(database_url: str, folder: Path, **settings: object) -> Iterator[Home]:
    """An installation over a migrated database, its application pushed so that services work here, too."""
    clock = MovedClock(folder / "clock")
    (folder / "clock").write_text(str((worlds.MONDAY - clock()).total_seconds()))
    config = config_for(database_url, folder, clock_file=folder / "clock", **settings)
    made = create_app(config)
    with made.app_context():
        yield Home(config, folder, clock)
        db.engine.dispose()


class Process:
    """A program of the installation in a process group of its own, its output in a file."""

    def __init__(self, home: Home, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.log = home.folder / f"{name}.log"
        self._command, self._environ = [sys.executable, *command], environ
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen(
                self._command, cwd=ROOT, env=self._environ, stdout=out, stderr=out, start_new_session=True
            )

    def restart(self) -> None:
        """Start again what has died, as a supervisor does."""
        self.process = self._spawn()

    def kill(self) -> None:
        """`kill -9` of the process itself, not of its children."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Politely, and whatever is left of the group at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def told(self, event: str) -> list[dict[str, Any]]:
        """The log's lines of one event; "unexpected" is what became a 500."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        found = [json.loads(line) for line in lines if line.startswith("{") and f'"{event}"' in line]
        return [line for line in found if line.get("event") == event]


class Web(Process):
    """gunicorn with its own configuration, on a port of its own."""

    def __init__(self, home: Home) -> None:
        self.port = _free_port()
        environ = home.environment(PORT=str(self.port), HOST="127.0.0.1", WEB_WORKERS="2")
        super().__init__(home, "web", ["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"], environ)

    def ready(self) -> bool:
        """Whether it serves and has its database."""
        return status_of(f"http://127.0.0.1:{self.port}/readyz", 5.0) == 200

    def revive(self) -> bool:
        """Start it again if it has died, as a supervisor does; whether it serves.

        The orphans of a killed master hold the port for `keepalive` seconds more, and serve in the first of them;
        gunicorn tries for five seconds to get it.
        """
        if self.process.poll() is not None:
            self.restart()
        return bool(self.workers()) and self.ready()

    def workers(self) -> list[int]:
        """Process ids of the serving processes."""
        pid = self.process.pid
        with suppress(OSError):
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
        return [int(child) for child in listed.stdout.split()]


@contextmanager
def runner(home: Home) -> Iterator[Process]:
    """The real runner with its real timetable: `python -m jobs`."""
    process = Process(home, "runner", ["-m", "jobs"], home.environment())
    try:
        yield process
    finally:
        process.stop()


@contextmanager
def web(home: Home) -> Iterator[Web]:
    """A web server that answers; stopped afterwards, with everything it started."""
    door = Web(home)
    try:
        until(lambda: door.process.poll() is not None or door.ready(), "the web server")
        assert door.process.poll() is None, door.log.read_text()
        yield door
    finally:
        door.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
