"""One helper process as its parent sees it: started afresh (no fork of a threaded server), asked, buried."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from domain.errors import DomainError, Unavailable
from uploads.limits import Limits
from uploads.refusals import DecodeTimeout, SuspiciousStructure

_ROOT = Path(__file__).resolve().parent.parent
_ENVIRONMENT = {
    "PYTHONPATH": str(_ROOT),
    "PATH": "",  # nothing can be started by name, Ghostscript least of all
    "LC_ALL": "C.UTF-8",
    # Pillow keeps 16 blocks of 1 MiB: 355 page faults a photo instead of 7,330, 3 ms in the kernel, not 18
    "MALLOC_ARENA_MAX": "2",  # each further arena, one per thread of a codec, reserves 64 MiB of the address space
    "PILLOW_BLOCK_SIZE": "1m",
    "PILLOW_BLOCKS_MAX": "16",
    # pixels as arrays, 9 MB each, come from memory that stays ours: another 2,300 page faults and 6 ms less
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024),
    "OPENBLAS_NUM_THREADS": "1",
}
_START_SECONDS = 30.0
_NOT_STARTED = "照片处理程序未能启动，请稍后重试"
_MAX_ANSWER_BYTES = 64 * 1024
_ENDED_FROM_OUTSIDE = (0, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)


class Helper:
    """A running `uploads.worker`; used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        """Starts the process; `Unavailable` when it does not come up.

        It inherits no descriptor but its two pipes and no environment: neither the database's sockets nor
        a secret can be reached from a broken codec. Its own session keeps a terminal's Ctrl-C from it.
        """
        self._limits = limits
        self.photos = 0
        command = [sys.executable, "-P", "-s", "-m", "uploads.worker", json.dumps(asdict(limits))]
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(_NOT_STARTED) from error
        try:
            self._read(_START_SECONDS)
        except DomainError as error:
            self.end()
            raise Unavailable(_NOT_STARTED) from error

    @property
    def pid(self) -> int:
        """The process id, for monitoring."""
        return self._process.pid

    @property
    def fit(self) -> bool:
        """Alive, and not yet due for replacement."""
        return self._process.poll() is None and self.photos < self._limits.photos_per_helper

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Sends one photo and waits for the answer. After any error this helper is dead."""
        self.photos += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        except BrokenPipeError as error:
            raise self._obituary() from error
        return self._read(self._limits.wall_seconds)

    def end(self) -> None:
        """Kills the process and closes the pipes; harmless when it is dead already."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        descriptor, deadline, answer = self._process.stdout.fileno(), time.monotonic() + seconds, b""
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        while not answer.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise Unavailable("照片处理超时，请稍后重试")
            chunk = os.read(descriptor, _MAX_ANSWER_BYTES)
            answer += chunk
            if not chunk:
                raise self._obituary()
            if len(answer) > _MAX_ANSWER_BYTES:
                raise SuspiciousStructure
        frame: dict[str, Any] = json.loads(answer)
        return frame

    def _obituary(self) -> DomainError:
        """What its death says about the photo: its own CPU limit, an end from outside, or a codec's crash."""
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return DecodeTimeout()
        if code in _ENDED_FROM_OUTSIDE:
            return Unavailable("照片处理被中断，请重新上传")
        return SuspiciousStructure("照片无法安全解析，已拒绝")
