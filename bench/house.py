"""What the request bench measures: gunicorn as it is deployed, over a database of its own, and its processor time."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from demo import postgres
from demo.places import data_folder
from models import migrate

ROOT = Path(__file__).parents[1]
REQUESTS_PER_MINUTE = 10_000_000


@contextmanager
def database(name: str) -> Iterator[str]:
    """SQLAlchemy DSN of an empty migrated database: in a cluster of this run, or on the server of DATABASE_URL."""
    with tempfile.TemporaryDirectory() as folder:
        given, data = os.environ.get("DATABASE_URL"), data_folder(Path(folder) / "postgres")
        server = given or postgres.start(data, {"shared_buffers": "256MB", "max_wal_size": "4GB"})
        name = f"bench_{name}_{secrets.token_hex(4)}"
        try:
            url = postgres.create_database(server, name)
            migrate.upgrade(url)
            yield url
        finally:
            postgres.drop(server, name)
            if not given:
                postgres.stop(data)
                shutil.rmtree(data, ignore_errors=True)


def environment(url: str, folder: Path) -> dict[str, str]:
    """A production's settings, all of them; only the limit per minute is out of the clients' way."""
    keys = {
        name: base64.b64encode(secrets.token_bytes(32)).decode()
        for name in ("SECRET_KEY", "PERSONAL_KEY", "LOOKUP_KEY")
    }
    return keys | {
        "MODE": "production",
        "DATABASE_URL": url,
        "PUBLIC_URL": "https://bench.invalid",
        "PHOTO_ROOT": str(folder / "photos"),
        "SMS_LOG": str(folder / "sms.log"),
        "WECHAT_APP_ID": "wx0000000000000000",
        "WECHAT_APP_SECRET": "0" * 32,
        "WECHAT_PUSH_TOKEN": "push-token",
        "WECHAT_PUSH_AES_KEY": "A" * 43,
        "REQUESTS_PER_MINUTE": str(REQUESTS_PER_MINUTE),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
    }


class Web:
    """One gunicorn with our own configuration, serving `target`."""

    def __init__(self, target: str, folder: Path, environ: Mapping[str, str]) -> None:
        self.log = folder / f"{target.partition(':')[0]}.log"
        self.port = _free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        told = {**clean, **environ, "HOST": "127.0.0.1", "PORT": str(self.port)}
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", target]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=told, stdout=out, stderr=out, start_new_session=True
            )
        self._await_door()

    def _await_door(self) -> None:
        end = time.monotonic() + 60
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                break
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the web server does not answer:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def workers(self) -> list[int]:
        """Process ids of the serving processes."""
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def cpu_s(self) -> float:
        """User and system time of the workers so far, without their children (which decode photos).

        The same sum as utime + stime in /proc/PID/stat, in nanoseconds instead of hundredths of a second: the
        kernel's clock of another process, whose number is made from its id (clock_getcpuclockid).
        """
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in self.workers())

    def children_cpu_s(self) -> float:
        """The same of the workers' children."""
        found = 0.0
        for pid in self.workers():
            for child in Path(f"/proc/{pid}/task").glob("*/children"):
                found += sum(time.clock_gettime(~int(name) << 3 | 2) for name in child.read_text().split())
        return found

    def largest_mb(self) -> float:
        """Resident memory of the largest worker, in MB."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers()]
        return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """Politely, and whatever is left of its group at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def web(target: str, folder: Path, environ: Mapping[str, str]) -> Iterator[Web]:
    """A web server that answers; stopped afterwards."""
    server = Web(target, folder, environ)
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
