"""Ports and readiness: is the door free, and does somebody answer behind it?"""

from __future__ import annotations

import fcntl
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.processes import StartFailed

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def port_from(text: str, setting: str) -> int:
    """A port number as given in a setting; the refusal names the setting."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StartFailed(f"{setting}={text} 不是端口号 / is not a port number: make run {setting}=8000")
    return int(text)


def require_free(host: str, port: int, setting: str) -> None:
    """Refuse a port that is taken, or that we may not have, saying which setting chooses another."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as trouble:
            raise StartFailed(
                f"端口 {port} 不可用（{trouble.strerror}），请换一个 / port {port} is not available, "
                f"choose another: make run {setting}={port + 1 if port < 65535 else 8000}"
            ) from None


def status_of(url: str, timeout_s: float = 2.0) -> int | None:
    """HTTP status of a GET, without proxies; None when nobody answers."""
    try:
        with NO_PROXY.open(url, timeout=timeout_s) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, ValueError):
        return None


@contextmanager
def only_one(pid_file: Path, address: str) -> Iterator[None]:
    """Hold the checkout for one supervisor; the kernel lets go when we die, however we die."""
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        door = pid_file.open("a+")
    except PermissionError:
        raise StartFailed(f"{pid_file} 属于其他用户 / belongs to another user") from None
    with door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            door.seek(0)
            raise StartFailed(
                f"已在运行 / already running here: {door.read().strip()} ({pid_file})"
            ) from None
        door.truncate(0)
        door.write(f"pid {os.getpid()}, {address}\n")
        door.flush()
        yield
        door.truncate(0)
