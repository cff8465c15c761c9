"""Starts and stops the embedded PostgreSQL of `make run` and of the tests; production sets DATABASE_URL.

Only a supervisor (the demo's, the tests', a bench's) calls `start` and `stop`; everything else is told a
DATABASE_URL. What it must live through: several starts at once, spaces in the path, `kill -9` under load, a
process id that a stranger got after a reboot, root, a user without a home.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from demo.places import PostgresTrouble, make_way, own_folder, owner, programs, run, socket_folder

MAJOR = "18"
PATIENCE_S = 120.0
LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")  # the same on every machine
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", *LOCALE)


def start(data_dir: Path, settings: Mapping[str, str] | None = None, patience_s: float = PATIENCE_S) -> str:
    """Make the cluster if there is none, start it unless it answers; the DSN of its database `postgres`.

    `settings` are PostgreSQL's own, by name ({"max_connections": "200"}); they replace the last start's.
    A server that answers is left running as it is. Raises PostgresTrouble with the last lines of the log.
    """
    data = data_dir.absolute()
    make_way(data.parent)
    with _locked(data):
        if not (data / "PG_VERSION").exists():
            _initialise(data)
        _check_version(data)
        if answers(data):
            return dsn_of(data)
        _configure(data, settings or {})
        _bring_up(data, time.monotonic() + patience_s)
        return dsn_of(data)


def stop(data_dir: Path) -> None:
    """Stop the cluster in `data_dir`, throwing sessions out; nothing happens if it isn't running."""
    data = data_dir.absolute()
    if not data.exists():
        return
    with _locked(data):
        # pg_ctl would signal whatever process has the number in the file: ask first whose it is.
        if postmaster(data):
            _pg_ctl(data, "-m", "fast", "stop")
        with suppress(OSError):
            _socket_of(data).rmdir()


def answers(data_dir: Path) -> bool:
    """Whether the server of this very folder accepts a connection; a pid or a socket alone proves nothing."""
    if postmaster(data_dir.absolute()) is None:
        return False
    try:
        psycopg.connect(libpq(dsn_of(data_dir)), port=5432, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def postmaster(data_dir: Path) -> int | None:
    """Process id of the running server of this folder, else None."""
    data = data_dir.absolute()
    pid = _named_in(data / "postmaster.pid")
    return pid if pid and _serves(pid, data) else None


def dsn_of(data_dir: Path, name: str = "postgres") -> str:
    """SQLAlchemy's address of database `name`: postgresql+psycopg:///name?host=/tmp/pg0a1b2c3d4e5f&user=postgres."""
    return f"postgresql+psycopg:///{name}?host={_socket_of(data_dir.absolute())}&user=postgres"


def libpq(dsn: str) -> str:
    """The same address as psycopg and psql take it."""
    return dsn.replace("postgresql+psycopg:", "postgresql:", 1)


def named(dsn: str, name: str) -> str:
    """The same server's database `name`."""
    return f"postgresql+psycopg:///{name}?{dsn.partition('?')[2]}"


def create_database(dsn: str, name: str) -> str:
    """Make an empty database unless it is there; its DSN."""
    with suppress(psycopg.errors.DuplicateDatabase):
        _execute(dsn, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return named(dsn, name)


def clone(dsn: str, template: str, name: str) -> str:
    """Make `name` as a copy of `template`, to which nobody may be connected; its DSN.

    Copying files is twice as fast as logging pages (75 tables: 34 ms against 69) where `fsync` is off, as in tests.
    """
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    _execute(dsn, copy.format(sql.Identifier(name), sql.Identifier(template)))
    return named(dsn, name)


def drop(dsn: str, name: str) -> None:
    """Drop `name` if it is there, throwing its sessions out (12 ms)."""
    _execute(dsn, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(dsn: str, statement: sql.Composed) -> None:
    with psycopg.connect(libpq(dsn), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """One start or stop of a folder at a time, over all processes; released by the kernel if we die."""
    try:
        lock = open(f"{data}.lock", "w")  # noqa: SIM115 - closed below
    except PermissionError:
        raise PostgresTrouble(f"{data} 属于其他用户 / belongs to another user") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(data: Path) -> None:
    """Run initdb aside and rename: a killed initdb leaves a PG_VERSION, too, and no server."""
    if data.exists() and any(data.iterdir()):
        raise PostgresTrouble(f"{data} 不是 PostgreSQL 数据目录 / is not a PostgreSQL data folder")
    making = Path(f"{data}.making")
    shutil.rmtree(making, ignore_errors=True)
    own_folder(making, owner(), 0o700)
    done = run(programs() / "initdb", "-D", making, *INITDB)
    if done.returncode:
        raise PostgresTrouble(f"initdb 失败 / failed: {done.stderr.strip()[-600:]}")
    making.rename(data)


def _check_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise PostgresTrouble(
            f"{data} 由 PostgreSQL {version} 创建，现为 {MAJOR} / was made by another version"
        )
    if data.stat().st_uid != owner():
        raise PostgresTrouble(f"{data} 属于其他用户 / belongs to another user")


def _configure(data: Path, settings: Mapping[str, str]) -> None:
    chosen = {**settings, "unix_socket_directories": str(socket_folder(data)), "listen_addresses": ""}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in chosen.items()]
    target = data / "postgresql.auto.conf"
    target.write_text("".join(lines))
    if os.geteuid() == 0:
        os.chown(target, owner(), -1)


def _bring_up(data: Path, deadline: float) -> None:
    """Start until it answers: after `kill -9` the orphans of the dead server hold its memory for a moment."""
    while time.monotonic() < deadline:
        if postmaster(data) is None:
            _forget_the_dead(data)
            _pg_ctl(data, "-t", "30", "-l", str(data / "server.log"), "start")
        if answers(data):
            return
        time.sleep(0.1)
    raise PostgresTrouble(f"PostgreSQL 没有应答 / does not answer:\n{_log_tail(data)}")


def _forget_the_dead(data: Path) -> None:
    """Remove locks that name a process which isn't this folder's server; PostgreSQL only asks if it lives."""
    for lock in (data / "postmaster.pid", socket_folder(data) / ".s.PGSQL.5432.lock"):
        pid = _named_in(lock)
        if pid is not None and not _serves(pid, data):
            lock.unlink(missing_ok=True)


def _named_in(lock: Path) -> int | None:
    """The process id on the first line; 0 for a file that tells none."""
    try:
        first = lock.read_text().partition("\n")[0].strip()
    except OSError:
        return None
    return abs(int(first)) if first.lstrip("-").isdigit() else 0


def _serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is the server of `data`: a server's working directory is its data folder."""
    if Path("/proc/self/cwd").exists():
        with suppress(OSError):
            return os.readlink(f"/proc/{pid}/cwd") == str(data.resolve())
        return False
    listed = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return "postgres" in listed.stdout and str(data) in listed.stdout


def _socket_of(data: Path) -> Path:
    """The running server's folder as it wrote it down (TMPDIR may have changed), else the one it will get."""
    with suppress(OSError, IndexError):
        return Path((data / "postmaster.pid").read_text().splitlines()[4])
    return socket_folder(data)


def _pg_ctl(data: Path, *arguments: str) -> None:
    run(programs() / "pg_ctl", "-w", "-s", "-D", data, *arguments)


def _log_tail(data: Path) -> str:
    try:
        return "\n".join((data / "server.log").read_text(errors="replace").splitlines()[-12:])
    except OSError:
        return f"{data}/server.log?"
